"""Tests play scenes here: the module, made from C, and the program behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Client, Connection
from pathlib import Path

import pytest

from tests.middleware import server
from tests.middleware.values import Action, Event, Scene, Told

_SOURCE = Path(__file__).with_name("module.c")
_REPOSITORY = Path(__file__).parents[2]


def made_from_c(source: Path | str, library: Path) -> Path:
    """A shared library. Skips the test where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None or not Path("/usr/include/stdio.h").exists():
        pytest.skip("no C compiler (packages gcc and libc6-dev) is installed")
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    command = [compiler, "-std=gnu11", "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)
    return library


class Stage:
    """Where scenes are played, one after the other.

    Attributes:
        module: the library to load, with `env` in the environment.
    """

    def __init__(self, module: Path, folder: Path, connection: Connection[server.Order, Told | None]) -> None:
        self.module, self.env = module, {"SCRIPTED_PKCS11": str(folder / server.MODULE)}
        self._connection = connection

    def _say(self, order: server.Order) -> Told | None:
        self._connection.send(order)
        return self._connection.recv()

    def play(self, scene: Scene) -> None:
        """From now on, `scene`, from its beginning."""
        self._say(scene)

    def happen(self, event: Event) -> None:
        self._say(event)

    def person_comes(self, *actions: Action) -> None:
        """To do `actions` at the windows after those of the scene."""
        self._say(list(actions))

    @property
    def told(self) -> Told:
        told = self._say(None)
        assert told is not None
        return told


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """In an empty folder with a short path: a socket's name has 100 characters at most."""
    module = made_from_c(_SOURCE, folder / "module.so")
    command = [sys.executable, "-m", "tests.middleware.server", str(folder)]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, cwd=_REPOSITORY, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        with Client(str(folder / server.TESTS), "AF_UNIX") as connection:
            yield Stage(module, folder, connection)
    assert process.returncode == 0
