"""What this desktop has: a tray, windows. Looked at by a child, because a toolkit may hang, crash, or hold a thread.

`main` is the child: it prints what it found as JSON. `desktop_seen` starts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import agent
from agent.core.doctor_computer import DesktopSeen
from agent.errors import DisplayMissing, WindowsMissing
from agent.text import _

COMMAND = (sys.executable, "-m", "agent.desktop.look")
_PATIENCE_S = 7.0

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


def desktop_seen() -> DesktopSeen:
    """What the child found; nothing where it did not get so far."""
    try:
        child = subprocess.run(  # noqa: S603 - our own program
            COMMAND,
            cwd=Path(agent.__file__).parents[1],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
            creationflags=_NO_WINDOW,
        )
        found = json.loads(child.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return _seen(None, None, _("looking for a display did not come to an end"))
    return _seen(found["tray"], found["tk"], found["problem"])


def _seen(tray: str | None, tk: str | None, problem: str | None) -> DesktopSeen:
    if tk is not None:
        return DesktopSeen(tray, tk)
    missing = WindowsMissing() if problem is None else DisplayMissing(problem)
    return DesktopSeen(tray, None, str(missing), missing.advice)


def main() -> int:
    from agent.desktop.tray import tray_kind

    tk, problem = _tk()
    print(json.dumps({"tray": tray_kind(), "tk": tk, "problem": problem}))
    return 0


def _tk() -> tuple[str | None, str | None]:
    """Tk's version where a window could be opened; else why not, None where Python has no Tk."""
    from importlib import import_module

    try:
        windows = import_module("agent.desktop.windows.opening")
    except ModuleNotFoundError:
        return None, None
    version: str | None
    problem: str | None
    version, problem = windows.tried()
    return version, problem


if __name__ == "__main__":
    sys.exit(main())
