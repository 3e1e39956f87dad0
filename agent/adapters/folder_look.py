"""Whether a watched folder can be worked with, tried out rather than asked: rights on shares are told wrongly."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from agent.core.doctor_computer import FolderSeen


def folder_look(folder: Path, is_share: Callable[[Path], bool]) -> FolderSeen:
    """What can be done in `folder`. A file is begun there and vanishes; on most systems it never has a name."""
    if not folder.is_dir():
        return FolderSeen(str(folder), is_there=False)
    share = is_share(folder)
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError:
        return FolderSeen(str(folder), is_there=True, can_read=False, is_share=share)
    return FolderSeen(
        str(folder), is_there=True, can_write=_takes_a_file(folder), is_share=share, free_bytes=_free_bytes(folder)
    )


def _takes_a_file(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".ehealth-agent-"):
            return True
    except OSError:
        return False


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
