"""Show a folder in the desktop's own file manager, a file in the program for it, an address in the browser."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

from agent.core.validation import is_safe


def open_folder(folder: Path) -> bool:
    """False where the desktop has none."""
    return _opened(folder)


def open_file(file: Path) -> bool:
    """False where the desktop has no program for it, as far as it tells."""
    return _opened(file)


def open_address(url: str) -> bool:
    """False where there is no browser. Only what may be shown is opened, wherever `url` comes from."""
    try:
        return is_safe(url) and webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def _opened(path: Path) -> bool:
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606
        except OSError:
            return False
        return True
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    nowhere = subprocess.DEVNULL
    try:
        subprocess.Popen(  # noqa: S603
            [opener, path], stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except OSError:
        return False
    return True
