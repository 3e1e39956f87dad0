from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.journal_sqlite import SqliteJournal
from agent.core.finding import Observation
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.readiness import Need, Readiness
from agent.core.registration import CertificateStatus, ContactData, PublicKeyIdentifier, TokenStatus
from agent.core.reminders import Reminded, Told
from agent.core.renewal import Renewal, Step
from agent.ports import Event, FileStamp, Journal, Word
from tests.fakes import NOW, MemoryJournal

OLD, OTHER = Fingerprint("0f" * 32), Fingerprint("1e" * 32)
HOLDER = Holder("NIHII-GROUP", "71234567", "APP-1", "THUISVERPLEGING ’T HOEKJE")
BEGUN = Renewal("id-1", NOW, Step.MAKE_KEY, Environment.PRODUCTION, HOLDER, "/k/old.p12", "/k/new.p12", OLD)
GLANCE = Glance("CN=a", HOLDER, NOW, NOW + timedelta(days=1096), OLD, pending=False, encryption_keys=2)


@pytest.fixture(params=["memory", "SQLite"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Journal]:
    """Gives the journal as another process would find it."""
    if request.param == "memory":
        journal = MemoryJournal()
        return lambda: journal
    return lambda: SqliteJournal(tmp_path / "state" / "journal.sqlite3")


def stamp(path: str, modified_ns: int = 1) -> FileStamp:
    return FileStamp(path, 5000, modified_ns, 2**63 - 1)


def observation(path: str) -> Observation:
    return Observation(path, Environment.PRODUCTION, GLANCE)


def test_a_new_journal_knows_nothing(reopened: Callable[[], Journal]) -> None:
    journal = reopened()
    assert journal.unfinished() == []
    assert journal.renewal_of(OLD) is None
    assert journal.history(10) == []
    assert dict(journal.observations()) == {}
    assert dict(journal.words()) == {}
    assert dict(journal.reminded()) == {}


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.DONE, Step.ENDED)])
def test_a_renewal_is_found_again_as_it_stood(reopened: Callable[[], Journal], step: Step) -> None:
    renewal = replace(
        BEGUN,
        step=step,
        request_id="_1",
        public_key_identifier=PublicKeyIdentifier("AB" * 20),
        by_hand=True,
        polls=7,
        next_poll=NOW + timedelta(seconds=10, microseconds=5),
        token_to_activate=False,
        contact=ContactData("a@b.be", "0032470123456", phone_general="003291234567"),
    )
    reopened().save(BEGUN)
    reopened().save(renewal)
    assert reopened().unfinished() == [renewal]
    assert reopened().renewal_of(OLD) == renewal
    assert reopened().renewal_of(OTHER) is None


@pytest.mark.parametrize("step", [Step.DONE, Step.ENDED])
def test_a_renewal_that_is_over_is_not_begun_again(reopened: Callable[[], Journal], step: Step) -> None:
    reopened().save(BEGUN)
    reopened().save(replace(BEGUN, step=step, ended_because="Refused."))
    assert reopened().unfinished() == []
    assert reopened().renewal_of(OLD) is None


def test_unfinished_renewals_come_oldest_first(reopened: Callable[[], Journal]) -> None:
    later = replace(BEGUN, id="id-2", fingerprint=OTHER, started=NOW + timedelta(hours=1))
    reopened().save(later)
    reopened().save(BEGUN)
    assert reopened().unfinished() == [BEGUN, later]


def test_history_is_told_newest_first(reopened: Callable[[], Journal]) -> None:
    events = [
        Event(NOW + timedelta(minutes=minute), "renewal.send", f"Line {minute} – é", "/k/old.p12", (("id", "_1"),))
        for minute in range(3)
    ]
    plain = Event(NOW, "agent.started", "Written last, whatever its date.")
    for event in (*events, plain):
        reopened().note(event)
    assert reopened().history(3) == [plain, events[2], events[1]]
    assert reopened().history(100) == [plain, *reversed(events)]


def test_what_was_seen_holds_while_the_stamp_does(reopened: Callable[[], Journal]) -> None:
    reopened().keep_observations([(stamp("/k/é.p12"), observation("/k/é.p12"))])
    remembered = reopened().observations()
    assert remembered[stamp("/k/é.p12")] == observation("/k/é.p12")
    assert remembered.get(stamp("/k/é.p12", modified_ns=2)) is None
    assert [known.path for known in remembered] == ["/k/é.p12"]


def test_each_kind_of_observation_is_remembered(reopened: Callable[[], Journal]) -> None:
    seen = {
        stamp("/k/a"): observation("/k/a"),
        stamp("/k/b"): Observation("/k/b", Environment.ACCEPTANCE, replace(GLANCE, holder=None, pending=True)),
        stamp("/k/c"): Observation("/k/c", Environment.PRODUCTION, None, "It is empty."),
        stamp("/k/d"): Observation("/k/d", Environment.PRODUCTION, None, "No password.", password_needed=True),
        stamp("/k/e"): Observation("/k/e", Environment.PRODUCTION, None, "Held open.", lasting=False),
    }
    reopened().keep_observations(seen.items())
    assert dict(reopened().observations()) == seen


def test_a_changed_file_is_remembered_anew_and_a_forgotten_one_not_at_all(reopened: Callable[[], Journal]) -> None:
    reopened().keep_observations([(stamp(path), observation(path)) for path in ("/k/a", "/k/b", "/k/c")])
    reopened().keep_observations([(stamp("/k/b", 2), observation("/k/b"))], forgotten=["/k/a", "/k/never-seen"])
    assert set(reopened().observations()) == {stamp("/k/b", 2), stamp("/k/c")}


def test_what_was_seen_wins_over_forgetting_it(reopened: Callable[[], Journal]) -> None:
    reopened().keep_observations([(stamp("/k/a"), observation("/k/a"))], forgotten=["/k/a"])
    assert set(reopened().observations()) == {stamp("/k/a")}


def test_what_is_lost_is_kept_until_it_is_found(reopened: Callable[[], Journal]) -> None:
    assert reopened().lost() == []
    reopened().keep_lost([observation("/k/b"), observation("/k/é\udcff")])
    reopened().keep_lost([observation("/k/a")], found=["/k/é\udcff", "/k/never-lost"])
    newer = observation("/k/b")._replace(environment=Environment.ACCEPTANCE)
    reopened().keep_lost([newer], found=["/k/b"])
    assert reopened().lost() == [observation("/k/a"), newer]


def test_readiness_is_kept_for_each_certificate(reopened: Callable[[], Journal]) -> None:
    first = Readiness(NOW)
    second = Readiness(NOW, (Need.SOFTWARE, Need.PASSWORD), 2, NOW + timedelta(days=9), "ab", "cd")
    reopened().keep_readiness(OLD, first)
    reopened().keep_readiness(OTHER, first)
    reopened().keep_readiness(OLD, second)
    assert dict(reopened().readiness()) == {OLD: second, OTHER: first}


def test_the_last_word_of_the_platform_is_kept(reopened: Callable[[], Journal]) -> None:
    first = Word(NOW, CertificateStatus.VALID_ACTIVE, TokenStatus.NOT_REQUESTED, None)
    second = Word(NOW, CertificateStatus.REVOKED, TokenStatus.VALID_ACTIVE, NOW + timedelta(days=9), ("codage",))
    reopened().keep_word(OLD, first)
    reopened().keep_word(OTHER, first)
    reopened().keep_word(OLD, second)
    assert dict(reopened().words()) == {OLD: second, OTHER: first}


def test_what_was_told_is_kept_for_each_certificate(reopened: Callable[[], Journal]) -> None:
    first = Reminded((Told(NOW, 90),), NOW + timedelta(days=7))
    second = Reminded((Told(NOW, 90), Told(NOW + timedelta(days=30), 60)))
    reopened().keep_reminded({OLD: first, "/k/é.p12": first})
    reopened().keep_reminded({OLD: second})
    assert dict(reopened().reminded()) == {OLD: second, "/k/é.p12": first}


def test_the_quick_way_holds_for_just_the_remembered_files(reopened: Callable[[], Journal]) -> None:
    paths = ["/k/a.p12", "/k/b.p12"]
    reopened().keep_observations((stamp(path), observation(path)) for path in reversed(paths))
    assert reopened().observations_of([stamp(path) for path in paths]) == [observation(path) for path in paths]
    assert reopened().observations_of([stamp("/k/a.p12")]) is None
    assert reopened().observations_of([stamp("/k/a.p12"), stamp("/k/b.p12", modified_ns=2)]) is None
