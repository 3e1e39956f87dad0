"""`pass-on` in a terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.core.holder import Environment
from agent.pipeline.files import finished_path
from agent.sandbox.services import Sandbox
from agent.secret import Secret
from tests.calendar_judge import entry_of
from tests.cli.test_languages import DAYS, END, HOLDER
from tests.fakes import FakeClock, MemoryVault


class Practice:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.clock = FakeClock(DAYS["renewable"])
        self.folder = folder
        keystores = folder / "keystores"
        keystores.mkdir()
        sandbox = Sandbox(folder / "ehealth", lambda: END - timedelta(days=200))
        self.path = finished_path(keystores, HOLDER, Environment.PRODUCTION, END - timedelta(days=1096))
        wiring.keystores().write(self.path, sandbox.issue_old(HOLDER, END), Secret("Azerty-123"))
        self.vault = MemoryVault({self.path: Secret("Azerty-123")})
        (folder / "config.toml").write_text(f"language = 'en'\n[watch]\nfolders = ['{keystores}']\n")
        monkeypatch.setattr(wiring, "vault", lambda: self.vault)
        monkeypatch.setattr(wiring, "clock", lambda: self.clock)
        monkeypatch.setattr(wiring, "state_folder", lambda: folder / "state")
        monkeypatch.setattr("agent.config.default_path", lambda: folder / "config.toml")
        monkeypatch.setattr("platform.node", lambda: "onthaal-2.praktijk.lan")

    def says(self, *argv: object) -> tuple[int, str, str]:
        code = cli.main(["pass-on", *map(str, argv)])
        out, err = self._capsys.readouterr()
        return code, out, err


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Practice:
    return Practice(tmp_path, monkeypatch, capsys)


def test_it_prints_the_message_of_what_expires_first(practice: Practice) -> None:
    code, out, err = practice.says()
    assert (code, err) == (0, "")
    assert "The eHealth certificate of GROEP DE BRUG (NIHII-GROUP 71234567) is valid until 7 January 2027." in out
    assert "Where: at the computer onthaal-2.\n" in out
    assert practice.says(practice.path) == (code, out, err)


def test_the_calendar_file_is_written_where_it_is_asked_for(practice: Practice) -> None:
    place = practice.folder / "day.ics"
    code, out, err = practice.says("--calendar", place)
    assert (code, err) == (0, f"Written: {place}\n")
    entry = entry_of(place.read_bytes())
    assert entry.text == out.strip()
    assert entry.first_day == (END - timedelta(days=10)).date()


def test_a_calendar_file_that_cannot_be_written_is_said(practice: Practice) -> None:
    code, out, err = practice.says("--calendar", practice.folder / "none" / "day.ics")
    assert (code, out) == (1, "")
    assert "could not be written: no such file or directory." in err


def test_where_nobody_is_needed_there_is_nothing_to_pass_on(practice: Practice) -> None:
    practice.clock.instant = datetime(2026, 7, 1, tzinfo=UTC)
    code, out, err = practice.says()
    assert (code, out) == (1, "")
    assert err.startswith("There is nothing to pass on. No certificate has to be renewed now.")
    code, out, err = practice.says(practice.path)
    assert "There is nothing to pass on. Valid until 7 January 2027" in err
    code, out, err = practice.says(practice.folder / "none.p12")
    assert "There is no keystore at" in err
