"""The other end of the module's socket, a program of its own: PyKCS11 lets no thread of the tests run meanwhile.

It speaks two ways: with each program that loads the module (module.c), and with the tests (play.py). Both on sockets of
the file system, in a folder that is the tests' own.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Listener
from pathlib import Path

from tests.middleware.middleware import Middleware
from tests.middleware.values import Action, Do, Event, Scene
from tests.middleware.world import World

MODULE, TESTS = "module", "tests"
"""The sockets' names."""

_ULONG = struct.Struct("@L")


class _Gone(Exception):
    """The program at the other end has ended."""


class _Line:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def hear(self) -> list[bytes]:
        """A question's parts. Raises: _Gone."""
        (count,) = _ULONG.unpack(self._exactly(_ULONG.size))
        return [self._exactly(_ULONG.unpack(self._exactly(_ULONG.size))[0]) for _ in range(count)]

    def _exactly(self, length: int) -> bytes:
        read = bytearray()
        while len(read) < length:
            try:
                piece = self._connection.recv(length - len(read))
            except OSError as error:
                raise _Gone from error
            if not piece:
                raise _Gone
            read += piece
        return bytes(read)

    def say(self, value: int, parts: Sequence[bytes]) -> None:
        """Raises: _Gone."""
        lengths = b"".join(_ULONG.pack(len(part)) + part for part in parts)
        try:
            self._connection.sendall(_ULONG.pack(value) + _ULONG.pack(len(parts)) + lengths)
        except OSError as error:
            raise _Gone from error


class Server:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.world = World(Scene())
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / MODULE))
        self._listener.listen(16)

    def serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        line = _Line(connection)

        def ask(command: str) -> str | None:
            line.say(Do.ASK, [command.encode()])
            said, ended_well, typed = line.hear()
            assert said == b"typed"
            return typed.decode() if _ULONG.unpack(ended_well)[0] else None

        with suppress(_Gone), connection:
            middleware = Middleware(self.world, ask, self._entry)
            while True:
                function, *given = line.hear()
                line.say(*middleware.answer(function.decode(), given))

    def _entry(self, pin: str) -> str:
        path = self._folder / f"typed {threading.get_ident()}"
        path.write_text(f"{pin}\n")
        return f"cat '{path}'; rm '{path}'"


def main(folder: Path) -> None:
    """Serve until the tests hang up."""
    server = Server(folder)
    with Listener(str(folder / TESTS), "AF_UNIX") as listener:
        threading.Thread(target=server.serve, daemon=True).start()
        print("ready", flush=True)
        with listener.accept() as tests, suppress(EOFError):
            while True:
                match tests.recv():
                    case Scene() as scene:
                        server.world = World(scene)
                        tests.send(None)
                    case None:
                        tests.send(server.world.told())
                    case [*actions]:
                        server.world.person_comes(*actions)
                        tests.send(None)
                    case event:
                        server.world.happen(event)
                        tests.send(None)


Order = Scene | Event | list[Action] | None
"""What the tests send: a new scene, an event, a person, or the wish to be told."""

if __name__ == "__main__":
    main(Path(sys.argv[1]))
    os._exit(0)
