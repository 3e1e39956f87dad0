"""What is said while a new certificate's form is filled in, forward and back."""

from __future__ import annotations

from collections.abc import Callable

from agent.desktop.windows.pages import ContractShown, Page
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
from tests.desktop.windows.applicant import OTHER_GROUP, Applicant, is_untouched
from tests.journeys.practice import GROUP, PASSWORD, Practice


def test_a_number_is_judged_while_it_is_typed(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    applicant.until(OrganizationWanted)
    assert "Choose the kind first." in applicant.text
    applicant.type("thuisverpleeg")
    assert "✓  Groep thuisverpleegkundigen / Groupement d'infirmiers à domicile  ·  NIHII-GROUP" in applicant.text
    assert "The first eight digits of the RIZIV/INAMI number." in applicant.text
    applicant.press("Tab", "Tab")
    applicant.type("7987")
    assert "…  So far 4 of 8 digits." in applicant.text
    applicant.type("x")
    assert "✗  “x” is no digit." in applicant.text
    applicant.press("BackSpace")
    applicant.type("6530")
    assert "✓  79876530" in applicant.text
    applicant.press("BackSpace", "Tab")
    assert "✗  So far 7 of 8 digits." in applicant.text
    applicant.type("Groep")
    page = applicant.window.page
    applicant.press("Return")
    assert applicant.window.page is page
    assert "In the certificate: GROEP" in applicant.text


def test_a_kind_is_looked_for_and_chosen_with_the_arrows(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    page = applicant.until(OrganizationWanted)
    applicant.press("Return")
    assert applicant.window.page is page
    assert "✗  Choose the kind of organization." in applicant.text
    applicant.type("no such")
    assert "✗  No kind is called so." in applicant.text
    applicant.press(*["BackSpace"] * 7)
    applicant.type("cabinet")
    assert "The arrow keys choose one." in applicant.text
    applicant.press("Down", "Down")
    assert "✓  Bandagistenpraktijk / Cabinet de bandagistes  ·  NIHII-OF_BAND" in applicant.text


def test_a_doubtful_number_can_be_insisted_on(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.sandbox.state.test_numbers = True
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Return")
    page = applicant.until(OrganizationWanted)
    applicant.type("thuisverpleeg")
    applicant.press("Tab", "Tab")
    applicant.type("79876531")
    assert "?  The check digits do not fit: is a digit mistyped?" in applicant.text
    applicant.press("Tab", "Tab")
    applicant.type("Groep De Brug Gent")
    applicant.press("Return")
    assert applicant.window.page is page
    applicant.press("Return")  # the box has the keyboard
    assert applicant.window.page is page
    applicant.press("Return")
    applicant.until(ApplicationIdWanted)
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.sign()
    assert applicant.until(Made).holder.number == "79876531"


def test_application_ids_in_use_are_shown_and_doubted(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", GROUP.number, "Groep De Brug")
    page = applicant.until(ApplicationIdWanted)
    assert page.in_use == (None,)
    assert "one without application id" in applicant.text
    assert "…  A certificate without application id is in use." in applicant.text
    applicant.press("Return")
    assert applicant.window.page is page
    assert "?  A certificate without application id is in use." in applicant.text
    applicant.press("Shift-Tab")
    applicant.type("onthaal")
    assert "✓  ONTHAAL" in applicant.text
    applicant.press("Return")
    applicant.until(ContactWanted)


def test_the_password_is_judged_and_typed_twice(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", OTHER_GROUP, "Groep De Brug Gent")
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.until(PasswordChosen)
    applicant.type("Wachtwoord")
    assert "…  it has no digit" in applicant.text
    applicant.type("-1")
    assert "!  Very weak:" in applicant.text
    applicant.press("Tab")
    applicant.type("Wachtw")
    assert "…  the same so far" in applicant.text
    applicant.type("x")
    assert "✗  the two are not the same" in applicant.text
    applicant.press("Return")
    applicant.until(PasswordChosen, lambda page: page.problem)
    assert is_untouched(practice)
    applicant.letter("&Back")
    applicant.until(ServicesWanted)
    applicant.press("Return")
    applicant.choose_password()
    applicant.until(ContractShown)
    assert PASSWORD.reveal() not in applicant.text


def test_back_and_forward_keep_what_was_typed(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", OTHER_GROUP, "Groep De Brug Gent")
    applicant.type("onthaal")
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Tab", "space")
    before: list[type[Page]] = [ContactWanted, ApplicationIdWanted, OrganizationWanted, ForWhom]
    for kind in before:
        applicant.letter("&Back")
        applicant.until(kind)
    applicant.press("Return")
    organization = applicant.until(OrganizationWanted).given
    assert (organization.type, organization.number.text) == ("NIHII-GROUP", OTHER_GROUP)
    assert organization.name.text == "Groep De Brug Gent"
    applicant.press("Return")
    assert applicant.until(ApplicationIdWanted).given.text == "onthaal"
    applicant.press("Return")
    assert applicant.until(ContactWanted).given.phone_private.text == "0470 12.34.56"
    applicant.press("Return")
    applicant.until(ServicesWanted)
    applicant.press("Return")
    applicant.choose_password(keep=False)
    applicant.until(ContractShown)
    applicant.press("Escape")
    applicant.until(RequestTrouble)
    applicant.letter("Change the &data")
    for kind in (*reversed(before), ServicesWanted):
        applicant.until(kind)
        applicant.press("Return")
    password = applicant.until(PasswordChosen)
    assert password.is_chosen
    assert not password.keep
    applicant.press("Return")
    applicant.sign()
    applicant.until(Made)
    assert practice.card.pin_entries == 1
