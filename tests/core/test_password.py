"""The rules for a new keystore password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.password import password_problem


@pytest.mark.parametrize("password", ["Azerty-123", "12345678!", "a b c d 1 #"])
def test_a_good_password(password: str) -> None:
    assert password_problem(password) is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Azérty-123", "accented letter"),
        ("Azerty\n-123", "cannot read"),
        ("Az-1", "shorter than 8"),
        ("Azerty-abc", "no digit"),
        ("Azerty1234", "no symbol"),
        ("Azerty 1234", "no symbol"),
        ("", "shorter"),
    ],
)
def test_what_is_wrong_is_said(password: str, words: str) -> None:
    problem = password_problem(password)
    assert problem is not None
    assert words in problem


@given(st.text(max_size=20))
def test_what_java_cannot_open_is_never_taken(password: str) -> None:
    if password_problem(password) is None:
        assert password.isascii()
        assert len(password) >= 8
