from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from agent.adapters.clock_system import SystemClock


@dataclass
class Computer:
    """A computer's two clocks. `asleep` and `set_back`: seconds that happen to them during the first slice slept."""

    wall: float = 1_000_000.0
    running: float = 50.0
    asleep: float = 0.0
    set_back: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.running += seconds
        self.wall += seconds + self.asleep - self.set_back
        self.asleep = self.set_back = 0.0


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    computer = Computer()
    monkeypatch.setattr(time, "time", lambda: computer.wall)
    monkeypatch.setattr(time, "monotonic", lambda: computer.running)
    monkeypatch.setattr(time, "sleep", computer.sleep)
    return computer


def test_now_is_aware_and_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_waiting_lasts_as_long_as_asked(computer: Computer) -> None:
    SystemClock().wait(12)
    assert sum(computer.slept) == pytest.approx(12)


def test_time_that_the_computer_slept_through_counts(computer: Computer) -> None:
    computer.asleep = 3600
    SystemClock().wait(1800)
    assert sum(computer.slept) < 10


def test_a_clock_set_back_does_not_prolong_the_wait(computer: Computer) -> None:
    computer.set_back = 86_400
    SystemClock().wait(60)
    assert sum(computer.slept) == pytest.approx(60)


def test_nothing_to_wait_for_is_no_wait(computer: Computer) -> None:
    SystemClock().wait(0)
    SystemClock().wait(-5)
    assert computer.slept == []
