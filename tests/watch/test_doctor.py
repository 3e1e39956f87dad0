"""Everything looked at, good and bad, through stand-ins for the outside; one that hangs or fails is a line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from agent.config import Config
from agent.core.doctor import Check, Mark, Topic, exit_code, fine
from agent.core.doctor_computer import DesktopSeen, FolderSeen
from agent.core.finding import Observation
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment
from agent.core.survey import Reader, Readers, Software
from agent.errors import (
    AutostartFailed,
    CardFailed,
    ConfigError,
    JournalError,
    MiddlewareMissing,
    MiddlewareUnusable,
    Unreachable,
    VaultUnavailable,
)
from agent.ports import Event, FileStamp, Keystores
from agent.protocol.wire import HttpReply
from agent.secret import Secret
from agent.watch import doctor
from agent.watch.doctor import Ground, Probe, examine, probes
from tests.fakes import NOW, FakeClock, MemoryJournal, MemoryVault

FOLDER = Path("/practice/keystore")
KEYSTORE, ACCEPTANCE = FOLDER / "a.p12", FOLDER / "b.acc-p12"
OFFICIAL = Software("Belgium Government", "Belgium eID PKCS#11 interface v2", "5.1", ())
MODULE = Path("/usr/lib/libbeidpkcs11.so.0")


@dataclass
class Files:
    """Keystores, of which only the names matter here."""

    paths: Sequence[Path] = (KEYSTORE,)

    def found(self, folders: object, patterns: object) -> list[FileStamp]:
        return [FileStamp(str(path), 1, 1, 1) for path in self.paths]


def answered(environment: Environment) -> HttpReply:
    return HttpReply(405, "", b"", format_datetime(NOW, usegmt=True))


def ground(**other: Any) -> Ground:
    """A computer on which all is well, but for `other`."""
    well = Ground(
        clock=FakeClock(),
        config=Config(folders=(FOLDER,)),
        config_problem=None,
        config_path=Path("/home/x/config.toml"),
        keystores=cast(Keystores, Files()),
        vault=MemoryVault({KEYSTORE: Secret("Azerty-123"), ACCEPTANCE: Secret("Azerty-123")}),
        journal=MemoryJournal(events=[Event(NOW, "renewal.send", "sent")]),
        readers=lambda: Readers(None, (Reader("ACS", None),)),
        software=lambda: (MODULE, 64, OFFICIAL),
        stop_looking=lambda: None,
        greet=answered,
        folder=lambda folder: FolderSeen(str(folder), is_there=True),
        desktop=lambda: DesktopSeen("X11", "8.6.13"),
        notifications=lambda: "dunst 1.9",
        is_running=lambda: True,
        starts_at_login=lambda: True,
    )
    return replace(well, **other)


def found(**other: Any) -> dict[Topic, Check]:
    return {check.topic: check for check in examine(probes(ground(**other)), time_out_s=30)}


def test_where_all_is_well_but_no_card_is_there_one_thing_is_left_to_do() -> None:
    checks = found()
    assert [check.topic for check in checks.values() if check.mark is not Mark.FINE] == [Topic.CARD]
    assert exit_code(list(checks.values())) == 1
    not_looked_at = {Topic.AUTHENTICATION, Topic.SIGNATURE, Topic.PIN, Topic.ACCEPTANCE, Topic.CONTACT, Topic.QUALITIES}
    assert set(checks) == set(Topic) - not_looked_at
    assert all(check.todo == "" for check in checks.values() if check.mark is Mark.FINE)


def raises(problem: Exception) -> Callable[..., NoReturn]:
    def fail(*_arguments: object) -> NoReturn:
        raise problem

    return fail


class BrokenJournal(MemoryJournal):
    def history(self, limit: int) -> list[Event]:
        raise JournalError("/journal", "it is damaged")

    observations = history  # type: ignore[assignment]


class Forgetful(MemoryVault):
    def keep(self, path: Path, password: Secret) -> None: ...


BAD: Sequence[tuple[str, dict[str, Any], Topic, Mark, str]] = [
    (
        "no service",
        {"readers": lambda: Readers("the card service is not running")},
        Topic.SERVICE,
        Mark.STOPS,
        "not run",
    ),
    ("no reader", {"readers": lambda: Readers(None)}, Topic.READERS, Mark.STOPS, "No card reader"),
    ("no software", {"software": raises(MiddlewareMissing("/x"))}, Topic.SOFTWARE, Mark.STOPS, "not found"),
    ("32-bit", {"software": raises(MiddlewareUnusable("/x", "it is 32-bit"))}, Topic.SOFTWARE, Mark.STOPS, "32-bit"),
    (
        "OpenSC",
        {"software": lambda: (MODULE, 64, Software("OpenSC", "", "0.23", ()))},
        Topic.SOFTWARE,
        Mark.STOPS,
        "cannot sign",
    ),
    ("card broken", {"software": raises(CardFailed("reading", "0x30"))}, Topic.SOFTWARE, Mark.TODO, "0x30"),
    ("no way", {"greet": raises(Unreachable("https://x", "no answer"))}, Topic.PRODUCTION, Mark.STOPS, "no answer"),
    ("no date", {"greet": raises(Unreachable("https://x", "no answer"))}, Topic.CLOCK, Mark.TODO, "no service told"),
    ("proxy", {"greet": lambda _each: HttpReply(407, "", b"")}, Topic.PRODUCTION, Mark.STOPS, "407"),
    ("no folder", {"folder": lambda each: FolderSeen(str(each), False)}, Topic.FOLDER, Mark.TODO, "not there"),
    ("no keystore", {"keystores": Files(())}, Topic.FOUND, Mark.TODO, "no keystore"),
    ("no password", {"vault": MemoryVault()}, Topic.PASSWORDS, Mark.TODO, "a.p12: none is stored"),
    (
        "locked",
        {"vault": MemoryVault(problem=VaultUnavailable("it is locked"))},
        Topic.VAULT,
        Mark.TODO,
        "it is locked",
    ),
    ("forgetful", {"vault": Forgetful()}, Topic.VAULT, Mark.TODO, "did not come back"),
    ("no tray", {"desktop": lambda: DesktopSeen(None, "8.6")}, Topic.TRAY, Mark.TODO, "no icons"),
    ("no Tk", {"desktop": lambda: DesktopSeen(None, None, "no Tk", "Install")}, Topic.WINDOWS, Mark.TODO, "no Tk"),
    ("no notifications", {"notifications": lambda: None}, Topic.NOTIFICATIONS, Mark.TODO, "none"),
    ("bad config", {"config_problem": ConfigError("c", "unknown")}, Topic.CONFIG, Mark.STOPS, "c: unknown"),
    ("bad journal", {"journal": BrokenJournal()}, Topic.JOURNAL, Mark.STOPS, "damaged"),
    ("not running", {"is_running": lambda: False}, Topic.RUNNING, Mark.TODO, "not running"),
    ("not at login", {"starts_at_login": lambda: False}, Topic.AUTOSTART, Mark.TODO, "does not start"),
    ("autostart fails", {"starts_at_login": raises(AutostartFailed("denied"))}, Topic.AUTOSTART, Mark.TODO, "denied"),
    ("a bug", {"is_running": raises(ZeroDivisionError("Canary"))}, Topic.RUNNING, Mark.TODO, "(ZeroDivisionError)"),
]


@pytest.mark.parametrize(("other", "topic", "mark", "said"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_what_is_wrong_is_a_line_that_says_what_to_do(
    other: dict[str, Any], topic: Topic, mark: Mark, said: str
) -> None:
    check = found(**other)[topic]
    assert (check.mark, bool(check.todo)) == (mark, True)
    assert said in check.found
    assert "Canary" not in check.found + check.todo


def test_environments_are_those_of_the_keystores() -> None:
    assert {Topic.PRODUCTION, Topic.ACCEPTANCE} & set(found()) == {Topic.PRODUCTION}
    assert {Topic.PRODUCTION, Topic.ACCEPTANCE} & set(found(keystores=Files((ACCEPTANCE,)))) == {Topic.ACCEPTANCE}
    both = found(keystores=Files((KEYSTORE, ACCEPTANCE)))
    assert both[Topic.PRODUCTION].mark is both[Topic.ACCEPTANCE].mark is Mark.FINE


def test_a_stored_password_that_did_not_open_its_file_is_named() -> None:
    journal = MemoryJournal()
    seen = Observation(str(KEYSTORE), Environment.PRODUCTION, None, "no", password_needed=True)
    journal.keep_observations([(FileStamp(str(KEYSTORE), 1, 1, 1), seen)])
    assert found(journal=journal)[Topic.PASSWORDS].found == f"{KEYSTORE}: the stored one does not open it"


def test_the_card_is_needed_on_the_first_day_of_the_next_window(monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[object] = []

    def checks(*facts: object) -> list[Check]:
        planned.append(facts[-1])
        return []

    monkeypatch.setattr(doctor, "software_checks", checks)
    journal = MemoryJournal()
    found(journal=journal)
    for number, days in enumerate((700, 400, 45, -3)):
        glance = Glance("CN=x", None, NOW, NOW + timedelta(days=days), Fingerprint(str(number)), False, 1)
        seen = Observation(f"/{number}.p12", Environment.PRODUCTION, glance)
        journal.keep_observations([(FileStamp(f"/{number}.p12", 1, 1, 1), seen)])
    found(journal=journal)
    assert planned == [None, NOW + timedelta(days=310)]


def test_the_vault_keeps_nothing_of_it() -> None:
    vault = MemoryVault({KEYSTORE: Secret("Azerty-123")})
    found(vault=vault)
    assert vault.passwords == {KEYSTORE: Secret("Azerty-123")}


@dataclass
class Hanging:
    """A look that ends only once it is given up."""

    given_up: threading.Event = field(default_factory=threading.Event)

    def look(self) -> list[Check]:
        self.given_up.wait(60)
        return []


def test_what_hangs_is_given_up_and_said_and_keeps_nothing_else() -> None:
    hanging, told = Hanging(), []
    quick = Probe(Topic.CLOCK, lambda: [fine(Topic.CLOCK, "right")])
    slow = Probe(Topic.SOFTWARE, hanging.look, give_up=hanging.given_up.set)
    checks = examine([slow, quick], lambda position, checks: told.append((position, checks)), time_out_s=0.5)
    assert hanging.given_up.is_set()
    assert [(check.topic, check.mark) for check in checks] == [(Topic.SOFTWARE, Mark.TODO), (Topic.CLOCK, Mark.FINE)]
    assert "no answer within 0.5 seconds" in checks[0].found
    assert [position for position, _checks in told] == [1, 0]


def test_a_folder_that_does_not_answer_keeps_no_service_from_being_asked() -> None:
    class Away(Files):
        def found(self, folders: object, patterns: object) -> list[FileStamp]:
            hanging.given_up.wait(60)
            return []

    hanging = Hanging()
    service = next(each for each in probes(ground(keystores=cast(Keystores, Away()))) if each.topic is Topic.PRODUCTION)
    (check, clock) = examine([service], time_out_s=30)
    hanging.given_up.set()
    assert (check.mark, clock.mark) == (Mark.FINE, Mark.FINE)
