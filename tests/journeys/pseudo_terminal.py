"""A person at a real terminal: what the program writes is read as it stands there, and what is typed are keys."""

from __future__ import annotations

import codecs
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE_S = 60
_HEARD_S = 2
_TAKE_IT = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # getpass asks the terminal that its process belongs to
for each in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):  # a test run in the background ignores them
    signal.signal(each, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
_LOOK = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """One program in a terminal of its own. `shown` is all that it wrote, without colours."""

    def __init__(self, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        self._ours, theirs = os.openpty()
        self.shown = ""
        self._answered = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_IT, *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **env, "COLUMNS": "120", "LINES": "60"},
            start_new_session=True,
        )
        os.close(theirs)

    def answer(self, question: str, said: str) -> str:
        """Wait until `question` stands there, after what was answered before, and type `said` and Enter.

        Returns: what the program wrote since the last answer.
        """
        before = self.read_until(question)
        if said == CTRL_C:
            self._interrupt()
        else:
            self._type(said if said == CTRL_D else f"{said}\n")
        return before

    def _interrupt(self) -> None:
        """Until it is heard: Python does not notice a signal that comes just before it waits for the keyboard."""
        ends = time.monotonic() + _PATIENCE_S
        while not self.shown[self._answered :].strip(" :^C\n"):
            assert time.monotonic() < ends, f"Ctrl-C was not heard; so far: {self.shown}"
            self._type(CTRL_C)
            heard = time.monotonic() + _HEARD_S
            while self._read(heard) and not self.shown[self._answered :].strip(" :^C\n"):
                pass
            if self.process.poll() is not None:
                return

    def read_until(self, text: str) -> str:
        ends = time.monotonic() + _PATIENCE_S
        while (place := self.shown.find(text, self._answered)) < 0:
            if not self._read(ends):
                raise AssertionError(f"{text!r} was not asked; since the last answer:\n{self.shown[self._answered :]}")
        written, self._answered = self.shown[self._answered : place], place + len(text)
        return written

    def _type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait for the program's end. Returns: its exit code."""
        ends = time.monotonic() + _PATIENCE_S
        while self._read(ends):
            pass
        os.close(self._ours)
        return self.process.wait(_PATIENCE_S)

    def _read(self, ends: float) -> bool:
        """False where nothing more comes."""
        ready, _writable, _failed = select.select([self._ours], [], [], max(0, ends - time.monotonic()))
        try:
            data = os.read(self._ours, 65536) if ready else b""
        except OSError:  # the other end is closed
            return False
        self.shown = _LOOK.sub("", (self.shown + self._decoder.decode(data)).replace("\r\n", "\n"))
        return bool(data)
