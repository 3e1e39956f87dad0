"""The window for a new certificate is closed at every page, and what was begun is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.renewal import Step
from agent.desktop.windows.pages import ContractShown, Page, PasswordWanted, PinWanted, Progress
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Begun,
    Conditions,
    ContactWanted,
    ForWhom,
    Made,
    OrganizationWanted,
    PasswordChosen,
    ServicesWanted,
)
from tests.desktop.windows.applicant import ENTERPRISE, OTHER_GROUP, Applicant, fill_in, half_made, is_untouched
from tests.desktop.windows.visitor import PatientClock
from tests.journeys.practice import PASSWORD, RESPONSIBLE, Practice

_FORM: list[type[Page]] = [
    Conditions,
    ForWhom,
    OrganizationWanted,
    ApplicationIdWanted,
    ContactWanted,
    ServicesWanted,
    PasswordChosen,
]


@pytest.mark.parametrize("last", _FORM, ids=lambda kind: kind.__name__)
def test_closed_while_it_is_filled_in_nothing_was_written(
    practice: Practice, comes: Callable[[], Applicant], last: type[Page]
) -> None:
    applicant = comes()
    _go_to(applicant, last)
    applicant.close()
    applicant.leave()
    assert is_untouched(practice)
    assert practice.vault.passwords == {}
    comes().until(Conditions)


def _go_to(applicant: Applicant, last: type[Page]) -> None:
    ways: dict[type[Page], Callable[[], None]] = {
        Conditions: applicant.accept_conditions,
        ForWhom: lambda: applicant.press("Return"),
        OrganizationWanted: lambda: _fill_organization(applicant),
        ApplicationIdWanted: lambda: applicant.press("Return"),
        ContactWanted: applicant.give_contact,
        ServicesWanted: lambda: applicant.press("Return"),
    }
    for kind in _FORM:
        applicant.until(kind)
        if kind is last:
            return
        ways[kind]()


def _fill_organization(applicant: Applicant) -> None:
    applicant.type("thuisverpleeg")
    applicant.press("Tab", "Tab")
    applicant.type(OTHER_GROUP)
    applicant.press("Tab")
    applicant.type("Groep De Brug Gent")
    applicant.press("Return")


@pytest.mark.parametrize("last", [ContractShown, PinWanted], ids=lambda kind: kind.__name__)
def test_closed_before_it_was_signed_it_is_taken_up_again(
    practice: Practice, comes: Callable[[], Applicant], last: type[Page]
) -> None:
    applicant = comes()
    fill_in(applicant)
    if last is PinWanted:
        applicant.accept()
    applicant.until(last)
    applicant.close()
    applicant.leave()
    assert half_made(practice) == []
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.SIGN

    again = comes()
    assert again.until(Begun).requests == (begun,)
    assert "Groep De Brug Gent, NIHII-GROUP 79876530" in again.text
    again.press("Return")
    again.sign()
    made = again.until(Made)
    assert made.request.id == begun.id
    assert made.request.public_key_identifier == begun.public_key_identifier
    assert practice.card.pin_entries == (2 if last is PinWanted else 1)
    assert half_made(practice) == [Path(made.request.new_path).name]


def test_closed_while_ehealth_makes_it_it_goes_on_without_the_card(tmp_path: Path, screen: str) -> None:
    clock = PatientClock()
    practice = Practice(tmp_path, clock=clock)
    applicant = Applicant(practice)
    fill_in(applicant)
    applicant.sign()
    applicant.until(Progress, lambda page: page.until)
    assert "The request is under way" in applicant.text
    assert "You may close this window: the agent goes on" in applicant.text
    applicant.close()
    clock.passes.set()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.COLLECT
    assert half_made(practice) == []

    practice.card.remove()
    later = Applicant(practice)
    later.until(Begun)
    later.press("Return")
    made = later.until(Made)
    assert made.request.id == begun.id
    assert practice.card.pin_entries == 1
    later.leave()


def test_what_is_taken_up_asks_for_the_password_that_is_not_stored(
    practice: Practice, comes: Callable[[], Applicant]
) -> None:
    applicant = comes()
    fill_in(applicant)
    applicant.close()
    applicant.leave()
    practice.vault.passwords.clear()
    again = comes()
    again.until(Begun)
    again.press("Return")
    again.until(PasswordWanted)
    again.type("wrong")
    again.press("Return")
    again.until(PasswordWanted, lambda page: "does not open" in str(page.problem))
    again.type(PASSWORD.reveal())
    again.press("Return")
    again.until(ContractShown)


def test_a_person_s_own_request_is_taken_up_without_showing_the_national_number(
    practice: Practice, comes: Callable[[], Applicant]
) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.letter("&Myself")
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password(keep=False)
    applicant.until(ContractShown)
    applicant.close()
    applicant.leave()
    again = comes()
    again.until(Begun)
    assert f"{RESPONSIBLE.full_name}, a person" in again.text
    assert RESPONSIBLE.ssin not in again.text
    again.press("Return")
    again.until(PasswordWanted)
    assert "SSIN 2" in again.text
    assert RESPONSIBLE.ssin not in again.text
    again.type(PASSWORD.reveal())
    again.press("Return")
    again.sign()
    again.until(Made)


def test_a_new_request_beside_an_unfinished_one(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    fill_in(applicant)
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    again = comes()
    again.until(Begun)
    again.letter("&New request")
    again.accept_conditions()
    again.give_organization("kbo", "0417497106", ENTERPRISE)
    again.press("Return")
    again.give_contact()
    again.press("Return")
    again.choose_password()
    again.sign()
    assert again.until(Made).holder.type == "CBE"
    assert practice.journal.unfinished() == [begun]


def test_another_request_for_the_same_holder_takes_the_place_of_the_first(
    practice: Practice, comes: Callable[[], Applicant]
) -> None:
    applicant = comes()
    fill_in(applicant)
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    again = comes()
    again.until(Begun)
    again.letter("&New request")
    fill_in(again)
    again.sign()
    made = again.until(Made)
    assert made.request.id != begun.id
    assert practice.journal.unfinished() == []


def test_a_request_that_ehealth_has_is_not_sent_twice(tmp_path: Path, screen: str) -> None:
    clock = PatientClock()
    practice = Practice(tmp_path, clock=clock)
    applicant = Applicant(practice)
    fill_in(applicant)
    applicant.sign()
    applicant.until(Progress, lambda page: page.until)
    applicant.close()
    clock.passes.set()
    applicant.leave()
    again = Applicant(practice)
    again.until(Begun)
    again.letter("&New request")
    again.accept_conditions()
    again.give_organization("thuisverpleeg", OTHER_GROUP, "Groep De Brug Gent")
    again.press("Return")
    again.until(Begun, lambda page: page.is_same)
    assert "eHealth has a request for this holder already" in again.text
    again.press("Return")
    again.until(Made)
    assert practice.services.actions.count("generatecertificate") == 1
    again.leave()
