"""Completing, revoking, another password, activating: in windows, by keyboard, against the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.core.registration import CertificateStatus
from agent.core.x509 import fingerprint
from agent.desktop.windows.keystore_session import KeystoreWish
from agent.desktop.windows.life import KINDS
from agent.desktop.windows.life_drawn import draw
from agent.desktop.windows.life_pages import (
    Activated,
    BeforeActivating,
    BeforeRevoking,
    Completed,
    OtherPassword,
    PasswordChanged,
    Revoked,
)
from agent.desktop.windows.pages import ContractShown, Introduction, PinWanted, Trouble
from agent.desktop.windows.stage import Stage
from agent.errors import NothingToActivate
from agent.sandbox.scenarios import Scenario
from agent.sandbox.scenarios import Trouble as Bad
from agent.secret import Secret
from tests.desktop.windows.visitor import CARD_POLL_S, Visitor
from tests.journeys.practice import PASSWORD, PIN, Practice

NEW = "Nieuw-2026-slot"


class Guest(Visitor):
    """Sits before one of these windows."""

    def __init__(self, practice: Practice, kind: str, path: Path | None = None) -> None:
        stage = Stage()
        folders = (practice.path.parent,)
        wish = KeystoreWish(path, folders=folders, patterns=("*.p12",))
        session = KINDS[kind](wish, lambda: practice.outside, stage, CARD_POLL_S)
        self.practice = practice
        self._sit_down(practice, stage, session.run, draw)


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    practice = Practice(tmp_path)
    practice.vault.passwords[practice.path] = PASSWORD
    return practice


def status(practice: Practice) -> CertificateStatus:
    assert practice.old.authentication is not None
    return practice.journal.words()[fingerprint(practice.old.authentication.certificate)].status


def to_the_contract(guest: Guest) -> None:
    guest.until(BeforeRevoking)
    guest.press("space")  # the first reason
    guest.press("Alt-r")
    guest.until(ContractShown)


def test_a_certificate_is_taken_back(practice: Practice) -> None:
    guest = Guest(practice, "revoke", practice.path)
    guest.until(BeforeRevoking)
    assert "billing, insurance checks and prescriptions stop" in guest.text
    to_the_contract(guest)
    guest.accept()
    guest.until(PinWanted)
    guest.type(PIN.reveal())
    guest.press("Return")
    guest.until(Revoked)
    assert status(practice) is CertificateStatus.REVOKED
    guest.leave()


@pytest.mark.parametrize("page", [BeforeRevoking, ContractShown, PinWanted])
def test_revoking_that_is_broken_off_changes_nothing(practice: Practice, page: type) -> None:
    before = practice.path.read_bytes()
    guest = Guest(practice, "revoke", practice.path)
    guest.until(BeforeRevoking)
    if page is not BeforeRevoking:
        to_the_contract(guest)
    if page is PinWanted:
        guest.accept()
        guest.until(PinWanted)
    guest.leave()
    assert "Revoke" not in practice.services.actions
    assert status(practice) is CertificateStatus.VALID_ACTIVE
    assert practice.path.read_bytes() == before


def test_what_only_has_to_be_replaced_is_renewed_instead(practice: Practice) -> None:
    guest = Guest(practice, "revoke", practice.path)
    assert guest.until(BeforeRevoking).can_be_renewed
    guest.press("Alt-i")
    guest.until(Introduction)
    guest.leave()
    assert status(practice) is CertificateStatus.VALID_ACTIVE


def test_another_password_is_chosen_and_the_vault_has_it(practice: Practice) -> None:
    guest = Guest(practice, "password", practice.path)
    guest.until(OtherPassword)
    guest.type("short")
    guest.press("Return")
    guest.until(OtherPassword, lambda page: page.problem)
    guest.type(NEW)
    guest.press("Tab")
    guest.type(NEW)
    guest.press("Return")
    guest.until(PasswordChanged)
    assert practice.keystores.read(practice.path, Secret(NEW)).keys
    assert practice.vault.passwords[practice.path] == Secret(NEW)
    guest.leave()


def test_a_password_half_typed_changes_nothing(practice: Practice) -> None:
    before = practice.path.read_bytes()
    guest = Guest(practice, "password", practice.path)
    guest.until(OtherPassword)
    guest.type(NEW)
    guest.leave()
    assert practice.path.read_bytes() == before


def test_the_key_takes_over_and_what_others_use_is_told_before_and_after(practice: Practice) -> None:
    waiting = practice.renew(activate=False, keep_password=True)
    closed = Guest(practice, "activate", practice.path)
    first = closed.until(BeforeActivating)
    closed.leave()
    assert "ActivateETK" not in practice.services.actions

    guest = Guest(practice, "activate", Path(waiting.new_path))
    guest.until(BeforeActivating)
    assert first.now is not None
    assert first.now.key in guest.text
    guest.press("Return")
    done = guest.until(Activated)
    assert done.now is not None
    assert done.now != done.before == first.now
    assert done.now.key in guest.text
    guest.leave()


def test_nothing_to_activate_is_said(practice: Practice) -> None:
    guest = Guest(practice, "activate", practice.path)
    assert isinstance(guest.until(Trouble).problem, NothingToActivate)
    guest.leave()


def test_a_request_of_another_program_is_completed_by_itself_once_it_is_found(practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Bad.SLOW_DELIVERY, times=1, value=1))
    path = practice.requested_elsewhere()
    practice.vault.passwords[path] = PASSWORD
    guest = Guest(practice, "complete")
    guest.until(Completed)
    assert path.name in guest.text
    assert len(practice.keystores.read(path, PASSWORD).keys) == 3  # the old encryption key came along
    guest.leave()
