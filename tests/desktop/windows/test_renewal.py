"""The renewal in a window, by keyboard, against the sandbox."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tkinter import ttk

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.renewal import Step
from agent.desktop.windows.pages import (
    Busy,
    CardWanted,
    ContractShown,
    Finish,
    Introduction,
    NewPasswordWanted,
    Page,
    PasswordWanted,
    PinWanted,
    Progress,
    Trouble,
)
from agent.desktop.windows.renewal import RenewalWindow, renew_in_a_window
from agent.desktop.windows.session import Wish
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import new_window
from agent.errors import (
    CardMissing,
    ContractDeclined,
    PinBlocked,
    PinWrong,
    RenewalRefused,
    ServiceError,
    VaultUnavailable,
    WrongPassword,
    WrongPerson,
)
from agent.ports import CardKey, Eid, PinEntry
from agent.sandbox import scenarios
from agent.sandbox.scenarios import Scenario
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from tests.desktop.windows.visitor import PatientClock, Seated, Visitor
from tests.fakes import FakeClock
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice

COLLEAGUE = Person("00010100105", "Test", "Collega")


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    practice = Practice(tmp_path)
    practice.vault.passwords[practice.path] = PASSWORD
    return practice


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Callable[[], Visitor]:
    """Somebody sits down before a window."""
    return lambda: seated(Visitor(practice))


def _to_the_pin(visitor: Visitor) -> PinWanted:
    visitor.until(Introduction)
    visitor.press("Return")
    visitor.until(ContractShown)
    visitor.accept()
    return visitor.until(PinWanted)


def test_from_the_first_page_to_the_new_keystore_by_keyboard(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    pin = _to_the_pin(visitor)
    assert pin.attempts_left == 3
    assert "3 tries are left." in visitor.text
    visitor.type(PIN.reveal())
    visitor.press("Return")

    finish = visitor.until(Finish)
    assert finish.waits_for_activation
    new = Path(finish.renewal.new_path)
    assert new.name in visitor.text
    assert "What remains:" in visitor.text
    assert practice.keystores.read(new, PASSWORD).authentication
    assert practice.vault.passwords[new] == PASSWORD

    visitor.press("Alt-l")
    done = visitor.until(Finish, lambda page: not page.waits_for_activation)
    assert done.renewal.step is Step.DONE
    assert "Your computer is now ready to use eHealth applications." in visitor.text


def test_who_signs_for_whom_and_where_is_seen_before_the_pin(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    visitor.until(Introduction)
    assert practice.path.name in visitor.text
    visitor.press("Return")
    visitor.until(ContractShown)
    for shown in (RESPONSIBLE.full_name, "GROEP DE BRUG", "NIHII-GROUP 71234523", "production"):
        assert shown in visitor.text
    assert RESPONSIBLE.ssin not in visitor.text
    assert practice.card.pin_entries == 0


def test_acceptance_is_said_on_every_page(tmp_path: Path, screen: str) -> None:
    practice = Practice(tmp_path, environment=Environment.ACCEPTANCE)
    practice.vault.passwords[practice.path] = PASSWORD
    visitor = Visitor(practice)
    warning = "Acceptance environment: a certificate for tests, not for real work."
    visitor.until(Introduction)
    assert warning in visitor.text
    visitor.press("Return")
    visitor.until(ContractShown)
    assert warning in visitor.text
    visitor.accept()
    visitor.until(PinWanted)
    assert warning in visitor.text
    visitor.leave()


# ── Contract ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_contract_is_accepted_only_once_its_end_was_seen(comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    contract = visitor.until(ContractShown)
    visitor.press("Alt-a", "Return")
    assert visitor.window.page is contract
    visitor.press("Next", "Next", "Next", "Next", "Next", "Alt-a")
    visitor.until(PinWanted)


def test_a_declined_contract_sends_nothing_and_can_be_shown_again(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    visitor.until(ContractShown)
    visitor.press("Escape")
    assert isinstance(visitor.until(Trouble).problem, ContractDeclined)
    assert "GenerateCertificate" not in practice.services.actions
    visitor.press("Return")
    visitor.until(ContractShown)


# ── Card and PIN ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_card_the_window_says_so_and_goes_on_when_it_is_inserted(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    practice.card.remove()
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    assert isinstance(visitor.until(CardWanted).problem, CardMissing)
    assert "There is no card in the reader." in visitor.text
    assert "eID in the reader: not ready" in visitor.text
    practice.card.insert()
    visitor.until(ContractShown)


def test_a_wrong_pin_is_said_with_the_tries_left_and_asked_for_again(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    visitor = comes()
    _to_the_pin(visitor)
    visitor.type("9999")
    visitor.press("Return")
    again = visitor.until(PinWanted, lambda page: page.problem)
    assert isinstance(again.problem, PinWrong)
    assert "2 tries are left." in visitor.text
    visitor.type("9998")
    visitor.press("Return")
    visitor.until(PinWanted, lambda page: page.attempts_left == 1)
    assert "Only one PIN try is left on this card." in visitor.text
    assert practice.card.pin_entries == 3
    visitor.type(PIN.reveal())
    visitor.press("Alt-u")
    visitor.until(Finish)


def test_a_cancelled_pin_is_no_try(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    _to_the_pin(visitor)
    visitor.type("12")
    visitor.press("Escape")
    visitor.until(Trouble)
    assert "The PIN entry was cancelled." in visitor.text
    assert practice.card.tries_left == 3
    visitor.press("Return")
    visitor.until(PinWanted)


def test_a_blocked_card_gives_way_to_that_of_a_colleague(practice: Practice, comes: Callable[[], Visitor]) -> None:
    reader = Reader(practice.card)
    practice.card.tries_left = 1
    practice.card = reader  # type: ignore[assignment]
    visitor = comes()
    assert _to_the_pin(visitor).attempts_left == 1
    visitor.type("9999")
    visitor.press("Return")
    assert isinstance(visitor.until(Trouble).problem, PinBlocked)
    visitor.press("Alt-u")
    visitor.until(CardWanted)
    assert "Take this eID out" in visitor.text
    reader.card = _card_of(practice, COLLEAGUE)
    assert visitor.until(ContractShown).signer == COLLEAGUE
    visitor.accept()
    visitor.until(PinWanted)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    visitor.until(Finish)


def test_the_wrong_person_changes_the_card_before_any_pin(practice: Practice, comes: Callable[[], Visitor]) -> None:
    right, reader = practice.card, Reader(_card_of(practice, COLLEAGUE))
    practice.card = reader  # type: ignore[assignment]
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    assert visitor.until(ContractShown).signer == COLLEAGUE
    visitor.press("Alt-u")
    visitor.until(CardWanted)
    reader.card = right
    assert visitor.until(ContractShown).signer == RESPONSIBLE


def test_another_card_in_the_reader_at_the_last_moment_is_not_asked_for_its_pin(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    right, reader = practice.card, Reader(practice.card)
    practice.card = reader  # type: ignore[assignment]
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    visitor.until(ContractShown)
    reader.card = _card_of(practice, COLLEAGUE)
    visitor.accept()
    wanted = visitor.until(CardWanted)
    assert isinstance(wanted.problem, WrongPerson)
    assert f"{COLLEAGUE.full_name}'s" in visitor.text
    assert reader.card.pin_entries == 0
    reader.card = right
    visitor.until(PinWanted)


@dataclass
class Reader:
    """A card reader: what is in it can be changed for another card."""

    card: SoftwareCard

    def identity(self) -> Eid:
        return self.card.identity()

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        return self.card.sign(eid, key, data, enter_pin)

    def cancel(self) -> None:
        self.card.cancel()


def _card_of(practice: Practice, person: Person) -> SoftwareCard:
    begun = practice.clock.now() - timedelta(days=365)
    ends = begun + timedelta(days=3650)
    return SoftwareCard(lambda key, public: practice.sandbox.pki.eid_chain(person, key, public, begun, ends), PIN)


# ── Passwords ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_password_that_is_not_stored_is_asked_for_checked_and_stored(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    practice.vault.passwords.clear()
    visitor = comes()
    visitor.until(PasswordWanted)
    visitor.type("wrong")
    visitor.press("Return")
    visitor.until(PasswordWanted, lambda page: isinstance(page.problem, WrongPassword))
    assert "The password does not open" in visitor.text
    visitor.type(PASSWORD.reveal())
    visitor.press("Return")
    visitor.until(Introduction)
    assert practice.vault.passwords == {practice.path: PASSWORD}


def test_a_closed_vault_is_said_and_the_password_is_not_stored(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    practice.vault.problem = VaultUnavailable("it is locked")
    visitor = comes()
    visitor.until(PasswordWanted)
    assert "This computer's password vault cannot be used: it is locked." in visitor.text
    visitor.press("Alt-s")
    visitor.type(PASSWORD.reveal())
    visitor.press("Alt-o")
    visitor.until(Introduction)


def test_a_password_that_java_cannot_read_gets_a_successor(practice: Practice, comes: Callable[[], Visitor]) -> None:
    old = Secret("Pâques-2026")
    practice.path.write_bytes(_keystore(practice, old))
    practice.vault.passwords[practice.path] = old
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    visitor.until(NewPasswordWanted)
    visitor.type("short")
    visitor.press("Return")
    visitor.until(NewPasswordWanted, lambda page: page.problem)
    visitor.type("Azerty-123")
    visitor.press("Tab")
    visitor.type("Azerty-123")
    visitor.press("Return")
    visitor.until(ContractShown)
    visitor.accept()
    visitor.until(PinWanted)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    finish = visitor.until(Finish)
    assert "the one you chose" in visitor.text
    assert practice.keystores.read(Path(finish.renewal.new_path), Secret("Azerty-123")).authentication


def _keystore(practice: Practice, password: Secret) -> bytes:
    """The old keystore's identifying key under a password that this agent would not write."""
    old = practice.old.authentication
    assert old is not None
    encryption = BestAvailableEncryption(password.reveal().encode())
    assert isinstance(old.private_key, rsa.RSAPrivateKey)
    return pkcs12.serialize_key_and_certificates(
        b"authentication", old.private_key, old.certificate, old.chain[1:], encryption
    )


# ── eHealth ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_offline_says_so_and_tries_again_on_request(practice: Practice, comes: Callable[[], Visitor]) -> None:
    practice.sandbox.trouble(Scenario(scenarios.Trouble.HTTP_STATUS))
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    trouble = visitor.until(Trouble)
    assert isinstance(trouble.problem, ServiceError)
    assert trouble.problem.advice in visitor.text
    practice.sandbox.clear()
    visitor.press("Return")
    visitor.until(ContractShown)


def test_a_refusal_is_shown_as_it_came_and_can_be_put_aside(practice: Practice, comes: Callable[[], Visitor]) -> None:
    practice.sandbox.trouble(Scenario(scenarios.Trouble.REFUSAL))
    visitor = comes()
    _to_the_pin(visitor)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    trouble = visitor.until(Trouble)
    assert isinstance(trouble.problem, RenewalRefused)
    assert str(trouble.problem) in visitor.text
    practice.sandbox.clear()
    visitor.press("Return")
    visitor.until(ContractShown)


def test_closed_while_waiting_it_goes_on_later_without_the_card(tmp_path: Path, screen: str) -> None:
    clock = PatientClock()
    practice = Practice(tmp_path, clock=clock)
    practice.vault.passwords[practice.path] = PASSWORD
    visitor = Visitor(practice)
    _to_the_pin(visitor)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    visitor.until(Progress, lambda page: page.until)
    assert "The eID is no longer needed." in visitor.text
    assert "eHealth makes the certificate. Asking again in " in visitor.text
    assert "You may close this window: the agent goes on" in visitor.text
    visitor.close()
    clock.passes.set()
    visitor.leave()
    (unfinished,) = practice.journal.unfinished()
    assert unfinished.step is Step.COLLECT

    practice.card.remove()
    later = Visitor(practice)
    finish = later.until(Finish)
    assert finish.renewal.id == unfinished.id
    later.leave()


def test_a_return_too_many_closes_no_window(tmp_path: Path, screen: str) -> None:
    """Who presses it twice after the PIN meets the next page with the second one."""
    clock = PatientClock()
    practice = Practice(tmp_path, clock=clock)
    practice.vault.passwords[practice.path] = PASSWORD
    visitor = Visitor(practice)
    _to_the_pin(visitor)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    visitor.until(Progress, lambda page: page.until)
    visitor.press("Return", "space", "Return")
    assert visitor.window.is_open
    clock.passes.set()
    visitor.until(Finish)
    visitor.leave()


def test_what_is_being_done_is_marked(tmp_path: Path, screen: str) -> None:
    clock = PatientClock(FakeClock().instant)
    practice = Practice(tmp_path, clock=clock)
    practice.vault.passwords[practice.path] = PASSWORD
    visitor = Visitor(practice)
    _to_the_pin(visitor)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    visitor.until(Progress, lambda page: page.until)
    assert "Send the request to eHealth – done" in visitor.text
    assert "Receive the certificate – now" in visitor.text
    assert visitor.root.title().startswith("The renewal is under way")
    clock.passes.set()
    visitor.until(Finish)
    visitor.leave()


def test_while_it_begins_nothing_is_wrong(practice: Practice, screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Page] = []
    show = RenewalWindow.show

    def seen(window: RenewalWindow, page: Page) -> None:
        shown.append(page)
        show(window, page)

    monkeypatch.setattr(RenewalWindow, "show", seen)
    monkeypatch.setattr(tk.Tk, "mainloop", lambda root: root.destroy())
    renew_in_a_window(Wish(practice.path), lambda: practice.outside, practice.clock)
    assert [type(page) for page in shown if not isinstance(page, Busy)] == []


def test_a_page_has_the_keyboard_from_its_first_moment(screen: str) -> None:
    """Of a PIN that is typed at once no digit is lost: a PIN that lacks one costs a try."""
    root, look = new_window(scale=1.0, is_dark=False)
    try:
        window = RenewalWindow(root, look, Stage(), FakeClock(), lambda: True)
        root.update()
        window.show(PinWanted(GROUP, RESPONSIBLE, Environment.PRODUCTION, None))
        where = root.focus_lastfor()
    finally:
        root.destroy()
    assert isinstance(where, ttk.Entry)
