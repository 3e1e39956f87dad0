"""The journal in a SQLite file.

Each call opens the file, does one transaction and closes it: calls may come from any thread or process. What was
written is on disk when the call returns (``synchronous = EXTRA``). It is the rollback journal, not WAL, because a home
folder may lie on a share, where WAL does not work.

Values are kept as JSON beside the columns that are searched. A file that is damaged, newer than this program or another
program's is refused and left as it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from agent.adapters.journal_record import Unreadable, read, written
from agent.adapters.journal_remembered import Remembered, Row, remembered
from agent.core.finding import Observation
from agent.core.glance import Fingerprint
from agent.core.readiness import Readiness
from agent.core.reminders import Reminded
from agent.core.renewal import Renewal
from agent.errors import JournalError
from agent.ports import Event, FileStamp, Journal, Word
from agent.text import N_, _

KEPT_EVENTS = 10_000

_APPLICATION = 0x65484341  # "eHCA", in the file's header: whose file it is
_PATIENCE_S = 10.0

_MIGRATIONS = (
    """
    CREATE TABLE renewals (id TEXT PRIMARY KEY, is_over INTEGER NOT NULL, value TEXT NOT NULL);
    CREATE INDEX unfinished ON renewals (is_over);
    CREATE TABLE events (number INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT NOT NULL);
    CREATE TABLE words (fingerprint TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE observations (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), value TEXT NOT NULL);
    """,
    "CREATE TABLE reminded (subject TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """
    DROP TABLE observations; -- what the last look found is found again by the next
    CREATE TABLE observations (
        only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
        paths BLOB NOT NULL, numbers BLOB NOT NULL, whats TEXT NOT NULL
    );
    """,
    "ALTER TABLE observations ADD COLUMN language TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE lost (path BLOB PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE readiness (fingerprint TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
"""The script that leads from each schema version (``user_version``) to the next. Never changed, only added to."""


class SqliteJournal(Journal):
    def __init__(self, path: Path) -> None:
        """The file and its folder are made, for this user's eyes only, when they are first needed."""
        self._path = path

    def save(self, renewal: Renewal) -> None:
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO renewals VALUES (?, ?, ?)", (renewal.id, renewal.is_over, written(renewal))
            )

    def unfinished(self) -> list[Renewal]:
        with self._opened() as database:
            rows = database.execute("SELECT value FROM renewals WHERE NOT is_over").fetchall()
            return sorted((read(Renewal, value) for (value,) in rows), key=lambda renewal: renewal.started)

    def renewal_of(self, fingerprint: Fingerprint) -> Renewal | None:
        return next((each for each in self.unfinished() if each.fingerprint == fingerprint), None)

    def note(self, event: Event) -> None:
        with self._writing() as database:
            number = database.execute("INSERT INTO events (value) VALUES (?)", (written(event),)).lastrowid
            database.execute("DELETE FROM events WHERE number <= ? - ?", (number, KEPT_EVENTS))

    def history(self, limit: int) -> list[Event]:
        with self._opened() as database:
            rows = database.execute("SELECT value FROM events ORDER BY number DESC LIMIT ?", (limit,)).fetchall()
            return [read(Event, value) for (value,) in rows]

    def observations(self) -> Mapping[FileStamp, Observation]:
        with self._opened() as database:
            return _remembered(database)

    def observations_of(self, stamps: Sequence[FileStamp]) -> list[Observation] | None:
        with self._opened() as database:
            return _remembered(database).of_all(stamps)

    def keep_observations(self, seen: Iterable[tuple[FileStamp, Observation]], forgotten: Iterable[str] = ()) -> None:
        with self._writing() as database:
            kept = {stamp.path: (stamp, observation) for stamp, observation in _remembered(database).items()}
            for path in forgotten:
                kept.pop(path, None)
            kept.update((stamp.path, (stamp, observation)) for stamp, observation in seen)
            row = remembered(kept.values()).row()
            database.execute("INSERT OR REPLACE INTO observations VALUES (1, ?, ?, ?, ?)", row)

    def lost(self) -> list[Observation]:
        with self._opened() as database:
            rows = database.execute("SELECT value FROM lost ORDER BY path").fetchall()
            return [read(Observation, value) for (value,) in rows]

    def keep_lost(self, lost: Iterable[Observation], found: Iterable[str] = ()) -> None:
        with self._writing() as database:
            database.executemany("DELETE FROM lost WHERE path = ?", [(os.fsencode(path),) for path in found])
            rows = [(os.fsencode(each.path), written(each)) for each in lost]
            database.executemany("INSERT OR REPLACE INTO lost VALUES (?, ?)", rows)

    def readiness(self) -> Mapping[Fingerprint, Readiness]:
        with self._opened() as database:
            rows = database.execute("SELECT fingerprint, value FROM readiness").fetchall()
            return {Fingerprint(fingerprint): read(Readiness, value) for fingerprint, value in rows}

    def keep_readiness(self, fingerprint: Fingerprint, readiness: Readiness) -> None:
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO readiness VALUES (?, ?)", (fingerprint, written(readiness)))

    def words(self) -> Mapping[Fingerprint, Word]:
        with self._opened() as database:
            rows = database.execute("SELECT fingerprint, value FROM words").fetchall()
            return {Fingerprint(fingerprint): read(Word, value) for fingerprint, value in rows}

    def keep_word(self, fingerprint: Fingerprint, word: Word) -> None:
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO words VALUES (?, ?)", (fingerprint, written(word)))

    def reminded(self) -> Mapping[str, Reminded]:
        with self._opened() as database:
            rows = database.execute("SELECT subject, value FROM reminded").fetchall()
            return {subject: read(Reminded, value) for subject, value in rows}

    def keep_reminded(self, reminded: Mapping[str, Reminded]) -> None:
        with self._writing() as database:
            rows = [(subject, written(each)) for subject, each in reminded.items()]
            database.executemany("INSERT OR REPLACE INTO reminded VALUES (?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection outside any transaction, and the translation of whatever goes wrong in it."""
        try:
            self._make_file()
            with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = EXTRA")
                self._migrate(database)
                yield database
        except sqlite3.Error as problem:
            raise JournalError(str(self._path), _sentence(problem)) from problem
        except OSError as problem:
            raise JournalError(str(self._path), (problem.strerror or type(problem).__name__).lower()) from problem
        except Unreadable as problem:
            text = _("it holds something that is not known here ({what})").format(what=problem)
            raise JournalError(str(self._path), text) from problem

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as database, _transaction(database, "IMMEDIATE"):
            yield database

    def _make_file(self) -> None:
        if not self._path.exists():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))

    def _migrate(self, database: sqlite3.Connection) -> None:
        with _transaction(database, "DEFERRED"):
            if self._version(database) == len(_MIGRATIONS):
                return
        with _transaction(database, "IMMEDIATE"):
            version = self._version(database)  # again: another process may have been faster
            for number, script in enumerate(_MIGRATIONS[version:], version + 1):
                for statement in script.split(";"):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {number}")
            database.execute(f"PRAGMA application_id = {_APPLICATION}")

    def _version(self, database: sqlite3.Connection) -> int:
        """The file's schema version, 0 for an empty file. In a transaction, so that what is read fits together.

        Raises: JournalError where this program cannot use the file.
        """
        (version,) = database.execute("PRAGMA user_version").fetchone()
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and (tables or version):
            raise JournalError(str(self._path), _("it is another program's file"))
        if version > len(_MIGRATIONS):
            text = _("a newer version of the agent wrote it; install that version again")
            raise JournalError(str(self._path), text)
        return int(version)


@contextmanager
def _transaction(database: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Committed at the end, rolled back with an error."""
    database.execute(f"BEGIN {kind}")
    with database:
        yield


def _remembered(database: sqlite3.Connection) -> Remembered:
    row = database.execute("SELECT paths, numbers, whats, language FROM observations").fetchone()
    return Remembered.read(Row(*row)) if row else remembered(())


_PROBLEMS = {
    sqlite3.SQLITE_BUSY: N_("another program holds it open for too long"),
    sqlite3.SQLITE_CANTOPEN: N_("it cannot be opened"),
    sqlite3.SQLITE_CORRUPT: N_("it is damaged; move it away to start a new one, or restore it from a copy"),
    sqlite3.SQLITE_FULL: N_("the disk is full"),
    sqlite3.SQLITE_IOERR: N_("the disk cannot be read or written"),
    sqlite3.SQLITE_NOTADB: N_("it is no journal, or damaged; move it away to start a new one"),
    sqlite3.SQLITE_PERM: N_("there is no right to write it"),
    sqlite3.SQLITE_READONLY: N_("there is no right to write it"),
}


def _sentence(problem: sqlite3.Error) -> str:
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF  # the upper bits say more than a person needs
    return _(_PROBLEMS[code]) if code in _PROBLEMS else _("SQLite says: {problem}").format(problem=problem)
