"""A PC/SC service of the tests' own, with readers that cards are put into and pulled from on command.

pcscd and vpcd's driver run in a network, mount and process namespace of their own: vpcd listens on all addresses, and
the computer's own pcscd must not be disturbed. Only pcscd's socket is seen from outside, by whoever is given `env`.

Source: spec/eid.md, D.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.eid import inside
from tests.eid.vpcd import Slot

_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_FIRST_PORT = 35963
_SLOTS_A_READER = 2


class CannotRun(Exception):
    """Why there is no PC/SC service for tests on this computer, as a sentence."""


class Pcsc:
    """The service, and the slots of its readers: two a reader."""

    def __init__(self, orders: socket.socket, folder: Path) -> None:
        self._orders, self._folder = orders, folder
        self.slots: list[Slot] = []
        self.env: Mapping[str, str] = {"PCSCLITE_CSOCK_NAME": str(folder / "pcscd" / "pcscd.comm")}

    def start(self, readers: int = 2) -> None:
        """Each reader has its own copy of the driver: one copy knows only the readers that it was told of last."""
        config = self._folder / "reader.conf"
        lines, self.slots = [], []
        for reader in range(readers):
            name, port = f"Reader {'ABCDEFGH'[reader]}", _FIRST_PORT + 16 * reader
            driver = self._folder / f"driver{reader}.so"
            shutil.copyfile(_DRIVER, driver)
            lines += [f'FRIENDLYNAME "{name}"', f"DEVICENAME /dev/null:{port}", f"LIBPATH {driver}"]
            self.slots += [self._slot(f"{name} 00 {slot:02}", port + slot) for slot in range(_SLOTS_A_READER)]
        config.write_text("\n".join([*lines, ""]))
        self._order(f"start {config}")

    def stop(self) -> None:
        """The service ends; the cards are out."""
        self._order("stop")
        for slot in self.slots:
            slot.forget()
        self.slots = []

    def restart(self, readers: int = 2) -> None:
        """Whoever is connected loses the connection. The cards are out."""
        self.stop()
        self.start(readers)

    def as_new(self) -> None:
        """Two readers, all empty."""
        if len(self.slots) == 2 * _SLOTS_A_READER:
            for slot in self.slots:
                slot.pull()
        else:
            self.restart()

    def _slot(self, name: str, port: int) -> Slot:
        def seen(present: bool) -> None:
            self._order(f"wait {'in' if present else 'out'} {name}")

        return Slot(name, lambda: self._connected(port), seen)

    def _connected(self, port: int) -> socket.socket:
        (line,) = self._order(f"connect {port}")
        return socket.socket(fileno=line)

    def _order(self, order: str) -> list[int]:
        self._orders.send(order.encode())
        said, sockets, _, _ = socket.recv_fds(self._orders, 4096, 1)
        if said != b"ok":
            raise AssertionError(f"{order}: {said.decode()}")
        return sockets


@contextmanager
def pcsc_service() -> Iterator[Pcsc]:
    """Raises: CannotRun."""
    for needed, package in ((inside.PCSCD, "pcscd"), (_DRIVER, "vsmartcard-vpcd")):
        if not Path(needed).is_file():
            raise CannotRun(f"{package} is not installed")
    if not shutil.which("unshare"):
        raise CannotRun("unshare (package util-linux) is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pcsc-"))  # a short path: sockets have no long ones
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [*_unshare(), sys.executable, "-I", inside.__file__, str(theirs.fileno()), str(folder)]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
    theirs.close()
    try:
        with ours:
            if ours.recv(16) != b"ok":
                assert process.stderr
                raise CannotRun(f"namespaces are not permitted here ({process.stderr.read().decode().strip()})")
            yield Pcsc(ours, folder)
    finally:
        process.wait()
        assert process.stderr
        process.stderr.close()
        shutil.rmtree(folder)


def _unshare() -> list[str]:
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *as_root, "--net", "--mount", "--pid", "--fork", "--kill-child"]
