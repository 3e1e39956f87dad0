"""What the last check found, of all files in one row.

A look at ten thousand unchanged files may cost little more than asking for their dates. Fetching as many rows of a
table alone takes 20 ms, this 6: a list per attribute, what is found in many files once, and an `Observation` only where
it is asked for.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from agent.adapters.journal_record import Unreadable, plain, typed
from agent.core.finding import Observation
from agent.ports import FileStamp
from agent.text import spoken

_Stamp = tuple[str, int, int, int]  # equal to a FileStamp, and made faster


class Row(NamedTuple):
    """As it is kept.

    Attributes:
        paths: as the file system has them, a zero byte between two.
        numbers: size, modified_ns and inode of each file, and the position of what was found in `whats`; 64 bits each,
            unsigned but for modified_ns, first all sizes, then all of the next.
        whats: JSON, a list of what was found: observations without a path.
        language: in which their problems are told.
    """

    paths: bytes
    numbers: bytes
    whats: str
    language: str


class Remembered(Mapping[FileStamp, Observation]):
    def __init__(self, stamps: list[_Stamp], numbers: Sequence[int], whats: list[Observation]) -> None:
        """`numbers` tells for each of `stamps` which of `whats` was found."""
        self._stamps = stamps
        self._numbers = numbers
        self._whats = whats

    @cached_property
    def _files(self) -> Mapping[_Stamp, int]:
        return dict(zip(self._stamps, self._numbers, strict=True))

    def of_all(self, stamps: Sequence[FileStamp]) -> list[Observation] | None:
        """What was found, in the order of `stamps`, where these are just the remembered ones; else None."""
        if stamps != self._stamps:
            return None
        found, made = [what[1:] for what in self._whats], tuple.__new__  # what `Observation` does, at half the time
        return [
            made(Observation, (stamp[0], *found[number])) for stamp, number in zip(stamps, self._numbers, strict=True)
        ]

    def __getitem__(self, stamp: FileStamp) -> Observation:
        return Observation(stamp[0], *self._whats[self._files[stamp]][1:])

    def __contains__(self, stamp: object) -> bool:
        return stamp in self._files

    def __iter__(self) -> Iterator[FileStamp]:
        return map(FileStamp._make, self._stamps)

    def __len__(self) -> int:
        return len(self._stamps)

    def row(self) -> Row:
        paths, *stamps = zip(*self._stamps, strict=True) if self._stamps else ((), (), (), ())
        columns = zip(_KINDS, (*stamps, self._numbers), strict=True)
        numbers = b"".join(array(kind, column).tobytes() for kind, column in columns)
        whats = json.dumps([plain(what) for what in self._whats], separators=(",", ":"))
        return Row(b"\0".join(map(os.fsencode, paths)), numbers, whats, spoken())

    @classmethod
    def read(cls, row: Row) -> Remembered:
        """What `row` gave. A problem in another language does not last: it is looked at again, to be told anew.

        Raises: Unreadable.
        """
        try:
            paths = os.fsdecode(row.paths).split("\0") if row.paths else []
            columns = [array(kind) for kind in _KINDS]
            for position, column in enumerate(columns):
                column.frombytes(row.numbers[position * 8 * len(paths) : (position + 1) * 8 * len(paths)])
            sizes, modified, inodes, numbers = columns
            stamps = list(zip(paths, sizes, modified, inodes, strict=True))
            whats = [typed(Observation, what) for what in json.loads(row.whats)]
        except (ValueError, TypeError, RecursionError) as problem:
            raise Unreadable("the remembered files") from problem
        if len(row.numbers) != 8 * len(_KINDS) * len(paths) or max(numbers, default=-1) >= len(whats):
            raise Unreadable("the remembered files")
        if row.language != spoken():
            whats = [what._replace(lasting=what.lasting and what.problem is None) for what in whats]
        return cls(stamps, numbers, whats)


_KINDS = "QqQQ"
"""Of the columns of `Row.numbers`, as `array` calls them."""


def remembered(seen: Iterable[tuple[FileStamp, Observation]]) -> Remembered:
    """`seen`, as it is going to be written: by folder and name, as a look finds them."""
    whats: dict[Observation, int] = {}
    files = [(stamp, whats.setdefault(found._replace(path=""), len(whats))) for stamp, found in seen]
    files.sort(key=lambda file: os.path.split(file[0].path))
    return Remembered([stamp for stamp, _ in files], [number for _, number in files], list(whats))
