"""Start what is not this process: a folder in the file manager, another command of the agent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def open_folder(folder: Path) -> bool:
    """Show `folder` in the desktop's file manager. False where the desktop has none."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606
        return True
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    return _started(opener, os.fspath(folder))


def start_agent(*arguments: str | Path) -> bool:
    """Another command of the agent in a process of its own, which outlives this one."""
    return _started(sys.executable, "-m", "agent", *(str(each) for each in arguments))


def _started(*command: str) -> bool:
    try:
        subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
