"""A new certificate in a window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.renewal import Step
from agent.core.x509 import name_of
from agent.desktop.windows.pages import CardWanted, ContractShown, PinWanted, Trouble
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Conditions,
    ForWhom,
    Made,
    Organizations,
    OrganizationWanted,
)
from agent.errors import PinCancelled, VaultUnavailable
from agent.sandbox.registry import Mandate
from agent.sandbox.software_card import SoftwareCard
from agent.text import speak
from tests.desktop.windows.applicant import ENTERPRISE, OTHER_GROUP, Applicant, fill_in, is_untouched
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice

COLLEAGUE = Person("00010100105", "Test", "Collega")


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


# ── The last page ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_beside_a_certificate_in_its_last_days_the_new_encryption_key_waits(
    practice: Practice, comes: Callable[[], Applicant]
) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", GROUP.number, GROUP.name or "")
    applicant.press("Return", "Return", "Return")  # one without application id is in use: insisted
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.sign()
    made = applicant.until(Made)
    assert made.waits_for_activation
    assert "Your computer is now ready" not in applicant.text
    applicant.letter("&Let the new encryption key take over")
    done = applicant.until(Made, lambda page: not page.waits_for_activation)
    assert done.request.step is Step.DONE
    assert "Your computer is now ready to use eHealth applications." in applicant.text
    assert practice.card.pin_entries == 1


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
