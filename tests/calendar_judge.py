"""A calendar file as another library reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar


@dataclass(frozen=True)
class Entry:
    uid: str
    stamp: datetime
    first_day: date
    day_after: date
    title: str
    text: str
    place: str
    alarms: tuple[timedelta, ...]


def entry_of(file: bytes) -> Entry:
    """The one entry of `file`, of which the library has nothing to complain."""
    calendar: Any = Calendar.from_ical(file)
    assert [problem for each in calendar.walk() for problem in each.errors] == []
    (entry,) = calendar.walk("VEVENT")
    return Entry(
        uid=str(entry["UID"]),
        stamp=entry["DTSTAMP"].dt,
        first_day=entry.start,
        day_after=entry.end,
        title=str(entry["SUMMARY"]),
        text=str(entry["DESCRIPTION"]),
        place=str(entry["LOCATION"]),
        alarms=tuple(alarm["TRIGGER"].dt for alarm in entry.walk("VALARM")),
    )
