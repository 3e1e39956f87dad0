"""The commands of the door: what each does, in order."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from installer import system_packages
from installer.environment import CLONE, Environment, Lock
from installer.locking import write_locks
from installer.problem import Problem, say

CHECKS = (
    ("lint", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", ".")),
    ("types", ("mypy",)),
    ("walls", ("lint-imports",)),
)
TESTS = ("pytest", "-n", "auto")


def demo(arguments: Sequence[str]) -> int:
    hand_over([_ready(Lock.RUN).program("ehealth-agent"), "demo", *arguments])


def run(arguments: Sequence[str]) -> int:
    hand_over([_ready(Lock.RUN).program("ehealth-agent"), "run", *arguments])


def bench(arguments: Sequence[str]) -> int:
    return _in_the_foreground([_ready(Lock.RUN).python, "-m", "installer.bench", *arguments], CLONE)


def test(arguments: Sequence[str]) -> int:
    system_packages.ensure_for_tests()
    environment = _ready(Lock.TEST)
    for name, (program, *options) in (*CHECKS, ("tests", (*TESTS, *arguments))):
        say(f"\n== {name}: {' '.join((program, *options))}")
        if code := _in_the_foreground([environment.program(program), *options], CLONE):
            return code
    return 0


def translations(arguments: Sequence[str]) -> int:
    return _in_the_foreground([_ready(Lock.TEST).python, "-m", "installer.translations", *arguments], CLONE)


def pictures(arguments: Sequence[str]) -> int:
    system_packages.ensure_for_tests(system_packages.FOR_WINDOWS)
    program: list[str | Path] = [_ready(Lock.RUN).python, "-m", "installer.pictures", *arguments]
    return _in_the_foreground(program, environ={"PYTHONPATH": os.fspath(CLONE)})  # its folder is named from here


def lock(arguments: Sequence[str]) -> int:
    system_packages.ensure_venv_module()
    write_locks(arguments)
    return 0


@dataclass(frozen=True)
class Command:
    act: Callable[[Sequence[str]], int]
    usage: str
    does: str


COMMANDS = {
    "demo": Command(demo, "demo [--keep ...]", "set up what running needs, and rehearse a whole renewal in a sandbox"),
    "run": Command(run, "run [...]", "set up what running needs, and start the agent"),
    "test": Command(test, "test [pytest's own ...]", "set up what testing needs, then lint, types, walls and tests"),
    "bench": Command(bench, "bench [...]", "measure the agent against OpenSSL, Java and a bare walk, and at rest"),
    "pictures": Command(pictures, "pictures [FOLDER ...]", "take a picture of every window in every language"),
    "translations": Command(
        translations, "translations", "gather the texts of the program, compile their translations"
    ),
    "lock": Command(lock, "lock [--upgrade ...]", "write the lock files anew from pyproject.toml"),
}


def main(arguments: Sequence[str]) -> int:
    """Carry out one command.

    Returns: its exit code; 1 where setting up failed, 2 for a command that there is not, 130 when interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        say(_help())
        return 0 if arguments else 2
    name, *rest = arguments
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        print(f"There is no command '{name}'{f'; is it {near[0]}?' if near else '.'}\n\n{_help()}", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name].act(rest)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted. Start it again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"This failed: {error.strerror} ({error.filename}). Put that right and start it again.", file=sys.stderr)
    return 1


def hand_over(command: Sequence[str | Path]) -> NoReturn:
    """Let `command` take this process's place, so that signals and exit code are its own."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], [os.fspath(part) for part in command])
    sys.exit(_in_the_foreground(command))


def _help() -> str:
    width = max(len(command.usage) for command in COMMANDS.values())
    lines = [f"  {command.usage:{width}}  {command.does}" for command in COMMANDS.values()]
    return "\n".join(["usage: python3 installer/bootstrap.py COMMAND", "", *lines])


def _ready(locked: Lock) -> Environment:
    system_packages.ensure_venv_module()
    environment = Environment(CLONE)
    environment.ensure(locked)
    return environment


def _in_the_foreground(
    command: Sequence[str | Path], folder: Path | None = None, environ: Mapping[str, str] | None = None
) -> int:
    """Run a program with this terminal. An interrupt reaches it too; its answer is waited for.

    Args:
        environ: what its environment has beside this process's own.
    """
    child = subprocess.Popen([os.fspath(part) for part in command], cwd=folder, env={**os.environ, **(environ or {})})
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue
        return 128 - code if code < 0 else code
