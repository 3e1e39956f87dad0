"""How another process of this user tells the resident to end, and knows whether it is there.

The operating system keeps what is listened at only as long as the resident lives: a pipe's reading end or, on Windows,
an event. So nothing that a killed resident has left behind is taken for one that runs, and no process is ended by a
number that may be another's by now.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _MAY_SET, _FOR_EVER = 0x0002, 0xFFFFFFFF
    _system = ctypes.WinDLL("kernel32")
    _system.CreateEventW.restype = _system.OpenEventW.restype = wintypes.HANDLE
    _system.WaitForSingleObject.argtypes = wintypes.HANDLE, wintypes.DWORD
    _system.SetEvent.argtypes = _system.CloseHandle.argtypes = (wintypes.HANDLE,)

    def _hung_up(path: Path) -> Callable[[], object]:
        event = _system.CreateEventW(None, False, False, _name(path))
        return lambda: _system.WaitForSingleObject(event, _FOR_EVER)

    def _reached(path: Path, ring: bool) -> bool:
        event = _system.OpenEventW(_MAY_SET, False, _name(path))
        if not event:
            return False
        if ring:
            _system.SetEvent(event)
        _system.CloseHandle(event)
        return True

    def _name(path: Path) -> str:
        """Of this session alone; a backslash means something in it."""
        return f"Local\\{str(path).replace(chr(92), '/').casefold()}"

else:
    import os

    def _hung_up(path: Path) -> Callable[[], object]:
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        pipe = os.open(path, os.O_RDWR)  # to write as well: then it never comes to an end
        return lambda: os.read(pipe, 1)

    def _reached(path: Path, ring: bool) -> bool:
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # there is none, or nobody reads it
            return False
        try:
            if ring:
                os.write(pipe, b"!")
        finally:
            os.close(pipe)
        return True


def listen(path: Path, rung: Callable[[], None]) -> None:
    """Call `rung`, in a thread of its own, each time that somebody rings, as long as this process lives.

    Only one process at a time may listen at `path`. Raises: OSError.
    """
    wait = _hung_up(path)

    def always() -> None:
        while True:
            wait()
            rung()

    threading.Thread(target=always, name="bell", daemon=True).start()


def is_listened(path: Path) -> bool:
    """A resident of this user is there."""
    return _reached(path, ring=False)


def ring(path: Path) -> bool:
    """Tell it to end. False where there is none."""
    return _reached(path, ring=True)
