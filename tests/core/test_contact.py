"""Phone numbers and e-mail addresses as people write them."""

from __future__ import annotations

import re
import socket

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.core.contact import EmailFault, EmailRefused, PhoneFault, PhoneRefused, email_address, phone_number


def phone_refused(typed: str) -> PhoneRefused:
    with pytest.raises(PhoneRefused) as caught:
        phone_number(typed)
    return caught.value


def email_refused(typed: str) -> EmailRefused:
    with pytest.raises(EmailRefused) as caught:
        email_address(typed)
    return caught.value


# ── Phone numbers ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "typed",
    [
        "0032470123456",
        "+32470123456",
        "+32 470 12 34 56",
        "+32 (0)470 12 34 56",
        "+32(0)470/12.34.56",
        "0032 (0) 470 12 34 56",
        "00 32 470 12 34 56",
        "0470123456",
        "0470/12.34.56",
        "0470/12 34 56",
        "0470-12-34-56",
        "0470 123 456",
        "(0470) 12 34 56",
        "32 470 12 34 56",
        "470 12 34 56",
        "++32 470 12 34 56",
        "\u202a+32 470 12 34 56\u202c",
        "0470–12–34–56",
        "\t0470 12 34 56 ",
    ],
    ids=ascii,
)
def test_a_mobile_number_in_every_usual_way(typed: str) -> None:
    assert phone_number(typed) == "0032470123456"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("02 223 45 67", "003222234567"),
        ("02/223.45.67", "003222234567"),
        ("+32 (0)2 223 45 67", "003222234567"),
        ("09 234 56 78", "003292345678"),
        ("(016) 23 45 67", "003216234567"),
        ("0800 12 345", "003280012345"),
        ("078 15 11 11", "003278151111"),
        ("+31 (0)6 12345678", "0031612345678"),
        ("0033 1 40 20 50 50", "0033140205050"),
        ("+49 (0)30 901820", "004930901820"),
        ("+352 27 12 34 56", "0035227123456"),
        ("+39 06 698 12345", "00390669812345"),
    ],
    ids=ascii,
)
def test_other_numbers_of_home_and_abroad(typed: str, written: str) -> None:
    assert phone_number(typed) == written
    assert phone_number(written) == written


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "The phone number is missing."),
        ("+", "The phone number is missing."),
        ("00", "The phone number is not complete yet."),
        ("+32", "The phone number is not complete yet."),
        ("112", "The phone number is not complete yet."),
        ("0470 12 34 5", "No such phone number is known: is a digit mistyped?"),
        ("0470 12 34 567", "The phone number has too many digits."),
        ("0470 12 34 56 / 0470 12 34 57", "The phone number has too many digits."),
        ("1" * 200, "The phone number has too many digits."),
        ("02 123 45 67", "No such phone number is known: is a digit mistyped?"),
        (
            "+999 123 456",
            "No country has phone numbers that begin like this. A Belgian number begins with 0, +32 or 0032.",
        ),
        ("0470 12 34 5O", "“O” does not belong in a phone number."),
        ("tel. 0470 12 34 56", "“t” does not belong in a phone number."),
        ("0470 12 34 56 ext. 3", "“e” does not belong in a phone number."),
        ("0470+123456", "“+” does not belong in a phone number."),
        ("٠٤٧٠١٢٣٤٥٦", "“٠” does not belong in a phone number."),
        ("0470\x00123456", "“U+0000” does not belong in a phone number."),
    ],
    ids=ascii,
)
def test_what_is_wrong_with_a_phone_number_is_said(typed: str, sentence: str) -> None:
    assert str(phone_refused(typed)) == sentence


@pytest.mark.parametrize("typed", ["0470 12 34 56", "+32 (0)2 223 45 67", "0032470123456", "+352 27 12 34 56"])
def test_while_a_right_phone_number_is_typed_nothing_is_called_wrong(typed: str) -> None:
    for end in range(len(typed)):
        try:
            phone_number(typed[:end])
        except PhoneRefused as problem:
            if not problem.unfinished:
                pytest.fail(f"{typed[:end]}: {problem}")


def test_a_number_outside_the_known_plans_is_a_doubt() -> None:
    problem = phone_refused("02 123 45 67")
    assert (problem.fault, problem.doubtful) == (PhoneFault.UNKNOWN, "003221234567")


def test_every_countrys_number_is_written_with_its_country() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        assert number is not None
        international, e164 = (
            phonenumbers.format_number(number, form)
            for form in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164)
        )
        written = f"00{e164.removeprefix('+')}"
        assert (phone_number(international), phone_number(e164), phone_number(written)) == (written,) * 3


@settings(deadline=None)  # the library reads a country's plan when it first meets its number
@given(st.text(max_size=30) | st.text("0123456789+()/.- ", max_size=24))
@example("+0")
@example("(0)")
@example("+80012345678901")
def test_whatever_is_typed_is_a_phone_number_or_refused(typed: str) -> None:
    written: str | None = None
    try:
        written = phone_number(typed)
    except PhoneRefused as problem:
        written = problem.doubtful
    if written is not None:
        assert re.fullmatch(r"00[1-9][0-9]{5,14}", written)


# ── E-mail addresses ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("zoe@example.org", "zoe@example.org"),
        (" zoe@example.org\n", "zoe@example.org"),
        ("mailto:zoe@example.org", "zoe@example.org"),
        ("Zoe.d'Haese+ehealth@Example.ORG", "Zoe.d'Haese+ehealth@example.org"),
        ("info@café.example.org", "info@xn--caf-dma.example.org"),
        ("zoe@\u200bexample.org", "zoe@example.org"),
    ],
    ids=ascii,
)
def test_addresses_that_are_taken(typed: str, address: str) -> None:
    assert email_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", EmailFault.EMPTY),
        ("zoe", EmailFault.NO_AT),
        ("zoe@", EmailFault.DOMAIN),
        ("zoe@example", EmailFault.DOMAIN),
        ("zoe@example.", EmailFault.DOMAIN),
        ("@example.org", EmailFault.FORM),
        ("zoe@example,org", EmailFault.SIGN),
        ("zoë@example.org", EmailFault.SIGN),
        ("Zoe <zoe@example.org>", EmailFault.SPACE),
        ("<zoe@example.org>", EmailFault.SIGN),
        ("zoe @example.org", EmailFault.SPACE),
        ("zoe@@example.org", EmailFault.SEVERAL),
        ("zoe@example.org;jan@example.org", EmailFault.SEVERAL),
        ("zoe..d@example.org", EmailFault.FORM),
        ("zoe.@example.org", EmailFault.FORM),
        ("zoe@-example.org", EmailFault.FORM),
        ("zoe@192.0.2.1", EmailFault.FORM),
        (f"{'z' * 65}@example.org", EmailFault.FORM),
        ('"zoe d"@example.org', EmailFault.SPACE),
        ("zoe\ud800@example.org", EmailFault.SIGN),
    ],
    ids=ascii,
)
def test_what_is_wrong_with_an_address_is_said(typed: str, fault: EmailFault) -> None:
    problem = email_refused(typed)
    assert problem.fault is fault
    assert str(problem)


def test_while_a_right_address_is_typed_nothing_is_called_wrong() -> None:
    address = "zoe@mail.example.org"
    problems = [email_refused(address[:end]) for end in range(len("zoe@mail.") + 1)]
    assert all(problem.unfinished for problem in problems)


def test_an_address_is_judged_without_asking_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "socket", asked)
    monkeypatch.setattr(socket, "getaddrinfo", asked)
    assert email_address("zoe@nowhere.example.org") == "zoe@nowhere.example.org"


@given(st.text(max_size=40) | st.from_regex(r"\A[a-zé.+'-]{0,8}@[a-zé.-]{0,12}\Z") | st.emails())
@example("a@xn--a")
@example("a@xn--a.be")
@example("a@\u2024.be")
def test_whatever_is_typed_is_an_address_or_refused(typed: str) -> None:
    try:
        address = email_address(typed)
    except EmailRefused as problem:
        if not str(problem) or problem.doubtful is not None:
            pytest.fail(repr(typed))
        return
    assert address.isascii()
    assert len(address) <= 254
    assert re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", address)
    assert email_address(address) == address
