"""The window, the last safe day, the days that are left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.core.expiry import days_left, last_safe_day, renewable_from

END = datetime(2027, 1, 7, 11, 23, 18, tzinfo=UTC)
instants = st.datetimes(datetime(2015, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_window_opens_ninety_days_before_the_end() -> None:
    assert renewable_from(END) == datetime(2026, 10, 9, 11, 23, 18, tzinfo=UTC)


def test_the_issuers_own_start_date_wins() -> None:
    told = END - timedelta(days=60)
    assert renewable_from(END, told) == told


def test_ten_days_are_left_for_a_check_by_hand() -> None:
    assert last_safe_day(END) == date(2026, 12, 28)


def test_days_are_counted_down_to_zero_and_below() -> None:
    assert days_left(END, END - timedelta(days=45)) == 45
    assert days_left(END, END - timedelta(hours=1)) == 0
    assert days_left(END, END + timedelta(seconds=1)) == -1


@given(instants)
def test_whoever_starts_on_the_last_safe_day_has_ten_days(end: datetime) -> None:
    begun = datetime.combine(last_safe_day(end), datetime.min.time(), UTC)
    assert end - begun >= timedelta(days=10)
    assert renewable_from(end) < begun
