"""What runs inside the namespaces of `pcscd.py`: pcscd, and a few errands for the tests outside.

Started as ``unshare --net --mount --pid --fork … python inside.py FD FOLDER``. FD is a socket on which each message is
an order and each reply is ``ok``, with the socket that was asked for, or what went wrong. When the tests close it, this
ends, and with it everything in here. FOLDER takes the place of /run, so that pcscd's own socket appears in it.

Only the standard library, and nothing of this project: it is started alone.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PCSCD = "/usr/sbin/pcscd"

_SOCKET = Path("/run/pcscd/pcscd.comm")
_PATIENCE_S = 20.0

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x0001
_PRESENT, _EMPTY = 0x0020, 0x0010


class ReaderState(ctypes.Structure):
    """SCARD_READERSTATE of pcsc-lite."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_length", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    )


class Pcscd:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._library = ctypes.CDLL("libpcsclite.so.1")

    def start(self, config: str) -> None:
        self._process = subprocess.Popen([PCSCD, "--foreground", "--config", config], stdout=subprocess.DEVNULL)
        give_up = time.monotonic() + _PATIENCE_S
        while not _answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise OSError(f"pcscd did not start ({self._process.poll()})")
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None
            _SOCKET.unlink(missing_ok=True)

    def wait(self, reader: str, present: bool) -> None:
        """Until pcscd says that the reader has a card, or has none."""
        context = ctypes.c_long()
        self._check(self._library.SCardEstablishContext(2, None, None, ctypes.byref(context)))
        try:
            state = ReaderState(name=reader.encode())
            wanted = _PRESENT if present else _EMPTY
            while not state.event & wanted:
                state.current = state.event
                milliseconds = ctypes.c_ulong(int(_PATIENCE_S * 1000))
                self._check(self._library.SCardGetStatusChange(context, milliseconds, ctypes.byref(state), 1))
        finally:
            self._library.SCardReleaseContext(context)

    def _check(self, value: int) -> None:
        if value:
            raise OSError(f"PC/SC says {value & 0xFFFFFFFF:#010x}")


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as line, suppress(OSError):
        line.connect(str(_SOCKET))
        return True
    return False


def main(orders: socket.socket, folder: str) -> None:
    if subprocess.run(["mount", "--bind", folder, "/run"], check=False).returncode:
        return  # it has said why
    with socket.socket() as line:
        fcntl.ioctl(line, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    pcscd = Pcscd()
    orders.send(b"ok")
    while order := orders.recv(4096).decode():
        word, _, what = order.partition(" ")
        try:
            match word:
                case "start":
                    pcscd.start(what)
                case "stop":
                    pcscd.stop()
                case "wait":
                    present, _, reader = what.partition(" ")
                    pcscd.wait(reader, present == "in")
                case "connect":
                    with socket.create_connection(("127.0.0.1", int(what))) as line:
                        socket.send_fds(orders, [b"ok"], [line.fileno()])
                    continue
            orders.send(b"ok")
        except OSError as error:
            orders.send(str(error).encode())


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as line_to_tests:
        main(line_to_tests, sys.argv[2])
    os._exit(0)  # as the first process of its namespace it takes pcscd with it
