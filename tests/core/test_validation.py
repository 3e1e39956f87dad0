"""Where a person without Belgian residence logs in: which addresses may be shown, and what is said when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.dn import holder_of, name_for_person
from agent.core.holder import Holder
from agent.core.person_name import PersonNameFault, PersonNameRefused, person_name
from agent.core.validation import Validation, is_safe, what_to_do
from agent.core.x509 import name_of, x509_name
from agent.sandbox.names import subject_of
from tests.core.test_organization_name import names
from tests.fakes import NOW

URL = "https://validation.example.org/idp?token=a1%2Bb&lang=nl"


@pytest.mark.parametrize("url", [URL, "https://validation.example.org:8443/x", "http://127.0.0.1:8080/_sandbox/x"])
def test_addresses_that_may_be_opened(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://validation.example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "https://",
        "https:///path",
        "https://user@validation.example.org/",
        "https://services.ehealth.fgov.be:pw@example.org/",
        "https://example.org:port/",
        "https://example.org/a b",
        "https://example.org/\nx",
        "https://exämple.org/",
        "https://example.org\\@other.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[::1",
        "-https://example.org",
        f"https://example.org/{'x' * 3000}",
    ],
)
def test_addresses_that_may_not(url: str) -> None:
    assert not is_safe(url)


@given(st.text())
def test_whatever_comes_is_judged(url: str) -> None:
    assert not is_safe(url) or url.startswith(("https://", "http://", "HTTPS", "HTTP"))


def test_what_is_said_before_the_end_after_it_and_without_an_address() -> None:
    validation = Validation(URL, NOW + timedelta(days=2))
    assert URL in what_to_do(validation, NOW)
    assert "void" in what_to_do(validation, NOW + timedelta(days=2))
    assert URL not in what_to_do(validation, NOW + timedelta(days=2))
    assert "lost" in what_to_do(Validation(None, None), NOW)


@given(names, names)
def test_the_name_in_the_request_is_the_one_that_the_sandbox_gives(surname: str, first: str) -> None:
    holder = Holder("SSIN", "80210100150", None, surname)
    ours = name_for_person(holder.number, surname, (first,))
    assert ours.is_same(subject_of(holder, (first,)))
    named = holder_of(name_of(x509_name(ours)))
    assert named is not None
    assert (named.type, named.number) == ("SSIN", holder.number)


@pytest.mark.parametrize("typed", ["Étranger", "d'Août", "De  la Cruz-Pérez", "Nguyễn", "O’Brien", "李", "Smith Jr."])
def test_names_as_in_a_passport(typed: str) -> None:
    assert person_name(typed) == " ".join(typed.split())


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("  ", PersonNameFault.EMPTY),
        ("Jean2", PersonNameFault.SIGN),
        ("Jean\u200b", PersonNameFault.SIGN),
        ("Jean <b>", PersonNameFault.SIGN),
        ("- '", PersonNameFault.NO_LETTER),
    ],
)
def test_what_is_no_name(typed: str, fault: PersonNameFault) -> None:
    with pytest.raises(PersonNameRefused) as refused:
        person_name(typed)
    assert refused.value.fault is fault
    assert str(refused.value)
