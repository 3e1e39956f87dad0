"""Other commands of the agent as child processes, each under a name: a second one of a name is not started."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import agent

Ended = Callable[[int, str], None]
"""Called from another thread with the exit code and what was said on standard error."""

NOT_STARTED = -1

_LONGEST_S = 600.0
_SAID = 2000

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW  # no console flashes up
else:
    _NO_WINDOW = 0

_log = logging.getLogger(__name__)


class Processes:
    def __init__(self, command: Sequence[str]) -> None:
        """`command` starts the agent; the arguments of its commands follow."""
        self._command = tuple(command)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()

    def start(self, name: str, arguments: Sequence[str], ended: Ended, window: bool = False) -> bool:
        """Start a command; False where one of this name runs.

        Args:
            window: it is a person's, so it takes as long as it takes and goes on when this process ends.
        """
        with self._lock:
            if name in self._running:
                return False
            try:
                child = subprocess.Popen(  # noqa: S603 - our own program
                    [*self._command, *arguments],
                    cwd=Path(agent.__file__).parents[1],  # so that this very agent is found, whatever lies around
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL if window else subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=window,
                    creationflags=_NO_WINDOW,
                )
            except OSError as problem:
                _log.error("%s could not be started: %s", name, problem.strerror)
                threading.Thread(target=ended, args=(NOT_STARTED, ""), daemon=True).start()
                return True
            self._running[name] = child
        waits = threading.Thread(target=self._wait, args=(name, child, ended), name=f"wait-{name}", daemon=True)
        waits.start()
        return True

    def is_running(self, name: str) -> bool:
        return name in self._running

    def _wait(self, name: str, child: subprocess.Popen[str], ended: Ended) -> None:
        said = ""
        if child.stderr is None:
            child.wait()
        else:
            said = _said(child, child.stderr)
        with self._lock:
            del self._running[name]
        ended(child.returncode, said.strip()[-_SAID:])


def _said(child: subprocess.Popen[str], stderr: IO[str]) -> str:  # noqa: ARG001
    try:
        return child.communicate(timeout=_LONGEST_S)[1]
    except subprocess.TimeoutExpired:
        child.kill()
        return child.communicate()[1]
