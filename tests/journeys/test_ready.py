"""Readiness, half a year before the end: in the terminal, and as the resident's child looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent import wiring
from agent.core.readiness import Need, missing_needs
from agent.core.survey import CardSeen, Readers, SlotSeen, Software
from agent.errors import MiddlewareMissing, Unreachable
from agent.ports import CardKey
from agent.sandbox.registry import Mandate
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from agent.watch.doctor import Ground
from agent.watch.judge import judge
from tests.journeys.practice import OTHERS, PASSWORD, PIN, RESPONSIBLE, Practice
from tests.journeys.test_recover import Terminal
from tests.watch.test_doctor import MODULE, OFFICIAL, ground


def with_card(practice: Practice) -> Software:
    """The eID in the reader, as the survey shows it."""
    eid = practice.card.identity()
    labels = {CardKey.SIGNATURE: "Signature", CardKey.AUTHENTICATION: "Authentication"}
    leaves = [(labels[key], eid.chain_der(key)[0]) for key in labels]
    above = [("CA", der) for der in eid.signature_chain_der[1:]]
    card = CardSeen("BELPIC", 0x18, 3, False, False, False, (*leaves, *above))
    return replace(OFFICIAL, slots=(SlotSeen("ACS", card),))


@pytest.fixture
def early(tmp_path: Path) -> Practice:
    """170 days before the end."""
    return Practice(tmp_path, days_left=170)


@pytest.fixture
def terminal(early: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    early.vault.keep(early.path, PASSWORD)
    terminal = Terminal(early, monkeypatch, capsys)
    put(terminal, monkeypatch)
    terminal.run("check")
    return terminal


def put(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, **other: object) -> None:
    """This computer, on which all is well but for `other`."""
    practice = terminal.practice

    def grounds(*_given: object) -> Ground:
        return ground(
            clock=practice.clock,
            journal=practice.journal,
            keystores=practice.keystores,
            vault=practice.vault,
            **other,
        )

    monkeypatch.setattr(wiring, "ground", grounds)


def needs(terminal: Terminal) -> tuple[Need, ...]:
    practice = terminal.practice
    (finding,) = judge(practice.journal.observations().values(), practice.clock.now())
    glance = finding.observation.glance
    assert glance is not None
    return missing_needs(finding, practice.journal.readiness()[glance.fingerprint])


def test_what_ehealth_has_is_shown_and_confirmed_once(terminal: Terminal) -> None:
    registered = terminal.practice.sandbox.state.registrations[0].contact
    code, said = terminal.run("ready", answers=["y"])
    assert code == 0, said
    assert registered.email_private in said
    assert terminal.asked == ["Is that still right? [y/N] "]
    assert needs(terminal) == ()
    code, said = terminal.run("ready")
    assert (code, terminal.asked) == (0, [])
    assert "confirmed here" in said


def test_what_is_not_right_any_more_is_for_the_renewal_and_nobody_is_reminded_of_it(terminal: Terminal) -> None:
    contact = terminal.practice.sandbox.state.registrations[0].contact
    code, said = terminal.run("ready", answers=["n"])
    assert code == 1
    assert f"{contact.email_private}, {contact.phone_private}, not right any more, as was said here" in said
    assert "The renewal asks for the right ones before anything is signed" in said
    assert needs(terminal) == ()
    code, said = terminal.run("ready")
    assert (code, terminal.asked) == (1, []), "it is asked once"
    assert "not right any more" in said
    (known,) = terminal.journal.readiness().values()
    assert contact.email_private not in repr(known)


def test_a_change_at_ehealth_is_to_be_confirmed_anew(terminal: Terminal) -> None:
    terminal.run("ready", answers=["y"])
    registration = terminal.practice.sandbox.state.registrations[0]
    registration.contact = replace(registration.contact, phone_private="003291234567")
    terminal.run("ready", "--json")
    assert needs(terminal) == (Need.CONTACT,)


def test_nobody_is_asked_by_the_resident_and_no_card_is_waited_for(terminal: Terminal) -> None:
    code, said = terminal.run("check", "--ready")
    assert (code, terminal.asked) == (0, [])
    assert terminal.practice.sandbox.state.registrations[0].contact.email_private not in said
    assert needs(terminal) == (Need.CONTACT,), "of a card that is not there nothing is said"
    assert terminal.practice.card.pin_entries == 0
    (known,) = terminal.journal.readiness().values()
    contact = terminal.practice.sandbox.state.registrations[0].contact
    assert contact.email_private not in repr(known)
    assert contact.phone_private not in repr(known)


def middleware_missing() -> object:
    raise MiddlewareMissing("/usr/lib")


def unreachable(_environment: object) -> object:
    raise Unreachable("services.ehealth.fgov.be", "no route")


@pytest.mark.parametrize(
    ("other", "need"),
    [
        ({"software": middleware_missing}, Need.SOFTWARE),
        ({"readers": lambda: Readers(None)}, Need.READER),
        ({"readers": lambda: Readers("it does not run")}, Need.READER),
    ],
)
def test_what_is_missing_here_is_found_and_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, other: dict[str, Callable[..., object]], need: Need
) -> None:
    terminal.run("ready", answers=["y"])
    put(terminal, monkeypatch, **other)
    code, said = terminal.run("ready")
    assert code == 2, said
    assert needs(terminal) == (need,)
    put(terminal, monkeypatch)
    assert terminal.run("ready")[0] == 0
    assert needs(terminal) == ()


def test_a_network_that_is_away_once_is_no_finding(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.run("ready", answers=["y"])
    put(terminal, monkeypatch, greet=unreachable)
    assert terminal.run("ready")[0] == 2
    assert needs(terminal) == ()
    terminal.run("ready")
    assert needs(terminal) == (Need.SERVICE,)


@pytest.mark.parametrize("is_still_there", [True, False], ids=["in the reader", "seen last month"])
def test_the_eid_must_last_until_the_planned_day(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, is_still_there: bool
) -> None:
    """The window opens 80 days from now; its signature certificate ends after 79."""
    practice = terminal.practice
    begun, ends = practice.clock.now() - timedelta(days=365), practice.clock.now() + timedelta(days=79)
    pki = practice.sandbox.pki
    practice.card = SoftwareCard(lambda key, public: pki.eid_chain(RESPONSIBLE, key, public, begun, ends), PIN)
    put(terminal, monkeypatch, software=lambda: (MODULE, 64, with_card(practice)))
    code, said = terminal.run("ready", answers=["y"])
    assert code == 1, said
    assert "ends on 20 May 2026, before it is needed on 21 May 2026" in said
    if not is_still_there:
        put(terminal, monkeypatch)
        code, said = terminal.run("ready")
        assert code == 1, said
        assert "before it is needed on 21 May 2026" in said
    assert needs(terminal) == (Need.SIGNATURE,)
    (known,) = terminal.journal.readiness().values()
    assert RESPONSIBLE.surname not in repr(known)


def test_one_that_lasts_is_remembered_as_fine(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    put(terminal, monkeypatch, software=lambda: (MODULE, 64, with_card(terminal.practice)))
    terminal.run("ready", answers=["y"])
    put(terminal, monkeypatch)
    code, said = terminal.run("ready")
    assert code == 0
    assert "of the eID that was last seen here: valid until" in said


def test_a_stored_password_that_opens_no_more(terminal: Terminal) -> None:
    terminal.run("ready", answers=["y"])
    terminal.practice.vault.keep(terminal.practice.path, Secret("wrong"))
    code, said = terminal.run("ready")
    assert code == 2
    assert "the stored one does not open it" in said
    assert Need.PASSWORD in needs(terminal)


def test_of_a_keystore_that_nobody_can_open_the_rest_is_told_all_the_same(terminal: Terminal) -> None:
    practice = terminal.practice
    closed = practice.path.with_name("toe.p12")
    until = practice.clock.now() + timedelta(days=170)
    practice.keystores.write(closed, practice.sandbox.issue_old(OTHERS, until), Secret("Another-1"))
    code, said = terminal.run("ready", str(closed))
    assert (code, terminal.asked) == (2, [])
    assert "The password of" in said
    assert "services.ehealth.fgov.be answers" in said


def test_of_several_it_is_said_whose_contact_data_is_asked_about(terminal: Terminal) -> None:
    practice = terminal.practice
    other = practice.path.with_name("ander.p12")
    practice.keystores.write(
        other, practice.sandbox.issue_old(OTHERS, practice.clock.now() + timedelta(days=170)), PASSWORD
    )
    practice.vault.keep(other, PASSWORD)
    code, said = terminal.run("ready", answers=["y", "n"])
    assert code == 1
    assert terminal.asked == ["Is that still right? [y/N] "] * 2
    assert "GROEP DE BRUG: eHealth reaches the responsible person at" in said
    assert "GROEP DE BRUG GENT: eHealth reaches the responsible person at" in said


def test_whom_the_eid_may_act_for_is_asked_only_when_wanted(terminal: Terminal) -> None:
    practice = terminal.practice
    terminal.run("ready", answers=["y"])
    assert practice.card.pin_entries == 0
    code, said = terminal.run("ready", "--qualities", answers=[PIN.reveal()])
    assert code == 0, said
    assert "costs its PIN, once" in said
    assert "Test Tweede Persoon may act for GROEP DE BRUG" in said
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = [Mandate("CBE", "0417497106", "Other")]
    code, said = terminal.run("ready", "--qualities", answers=[PIN.reveal()])
    assert code == 2
    assert "Test Tweede Persoon is not known to act for GROEP DE BRUG" in said
    assert practice.card.pin_entries == 2


def test_json(terminal: Terminal) -> None:
    code, said = terminal.run("ready", "--json")
    told = json.loads(said)
    assert (code, told["worst"]) == (1, "to do")
    assert [each["topic"] for each in told["checks"] if each["mark"] != "fine"] == ["ehealth.contact"]


def test_the_contact_data_is_shown_before_a_renewals_pin(tmp_path: Path) -> None:
    practice = Practice(tmp_path)
    practice.renew()
    contact = practice.sandbox.state.registrations[0].contact
    shown = next(n for n, text in enumerate(practice.door.texts) if contact.email_private in text)
    assert shown < next(n for n, text in enumerate(practice.door.texts) if "type the PIN" in text)
