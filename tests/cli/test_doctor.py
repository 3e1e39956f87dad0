"""`doctor` as a person and a helpdesk have it: on a bare computer, as JSON, as a report without secrets."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent import cli, wiring
from agent.cli import report_file
from agent.core.doctor import Topic
from agent.core.finding import Observation
from agent.core.holder import Environment
from agent.ports import Event, FileStamp
from agent.secret import Secret
from agent.watch.doctor import Ground, examine, probes
from tests.core.test_mask import national_numbers, texts, written
from tests.fakes import NOW, MemoryJournal, MemoryVault
from tests.watch.test_doctor import Files, ground

_PATIENCE_S = 120  # only so that a broken test ends


@pytest.fixture
def silence() -> Iterator[int]:
    """The port of a server on this computer that takes connections and says nothing: a network that is dead."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_on_a_bare_computer_it_ends_by_itself_with_sentences_only(tmp_path: Path, silence: int) -> None:
    """No display, no D-Bus, no card, no keystores, a network that swallows everything."""
    config, path = tmp_path / "c.toml", tmp_path / "report.txt"
    config.write_text(f"[services]\nproduction = 'https://127.0.0.1:{silence}'\n[card]\nmodule = '/nowhere/x.so'\n")
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "XDG_RUNTIME_DIR", "LOCALAPPDATA")}
    system = {name: os.environ[name] for name in ("PATH", "SystemRoot") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "agent", "--config", str(config), "doctor", "--report", str(path)],
        env={**home, **system, "LANG": "C", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=_PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "Traceback" not in done.stdout
    assert "The eID software was not found on this computer." in done.stdout
    assert "The eHealth platform cannot be reached (no answer within" in done.stdout
    assert "could not be looked at" not in done.stdout
    assert "things stop a renewal." in done.stdout
    said = path.read_text(encoding="utf-8")
    assert f"Python {'.'.join(map(str, sys.version_info[:3]))}" in said
    assert str(tmp_path) not in said


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Ground]:
    """The ground that commands find here, which a test may change."""
    grounds = [ground()]
    monkeypatch.setattr(wiring, "state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr(wiring, "ground", lambda *given: replace(grounds[0], config_problem=given[1]))
    monkeypatch.setattr("agent.config.default_path", lambda: tmp_path / "config.toml")
    return grounds


def test_json_is_an_object_for_programs(computer: list[Ground], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["worst"] == "to do"
    assert {each["topic"] for each in told["checks"]} <= {topic.value for topic in Topic}
    assert [each["topic"] for each in told["checks"] if each["mark"] != "fine"] == ["eid.card"]


def test_where_signs_cannot_be_written_the_words_are_there(
    computer: list[Ground], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", written)
    assert cli.main(["doctor"]) == 1
    written.flush()
    assert b"  ? fine   Clock: it agrees" in written.buffer.getvalue()


def test_a_config_that_cannot_be_used_is_a_line_and_the_rest_is_looked_at(
    computer: list[Ground], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text("[watch]\nfolder = ['/k']\n")
    assert cli.main(["--config", str(tmp_path / "bad.toml"), "doctor"]) == 2
    out = capsys.readouterr().out
    assert "watch.folder is not known; the nearest is watch.folders" in out
    assert "Clock: it agrees with eHealth's" in out


def test_a_report_that_cannot_be_written_is_said(
    computer: list[Ground], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["doctor", "--report", str(tmp_path / "nowhere" / "r.txt")]) == 2
    assert "no such file or directory" in capsys.readouterr().err


def test_the_report_has_what_a_helpdesk_asks_for(computer: list[Ground], tmp_path: Path) -> None:
    journal = MemoryJournal(
        events=[Event(NOW, "renewal.send", "eHealth has the request.", "/k/SSIN=80010100107 x.p12")]
    )
    computer[0] = ground(journal=journal)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "agent.log").write_text("2026-03-02 09:00:00,000  INFO     It is /home/nele/k.p12\n")
    cli.main(["doctor", "--report", str(tmp_path / "r.txt")])
    said = (tmp_path / "r.txt").read_text(encoding="utf-8")
    for expected in (
        "✓ fine   Clock: it agrees with eHealth's",
        "ehealth-agent 0",
        "cryptography ",
        "SQLite 3",
        "renewal.send  eHealth has the request.  SSIN=… x.p12",
        "INFO     It is ~/k.p12",
    ):
        assert expected in said


paths = st.builds(lambda parts: Path("/", *(part.replace("\0", "") for part in parts)), st.lists(texts | written()))
passwords = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=8, max_size=20)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(
    paths=st.lists(paths, min_size=1, max_size=3),
    said=st.lists(texts | written(), max_size=6),
    password=passwords.map(lambda text: f"Canary-{text}"),
    home=paths,
)
def test_no_national_number_and_no_password_is_ever_in_a_report(
    tmp_path_factory: pytest.TempPathFactory, paths: list[Path], said: list[str], password: str, home: Path
) -> None:
    state = tmp_path_factory.mktemp("state")
    (state / "agent.log").write_text("\n".join(said), encoding="utf-8", errors="replace")
    events = [Event(NOW - timedelta(hours=1), "told", text, str(path)) for text in said for path in paths]
    journal = MemoryJournal(events=events)
    seen = [
        (FileStamp(str(each), 1, 1, 1), Observation(str(each), Environment.PRODUCTION, None, "x", True))
        for each in paths
    ]
    journal.keep_observations(seen[:1])
    vault = MemoryVault({path: Secret(password) for path in paths[:2]})
    its = ground(journal=journal, vault=vault, keystores=Files(paths), config_path=home / "config.toml")
    with patch.object(wiring, "state_folder", lambda: state), patch.object(Path, "home", lambda: home):
        report = report_file.report(examine(probes(its), time_out_s=60), its)
        path = state / "r.txt"
        report_file.write_report(path, report)
    text = path.read_text(encoding="utf-8")
    assert national_numbers(text) == []
    assert password not in text
