"""All keystores that are known here: those in the watched folders, and those elsewhere that a look remembers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agent.core.finding import Finding
from agent.ports import Outside
from agent.watch.judge import judge, with_requests
from agent.watch.look import Look


def known_findings(outside: Outside, folders: Sequence[Path], patterns: Sequence[str], now: datetime) -> list[Finding]:
    """Judged at `now`, by path. Files that are gone are not among them. Raises: JournalError."""
    journal = outside.journal
    elsewhere = [Path(each.path) for each in journal.observations().values() if Path(each.path).parent not in folders]
    look = Look(outside.keystores, outside.vault, journal)
    seen = look.in_folders(folders, patterns, forget=False)
    seen += look.at(path for path in sorted(elsewhere) if outside.keystores.exists(path))
    return with_requests(judge(seen, now, journal.words()), journal.unfinished(), now)
