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

from installer.problem import Problem, say
from installer.programs import run_quietly

OLDEST_PYTHON = (3, 11)


class Lock(Enum):
    """The lock files beside this module, in pip's own format. Each one is whole: TEST has all that RUN has."""

    RUN = "requirements.txt"
    TEST = "requirements-test.txt"

    @property
    def path(self) -> Path:
        return Path(__file__).resolve().with_name(self.value)

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

    @property
    def _stamp(self) -> Path:
        return self.folder / "set-up"

    def ensure(self, lock: Lock) -> None:
        """Make the environment hold what `lock` names, if it does not already.

        Raises: Problem.
        """
        if self._holds(lock, self._python_version()):
            return
        with _alone(self.clone / ".venv.lock"):
            version = self._python_version()
            if self._holds(lock, version):  # another start did it while this one waited
                return
            began = time.monotonic()
            if version is None:
                version = self._create()
            self._stamp.unlink(missing_ok=True)
            self._install(lock)
            self._stamp.write_text("\n".join(self._key(each, version) for each in lock.fulfils), encoding="ascii")
            say(f"Ready after {time.monotonic() - began:.0f} s.")

    def _python_version(self) -> str | None:
        """Of the Python in the environment, such as ``3.12``; None where there is none that can be used."""
        question = "import sys, importlib.util as u; print(*sys.version_info[:2], u.find_spec('pip') is not None)"
        try:
            answer = subprocess.run([self.python, "-I", "-c", question], capture_output=True, text=True, check=False)
        except OSError:
            return None
        match answer.stdout.split():
            case [major, minor, "True"] if (int(major), int(minor)) >= OLDEST_PYTHON:
                return f"{major}.{minor}"
            case _:
                return None

    def _holds(self, lock: Lock, version: str | None) -> bool:
        if version is None:
            return False
        try:
            return self._key(lock, version) in self._stamp.read_text(encoding="ascii").split()
        except (FileNotFoundError, UnicodeDecodeError):
            return False

    def _key(self, lock: Lock, version: str) -> str:
        """Changes with everything that an installation depends on: locked packages, Python, the clone's own place."""
        parts = (
            lock.path.read_bytes(),
            (self.clone / "pyproject.toml").read_bytes(),
            version.encode(),
            os.fsencode(self.clone),
        )
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def _create(self) -> str:
        say(f"Making {self.folder} with Python {sys.version_info[0]}.{sys.version_info[1]} ...")
        run_quietly(
            [sys.executable, "-I", "-m", "venv", "--clear", self.folder], "The Python environment could not be made"
        )
        version = self._python_version()
        if version is None:
            raise Problem(f"The Python environment in {self.folder} does not start. Delete that folder and try again.")
        return version

    def _install(self, lock: Lock) -> None:
        count = sum("==" in line for line in lock.path.read_text(encoding="utf-8").splitlines())
        say(f"Installing up to {count} packages named in {lock.path.relative_to(self.clone)} (a minute or two) ...")
        self._pip("them", "--only-binary=:all:", "--require-hashes", "-r", lock.path)
        self._pip("the agent itself", "--no-build-isolation", "--editable", self.clone)

    def _pip(self, what: str, *arguments: str | Path) -> None:
        pip = (self.python, "-I", "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2")
        run_quietly(
            [*pip, "install", "--no-deps", "--no-warn-script-location", *arguments], f"pip did not install {what}"
        )


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
