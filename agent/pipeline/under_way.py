"""Which renewal a file belongs to. Apart from the rest, whose libraries take longer to load than a window may."""

from __future__ import annotations

from pathlib import Path

from agent.core.renewal import Renewal
from agent.ports import Outside


def under_way(outside: Outside, path: Path) -> Renewal | None:
    """The unfinished renewal that this file belongs to: as old keystore, as new one, or as one of its working files."""
    for renewal in outside.journal.unfinished():
        if str(path) == renewal.old_path or str(path).startswith(renewal.new_path):
            return renewal
    return None
