"""A clock whose waiting a person can cut short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.ports import Clock

_SLICE_S = 0.2


class Impatient(Clock):
    """The same time as `clock` tells.

    Args:
        is_enough: whether not to wait any longer; asked several times a second, and may raise to end it all.
    """

    def __init__(self, clock: Clock, is_enough: Callable[[], bool]) -> None:
        self._clock, self._is_enough = clock, is_enough

    def now(self) -> datetime:
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass, or as many as anybody wants."""
        end, left = self.now() + timedelta(seconds=seconds), seconds
        while left > 0 and self.now() < end and not self._is_enough():
            self._clock.wait(min(left, _SLICE_S))
            left -= _SLICE_S
