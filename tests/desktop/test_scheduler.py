"""The real timetable, with a wall clock that a test sets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agent.desktop.scheduler import Timetable

SOON_S = 10.0


class Happened:
    """Counts, and can be waited for."""

    def __init__(self) -> None:
        self.times = 0
        self._one = threading.Semaphore(0)

    def __call__(self) -> None:
        self.times += 1
        self._one.release()

    def wait(self) -> None:
        assert self._one.acquire(timeout=SOON_S), "it did not happen"


class WallClock:
    """Runs as the real one does, and can be set; each reading of it is told."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.read = Happened()

    def now(self) -> datetime:
        self.read()
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def jumped() -> Happened:
    return Happened()


@pytest.fixture
def times(clock: WallClock, jumped: Happened) -> Iterator[Timetable]:
    made = Timetable(clock.now, beat_s=0.02)
    made.start(jumped)
    yield made
    made.stop()


def test_what_is_due_is_done_and_what_was_replaced_is_not(times: Timetable) -> None:
    old, new = Happened(), Happened()
    far = datetime.now(UTC) + timedelta(hours=1)
    times.at("look", far, old)
    times.at("look", datetime.now(UTC) - timedelta(days=300), new)
    new.wait()
    assert old.times == 0


def test_it_is_done_one_after_the_other_in_one_thread(times: Timetable) -> None:
    threads: list[int] = []
    done = Happened()
    for _ in range(20):
        times.soon(lambda: threads.append(threading.get_ident()))
    times.soon(done)
    done.wait()
    assert len(threads) == 20
    assert len(set(threads)) == 1


def test_one_can_name_itself_anew_while_it_is_done(times: Timetable) -> None:
    again = Happened()
    times.at("resume", datetime.now(UTC), lambda: times.at("resume", datetime.now(UTC), again))
    again.wait()


def test_what_fails_does_not_stop_the_rest(times: Timetable, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise ValueError("broken")

    done = Happened()
    times.soon(broken)
    times.soon(done)
    done.wait()
    assert "broken" in caplog.text


@pytest.mark.parametrize("by", [timedelta(hours=9), timedelta(days=365), timedelta(days=-365)])
def test_after_a_jump_all_that_waits_is_done_at_once(
    times: Timetable, clock: WallClock, jumped: Happened, by: timedelta
) -> None:
    hourly, later = Happened(), Happened()
    times.every("look", 3600, hourly)
    times.at("resume", datetime.now(UTC) + timedelta(minutes=20), later)
    clock.ahead = by
    jumped.wait()
    hourly.wait()
    later.wait()


def test_without_a_jump_nothing_happens(times: Timetable, clock: WallClock, jumped: Happened) -> None:
    for _ in range(5):
        clock.read.wait()
    assert jumped.times == 0


def test_what_was_forgotten_is_not_done(times: Timetable, clock: WallClock, jumped: Happened) -> None:
    forgotten = Happened()
    times.at("resume", datetime.now(UTC) + timedelta(minutes=20), forgotten)
    times.forget("resume")
    times.forget("never there")
    clock.ahead = timedelta(days=1)
    jumped.wait()
    assert forgotten.times == 0
