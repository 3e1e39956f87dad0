"""Which requests wait to be completed: begun here, or left half-finished in the watched folders by another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.core.finding import State
from agent.core.reminders import file_name, name_of
from agent.core.renewal import Step
from agent.errors import KeystoreError, NothingBegun
from agent.ports import Outside
from agent.watch.copies import written_at
from agent.watch.judge import judge
from agent.watch.look import Look

_WANTED = (State.PENDING, State.INCOMPLETE)
_AUTHENTICATION_ALONE = 1


@dataclass(frozen=True)
class Begun:
    """A request to be completed. One that was begun elsewhere was begun when its file was written.

    One whose password is not known here is told by its single key: a whole keystore has an encryption key too.

    Attributes:
        whose: its holder, or the file's name where that is not known.
    """

    path: Path
    whose: str
    since: datetime


def requests_begun(outside: Outside, folders: Sequence[Path], patterns: Sequence[str]) -> tuple[Begun, ...]:
    """The newest first: that one is proposed. Raises: NothingBegun, JournalError."""
    look = Look(outside.keystores, outside.vault, outside.journal)
    observations = look.in_folders(folders, patterns)
    findings = judge(observations, outside.clock.now(), outside.journal.words())
    begun: dict[Path, Begun] = {}
    for each in findings:
        path = Path(each.observation.path)
        if each.state in _WANTED or (each.state is State.PASSWORD_NEEDED and _may_wait(path, outside)):
            begun[path] = Begun(path, name_of(each), written_at(path, outside.keystores))
    for renewal in outside.journal.unfinished():
        path = Path(renewal.new_path)
        if renewal.old_path is None and renewal.step is not Step.ACTIVATE:
            begun[path] = Begun(path, renewal.holder.name or file_name(renewal.new_path), renewal.started)
    if not begun:
        raise NothingBegun(", ".join(map(str, folders)))
    return tuple(sorted(begun.values(), key=lambda each: each.since, reverse=True))


def _may_wait(path: Path, outside: Outside) -> bool:
    try:
        return outside.keystores.keys_held(path) == _AUTHENTICATION_ALONE
    except KeystoreError:
        return False
