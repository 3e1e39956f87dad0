"""Real children of the resident: commands, notifications; its lock and its hints."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.adapters.notify_plyer import PlyerNotifier
from agent.core.reminders import Reminder
from agent.desktop.bell import is_listened, ring
from agent.desktop.hints import Hints, is_share
from agent.desktop.instance import AlreadyRunning, Instance
from agent.desktop.processes import NOT_STARTED, Processes

SOON_S = 20.0
SAID = Reminder("A title – é", "A <text> & more")


class End:
    """How a child ended."""

    def __init__(self) -> None:
        self._is_there = threading.Event()
        self.code, self.said = 0, ""

    def __call__(self, code: int, said: str) -> None:
        self.code, self.said = code, said
        self._is_there.set()

    def wait(self) -> int:
        assert self._is_there.wait(SOON_S)
        return self.code


def python(program: str) -> Processes:
    return Processes([sys.executable, "-c", program])


def test_a_child_tells_how_it_ended_and_what_it_complained_of() -> None:
    end = End()
    assert python("import sys; print('é: no', file=sys.stderr); sys.exit(3)").start("check", [], end)
    assert (end.wait(), end.said) == (3, "é: no")


def test_a_second_one_of_a_name_is_not_started(tmp_path: Path) -> None:
    waits = python("import sys, pathlib\nwhile not pathlib.Path(sys.argv[1]).exists(): pass")
    end = End()
    assert waits.start("check", [str(tmp_path / "go")], end)
    assert not waits.start("check", [], End())
    assert waits.is_running("check")
    (tmp_path / "go").touch()
    end.wait()
    assert not waits.is_running("check")
    assert waits.start("check", [str(tmp_path / "go")], End())


@pytest.mark.parametrize("window", [False, True])
def test_a_program_that_is_not_there_is_told(window: bool) -> None:
    end = End()
    Processes(["/nowhere/agent"]).start("check", [], end, window)
    assert end.wait() == NOT_STARTED


def test_a_child_finds_this_agent_wherever_it_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__init__.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    end = End()
    Processes([sys.executable, "-m", "agent"]).start("status", ["--version"], end)
    assert (end.wait(), end.said) == (0, "")


def test_one_resident_per_user(tmp_path: Path) -> None:
    first = Instance(tmp_path / "state" / "resident.lock")
    with pytest.raises(AlreadyRunning):
        Instance(tmp_path / "state" / "resident.lock")
    first.let_go()
    Instance(tmp_path / "state" / "resident.lock").let_go()


def test_a_resident_that_was_killed_holds_no_lock(tmp_path: Path) -> None:
    program = (
        "import sys, os, pathlib; from agent.desktop.instance import Instance;"
        f"one = Instance(pathlib.Path({str(tmp_path / 'lock')!r})); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    Instance(tmp_path / "lock").let_go()


# ── Notifications ────────────────────────────────────────────────────────────────────────────────────────────────────


def notifier(tmp_path: Path, end: str) -> tuple[PlyerNotifier, threading.Event, Path]:
    """One whose child keeps what it was told and then does `end`."""
    told = tmp_path / "told"
    program = f"import sys; open({str(told)!r}, 'wb').write(sys.stdin.buffer.read()); {end}"
    return PlyerNotifier([sys.executable, "-c", program]), threading.Event(), told


def test_a_desktop_that_takes_no_notification_is_noticed(tmp_path: Path) -> None:
    own, failed, _ = notifier(tmp_path, "sys.exit(1)")
    own.show(SAID, failed.set)
    assert failed.wait(SOON_S)
    PlyerNotifier(["/nowhere/python"]).show(SAID, failed.clear)
    while failed.is_set():
        pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="plyer runs notify-send on Linux only")
@pytest.mark.parametrize("code", [0, 1])
def test_what_notify_send_says_is_listened_to(tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real child and the real plyer; notify-send is a script that keeps its arguments."""
    script = tmp_path / "notify-send"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" "$2" > "{tmp_path}/told"\nexit {code}\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    child = subprocess.run(
        [sys.executable, "-m", "agent.adapters.notify_plyer"],
        input='["A title \\u2013 \\u00e9 %s", "A <text> & more", "The agent"]' % ("x" * 100),
        text=True,
        check=False,
    )
    title, text = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert child.returncode == code
    assert title == f"A title – é {'x' * 50}…"
    assert text == "A &lt;text&gt; &amp; more"


# ── Hints ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the events of Linux")
def test_changes_are_told_reading_is_not_and_folders_may_come_later(tmp_path: Path) -> None:
    changed = threading.Event()
    hints = Hints()
    hints.tell(changed.set)
    state, first, late = tmp_path / "state", tmp_path / "first", tmp_path / "late"
    state.mkdir()
    first.mkdir()
    config = state / "config.toml"
    hints.follow([first, late], config)
    try:
        (first / "a.p12").write_bytes(b"1")
        assert changed.wait(SOON_S)
        config.with_name("new").write_text("")
        late.mkdir()
        hints.follow([late], config)
        changed.clear()
        config.with_name("new").rename(config)
        assert changed.wait(SOON_S), "the config was replaced"
        (late / "b.p12").write_bytes(b"1")
        counted: list[None] = []
        hints.tell(lambda: counted.append(None))
        (first / "a.p12").read_bytes()
        (first / "a.p12").write_bytes(b"no longer followed")
        (late / "b.p12").read_bytes()
        (state / "journal.sqlite3").write_bytes(b"ours, beside the config")
        changed.clear()
        hints.tell(changed.set)
        (late / "last.p12").touch()
        assert changed.wait(SOON_S)
        assert len(counted) <= 2, "b.p12 at most: what lies elsewhere, or is only read, does not count"
    finally:
        hints.stop()


def test_this_computers_folders_are_no_shares(tmp_path: Path) -> None:
    assert not is_share(tmp_path)


# ── The bell ─────────────────────────────────────────────────────────────────────────────────────────────────────────

LISTENS = """
import sys, threading
from pathlib import Path
from agent.desktop.bell import listen
rung = threading.Event()
listen(Path(sys.argv[1]), rung.set)
print("listens", flush=True)
rung.wait()
print("rung")
"""


def listener(bell: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen([sys.executable, "-c", LISTENS, str(bell)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "listens\n"
    return child


def test_who_is_rung_hears_it(tmp_path: Path) -> None:
    bell = tmp_path / "bell"
    assert not is_listened(bell)
    assert not ring(bell), "there is nobody yet"
    child = listener(bell)
    assert is_listened(bell)
    assert ring(bell)
    assert child.communicate(timeout=SOON_S)[0] == "rung\n"
    assert not is_listened(bell)


def test_what_a_killed_one_left_behind_is_nobody_and_the_next_one_listens(tmp_path: Path) -> None:
    bell = tmp_path / "bell"
    killed = listener(bell)
    killed.kill()
    killed.communicate()
    assert not is_listened(bell)
    assert not ring(bell)
    child = listener(bell)
    assert ring(bell)
    assert child.communicate(timeout=SOON_S)[0] == "rung\n"
