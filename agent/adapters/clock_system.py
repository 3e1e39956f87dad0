"""This computer's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from agent.ports import Clock

_SLICE_S = 5.0


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass, counting those that the computer slept through.

        `time.sleep` stands still while the computer sleeps, and the wall clock can be set back meanwhile: whichever
        says first that the time is over, is right.
        """
        by_wall, by_running = time.time() + seconds, time.monotonic() + seconds
        while (left := min(by_wall - time.time(), by_running - time.monotonic())) > 0:
            time.sleep(min(left, _SLICE_S))
