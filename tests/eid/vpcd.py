"""A reader's slot: cards go in and out; what pcscd says over vpcd's socket reaches the card in it.

Source: spec/eid.md, D (length in two bytes, payload; one byte is a word of the reader's, more is a command).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_POWER_OFF, _POWER_ON, _RESET, _GET_ATR = 0, 1, 2, 4


class Chip(Protocol):
    """Whatever can be put into a reader."""

    @property
    def atr(self) -> bytes: ...

    def reset(self) -> None: ...

    def transmit(self, apdu: bytes) -> bytes: ...


class Slot:
    """Where a card goes in. `pull` may be called from within the card, while it is carrying out a command.

    Args:
        connect: opens a connection to vpcd, which takes it for an inserted card.
        seen: waits until the reader has noticed that a card is in (True) or out.
    """

    def __init__(self, name: str, connect: Callable[[], socket.socket], seen: Callable[[bool], None]) -> None:
        self.name = name
        self._connect, self._seen = connect, seen
        self._line: socket.socket | None = None
        self._server: threading.Thread | None = None

    def insert(self, chip: Chip) -> None:
        """Put a card in, in place of whatever is there, and wait until the reader has noticed."""
        self.forget()
        self._seen(False)
        line = self._connect()
        chip.reset()
        self._line = line
        self._server = threading.Thread(target=_serve, args=(line, chip), name=self.name, daemon=True)
        self._server.start()
        self._seen(True)

    def pull(self) -> None:
        """Take the card out, and wait until the reader has noticed. Empty already: nothing happens."""
        if self._cut() and self._server is not threading.current_thread():
            self.forget()
            self._seen(False)

    def forget(self) -> None:
        """The reader has gone, and with it the card is out."""
        self._cut()
        if self._server:
            self._server.join()

    def _cut(self) -> bool:
        """False where there was no card."""
        line, self._line = self._line, None
        if line is None:
            return False
        with suppress(OSError):  # pcscd went first
            line.shutdown(socket.SHUT_RDWR)
        return True


def _serve(line: socket.socket, chip: Chip) -> None:
    """Until one of the two ends goes."""
    with line, suppress(OSError):
        while (said := _frame(line)) is not None:
            match list(said):
                case [word] if word == _GET_ATR:
                    answer = chip.atr
                case [word] if word in (_POWER_OFF, _POWER_ON, _RESET):
                    chip.reset()
                    continue
                case _:
                    answer = chip.transmit(said)
            line.sendall(len(answer).to_bytes(2) + answer)


def _frame(line: socket.socket) -> bytes | None:
    """None where the other end has gone.

    vpcd sends length and payload apart, the payload only once the length is acknowledged: at once, not after 40 ms.
    """
    length = line.recv(2, socket.MSG_WAITALL)
    if len(length) < 2:
        return None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    size = int.from_bytes(length)
    payload = line.recv(size, socket.MSG_WAITALL)
    return payload if len(payload) == size else None
