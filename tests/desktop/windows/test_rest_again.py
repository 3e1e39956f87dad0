"""The windows that complete, revoke, change a password and activate are closed at every page, and opened again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.registration import CertificateStatus
from agent.desktop.windows.life_pages import (
    Activated,
    BeforeActivating,
    BeforeRevoking,
    BegunFound,
    Completed,
    OtherPassword,
    PasswordChanged,
    Revoked,
)
from agent.desktop.windows.pages import Busy, CardWanted, ContractShown, Page, PasswordWanted, PinWanted, Progress
from agent.errors import WrongPassword
from agent.pipeline.files import finished_path
from agent.sandbox.scenarios import Scenario
from agent.sandbox.scenarios import Trouble as Bad
from agent.secret import Secret
from agent.watch.begun import Begun, requests_begun
from tests.desktop.windows.test_rest import NEW, Guest, status
from tests.desktop.windows.visitor import PatientClock
from tests.fakes import NOW
from tests.journeys.practice import OTHERS, PASSWORD, PIN, Practice

Way = Mapping[type[Page], Callable[[Guest], object]]
"""What leads on from each page, in their order."""


def give_password(guest: Guest) -> None:
    guest.press("Alt-s")  # not into the vault: the next one is asked for it again
    guest.type(PASSWORD.reveal())
    guest.press("Alt-o")


def give_pin(guest: Guest) -> None:
    guest.type(PIN.reveal())
    guest.press("Return")


def choose_another(guest: Guest) -> None:
    guest.type(NEW)
    guest.press("Tab")
    guest.type(NEW)
    guest.press("Return")


def give_a_reason(guest: Guest) -> None:
    guest.press("space", "Alt-r")


def go_on(guest: Guest) -> None:
    guest.press("Return")


def go_to(guest: Guest, last: type[Page], way: Way) -> None:
    for page, lead_on in way.items():
        if page is last:
            break
        guest.until(page)
        lead_on(guest)
    guest.until(last)


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    """Its password is in no vault."""
    return Practice(tmp_path, clock=PatientClock())


def let_time_pass(practice: Practice) -> None:
    assert isinstance(practice.clock, PatientClock)
    practice.clock.passes.set()


# ── Completing ───────────────────────────────────────────────────────────────────────────────────────────────────────

COMPLETING: Way = {BegunFound: go_on, PasswordWanted: give_password, Progress: lambda guest: guest}


def begun_elsewhere(practice: Practice, path: Path, hours_ago: int) -> Path:
    """A request in place of the keystore at `path`, which another program left half-finished in the folder."""
    begun = practice.requested_elsewhere(path)
    written = (NOW - timedelta(hours=hours_ago)).timestamp()
    os.utime(begun, (written, written))
    return begun


@pytest.fixture
def two(practice: Practice) -> tuple[Path, Path]:
    """Two half-finished requests, the older first."""
    practice.sandbox.state.scenarios.append(Scenario(Bad.SLOW_DELIVERY))
    practice.door.pins = [PIN, PIN]
    other = finished_path(practice.path.parent, OTHERS, practice.environment, NOW - timedelta(days=1000))
    practice.keystores.write(other, practice.sandbox.issue_old(OTHERS, NOW + timedelta(days=45)), PASSWORD)
    return begun_elsewhere(practice, other, hours_ago=2), begun_elsewhere(practice, practice.path, hours_ago=1)


def test_of_several_requests_the_newest_is_proposed_and_the_other_can_be_chosen(
    practice: Practice, two: tuple[Path, Path]
) -> None:
    practice.sandbox.clear()
    let_time_pass(practice)
    older, newest = two
    guest = Guest(practice, "complete")
    page = guest.until(BegunFound)
    assert [each.path for each in page.begun] == [newest, older]
    assert newest.name in guest.text
    guest.press("Down")
    assert older.name in guest.text
    go_on(guest)
    guest.until(PasswordWanted)
    give_password(guest)
    guest.until(Completed)
    guest.leave()
    assert len(practice.keystores.read(older, PASSWORD).keys) == 3  # the old encryption key came along
    assert [each.path for each in requests(practice)] == [newest]


def requests(practice: Practice) -> tuple[Begun, ...]:
    practice.vault.passwords.update(dict.fromkeys(practice.path.parent.iterdir(), PASSWORD))
    return requests_begun(practice.outside, [practice.path.parent], ["*.p12"])


@pytest.mark.parametrize("last", COMPLETING, ids=lambda kind: kind.__name__)
def test_completing_that_is_broken_off_goes_on_later(
    practice: Practice, two: tuple[Path, Path], last: type[Page]
) -> None:
    _older, newest = two
    before = newest.read_bytes()
    guest = Guest(practice, "complete")
    go_to(guest, last, COMPLETING)
    guest.close()
    let_time_pass(practice)
    guest.leave()
    assert newest.read_bytes() == before

    practice.sandbox.clear()
    again = Guest(practice, "complete")
    go_to(again, PasswordWanted, COMPLETING)
    give_password(again)
    again.until(Completed)
    again.leave()
    assert practice.keystores.read(newest, PASSWORD).authentication


# ── Revoking ─────────────────────────────────────────────────────────────────────────────────────────────────────────

REVOKING: Way = {
    PasswordWanted: give_password,
    BeforeRevoking: give_a_reason,
    CardWanted: lambda guest: guest.practice.card.insert(),
    ContractShown: lambda guest: guest.accept(),
    PinWanted: give_pin,
}


@pytest.mark.parametrize("last", REVOKING, ids=lambda kind: kind.__name__)
def test_revoking_that_is_broken_off_changes_nothing_and_is_done_later(practice: Practice, last: type[Page]) -> None:
    before = practice.path.read_bytes()
    practice.card.remove()
    guest = Guest(practice, "revoke", practice.path)
    go_to(guest, last, REVOKING)
    guest.leave()
    assert "Revoke" not in practice.services.actions
    assert practice.path.read_bytes() == before
    assert practice.card.tries_left == 3

    practice.card.remove()
    again = Guest(practice, "revoke", practice.path)
    go_to(again, PinWanted, REVOKING)
    give_pin(again)
    again.until(Revoked)
    again.leave()
    assert status(practice) is CertificateStatus.REVOKED


# ── Another password ─────────────────────────────────────────────────────────────────────────────────────────────────

CHANGING: Way = {PasswordWanted: give_password, OtherPassword: choose_another}


@pytest.mark.parametrize("last", CHANGING, ids=lambda kind: kind.__name__)
def test_a_change_of_password_that_is_broken_off_changes_nothing(practice: Practice, last: type[Page]) -> None:
    before = practice.path.read_bytes()
    guest = Guest(practice, "password", practice.path)
    go_to(guest, last, CHANGING)
    guest.leave()
    assert practice.path.read_bytes() == before

    again = Guest(practice, "password", practice.path)
    go_to(again, PasswordChanged, CHANGING)
    again.leave()
    assert practice.keystores.read(practice.path, Secret(NEW)).keys


def test_closed_while_every_key_is_proved_the_password_is_the_new_one_everywhere(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is brought to its end: a keystore whose password is not the vault's would be worse."""
    practice.vault.passwords[practice.path] = PASSWORD
    writes, goes_on = threading.Event(), threading.Event()
    write = practice.keystores.write

    def slowly(*arguments: object, **named: object) -> None:
        writes.set()
        assert goes_on.wait(30)
        write(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(practice.keystores, "write", slowly)
    guest = Guest(practice, "password", practice.path)
    guest.until(OtherPassword)
    choose_another(guest)
    guest.until(Busy)
    assert writes.wait(30)
    guest.close()
    goes_on.set()
    guest.leave()
    assert practice.keystores.read(practice.path, Secret(NEW)).keys
    assert practice.vault.passwords == {practice.path: Secret(NEW)}
    with pytest.raises(WrongPassword):
        practice.keystores.read(practice.path, PASSWORD)


# ── Activating ───────────────────────────────────────────────────────────────────────────────────────────────────────

ACTIVATING: Way = {PasswordWanted: give_password, BeforeActivating: go_on}


@pytest.mark.parametrize("last", ACTIVATING, ids=lambda kind: kind.__name__)
def test_activating_that_is_broken_off_changes_nothing_and_can_be_done_later(
    practice: Practice, last: type[Page]
) -> None:
    let_time_pass(practice)
    waiting = Path(practice.renew(activate=False).new_path)
    guest = Guest(practice, "activate", waiting)
    go_to(guest, last, ACTIVATING)
    guest.leave()
    assert "ActivateETK" not in practice.services.actions

    again = Guest(practice, "activate", waiting)
    go_to(again, Activated, ACTIVATING)
    again.leave()
    assert "activateETK" in practice.services.actions
