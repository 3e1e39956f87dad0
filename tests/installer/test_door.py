"""The door itself: what a person sees who knocks."""

from __future__ import annotations

import ast
import errno
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from installer import commands, system_packages
from installer.commands import CHECKS, COMMANDS, Command, main
from installer.environment import CLONE, Environment, Lock
from installer.problem import Problem

BOOTSTRAP = CLONE / "installer" / "bootstrap.py"


def knock(*arguments: str) -> subprocess.CompletedProcess[str]:
    """With nothing but the standard library: no site-packages, no environment variables."""
    command = [sys.executable, "-I", "-S", str(BOOTSTRAP), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_needs_nothing_but_python_and_names_every_command() -> None:
    answer = knock("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert all(f"  {name} " in answer.stdout for name in COMMANDS)


def test_no_command_is_answered_with_the_help() -> None:
    answer = knock()
    assert answer.returncode == 2
    assert "usage:" in answer.stdout


def test_an_unknown_command_is_answered_with_the_nearest_one() -> None:
    answer = knock("tset")
    assert answer.returncode == 2
    assert answer.stderr.startswith("There is no command 'tset'; is it test?\n")


def test_an_older_python_is_told_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse(BOOTSTRAP.read_text(encoding="ascii"), feature_version=(3, 0))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is Python 3\.9 "):
        runpy.run_path(str(BOOTSTRAP))


@pytest.mark.parametrize(
    ("trouble", "code", "told"),
    [
        (Problem("The disk is full."), 1, "The disk is full.\n"),
        (OSError(errno.EROFS, "Read-only file system", "/clone/.venv"), 1, "Read-only file system (/clone/.venv)"),
        (KeyboardInterrupt(), 130, "Start it again"),
    ],
)
def test_trouble_ends_in_a_sentence_and_an_exit_code(
    trouble: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def act(arguments: Sequence[str]) -> int:
        raise trouble

    monkeypatch.setitem(COMMANDS, "demo", Command(act, "demo", ""))
    assert main(["demo"]) == code
    assert told in capsys.readouterr().err


class Programs:
    """Plays the checks: keeps which ran; one of them fails."""

    def __init__(self, fails: str = "") -> None:
        self.ran: list[tuple[str, ...]] = []
        self.fails = fails

    def __call__(self, command: Sequence[str | Path], folder: Path) -> int:
        self.ran.append((Path(command[0]).stem, *map(str, command[1:])))
        return 3 if self.ran[-1][0] == self.fails else 0


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> list[Lock]:
    """Nothing is installed; what would have been is kept."""
    locks: list[Lock] = []
    monkeypatch.setattr(system_packages, "ensure_for_tests", lambda: None)
    monkeypatch.setattr(system_packages, "ensure_venv_module", lambda: None)
    monkeypatch.setattr(Environment, "ensure", lambda self, lock: locks.append(lock))
    return locks


def test_test_runs_lint_types_walls_and_tests_in_that_order(
    set_up: list[Lock], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Programs()
    monkeypatch.setattr(commands, "_in_the_foreground", programs)
    assert main(["test", "tests/core", "-k", "expiry"]) == 0
    assert set_up == [Lock.TEST]
    assert [name for name, *_ in programs.ran] == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert programs.ran[-1][-3:] == ("tests/core", "-k", "expiry")


@pytest.mark.parametrize("fails", ["ruff", "mypy", "lint-imports", "pytest"])
def test_test_stops_at_the_first_failure_with_its_exit_code(
    fails: str, set_up: list[Lock], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = Programs(fails)
    monkeypatch.setattr(commands, "_in_the_foreground", programs)
    assert main(["test"]) == 3
    assert programs.ran[-1][0] == fails
    assert len(programs.ran) == [*(program for _, (program, *_) in CHECKS), "pytest"].index(fails) + 1


def test_demo_hands_its_arguments_on(set_up: list[Lock], monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []

    def hand_over(command: Sequence[str | Path]) -> None:
        handed.extend(map(str, command))
        raise SystemExit(0)

    monkeypatch.setattr(commands, "hand_over", hand_over)
    with pytest.raises(SystemExit):
        main(["demo", "--keep"])
    assert set_up == [Lock.RUN]
    assert Path(handed[0]).stem == "ehealth-agent"
    assert handed[1:] == ["demo", "--keep"]


def test_pictures_are_taken_from_any_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "ensure_for_tests", lambda _packages: None)
    monkeypatch.setattr(commands, "_ready", lambda _lock: Environment(CLONE))
    monkeypatch.setattr(Environment, "python", Path(sys.executable))
    monkeypatch.chdir(tmp_path)
    assert main(["pictures", "--help"]) == 0
    assert "default: ./pictures" in capfd.readouterr().out


def test_an_exit_code_and_a_signal_come_back_as_a_shell_would_say_them() -> None:
    assert commands._in_the_foreground([sys.executable, "-c", "import sys; sys.exit(7)"]) == 7
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert commands._in_the_foreground([sys.executable, "-c", killed]) in (15, 143)
