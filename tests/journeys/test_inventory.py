"""All certificates that a person manages, personal and by mandate, beside the keystores found here: one PIN."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.core.holder import Environment, Holder
from agent.core.inventory import Place, Row
from agent.core.inventory_offer import SUBJECT
from agent.core.registration import RevocationReason
from agent.core.renewal import Wanted
from agent.errors import AuthenticationCertificateMissing, NotYetDelivered, PinCancelled, PinWrong
from agent.pipeline.files import finished_path
from agent.pipeline.inventory import Inventory, take_inventory
from agent.pipeline.renew import request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.ports import CardKey, Eid, Outside, PinEntry
from agent.sandbox.registry import Mandate
from agent.secret import Secret
from agent.watch.known import known_findings
from agent.watch.look import Look
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice
from tests.journeys.test_first import CONTACT, ENTERPRISE

PATTERNS = ("*.p12", "*.acc-p12", "*.p12.pending")
PHARMACY = Holder("NIHII-PHARMACY", "99999922", None, "Apotheek Voorbeeld")
OWN = Holder("SSIN", RESPONSIBLE.ssin, None, RESPONSIBLE.surname)
STRANGERS = Holder("CBE", "0203430576", None, "Iemand Anders")


@dataclass
class Desk:
    practice: Practice

    @property
    def folder(self) -> Path:
        return self.practice.path.parent

    def take(self, environment: Environment = Environment.PRODUCTION) -> Inventory:
        self.practice.vault.keep(self.practice.path, PASSWORD)
        look = partial(known_findings, self.practice.outside, [self.folder], PATTERNS)
        eid = self.practice.card.identity()
        return take_inventory(environment, self.practice.outside, self.practice.door, eid, [self.folder], look)

    def issue(self, holder: Holder, days: int = 400, first_names: tuple[str, ...] = ()) -> Callable[[Path], Path]:
        """A certificate at eHealth; what comes back writes its keystore into a folder."""
        ends = self.practice.clock.now() + timedelta(days=days)
        keystore = self.practice.sandbox.issue_old(holder, ends, first_names=first_names)

        def save(folder: Path) -> Path:
            folder.mkdir(exist_ok=True)
            path = finished_path(folder, holder, Environment.PRODUCTION, ends - timedelta(days=1096))
            self.practice.keystores.write(path, keystore, PASSWORD)
            self.practice.vault.keep(path, PASSWORD)
            return path

        return save


@pytest.fixture
def desk(practice: Practice) -> Desk:
    return Desk(practice)


def places(taken: Inventory) -> list[tuple[str, str | None, Place]]:
    return [(row.name, row.holder.application_id, row.place) for row in taken.rows]


def row_of(taken: Inventory, holder: Holder) -> Row:
    (row,) = [row for row in taken.rows if (row.holder.type, row.holder.number) == (holder.type, holder.number)]
    return row


def test_one_pin_and_the_authentication_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[CardKey] = []
    sign = desk.practice.card.sign

    def signing(eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        used.append(key)
        return sign(eid, key, data, enter_pin)

    monkeypatch.setattr(desk.practice.card, "sign", signing)
    taken = desk.take()
    assert desk.practice.card.pin_entries == 1
    assert used == [CardKey.AUTHENTICATION]
    assert taken.person == RESPONSIBLE.full_name
    assert places(taken) == [("GROEP DE BRUG", None, Place.WATCHED)]
    assert desk.practice.services.actions == ["getCertificateInfoForCitizen"]


def test_personal_and_by_mandate_here_and_elsewhere(desk: Desk) -> None:
    desk.practice.sandbox.mandate(
        RESPONSIBLE.ssin, [Mandate(each.type, each.number, each.name or "") for each in (GROUP, PHARMACY, ENTERPRISE)]
    )
    desk.issue(OWN, first_names=("Test", "Tweede"))
    desk.issue(PHARMACY, days=30)
    desk.issue(ENTERPRISE)(desk.folder)
    desk.issue(STRANGERS)

    taken = desk.take()

    assert places(taken) == [
        ("Apotheek Voorbeeld", None, Place.ABSENT),
        ("Test Tweede Persoon", None, Place.ABSENT),
        ("GROEP DE BRUG", None, Place.WATCHED),  # ends in 45 days: that needs somebody too
        (ENTERPRISE.name, ENTERPRISE.application_id, Place.WATCHED),
    ]
    assert [row.needs_somebody for row in taken.rows] == [True, True, True, False]
    assert row_of(taken, PHARMACY).days == 30


def test_a_keystore_outside_of_the_watched_folders_is_not_watched(desk: Desk) -> None:
    path = desk.issue(PHARMACY)(desk.practice.folder / "desktop")
    assert row_of(desk.take(), PHARMACY).place is Place.ABSENT, "nobody knows of it here"
    desk.practice.door.pins.append(PIN)
    Look(desk.practice.keystores, desk.practice.vault, desk.practice.journal).at([path])  # as `status PATH` does
    row = row_of(desk.take(), PHARMACY)
    assert (row.place, row.paths) == (Place.UNWATCHED, (str(path),))


def test_a_keystore_whose_password_is_not_known_may_be_the_one(desk: Desk) -> None:
    path = desk.issue(PHARMACY)(desk.folder)
    desk.practice.vault.forget(path)
    assert row_of(desk.take(), PHARMACY).place is Place.LOCKED


def test_what_ehealth_took_back_while_a_file_is_here(desk: Desk) -> None:
    desk.issue(PHARMACY)(desk.folder)
    desk.issue(ENTERPRISE, days=-10)(desk.folder)
    desk.issue(OWN, days=-400)
    desk.practice.sandbox.state.registrations[1].revoked = RevocationReason.SUPERSEDED
    taken = desk.take()
    assert row_of(taken, PHARMACY).place is Place.ENDED
    assert row_of(taken, ENTERPRISE).place is Place.ENDED
    assert row_of(taken, OWN).place is Place.OVER


def test_an_ended_certificate_with_a_successor_is_nobodys_worry(desk: Desk) -> None:
    desk.issue(PHARMACY, days=-10)(desk.folder)
    desk.issue(PHARMACY, days=700)(desk.folder)
    rows = [row for row in desk.take().rows if row.holder.type == PHARMACY.type]
    assert [row.place for row in rows] == [Place.WATCHED, Place.REPLACED]
    assert not any(row.needs_somebody for row in rows)


def test_a_file_that_ehealth_does_not_list_for_this_person(desk: Desk) -> None:
    desk.practice.sandbox.mandate(RESPONSIBLE.ssin, [])
    row = row_of(desk.take(), GROUP)
    assert (row.place, row.status, row.paths) == (Place.UNLISTED, None, (str(desk.practice.path),))


def test_requests_that_go_on_here_and_elsewhere(desk: Desk) -> None:
    asked = First(ENTERPRISE, Wanted(CONTACT), Environment.PRODUCTION, desk.folder)
    with pytest.raises(NotYetDelivered):
        request_first(asked, desk.practice.outside, desk.practice.door, Options(PASSWORD, wait=False))
    desk.practice.door.pins.append(PIN)
    assert row_of(desk.take(), ENTERPRISE).place is Place.REQUESTED
    for path in desk.folder.glob("CBE*"):
        path.unlink()
    desk.practice.journal._renewals.clear()  # type: ignore[attr-defined] # as on another computer
    desk.practice.door.pins.append(PIN)
    assert row_of(desk.take(), ENTERPRISE).place is Place.REQUESTED_ELSEWHERE


def test_the_other_environment_is_another_world(desk: Desk) -> None:
    taken = desk.take(Environment.ACCEPTANCE)
    assert [row.place for row in taken.rows] == [Place.ABSENT], "the file here is one of production"
    acceptance = desk.practice.path.rename(desk.practice.path.with_suffix(".acc-p12"))
    desk.practice.vault.keep(acceptance, PASSWORD)
    desk.practice.door.pins.extend([PIN, PIN])
    assert [row.place for row in desk.take(Environment.ACCEPTANCE).rows] == [Place.WATCHED]
    assert [row.place for row in desk.take().rows] == [Place.ABSENT]


def test_nothing_changes_and_the_journal_keeps_the_day(desk: Desk) -> None:
    now, registrations = desk.practice.clock.now(), desk.practice.sandbox.state.registrations
    before = [(one.identifier, one.status(now)) for one in registrations]
    files = desk.practice.files()
    desk.take()
    assert [(one.identifier, one.status(now)) for one in registrations] == before
    assert desk.practice.files() == files
    (event,) = desk.practice.journal.history(10)
    assert (event.what, event.at, event.text) == ("inventory", now, "Inventory: 1 certificate.")
    assert desk.practice.journal.reminded()[SUBJECT].snoozed_until == now + timedelta(days=365)


def test_a_pin_that_is_wrong_or_not_given_ends_it_and_nothing_is_noted(desk: Desk) -> None:
    desk.practice.door.pins[:] = [Secret("9999")]
    with pytest.raises(PinWrong):
        desk.take()
    desk.practice.door.pins.clear()
    with pytest.raises(PinCancelled):
        desk.take()
    assert desk.practice.journal.history(10) == []
    assert SUBJECT not in desk.practice.journal.reminded()


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Terminal:
    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk, self.monkeypatch, self.capsys = desk, monkeypatch, capsys
        config = desk.practice.folder / "config.toml"
        config.write_text(f"[watch]\nfolders = ['{desk.folder}']\n")
        desk.practice.vault.keep(desk.practice.path, PASSWORD)
        self.config = config

    def run(self, *words: str, told: str = "") -> tuple[int, str, str]:
        def outside(_config: object) -> Outside:
            return self.desk.practice.outside

        self.monkeypatch.setattr(wiring, "outside", outside)
        self.monkeypatch.setattr("sys.stdin", StringIO(told))
        self.monkeypatch.setenv("COLUMNS", "80")
        code = cli.main(["--config", str(self.config), "inventory", *words])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err


@pytest.fixture
def terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(desk, monkeypatch, capsys)


def test_the_terminal_shows_a_table_without_national_numbers(desk: Desk, terminal: Terminal) -> None:
    desk.issue(OWN, first_names=("Test", "Tweede"))(desk.folder)
    desk.issue(PHARMACY, days=30)
    code, said, err = terminal.run("--pin-stdin", told=f"{PIN.reveal()}\n")
    assert code == 0, err
    assert desk.practice.card.pin_entries == 1
    assert "Certificates that Test Tweede Persoon manages (production):" in said
    assert "Apotheek Voorbeeld" in said
    assert "no keystore here" in said
    assert "2 certificates need attention." in said
    assert RESPONSIBLE.ssin not in said + err
    assert "SSIN" in said
    assert max(map(len, said.splitlines())) <= 80


def test_json_says_the_same_to_programs(desk: Desk, terminal: Terminal) -> None:
    desk.issue(OWN, first_names=("Test", "Tweede"))(desk.folder)
    code, said, _err = terminal.run("--json", "--pin-stdin", told=f"{PIN.reveal()}\n")
    assert code == 0
    told = json.loads(said)
    assert told["environment"] == "production"
    (own,) = [each for each in told["certificates"] if each["type"] == "SSIN"]
    assert (own["number"], own["place"], own["name"]) == (None, "watched", "Test Tweede Persoon")
    assert RESPONSIBLE.ssin not in said


def test_it_is_said_that_a_pin_is_asked_before_it_is(desk: Desk, terminal: Terminal) -> None:
    code, said, err = terminal.run()
    assert code == 2
    assert "That costs one PIN" in " ".join(said.split())
    assert "Nobody can be asked" in err
    assert desk.practice.card.pin_entries == 0


def test_a_card_that_cannot_identify_says_so(desk: Desk, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> object:
        raise AuthenticationCertificateMissing

    monkeypatch.setattr(desk.practice.card, "identity", missing)
    code, _said, err = terminal.run("--pin-stdin", told=f"{PIN.reveal()}\n")
    assert code == 1
    assert str(AuthenticationCertificateMissing()) in err.replace("\n", " ")
