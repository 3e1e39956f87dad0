"""Writing the lock files: one solution for every system and every Python that the project admits."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from installer.environment import CLONE, Environment, Lock
from installer.problem import say
from installer.programs import run_quietly

_COMPILE = [
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-annotate",
]
_SAY_COMMAND = ("--custom-compile-command", "python3 installer/bootstrap.py lock")  # else uv writes its own, with paths


def write_locks(arguments: Sequence[str]) -> None:
    """Bring the lock files up to `pyproject.toml`. Pinned versions stay as long as they fit.

    Args:
        arguments: more for ``uv pip compile``, such as ``--upgrade``.
    Raises: Problem.
    """
    with tempfile.TemporaryDirectory() as folder:
        tools = Environment(Path(folder))
        say("Getting uv, which works out the versions ...")
        run_quietly([sys.executable, "-m", "venv", tools.folder], "The Python environment could not be made")
        run_quietly([tools.python, "-m", "pip", "--quiet", "install", "uv"], "pip did not install uv")
        _write(tools, Lock.RUN, "--group", "setup", *arguments)
        _write(tools, Lock.TEST, "--group", "setup", "--group", "test", "--constraint", Lock.RUN.path, *arguments)


def _write(tools: Environment, lock: Lock, *choice: str | Path) -> None:
    say(f"Writing installer/{lock.value} ...")
    place = ("--output-file", lock.path, CLONE / "pyproject.toml")
    command = (tools.program("uv"), *_COMPILE, *_SAY_COMMAND, *choice, *place)
    run_quietly([os.fspath(part) for part in command], "uv found no versions that fit together")
