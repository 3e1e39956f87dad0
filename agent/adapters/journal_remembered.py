"""What the last check found, of all files in one row.

A look at ten thousand unchanged files may cost little more than asking for their dates. Fetching as many rows of a
table alone takes 20 ms, this 6: a list per attribute, what is found in many files once, and an `Observation` only where
it is asked for.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from agent.adapters.journal_record import Unreadable, plain, typed
from agent.core.finding import Observation
from agent.ports import FileStamp

_Stamp = tuple[str, int, int, int]  # equal to a FileStamp, and made faster


class Row(NamedTuple):
    """As it is kept.

    Attributes:
        paths: as the file system has them, a zero byte between two.
        numbers: size, modified_ns and inode of each file, and the position of what was found in `whats`; 64 bits each,
            unsigned but for modified_ns, first all sizes, then all of the next.
        whats: JSON, a list of what was found: observations without a path.
    """

    paths: bytes
    numbers: bytes
    whats: str


class Remembered(Mapping[FileStamp, Observation]):
    def __init__(self, files: Mapping[_Stamp, int], whats: list[Observation]) -> None:
        """`files` tells for each file which of `whats` was found."""
        self._files = files
        self._whats = whats

    def __getitem__(self, stamp: FileStamp) -> Observation:
        return Observation(stamp[0], *self._whats[self._files[stamp]][1:])

    def get(self, stamp: FileStamp, default: Observation | None = None) -> Observation | None:  # type: ignore[override]
        """As any mapping's; written out, because it is asked for each file of a look."""
        number = self._files.get(stamp)
        return default if number is None else Observation(stamp[0], *self._whats[number][1:])

    def __contains__(self, stamp: object) -> bool:
        return stamp in self._files

    def __iter__(self) -> Iterator[FileStamp]:
        return map(FileStamp._make, self._files)

    def __len__(self) -> int:
        return len(self._files)

    def row(self) -> Row:
        paths, *stamps = zip(*self._files, strict=True) if self._files else ((), (), (), ())
        columns = zip(_KINDS, (*stamps, self._files.values()), strict=True)
        numbers = b"".join(array(kind, column).tobytes() for kind, column in columns)
        whats = json.dumps([plain(what) for what in self._whats], separators=(",", ":"))
        return Row(b"\0".join(map(os.fsencode, paths)), numbers, whats)

    @classmethod
    def read(cls, row: Row) -> Remembered:
        """What `row` gave. Raises: Unreadable."""
        try:
            paths = os.fsdecode(row.paths).split("\0") if row.paths else []
            columns = [array(kind) for kind in _KINDS]
            for position, column in enumerate(columns):
                column.frombytes(row.numbers[position * 8 * len(paths) : (position + 1) * 8 * len(paths)])
            sizes, modified, inodes, numbers = columns
            files = dict(zip(zip(paths, sizes, modified, inodes, strict=True), numbers, strict=True))
            whats = [typed(Observation, what) for what in json.loads(row.whats)]
        except (ValueError, TypeError, RecursionError) as problem:
            raise Unreadable("the remembered files") from problem
        if len(row.numbers) != 8 * len(_KINDS) * len(paths) or max(numbers, default=-1) >= len(whats):
            raise Unreadable("the remembered files")
        return cls(files, whats)


_KINDS = "QqQQ"
"""Of the columns of `Row.numbers`, as `array` calls them."""


def remembered(seen: Iterable[tuple[FileStamp, Observation]]) -> Remembered:
    """`seen`, as it is going to be written."""
    files: dict[_Stamp, int] = {}
    numbers: dict[Observation, int] = {}
    for stamp, observation in seen:
        files[stamp] = numbers.setdefault(observation._replace(path=""), len(numbers))
    return Remembered(files, list(numbers))
