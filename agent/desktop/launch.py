"""Show a folder in the desktop's own file manager."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def open_folder(folder: Path) -> bool:
    """False where the desktop has none."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606
        return True
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    nowhere = subprocess.DEVNULL
    try:
        subprocess.Popen(  # noqa: S603
            [opener, folder], stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except OSError:
        return False
    return True
