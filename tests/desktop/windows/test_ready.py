"""Whether the next renewal could be done, in a window, by keyboard, against the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.core.doctor import Mark
from agent.core.finding import Finding
from agent.core.readiness import Need, missing_needs
from agent.core.survey import Readers, Software
from agent.desktop.windows.pages import CardWanted, Page, PinWanted, Trouble
from agent.desktop.windows.ready import ReadySession, ReadyWish
from agent.desktop.windows.ready_drawn import ReadyShownDrawn, draw
from agent.desktop.windows.ready_pages import ReadyShown, WhomAsked, WhomTrouble
from agent.desktop.windows.stage import Stage
from agent.errors import KeystoreNotFound, PinWrong
from agent.pipeline.files import finished_path
from agent.sandbox.registry import Mandate
from agent.sandbox.scenarios import Scenario
from agent.sandbox.scenarios import Trouble as Bad
from agent.secret import Secret
from agent.watch.doctor import Ground
from agent.watch.judge import judge
from tests.desktop.windows.applicant import Applicant
from tests.desktop.windows.visitor import CARD_POLL_S, Seated
from tests.journeys.practice import OTHERS, PASSWORD, PIN, RESPONSIBLE, Practice
from tests.watch.test_doctor import MODULE, OFFICIAL, ground


class Careful(Applicant):
    """Looks half a year ahead.

    Args:
        other: what is not well on this computer, as the doctor's ground has it.
    """

    def __init__(self, practice: Practice, path: Path | None = None, **other: Any) -> None:
        stage = Stage()
        wish = ReadyWish(path, [practice.path.parent], ("*.p12",))
        session = ReadySession(
            wish, lambda: practice.outside, lambda: self._ground(practice, other), stage, CARD_POLL_S
        )
        self.sheets, self.practice = [], practice
        self._sit_down(practice, stage, session.run, draw)

    @staticmethod
    def _ground(practice: Practice, other: dict[str, Any]) -> Ground:
        here = ground(
            clock=practice.clock, journal=practice.journal, keystores=practice.keystores, vault=practice.vault
        )
        return replace(here, **other)

    @property
    def checks(self) -> str:
        """What is in the text, line by line."""
        self.root.update()
        assert isinstance(self.window.drawn, ReadyShownDrawn)
        return self.window.drawn.area.text.get("1.0", "end-1c")

    def until_found(self) -> ReadyShown:
        return self.until(ReadyShown, lambda page: not page.is_looking)

    def confirm(self) -> None:
        self.letter("Still &right")

    def ask_for_whom(self) -> None:
        self.letter("&Whom the eID may act for…")

    def give_pin(self, pin: str = PIN.reveal()) -> None:
        self.until(PinWanted)
        self.type(pin)
        self.press("Return")


Comes = Callable[..., Careful]


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    """170 days before the end."""
    practice = Practice(tmp_path, days_left=170)
    practice.vault.keep(practice.path, PASSWORD)
    return practice


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Comes:

    def sit_down(path: Path | None = None, **other: Any) -> Careful:
        return seated(Careful(practice, path, **other))

    return sit_down


def finding_of(practice: Practice) -> Finding:
    findings = judge(practice.journal.observations().values(), practice.clock.now())
    return next(each for each in findings if each.observation.path == str(practice.path))


def needs(practice: Practice) -> Sequence[Need]:
    finding = finding_of(practice)
    assert finding.observation.glance is not None
    return missing_needs(finding, practice.journal.readiness()[finding.observation.glance.fingerprint])


def address(practice: Practice) -> str:
    email = practice.sandbox.state.registrations[0].contact.email_private
    assert email is not None
    return email


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_fills_while_things_are_found(practice: Practice, comes: Comes) -> None:
    goes_on = threading.Event()

    def slowly() -> tuple[Path, int, Software]:
        assert goes_on.wait(30)
        return MODULE, 64, OFFICIAL

    guest = comes(software=slowly)
    guest.until(ReadyShown, lambda page: page.here)
    assert "Looking …" in guest.text
    assert "GROEP DE BRUG" in guest.checks
    assert "…\tContact data" in guest.checks
    assert "Still" not in guest.text, "nothing is asked before there is something to look at"
    goes_on.set()
    guest.until_found()
    assert "…" not in guest.checks
    assert "✓ fine\tPasswords: the stored one opens the keystore" in guest.checks
    assert practice.card.pin_entries == 0


def test_a_yes_is_remembered_and_nobody_is_asked_or_reminded_again(practice: Practice, comes: Comes) -> None:
    guest = comes()
    guest.until_found()
    assert f"eHealth reaches the responsible person at {address(practice)}" in guest.text
    assert "Is that still right?" in guest.text
    assert "1 thing should be seen to." in guest.text
    assert "Say below whether they are still right." in guest.checks
    assert needs(practice) == (Need.CONTACT,)
    guest.confirm()
    guest.until(ReadyShown, lambda page: page.said_last)
    assert "confirmed here" in guest.checks
    assert "It was said here that this is still right." in guest.text
    assert needs(practice) == ()
    guest.leave()

    again = comes()
    again.until_found()
    assert "It was said here that this is still right." in again.text
    assert address(practice) not in repr(list(practice.journal.readiness().values()))


def test_a_no_says_what_becomes_of_it_and_can_be_taken_back(practice: Practice, comes: Comes) -> None:
    guest = comes()
    guest.until_found()
    guest.letter("&Not right any more")
    guest.until(ReadyShown, lambda page: page.said_last)
    assert "the renewal begins with it" in guest.text
    assert "The renewal asks for the right ones before anything is signed" in guest.checks
    assert needs(practice) == ()
    guest.confirm()
    guest.until(ReadyShown, lambda page: not any("not right" in check.said for check in page.checks))
    assert "confirmed here" in guest.checks


def test_what_is_missing_here_is_put_right_and_looked_at_again(practice: Practice, comes: Comes) -> None:
    readers = [Readers(None)]
    guest = comes(readers=lambda: readers[-1])
    guest.until_found()
    assert "1 thing stops a renewal" in guest.text
    assert "✗ stops\tReader" in guest.checks
    assert Need.READER in needs(practice)
    readers.append(ground().readers())
    guest.letter("Check &again")
    guest.until(ReadyShown, lambda page: not page.is_looking and "ACS" in guest.checks)
    assert "stops" not in guest.checks
    assert Need.READER not in needs(practice)


def test_of_several_keystores_one_after_the_other_is_asked_about(practice: Practice, comes: Comes) -> None:
    second = finished_path(practice.path.parent, OTHERS, practice.environment, practice.clock.now())
    until = practice.clock.now() + timedelta(days=170)
    practice.keystores.write(second, practice.sandbox.issue_old(OTHERS, until), PASSWORD)
    practice.vault.keep(second, PASSWORD)
    closed = practice.path.with_name("toe.p12")
    practice.keystores.write(closed, practice.sandbox.issue_old(OTHERS, until), Secret("Another-1"))
    guest = comes()
    page = guest.until_found()
    assert len(page.findings) == 3
    assert "The password of" in guest.checks
    asked = page.asks_of
    assert asked is not None
    guest.confirm()
    other = guest.until(ReadyShown, lambda page: page.said_last).asks_of
    assert other is not None
    assert other.finding.observation.path not in (asked.finding.observation.path, str(closed))
    guest.letter("&Not right any more")
    last = guest.until(ReadyShown, lambda page: page.said_last == other.finding.observation.path)
    assert [each.is_to_be_confirmed for each in last.own] == [False, False, False]


def test_a_folder_without_keystores_says_so_and_looks_again(practice: Practice, comes: Comes) -> None:
    aside = practice.path.rename(practice.path.parent.parent / "aside")
    guest = comes()
    assert isinstance(guest.until(Trouble).problem, KeystoreNotFound)
    aside.rename(practice.path)
    guest.press("Return")
    guest.until_found()


def test_ehealth_is_away_for_a_moment(practice: Practice, comes: Comes) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Bad.HTTP_STATUS, "GetCertificateInfoForAuthenticationCertificate"))
    guest = comes()
    guest.until_found()
    assert "Still" not in guest.text
    assert "to do\tContact data" in guest.checks
    practice.sandbox.clear()
    guest.letter("Check &again")
    guest.until(ReadyShown, lambda page: page.asks_of)
    guest.confirm()


# ── For whom ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_it_costs_is_said_then_one_pin_and_the_answer_stands_beside_the_rest(
    practice: Practice, comes: Comes
) -> None:
    guest = comes()
    guest.until_found()
    guest.ask_for_whom()
    guest.until(WhomAsked)
    assert "That costs the PIN, once." in guest.text
    assert practice.card.pin_entries == 0
    guest.press("Return")
    guest.until(PinWanted)
    assert "the list of organizations that you may act for" in guest.text
    guest.give_pin()
    guest.until(ReadyShown, lambda page: page.acting)
    assert "Test Tweede Persoon may act for GROEP DE BRUG" in guest.checks
    assert practice.card.pin_entries == 1

    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = [Mandate("CBE", "0417497106", "Other")]
    guest.ask_for_whom()
    guest.until(WhomAsked)
    guest.press("Return")
    guest.give_pin()
    guest.until(ReadyShown, lambda page: not all(check.mark is Mark.FINE for check in page.acting))
    assert "Test Tweede Persoon is not known to act for GROEP DE BRUG" in guest.checks
    assert "1 thing stops a renewal" in guest.text


def test_who_thinks_better_of_it_comes_back_to_what_was_found(practice: Practice, comes: Comes) -> None:
    guest = comes()
    guest.until_found()
    guest.ask_for_whom()
    guest.until(WhomAsked)
    guest.letter("&Back")
    guest.until_found()
    assert "GetActorQualities" not in practice.services.actions


def test_a_wrong_pin_and_a_network_that_is_away_lose_nothing(practice: Practice, comes: Comes) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Bad.HTTP_STATUS, "GetActorQualities"))
    guest = comes()
    guest.until_found()
    guest.ask_for_whom()
    guest.until(WhomAsked)
    guest.press("Return")
    guest.give_pin("9999")
    guest.until(PinWanted, lambda page: isinstance(page.problem, PinWrong))
    guest.give_pin()
    guest.until(WhomTrouble)
    guest.letter("&Back")
    guest.until_found()
    assert "confirmed" not in guest.checks
    guest.ask_for_whom()
    guest.until(WhomAsked)
    guest.press("Return")
    guest.give_pin()
    guest.until(WhomTrouble)
    practice.sandbox.clear()
    guest.press("Return")
    guest.give_pin()
    guest.until(ReadyShown, lambda page: page.acting)


# ── Broken off ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ask(guest: Careful) -> None:
    guest.until_found()
    guest.ask_for_whom()


_WAY: dict[type[Page], Callable[[Careful], object]] = {
    ReadyShown: ask,
    WhomAsked: lambda guest: guest.press("Return"),
    CardWanted: lambda guest: guest.practice.card.insert(),
    PinWanted: Careful.give_pin,
    WhomTrouble: lambda guest: guest.letter("&Back"),
}


@pytest.mark.parametrize("last", _WAY, ids=lambda kind: kind.__name__)
def test_it_can_be_closed_at_every_page_and_opened_again(practice: Practice, comes: Comes, last: type[Page]) -> None:
    practice.card.remove()
    practice.sandbox.state.scenarios.append(Scenario(Bad.HTTP_STATUS, "GetActorQualities"))
    guest = comes()
    for page, lead_on in _WAY.items():
        guest.until(page)
        if page is last:
            break
        lead_on(guest)
    guest.leave()
    assert practice.card.tries_left == 3
    assert "GetActorQualities" not in practice.services.actions or last is WhomTrouble

    practice.sandbox.clear()
    practice.card.insert()
    again = comes()
    for page in (ReadyShown, WhomAsked, PinWanted):
        again.until(page)
        _WAY[page](again)
    again.until(ReadyShown, lambda page: page.acting)
    again.confirm()
    again.until(ReadyShown, lambda page: page.said_last)
    assert "may act for GROEP DE BRUG" in again.checks, "what was asked stays beside what is said"


def test_closed_while_it_looks_it_looks_no_further(practice: Practice, comes: Comes) -> None:
    goes_on, told = threading.Event(), threading.Event()

    def slowly() -> tuple[Path, int, Software]:
        assert goes_on.wait(30)
        return MODULE, 64, OFFICIAL

    def stop() -> None:
        told.set()
        goes_on.set()

    guest = comes(software=slowly, stop_looking=stop)
    guest.until(ReadyShown, lambda page: page.here)
    guest.close()
    assert told.is_set(), "what is still looked at is stopped"
    guest.leave()
