"""A new certificate in a window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.renewal import Step
from agent.core.x509 import name_of
from agent.desktop.windows.pages import CardWanted, ContractShown, Page, PasswordWanted, PinWanted, Progress, Trouble
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Begun,
    Conditions,
    ContactWanted,
    ForWhom,
    Made,
    Organizations,
    OrganizationWanted,
    PasswordChosen,
    RequestTrouble,
    ServicesWanted,
)
from agent.errors import ContractDeclined, PinCancelled, Refused, RenewalRefused, ServiceError, VaultUnavailable
from agent.pipeline.enquiry import Enquiry
from agent.sandbox import scenarios
from agent.sandbox.registry import Mandate
from agent.sandbox.scenarios import Scenario
from agent.sandbox.software_card import SoftwareCard
from agent.text import speak
from tests.desktop.windows.applicant import Applicant
from tests.desktop.windows.visitor import PatientClock
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice

OTHER_GROUP = "7.98765.30"
ENTERPRISE = 'd\'Août & Zonen, "De Brug" + Cie'
COLLEAGUE = Person("00010100105", "Test", "Collega")


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    return Practice(tmp_path)


@pytest.fixture
def comes(practice: Practice) -> Iterator[Callable[[], Applicant]]:
    """Somebody sits down before a window; it is closed at the end."""
    applicants: list[Applicant] = []

    def sit_down() -> Applicant:
        applicants.append(Applicant(practice))
        return applicants[-1]

    yield sit_down
    for applicant in applicants:
        applicant.leave()


def is_untouched(practice: Practice) -> bool:
    return practice.files() == [practice.path.name] and practice.journal.unfinished() == []


def half_made(practice: Practice) -> list[str]:
    """What other programs would pick up, beside the keystore that was there before."""
    return [name for name in practice.files() if name.endswith("p12") and name != practice.path.name]


def fill_in(applicant: Applicant) -> None:
    """All pages of the form for a group of nurses, to the contract."""
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", OTHER_GROUP, "Groep De Brug Gent")
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.until(ContractShown)


# ── The manual's two cases, in Dutch ─────────────────────────────────────────────────────────────────────────────────


def test_een_certificaat_group(practice: Practice, comes: Callable[[], Applicant]) -> None:
    speak("nl")
    applicant = comes()
    applicant.until(Conditions)
    assert "Aanvaarden en verder" in applicant.text
    applicant.accept_conditions()
    assert RESPONSIBLE.full_name in applicant.text
    applicant.give_organization("groep thuis", OTHER_GROUP, "Groepspraktijk De Brug")
    applicant.press("Return")
    applicant.give_contact(phone="+32 470 12 34 56")
    applicant.press("Return")
    applicant.choose_password()
    contract = applicant.until(ContractShown)
    assert contract.holder.name == "Groepspraktijk De Brug"
    applicant.sign()

    made = applicant.until(Made)
    new = Path(made.request.new_path)
    assert "Uw computer is nu klaar om eHealth toepassingen te gebruiken." in applicant.text
    assert new.name.startswith("NIHII-GROUP=79876530 ")
    assert new.name in applicant.text
    assert made.request.step is Step.DONE
    authentication, _encryption = practice.keystores.read(new, PASSWORD).keys
    assert "GROEPSPRAKTIJK DE BRUG" in name_of(authentication.certificate.subject).values("OU")
    assert practice.sandbox.state.registrations[-1].contact.phone_private == "0032470123456"
    assert practice.vault.passwords[new] == PASSWORD
    assert practice.card.pin_entries == 1


def test_een_certificaat_kbo(practice: Practice, comes: Callable[[], Applicant]) -> None:
    speak("nl")
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("kbo", "BE 0417.497.106", ENTERPRISE)
    applicant.type("myapp-01")
    applicant.press("Return")
    applicant.give_contact()
    assert "tijdstempels (tsa)" in applicant.boxes
    applicant.press("Tab", "Tab", "Tab", "space", "Tab", "Tab", "Tab", "Tab", "Return")
    applicant.choose_password(keep=False)
    applicant.sign()

    made = applicant.until(Made)
    new = Path(made.request.new_path)
    assert new.name.startswith("CBE=0417497106,MYAPP-01 ")
    authentication, _encryption = practice.keystores.read(new, PASSWORD).keys
    assert 'D\'AOUT & ZONEN, "DE BRUG" + CIE' in name_of(authentication.certificate.subject).values("OU")
    assert practice.sandbox.state.registrations[-1].base_services == ("tsa",)
    assert new not in practice.vault.passwords
    assert "het gekozen wachtwoord; het is nergens bewaard" in applicant.text
    assert practice.card.pin_entries == 1


# ── For whom ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_of_ehealth_costs_a_pin_that_is_said_beforehand(
    practice: Practice, comes: Callable[[], Applicant]
) -> None:
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = [Mandate("NIHII-GROUP", "79876530", "Groep De Brug Gent")]
    applicant = comes()
    applicant.accept_conditions()
    assert "That takes the PIN once; signing the request later takes it again." in applicant.text
    assert practice.card.pin_entries == 0
    applicant.press("Alt-l", "Return")
    pin = applicant.until(PinWanted)
    assert pin.holder is None
    assert "the list of organizations that you may act for" in applicant.text
    applicant.type(PIN.reveal())
    applicant.press("Return")
    applicant.until(Organizations)
    assert practice.card.pin_entries == 1
    assert is_untouched(practice)
    applicant.press("Return")
    applicant.until(OrganizationWanted)
    assert "NIHII-GROUP 79876530" in applicant.text
    applicant.press("Return")
    applicant.until(ApplicationIdWanted)
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.sign()
    made = applicant.until(Made)
    assert made.holder == Holder("NIHII-GROUP", "79876530", None, "Groep De Brug Gent")
    assert practice.card.pin_entries == 2


def test_the_list_is_asked_for_once(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Alt-l", "Return")
    applicant.until(PinWanted)
    applicant.press("Escape")
    assert isinstance(applicant.until(Trouble).problem, PinCancelled)
    applicant.letter("Change the &data")
    applicant.until(ForWhom)
    applicant.press("Return")
    applicant.until(PinWanted)
    applicant.type(PIN.reveal())
    applicant.press("Return")
    applicant.until(Organizations)
    applicant.letter("&Back")
    assert applicant.until(ForWhom).is_listed
    applicant.press("Return")
    applicant.until(Organizations)
    assert practice.card.pin_entries == 2  # with the one that was cancelled
    assert practice.services.actions.count("getActorQualities") == 1


def test_who_may_act_for_nobody_is_told_and_can_go_back(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = []
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Alt-l", "Return")
    applicant.until(PinWanted)
    applicant.type(PIN.reveal())
    applicant.press("Return")
    applicant.until(Organizations)
    assert f"eHealth knows no organization for which {RESPONSIBLE.full_name} may" in applicant.text
    applicant.press("Return")
    applicant.until(ForWhom)


def test_for_oneself_without_showing_the_national_number(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.press("Alt-m", "Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.until(ContractShown)
    assert f"{RESPONSIBLE.full_name}, a person" in applicant.text
    assert RESPONSIBLE.ssin not in applicant.text
    applicant.sign()
    made = applicant.until(Made)
    assert Path(made.request.new_path).name.startswith(f"SSIN={RESPONSIBLE.ssin} ")
    assert RESPONSIBLE.ssin not in applicant.text
    assert "SSIN 2" in applicant.text
    assert practice.card.pin_entries == 1


def test_somebody_else_signs_with_their_own_card(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.letter("&Use another eID")
    applicant.until(CardWanted)
    begun = practice.clock.now() - timedelta(days=365)
    ends = begun + timedelta(days=3650)
    pki = practice.sandbox.pki
    other = SoftwareCard(lambda key, public: pki.eid_chain(COLLEAGUE, key, public, begun, ends), PIN)
    practice.card.__dict__.update(other.__dict__)
    assert applicant.until(ForWhom).person == COLLEAGUE
    assert COLLEAGUE.full_name in applicant.text


def test_without_a_card_it_is_waited_for(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.card.remove()
    applicant = comes()
    applicant.until(Conditions)
    applicant.press("Return")
    applicant.until(CardWanted)
    practice.card.insert()
    applicant.until(ForWhom)


# ── What is said while one types ─────────────────────────────────────────────────────────────────────────────────────


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
    applicant.press("space")  # the box has the keyboard
    applicant.letter("&Name:")
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


# ── Closed at every page, and taken up again ─────────────────────────────────────────────────────────────────────────


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


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────


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


def test_a_closed_vault_is_said_on_the_last_page(practice: Practice, comes: Callable[[], Applicant]) -> None:
    practice.vault.problem = VaultUnavailable("it is locked")
    applicant = comes()
    fill_in(applicant)
    applicant.sign()
    assert not applicant.until(Made).is_stored
    assert "the one you chose; it is stored nowhere" in applicant.text


def test_a_practice_s_first_keystore_makes_its_folder(practice: Practice, comes: Callable[[], Applicant]) -> None:
    folder = practice.folder / "ehealth-agent" / "keystore"
    applicant = Applicant(practice, folder)
    fill_in(applicant)
    assert folder.exists()
    applicant.sign()
    made = applicant.until(Made)
    assert Path(made.request.new_path).parent == folder
    applicant.leave()


def test_the_sheet_for_the_safe_is_saved_on_request(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    fill_in(applicant)
    applicant.sign()
    applicant.until(Made)
    assert applicant.sheets == []
    applicant.letter("&Sheet for the safe")
    made = applicant.until(Made, lambda page: page.sheet)
    (sheet,) = applicant.sheets
    assert sheet.request == made.request
    assert "The sheet is here: Downloads / sheet.html." in applicant.text
