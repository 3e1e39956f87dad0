"""One resident per user: a lock that the operating system holds for a process, and lets go when it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Instance:
    """Taken as long as this object lives."""

    def __init__(self, path: Path) -> None:
        """Raises: AlreadyRunning, OSError where the file cannot be made."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError as problem:
            os.close(self._file)
            raise AlreadyRunning from problem

    def let_go(self) -> None:
        os.close(self._file)


class AlreadyRunning(Exception):
    """Another process of this user is the resident."""


def is_running(path: Path) -> bool:
    """Whether a resident holds the lock file; nothing is made where there is none."""
    if not path.exists():
        return False
    try:
        Instance(path).let_go()
    except AlreadyRunning:
        return True
    return False
