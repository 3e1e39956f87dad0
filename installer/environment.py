"""The clone's own environment: `.venv`, holding exactly what the lock files name.

A stamp in it says what was installed, so that the second time costs one look. What is half made is mended, and what
no longer runs (another Python, a moved clone) is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from installer.problem import say
from installer.programs import run_quietly

CLONE = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = (3, 11)


class Lock(Enum):
    """The lock files beside this module, in pip's own format. Each one is whole: TEST has all that RUN has."""

    RUN = "requirements.txt"
    TEST = "requirements-test.txt"

    @property
    def path(self) -> Path:
        return CLONE / "installer" / self.value

    @property
    def fulfils(self) -> tuple[Lock, ...]:
        return (Lock.RUN, Lock.TEST) if self is Lock.TEST else (Lock.RUN,)


@dataclass(frozen=True)
class Environment:
    """The virtual environment of one clone."""

    clone: Path

    @property
    def folder(self) -> Path:
        return self.clone / ".venv"

    @property
    def python(self) -> Path:
        return self.program("python")

    def program(self, name: str) -> Path:
        """Where the environment has a command, on this operating system."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / (f"{name}.exe" if os.name == "nt" else name)

    def ensure(self, lock: Lock) -> None:
        """Make the environment hold what `lock` names, if it does not already.

        Raises: Problem.
        """
        if self._state().holds(self._key(lock)):
            return
        with _alone(self.clone / ".venv.lock"):
            state = self._state()
            if state.holds(self._key(lock)):  # another start did it while this one waited
                return
            began = time.monotonic()
            if not state.usable:
                self._create()
            self._note()
            self._install(lock)
            self._note(*(self._key(each) for each in lock.fulfils))
            say(f"Ready after {time.monotonic() - began:.0f} s.")

    def _state(self) -> _State:
        try:
            place, *keys = self._notes.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except (OSError, ValueError):
            return _State(usable=False)
        return _State(place == os.fspath(self.clone) and self._has_pip(), frozenset(keys))

    def _has_pip(self) -> bool:
        """Whether the environment's Python still starts, is new enough, and is the one whose pip was put there."""
        question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
        try:
            return not subprocess.run([self.python, "-I", "-c", question], capture_output=True, check=False).returncode
        except OSError:
            return False

    def _note(self, *keys: str) -> None:
        text = "\n".join([os.fspath(self.clone), *keys])
        self._notes.write_text(text, encoding="utf-8", errors="surrogateescape")

    @property
    def _notes(self) -> Path:
        """Where the environment was made, and a key for each lock file whose packages are all there."""
        return self.folder / "set-up"

    def _key(self, lock: Lock) -> str:
        parts = (lock.path.read_bytes(), (self.clone / "pyproject.toml").read_bytes())
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def _create(self) -> None:
        say(f"Making {self.folder} with Python {sys.version_info[0]}.{sys.version_info[1]} ...")
        run_quietly(
            [sys.executable, "-I", "-m", "venv", "--clear", os.fspath(self.folder)],
            "The Python environment could not be made",
        )

    def _install(self, lock: Lock) -> None:
        count = sum("==" in line for line in lock.path.read_text(encoding="utf-8").splitlines())
        say(f"Installing up to {count} packages named in installer/{lock.value} (a minute or two) ...")
        self._pip("them", "--only-binary=:all:", "--require-hashes", "-r", lock.path)
        self._pip("the agent itself", "--no-build-isolation", "--editable", self.clone)

    def _pip(self, what: str, *arguments: str | Path) -> None:
        pip = (self.python, "-I", "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2")
        install = ("install", "--no-deps", "--no-warn-script-location")
        run_quietly([*pip, *install, *arguments], f"pip did not install {what}")


@dataclass(frozen=True)
class _State:
    """What an environment says of itself. `usable`: installing into it makes sense."""

    usable: bool
    keys: frozenset[str] = frozenset()

    def holds(self, key: str) -> bool:
        return self.usable and key in self.keys


def has_venv_module() -> bool:
    """Debian splits Python: without the package python3-venv, `venv` makes environments without pip, and fails."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold `path` as a lock between processes, waiting for it: two starts at once must not both install."""
    with path.open("w") as handle:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # tries for ten seconds
                    break
                except OSError:
                    continue
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
