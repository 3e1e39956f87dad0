"""`.venv`: set up once, mended when half made, made anew when it cannot be used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from installer import environment as module
from installer.environment import Environment, Lock
from installer.problem import Problem

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the environment's Python is played by a shell script")


class Programs:
    """Plays `venv` and pip: keeps what they were asked, and can fail on the way."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.fail_at = ""

    def __call__(self, command: Sequence[str | Path], failure: str) -> None:
        step = next(each for each in ("venv", "--require-hashes", "--editable") if each in command)
        self.started.append(step)
        if step == self.fail_at:
            raise Problem(failure)
        if step == "venv":
            folder = Path(command[-1])
            shutil.rmtree(folder, ignore_errors=True)
            write_python(folder, "exit 0")

    def forget(self) -> None:
        self.started.clear()
        self.fail_at = ""


def write_python(folder: Path, script: str) -> None:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs = Programs()
    monkeypatch.setattr(module, "run_quietly", programs)
    return programs


@pytest.fixture
def clone(tmp_path: Path) -> Environment:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\n")
    return Environment(folder)


WHOLE = ["venv", "--require-hashes", "--editable"]
IN_PLACE = ["--require-hashes", "--editable"]


def test_the_second_start_installs_nothing(clone: Environment, programs: Programs) -> None:
    clone.ensure(Lock.RUN)
    assert programs.started == WHOLE
    programs.forget()
    clone.ensure(Lock.RUN)
    assert programs.started == []


def test_an_environment_for_tests_can_run_the_agent_but_not_the_other_way(
    clone: Environment, programs: Programs
) -> None:
    clone.ensure(Lock.RUN)
    programs.forget()
    clone.ensure(Lock.TEST)
    assert programs.started == IN_PLACE
    programs.forget()
    clone.ensure(Lock.RUN)
    assert programs.started == []


@pytest.mark.parametrize(
    ("fails", "mended_by"), [("venv", WHOLE), ("--require-hashes", IN_PLACE), ("--editable", IN_PLACE)]
)
def test_a_set_up_that_was_cut_short_is_mended(
    clone: Environment, programs: Programs, fails: str, mended_by: list[str]
) -> None:
    programs.fail_at = fails
    with pytest.raises(Problem):
        clone.ensure(Lock.RUN)
    programs.forget()
    clone.ensure(Lock.RUN)
    assert programs.started == mended_by


def test_changed_dependencies_are_installed_in_place(clone: Environment, programs: Programs) -> None:
    clone.ensure(Lock.RUN)
    programs.forget()
    (clone.clone / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    clone.ensure(Lock.RUN)
    assert programs.started == IN_PLACE


def test_an_environment_whose_python_is_gone_is_made_anew(clone: Environment, programs: Programs) -> None:
    clone.ensure(Lock.RUN)
    programs.forget()
    clone.python.unlink()
    clone.python.symlink_to("/nowhere/python3")
    clone.ensure(Lock.RUN)
    assert programs.started == WHOLE


def test_an_environment_whose_python_was_replaced_by_another_is_made_anew(
    clone: Environment, programs: Programs
) -> None:
    clone.ensure(Lock.RUN)
    programs.forget()
    write_python(clone.folder, "exit 1")  # as a newer Python does that finds no pip of its own there
    clone.ensure(Lock.RUN)
    assert programs.started == WHOLE


def test_a_clone_that_was_moved_is_set_up_anew(clone: Environment, programs: Programs) -> None:
    clone.ensure(Lock.RUN)
    programs.forget()
    moved = Environment(clone.clone.rename(clone.clone.with_name("elsewhere")))
    moved.ensure(Lock.RUN)
    assert programs.started == WHOLE


def test_an_environment_that_somebody_made_by_hand_is_made_anew(clone: Environment, programs: Programs) -> None:
    write_python(clone.folder, "exit 0")
    clone.ensure(Lock.RUN)
    assert programs.started == WHOLE
