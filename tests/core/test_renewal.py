"""How long to wait before asking for the certificate again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.core.renewal import next_poll_delay

MINUTE = 60


def test_the_steps_are_those_of_the_product() -> None:
    seconds = [next_poll_delay(polls, by_hand=False, jitter=0).total_seconds() for polls in range(17)]
    minutes = [1, 2, 5, 10, 20, 30, 60, 180, 360, 360, 360]
    assert seconds == [10] * 6 + [n * MINUTE for n in minutes]


def test_a_check_by_hand_is_not_asked_for_before_half_an_hour() -> None:
    assert next_poll_delay(0, by_hand=True, jitter=0) == timedelta(minutes=30)
    assert next_poll_delay(9, by_hand=True, jitter=0) == timedelta(hours=6)


@given(st.integers(0, 1000), st.booleans(), st.floats(-1, 1))
def test_jitter_stays_within_a_tenth(polls: int, by_hand: bool, jitter: float) -> None:
    plain = next_poll_delay(polls, by_hand, 0)
    assert plain * 0.899 <= next_poll_delay(polls, by_hand, jitter) <= plain * 1.101
