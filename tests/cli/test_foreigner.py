"""What the terminal says of a request that a person without Belgian residence has to log in for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import wiring
from agent.adapters.journal_sqlite import SqliteJournal
from agent.core.reminders import NOTHING_TOLD, due, in_one, subject_of, told_now
from agent.core.renewal import Renewal
from agent.sandbox.services import Sandbox
from agent.sandbox.web import SandboxServer
from agent.watch.judge import judge, with_requests
from agent.watch.look import Look
from tests.cli import test_commands
from tests.cli.test_commands import Terminal
from tests.fakes import NOW, MemoryVault
from tests.journeys.practice import PASSWORD, Practice
from tests.journeys.test_foreigner import NUMBER, waiting

terminal = test_commands.terminal

ASK = ("--surname", "Étranger", "--first-names", "Jean", "--email", "jean@example.org", "--phone", "+33 6 12 34 56 78")


@pytest.fixture
def begun(tmp_path: Path, terminal: Terminal) -> Renewal:
    """A request that waits for its person, in this computer's journal; its password is in the vault."""
    practice = Practice(tmp_path)
    renewal = waiting(practice)
    wiring.journal().save(renewal)
    terminal.vault.keep(Path(f"{renewal.new_path}.pending"), PASSWORD)
    terminal.vault.keep(practice.path, PASSWORD)
    (tmp_path / "config.toml").write_text(f"[watch]\nfolders = ['{practice.path.parent}']\n")
    return renewal


def at(instant: datetime) -> str:
    return instant.isoformat()


def test_check_and_status_tell_where_and_until_when(terminal: Terminal, begun: Renewal) -> None:
    assert begun.validation_url is not None
    now = at(NOW + timedelta(hours=1))
    code, said, _err = terminal.run("check", "--now", now)
    assert code == 1
    (line,) = [line for line in said.splitlines() if "(1 day left)" in line]
    assert f"Log in at {begun.validation_url} before " in line
    _code, said, _err = terminal.run("check", "--json", "--now", now)
    (one,) = [each for each in json.loads(said) if each["state"] == "pending"]
    assert (one["log_in_at"], one["log_in_before"]) == (begun.validation_url, "2026-03-04T09:00:00Z")


def test_check_tells_when_it_is_too_late(terminal: Terminal, begun: Renewal) -> None:
    assert begun.validation_ends is not None
    _code, said, _err = terminal.run("check", "--now", at(begun.validation_ends + timedelta(minutes=1)))
    assert "so the request is void. Begin anew." in said
    assert str(begun.validation_url) not in said


def test_status_names_the_command_that_goes_on(
    terminal: Terminal,
    begun: Renewal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Then:
        def now(self) -> datetime:
            return NOW

    monkeypatch.setattr(wiring, "clock", Then)
    _code, said, _err = terminal.run("status")
    assert f"Log in at {begun.validation_url} before " in said
    assert said.splitlines()[-1].strip() == "ehealth-agent request-foreigner"
    wiring.journal().save(replace(begun, validation_url=None, validation_ends=None))
    _code, said, _err = terminal.run("status")
    assert "was lost" in said
    assert said.splitlines()[-1].strip() == "ehealth-agent request-foreigner --anew"


def test_an_older_journal_is_read(tmp_path: Path, begun: Renewal) -> None:
    """What an earlier version wrote has no word of any of this."""
    journal = SqliteJournal(tmp_path / "old.sqlite3")
    journal.save(begun)
    with sqlite3.connect(tmp_path / "old.sqlite3") as database:
        (text,) = database.execute("SELECT value FROM renewals").fetchone()
        value = json.loads(text)
        del value["validation_url"], value["validation_ends"], value["wanted"]["for_foreigner"]
        database.execute("UPDATE renewals SET value = ?", (json.dumps(value),))
    (old,) = journal.unfinished()
    assert (old.validation_url, old.validation_ends, old.for_foreigner) == (None, None, False)


def test_a_reminder_comes_each_day_and_once_after_the_end(tmp_path: Path) -> None:
    practice = Practice(tmp_path)
    begun = waiting(practice)
    vault = MemoryVault({Path(f"{begun.new_path}.pending"): PASSWORD})
    look = Look(practice.keystores, vault, practice.journal)
    observations = look.at([Path(f"{begun.new_path}.pending")])
    reminded, told = NOTHING_TOLD, []
    for hours in range(0, 24 * 7, 6):
        now = NOW + timedelta(hours=hours)
        findings = with_requests(judge(observations, now), [begun], now)
        chosen = due(findings, {subject_of(findings[0]): reminded}, {begun.fingerprint}, now, UTC)
        if chosen:
            reminded = told_now(reminded, chosen[0], now, UTC)
            told.append((now, in_one(chosen).text))
    assert [moment.day for moment, _text in told] == [2, 3, 4]
    assert all(str(begun.validation_url) in text for _moment, text in told[:2])
    assert "Begin anew" in told[-1][1]
    assert NUMBER not in str(told)


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def ehealth(tmp_path: Path, terminal: Terminal) -> Iterator[Sandbox]:
    """On loopback, as the config says; the browser writes down what it was to open."""
    sandbox = Sandbox(tmp_path / "ehealth", lambda: datetime.now(UTC))
    folder = tmp_path / "keystore"
    folder.mkdir()
    with SandboxServer(sandbox) as server:
        (tmp_path / "config.toml").write_text(
            f"[watch]\nfolders = ['{folder}']\n[services]\nproduction = '{server.address}'\n"
        )
        yield sandbox


def test_from_the_command_line_to_the_keystore(
    terminal: Terminal,
    ehealth: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", browse)
    ehealth.state.polls = 0
    told = f"{NUMBER}\n{PASSWORD.reveal()}\n"
    script = ("--number-stdin", "--password-stdin", "--no-wait")
    code, said, err = terminal.run("request-foreigner", *ASK, *script, told=told)
    assert code == 75, err
    assert len(opened) == 1
    assert opened[0] in said
    assert NUMBER not in said + err
    assert ehealth.visit(opened[0].rpartition("/")[2])

    (begun,) = wiring.journal().unfinished()
    wiring.journal().save(replace(begun, next_poll=None))  # an hour later
    code, said, err = terminal.run("request-foreigner", "--password-stdin", told=f"{PASSWORD.reveal()}\n")
    assert code == 0, err
    assert "ready to use eHealth applications" in said
    assert NUMBER not in said + err
    assert [path.suffix for path in (tmp_path / "keystore").iterdir()] == [".p12"]
    _code, said, _err = terminal.run("history")
    assert NUMBER not in said


@pytest.mark.parametrize(
    ("options", "told", "text"),
    [
        ((*ASK, "--number-stdin", "--password-stdin"), "80010100107\n", "This is no BIS number"),
        ((*ASK, "--number-stdin", "--password-stdin"), f"{NUMBER}\nshort\n", "at least 8"),
        ((*ASK[:-2], "--phone", "12", "--number-stdin"), f"{NUMBER}\n", "not complete"),
        (ASK, "", "nobody can be asked"),
        ((), "", "nobody can be asked"),
    ],
)
def test_what_is_typed_wrongly_is_said_before_anything_is_sent(
    terminal: Terminal,
    ehealth: Sandbox,
    options: tuple[str, ...],
    told: str,
    text: str,
) -> None:
    code, _said, err = terminal.run("request-foreigner", *options, told=told)
    assert code in (1, 2)
    assert text in err
    assert NUMBER not in err
    assert not ehealth.state.registrations
    assert not wiring.journal().unfinished()
