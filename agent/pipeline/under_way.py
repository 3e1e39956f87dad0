"""Which renewal a file belongs to. Apart from the rest, whose libraries take longer to load than a window may."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agent.core.holder import Environment, Holder
from agent.core.renewal import Renewal
from agent.pipeline.files import pending_path
from agent.ports import Outside


def under_way(outside: Outside, path: Path) -> Renewal | None:
    """The unfinished renewal that this file belongs to: as old keystore, as new one, or as one of its working files."""
    for renewal in outside.journal.unfinished():
        if str(path) == renewal.old_path or str(path).startswith(renewal.new_path):
            return renewal
    return None


def request_under_way(holder: Holder, environment: Environment, outside: Outside) -> Renewal | None:
    """A request for this holder, whatever its name, that was begun here and has not ended."""
    for renewal in outside.journal.unfinished():
        is_own = renewal.old_path is None and renewal.wanted is not None and renewal.environment is environment
        if is_own and replace(renewal.holder, name=None) == replace(holder, name=None):
            return renewal
    return None


def openable(outside: Outside, path: Path) -> Path:
    """The file that has what was done so far of the request at `path`: its working file, while there is one."""
    begun = under_way(outside, path)
    if begun is not None and begun.old_path is None and outside.keystores.exists(pending_path(begun)):
        return pending_path(begun)
    return path


def file_of(outside: Outside, request: Renewal) -> Path | None:
    """Where the keystore of a first request is by now; None before its key was saved."""
    places = pending_path(request), Path(request.new_path)
    return next((path for path in places if outside.keystores.exists(path)), None)
