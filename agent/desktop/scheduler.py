"""When something is to be done: APScheduler, and a heartbeat that notices when the clock jumps.

All is done in one thread, one after the other. APScheduler counts a wait by a clock that stands still in sleep, and
goes by the wall clock otherwise: after a sleep it would be late, and after the clock was set back it would wait for as
long. So the heartbeat compares both, and after a jump everything that waits is done at once and planned anew.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

BEAT_S = 60.0
_JUMP_S = 30.0
_ONE_AFTER_THE_OTHER = 1

_log = logging.getLogger(__name__)


class Timetable:
    def __init__(self, now: Callable[[], datetime], beat_s: float = BEAT_S) -> None:
        self._now, self._beat_s = now, beat_s
        self._stopped = threading.Event()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(_ONE_AFTER_THE_OTHER)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 100},
            timezone=UTC,
        )
        for name in ("apscheduler.scheduler", "apscheduler.executors.default"):
            logging.getLogger(name).setLevel(logging.WARNING)

    def start(self, jumped: Callable[[], None]) -> None:
        """`jumped` is done after a sleep and after the clock was set."""
        self._scheduler.start()
        threading.Thread(target=self._beat, args=(jumped,), name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._scheduler.remove_all_jobs()  # waits for APScheduler's thread, which stumbles over being shut down at work
        self._scheduler.shutdown(wait=False)

    def every(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` each `seconds`, in place of what had this name."""
        self._scheduler.add_job(act, "interval", seconds=seconds, id=name, replace_existing=True)

    def at(self, name: str, instant: datetime, act: Callable[[], None]) -> None:
        """Do `act` once, at `instant` (aware) or now where that is past, in place of what had this name."""
        self._scheduler.add_job(act, "date", run_date=instant, id=name, replace_existing=True)

    def soon(self, act: Callable[[], None]) -> None:
        """Do `act` after what is being done now. From any thread."""
        self._scheduler.add_job(act)

    def forget(self, name: str) -> None:
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def _beat(self, jumped: Callable[[], None]) -> None:
        expected = self._now() + timedelta(seconds=self._beat_s)
        while not self._stopped.wait(self._beat_s):
            now = self._now()
            if abs((now - expected).total_seconds()) > _JUMP_S:
                _log.info("The clock went from %s to %s: asleep, or set.", _told(expected), _told(now))
                self._catch_up()
                self.soon(jumped)
            expected = now + timedelta(seconds=self._beat_s)

    def _catch_up(self) -> None:
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))  # by the clock that APScheduler goes by


def _told(instant: datetime) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M:%S}"
