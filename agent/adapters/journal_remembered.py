"""What the last check found, of all files in one text.

A look at ten thousand unchanged files may cost little more than asking for their dates. As rows of a table, fetching
them alone would take longer: 20 ms where this takes 7. So the text is JSON with a list per attribute, what is found in
many files is in it once, and an `Observation` is made when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from agent.adapters.journal_record import Unreadable, plain, typed
from agent.core.finding import Observation
from agent.core.glance import Glance
from agent.core.holder import Environment
from agent.ports import FileStamp

_Stamp = tuple[str, int, int, int]  # equal to a FileStamp, and made faster


class _What(NamedTuple):
    """An observation without its path."""

    environment: Environment
    glance: Glance | None
    problem: str | None
    password_needed: bool


class Remembered(Mapping[FileStamp, Observation]):
    def __init__(self, files: Mapping[_Stamp, int], whats: list[_What]) -> None:
        """`files` tells for each file which of `whats` was found."""
        self._files = files
        self._whats = whats

    def __getitem__(self, stamp: FileStamp) -> Observation:
        return Observation(stamp[0], *self._whats[self._files[stamp]])

    def get(self, stamp: FileStamp, default: Observation | None = None) -> Observation | None:  # type: ignore[override]
        """As any mapping's; written out, because it is asked for each file of a look."""
        number = self._files.get(stamp)
        return default if number is None else Observation(stamp[0], *self._whats[number])

    def __iter__(self) -> Iterator[FileStamp]:
        return map(FileStamp._make, self._files)

    def __len__(self) -> int:
        return len(self._files)

    def written(self) -> str:
        """JSON text."""
        files = [list(column) for column in zip(*self._files, strict=True)] or [[], [], [], []]
        whats = [[plain(each) for each in what] for what in self._whats]
        return json.dumps([*files, list(self._files.values()), whats], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Remembered:
        """What `written` wrote. Raises: Unreadable."""
        try:
            paths, sizes, modified, inodes, numbers, whats = json.loads(text)
            columns = (paths, sizes, modified, inodes, numbers)
            kinds = [set(map(type, column)) for column in columns]
            files = dict(zip(zip(paths, sizes, modified, inodes, strict=True), numbers, strict=True))
            read = [_what(*what) for what in whats]
        except (ValueError, TypeError, RecursionError) as problem:
            raise Unreadable("the remembered files") from problem
        if not kinds[0] <= {str} or not set.union(*kinds[1:]) <= {int} or not set(numbers) <= set(range(len(read))):
            raise Unreadable("the remembered files")
        return cls(files, read)


def remembered(seen: Iterable[tuple[FileStamp, Observation]]) -> Remembered:
    """`seen`, as it is going to be written."""
    files: dict[_Stamp, int] = {}
    numbers: dict[_What, int] = {}
    for stamp, (_, environment, glance, problem, password_needed) in seen:
        what = _What(environment, glance, problem, password_needed)
        files[stamp] = numbers.setdefault(what, len(numbers))
    return Remembered(files, list(numbers))


def _what(environment: object, glance: object, problem: object, password_needed: object) -> _What:
    return _What(
        typed(Environment, environment),
        None if glance is None else typed(Glance, glance),
        None if problem is None else typed(str, problem),
        typed(bool, password_needed),
    )
