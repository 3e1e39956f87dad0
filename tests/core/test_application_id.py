"""Application ids: their letters, and the ones that are in use."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.application_id import ApplicationIdFault, ApplicationIdRefused, application_id
from agent.core.dn import holder_of, parse
from agent.core.holder import Holder
from agent.sandbox.names import contract_text, subject_of

IN_USE = ("MYAPP-01", None)


def refused(typed: str, in_use: tuple[str | None, ...] = ()) -> ApplicationIdRefused:
    with pytest.raises(ApplicationIdRefused) as caught:
        application_id(typed, in_use)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("MYAPP-01", "MYAPP-01"),
        ("myapp-01", "MYAPP-01"),
        (" MyApp_2\t", "MYAPP_2"),
        ("-", "-"),
        ("9" * 30, "9" * 30),
        ("", None),
        ("  ", None),
    ],
)
def test_small_letters_and_spaces_around_are_forgiven(typed: str, taken: str | None) -> None:
    assert application_id(typed) == taken


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("MY APP", "There is a space in the application id; use - or _ instead."),
        ("MY\u00a0APP", "There is a space in the application id; use - or _ instead."),
        ("café", "“é” cannot be in an application id: only letters without accents, digits, - and _."),
        ("straße", "“ß” cannot be in an application id: only letters without accents, digits, - and _."),
        ("ıd", "“ı” cannot be in an application id: only letters without accents, digits, - and _."),
        ("A,B", "“,” cannot be in an application id: only letters without accents, digits, - and _."),
        ("A\x00", "“U+0000” cannot be in an application id: only letters without accents, digits, - and _."),
        ("A" * 31, "The application id has 31 signs; 30 are the most."),
    ],
    ids=ascii,
)
def test_what_is_wrong_is_said(typed: str, sentence: str) -> None:
    assert str(refused(typed)) == sentence


def test_one_that_is_in_use_is_said_and_may_be_meant() -> None:
    problem = refused("myapp-01", IN_USE)
    assert (problem.fault, problem.doubtful) == (ApplicationIdFault.IN_USE, "MYAPP-01")
    assert "MYAPP-01 is in use" in str(problem)
    assert application_id("MYAPP-02", IN_USE) == "MYAPP-02"


def test_a_second_certificate_without_application_id_is_said() -> None:
    assert refused("", IN_USE).fault is ApplicationIdFault.NONE_IN_USE
    assert application_id("", ("MYAPP-01",)) is None


@given(st.text(max_size=35) | st.from_regex(r"\A[0-9A-Za-z_-]{1,32}\Z"))
def test_whatever_is_typed_stands_in_the_dn_as_it_was_taken_or_is_refused(typed: str) -> None:
    try:
        taken = application_id(typed)
    except ApplicationIdRefused as problem:
        if not str(problem):
            pytest.fail(repr(typed))
        return
    assert taken is None or re.fullmatch("[0-9A-Z_-]{1,30}", taken)
    holder = Holder("CBE", "0123456749", taken, "NAME")
    assert holder_of(parse(contract_text(subject_of(holder)))) == holder
