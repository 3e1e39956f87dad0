from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.adapters import journal_sqlite
from agent.adapters.journal_sqlite import SqliteJournal
from agent.core.finding import Observation
from agent.core.holder import Environment
from agent.errors import JournalError
from agent.ports import Event, FileStamp
from tests.contracts.test_journal import BEGUN, observation, stamp
from tests.fakes import NOW

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> SqliteJournal:
    journal = SqliteJournal(path)
    journal.save(BEGUN)
    return journal


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_journal_is_for_this_users_eyes(journal: SqliteJournal, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_lies_beside_the_file_between_two_calls(journal: SqliteJournal, path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_every_write_waits_for_the_disk(journal: SqliteJournal) -> None:
    with journal._writing() as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (3,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_journal_that_is_no_database_is_refused_and_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is a letter, and a long one. " * 50)
    with pytest.raises(JournalError, match="no journal, or damaged"):
        SqliteJournal(path).save(BEGUN)
    assert path.read_bytes() == b"This is a letter, and a long one. " * 50


def test_a_damaged_journal_is_refused_and_kept(journal: SqliteJournal, path: Path) -> None:
    for number in range(50):
        journal.note(Event(NOW, "x", f"{number} " * 100))
    whole = bytearray(path.read_bytes())
    whole[4096:] = b"\xa5" * (len(whole) - 4096)
    path.write_bytes(whole)
    with pytest.raises(JournalError, match="it is damaged"):
        journal.history(10)
    with pytest.raises(JournalError, match="it is damaged"):
        journal.unfinished()
    assert path.read_bytes() == whole


def test_another_programs_database_is_refused_and_kept(path: Path) -> None:
    path.parent.mkdir()
    sql(path, "CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="another program's"):
        SqliteJournal(path).save(BEGUN)
    assert path.read_bytes() == before


def test_a_newer_journal_is_refused_and_kept(journal: SqliteJournal, path: Path) -> None:
    sql(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="a newer version of the agent wrote it"):
        journal.unfinished()
    assert path.read_bytes() == before


def test_a_journal_of_each_earlier_version_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = journal_sqlite._MIGRATIONS
    for version in range(1, len(scripts)):
        monkeypatch.setattr(journal_sqlite, "_MIGRATIONS", scripts[:version])
        SqliteJournal(path).save(BEGUN)
        monkeypatch.setattr(journal_sqlite, "_MIGRATIONS", scripts)
        SqliteJournal(path).keep_observations([(stamp("/k/a"), observation("/k/a"))])
        assert SqliteJournal(path).unfinished() == [BEGUN]
        assert len(SqliteJournal(path).observations()) == 1
        path.unlink()


@pytest.mark.parametrize("script", ["CREATE TABLE more (x); ALTER TABLE events ADD COLUMN y", "no SQL at all"])
def test_an_update_of_the_schema_is_done_whole_or_not_at_all(
    journal: SqliteJournal, path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(journal_sqlite, "_MIGRATIONS", (*journal_sqlite._MIGRATIONS, f"CREATE TABLE new (x); {script}"))
    if script == "no SQL at all":
        with pytest.raises(JournalError, match="SQLite says"):
            journal.unfinished()
        monkeypatch.undo()
    assert journal.unfinished() == [BEGUN]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("json_set(value, '$.step', 'make_coffee')", "Renewal.step cannot be 'make_coffee'"),
        ("json_set(value, '$.polls', 'many')", "Renewal.polls cannot be 'many'"),
        ("json_set(value, '$.polls', json('true'))", "Renewal.polls cannot be True"),
        ("json_set(value, '$.started', '2026-03-02')", "Renewal.started is no instant"),
        ("json_set(value, '$.holder.colour', 'red')", "Renewal.holder has no colour"),
        ("json_remove(value, '$.fingerprint')", "Renewal lacks fingerprint"),
        ("'[]'", r"Renewal cannot be \[\]"),
        ("'{'", "Renewal is no JSON"),
    ],
)
def test_a_renewal_that_is_not_understood_is_refused(
    journal: SqliteJournal, path: Path, changed: str, told: str
) -> None:
    sql(path, f"UPDATE renewals SET value = {changed}")
    with pytest.raises(JournalError, match=told):
        journal.unfinished()


def test_a_field_that_came_later_may_be_missing(journal: SqliteJournal, path: Path) -> None:
    sql(path, "UPDATE renewals SET value = json_remove(value, '$.ended_because')")
    assert journal.unfinished() == [BEGUN]


@pytest.mark.parametrize(
    "changed",
    [
        "paths = x'2f6b00'",
        "paths = ''",
        "numbers = x''",
        "numbers = substr(numbers, 1, 31)",
        "numbers = CAST(numbers || x'00' AS BLOB)",
        "numbers = CAST(substr(numbers, 1, 24) || x'0100000000000000' AS BLOB)",
        "whats = '[]'",
        "whats = '{'",
        "whats = json_set(whats, '$[0].environment', 'moon')",
        "whats = json_set(whats, '$[0].glance.encryption_keys', 'two')",
        "whats = json_set(whats, '$[0].password_needed', 0)",
        "whats = json_set(whats, '$[0].colour', 'red')",
        "whats = json_remove(whats, '$[0].glance')",
    ],
)
def test_observations_that_are_not_understood_are_refused(journal: SqliteJournal, path: Path, changed: str) -> None:
    journal.keep_observations([(stamp("/k/a"), observation("/k/a"))])
    sql(path, f"UPDATE observations SET {changed}")
    with pytest.raises(JournalError, match="not known here"):
        journal.observations()


def test_a_full_disk_is_told_and_nothing_is_half_written(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def small(path: Path, **options: object) -> sqlite3.Connection:
        database = connect(path, **options)  # type: ignore[call-overload]
        database.execute("PRAGMA max_page_count = 8")
        return database  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(JournalError, match="the disk is full"):
        journal.save(replace(BEGUN, ended_because="x" * 100_000))
    monkeypatch.undo()
    assert journal.unfinished() == [BEGUN]


def test_a_journal_that_is_held_open_for_too_long_is_told(
    journal: SqliteJournal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_sqlite, "_PATIENCE_S", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JournalError, match="another program holds it open"):
            journal.save(BEGUN)


def test_a_reader_is_not_kept_waiting_by_a_writer(journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_sqlite, "_PATIENCE_S", 0.01)
    with journal._writing() as writer:
        writer.execute("DELETE FROM renewals")
        assert journal.unfinished() == [BEGUN]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, where a folder should be")
    with pytest.raises(JournalError, match="cannot be used"):
        SqliteJournal(tmp_path / "state" / "journal.sqlite3").unfinished()
    (tmp_path / "folder.sqlite3").mkdir()
    with pytest.raises(JournalError, match="it cannot be opened"):
        SqliteJournal(tmp_path / "folder.sqlite3").unfinished()


def test_many_at_once_lose_nothing(path: Path) -> None:
    def one(number: int) -> None:
        journal = SqliteJournal(path)
        journal.note(Event(NOW, "x", str(number)))
        journal.keep_observations([(stamp(f"/k/{number}"), observation(f"/k/{number}"))])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(40)))
    assert {event.text for event in SqliteJournal(path).history(100)} == set(map(str, range(40)))
    assert len(SqliteJournal(path).observations()) == 40


def test_the_oldest_events_make_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_sqlite, "KEPT_EVENTS", 5)
    journal = SqliteJournal(path)
    for number in range(12):
        journal.note(Event(NOW, "x", str(number)))
    assert [event.text for event in journal.history(100)] == ["11", "10", "9", "8", "7"]


def test_what_many_files_have_in_common_is_written_once(path: Path) -> None:
    journal = SqliteJournal(path)
    copies = [FileStamp(f"/k/{number}", 1, 1, number) for number in range(1000)]
    journal.keep_observations((copy, observation(copy.path)) for copy in copies)
    with journal._opened() as database:
        (size,) = database.execute("SELECT length(whats) FROM observations").fetchone()
    assert size < len(copies)
    assert all(journal.observations()[copy] == observation(copy.path) for copy in copies)


@pytest.mark.parametrize(
    "odd",
    [
        FileStamp("/k/a", 0, 0, 0),
        FileStamp("/k/a", 2**40, -1, 2**64 - 1),  # a date before 1970, a number as some shares give them
    ],
)
def test_every_stamp_that_a_file_can_have_is_remembered(path: Path, odd: FileStamp) -> None:
    SqliteJournal(path).keep_observations([(odd, observation(odd.path))])
    assert dict(SqliteJournal(path).observations()) == {odd: observation(odd.path)}


def test_a_name_that_is_no_text_is_remembered_too(path: Path) -> None:
    odd = b"/k/\xff.p12".decode(errors="surrogateescape")
    seen = [(stamp(odd), Observation(odd, Environment.PRODUCTION, None, f"{odd} is empty."))]
    SqliteJournal(path).keep_observations(seen)
    assert dict(SqliteJournal(path).observations()) == dict(seen)
