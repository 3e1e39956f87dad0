"""What goes wrong with a new certificate is said in its window, and can be put right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.desktop.windows.pages import ContractShown, Trouble
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    ContactWanted,
    ForWhom,
    Made,
    OrganizationWanted,
    PasswordChosen,
    RequestTrouble,
    ServicesWanted,
)
from agent.errors import ContractDeclined, Refused, RenewalRefused, ServiceError
from agent.pipeline.enquiry import Enquiry
from agent.sandbox import scenarios
from agent.sandbox.scenarios import Scenario
from tests.desktop.windows.applicant import Applicant, fill_in
from tests.journeys.practice import Practice


def test_what_ehealth_refuses_is_said_and_can_be_corrected(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    applicant.until(OrganizationWanted)
    applicant.type("thuisverpleeg")
    applicant.press("Tab", "Tab")
    applicant.type("79876531")
    applicant.press("Tab", "space", "Tab")
    applicant.type("Groep De Brug Gent")
    applicant.press("Return")
    applicant.until(ApplicationIdWanted)
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    trouble = applicant.until(RequestTrouble)
    assert isinstance(trouble.problem, RenewalRefused)
    assert "IDENTIFIER_CHECK_DIGITS" in str(practice.journal.history(9))
    assert "The check digits of this NIHII-GROUP number are wrong" in applicant.text
    assert practice.card.pin_entries == 0
    applicant.press("Return")
    applicant.until(ForWhom)
    applicant.press("Return")
    applicant.until(OrganizationWanted)
    applicant.letter("N&umber:")
    applicant.press("End", "BackSpace")
    applicant.type("0")
    for kind in (OrganizationWanted, ApplicationIdWanted, ContactWanted, ServicesWanted, PasswordChosen):
        applicant.until(kind)
        applicant.press("Return")
    applicant.sign()
    assert applicant.until(Made).holder.number == "79876530"
    assert practice.journal.unfinished() == []


def test_a_request_that_a_person_refused_can_be_made_anew(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.sandbox.trouble(Scenario(scenarios.Trouble.REFUSAL))
    applicant = comes()
    fill_in(applicant)
    applicant.sign()
    trouble = applicant.until(RequestTrouble)
    assert isinstance(trouble.problem, RenewalRefused)
    practice.sandbox.clear()
    applicant.press("Return")
    pages = (ForWhom, OrganizationWanted, ApplicationIdWanted, ContactWanted, ServicesWanted, PasswordChosen)
    for kind in pages:
        applicant.until(kind)
        applicant.press("Return")
    applicant.sign()
    applicant.until(Made)
    assert practice.journal.unfinished() == []
    assert any(name.endswith(".refused") for name in practice.files())


def test_offline_says_so_and_tries_again_on_request(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.sandbox.trouble(Scenario(scenarios.Trouble.HTTP_STATUS))
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    assert isinstance(applicant.until(Trouble).problem, ServiceError)
    practice.sandbox.clear()
    applicant.press("Return")
    applicant.until(OrganizationWanted)


def test_a_refusal_while_the_form_is_filled_in_is_kept_in_the_history(
    practice: Practice, comes: Callable[[], Applicant], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Enquiry) -> None:
        raise Refused("GetGenericOrganizationTypes", "NOT_TODAY", "Come back tomorrow")

    monkeypatch.setattr(Enquiry, "organization_types", refuse)
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    applicant.until(Trouble)
    (event,) = practice.journal.history(9)
    assert event.what == "request.refused"
    assert "Come back tomorrow" in event.text
    assert event.facts == (("code", "NOT_TODAY"),)
    monkeypatch.undo()
    applicant.press("Return")
    applicant.until(ForWhom)


def test_a_declined_contract_sends_nothing(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    fill_in(applicant)
    applicant.press("Escape")
    assert isinstance(applicant.until(Trouble).problem, ContractDeclined)
    assert "generatecertificate" not in practice.services.actions
    applicant.press("Return")
    applicant.until(ContractShown)
