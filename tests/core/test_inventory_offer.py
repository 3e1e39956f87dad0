"""The inventory is offered once a year, quietly."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.core.inventory_offer import AT_FIRST, EACH, SUBJECT, counted, done, is_due, offer, offered
from agent.core.reminders import QuietHours, Reminded, Told
from tests.fakes import NOW

ALWAYS = QuietHours(time(), time())
DAY = timedelta(days=1)


def days_of_offers(days: int, step: timedelta = DAY, done_on: int | None = None) -> list[int]:
    """On which days somebody who looks every so often is offered it."""
    kept: Reminded | None = None
    found, now = [], NOW
    while now < NOW + timedelta(days=days):
        begins = counted(kept, now)
        if begins is not None:
            kept = begins
        elif is_due({SUBJECT: kept} if kept else {}, now, UTC, ALWAYS):
            kept = offered(now)
            found.append((now - NOW).days)
        if done_on == (now - NOW).days:
            kept = done(now)
        now += step
    return found


def test_after_a_month_then_each_year() -> None:
    assert days_of_offers(1200) == [30, 395, 760, 1125]


def test_a_year_after_the_last_one() -> None:
    assert days_of_offers(1000, done_on=100) == [30, 465, 830]
    assert days_of_offers(400, done_on=5) == [370]


@given(st.integers(1, 24 * 20))
def test_however_often_somebody_looks_never_twice_in_a_year(hours: int) -> None:
    found = days_of_offers(1500, timedelta(hours=hours))
    assert all(after - before >= EACH.days for before, after in pairwise(found))
    assert found


def test_not_in_quiet_hours_and_on_no_day_with_another_reminder() -> None:
    kept = {SUBJECT: Reminded((), NOW)}
    assert is_due(kept, NOW, UTC, ALWAYS)
    assert not is_due(kept, NOW.replace(hour=22), UTC)
    assert not is_due({**kept, "another": Reminded((Told(NOW, 90),))}, NOW + timedelta(hours=2), UTC, ALWAYS)
    assert is_due({**kept, "another": Reminded((Told(NOW, 90),))}, NOW + DAY, UTC, ALWAYS)


def test_a_clock_that_ran_ahead_puts_it_off_for_a_month_only() -> None:
    ahead = offered(datetime(2040, 1, 1, tzinfo=UTC))
    begins = counted(ahead, NOW)
    assert begins is not None
    assert begins.snoozed_until == NOW + AT_FIRST


def test_what_is_offered() -> None:
    assert "one PIN" in offer().text
