"""What the resident lives among: its clock, its timetable, its children, its tray."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from agent.config import Config
from agent.desktop.processes import Ended
from agent.desktop.tray import Tray
from agent.ports import Clock, Journal, Notifier


class Timetable(Protocol):
    def every(self, name: str, seconds: float, act: Callable[[], None]) -> None: ...
    def at(self, name: str, instant: datetime, act: Callable[[], None]) -> None: ...
    def soon(self, act: Callable[[], None]) -> None: ...
    def forget(self, name: str) -> None: ...


class Children(Protocol):
    def start(self, name: str, arguments: Sequence[str], ended: Ended, window: bool = False) -> bool: ...
    def is_running(self, name: str) -> bool: ...


@dataclass
class Around:
    """What the resident lives among.

    Attributes:
        load: reads the config anew. Raises: ConfigError.
        follow: the folders whose changes are to be told by `Resident.changed`.
        is_share: no changes are told of this folder.
        open_folder: shows it; False where the desktop cannot.
        stop: ends the process.
        rest: nothing is to be done for a while.
        has_screen: windows can be opened.
    """

    clock: Clock
    journal: Journal
    notifier: Notifier
    children: Children
    timetable: Timetable
    tray: Tray
    load: Callable[[], Config]
    follow: Callable[[Sequence[Path]], None]
    is_share: Callable[[Path], bool]
    open_folder: Callable[[Path], bool]
    stop: Callable[[], None]
    rest: Callable[[], None]
    has_screen: bool = True
