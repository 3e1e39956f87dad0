"""A day with alarms as a calendar file, which every calendar program takes in.

Source: RFC 5545: lines (3.1), TEXT (3.3.11), DURATION (3.3.6), VEVENT (3.6.1), VALARM (3.6.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LINE_OCTETS = 75
"""The longest that a line may be, without its end."""

_AT = time(9, 0)
_DAYS_BEFORE = (7, 1, 0)
_SOON = timedelta(hours=1)
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_CONTROLS = dict.fromkeys({*range(0x20), 0x7F} - {ord("\t"), ord("\n")})


@dataclass(frozen=True, slots=True)
class Day:
    """An entry for a whole day.

    Attributes:
        uid: its name in every calendar: the same entry, taken in twice, is there once.
        alarms: from the beginning of `day`; negative ones are before it.
    """

    uid: str
    day: date
    title: str
    text: str
    place: str
    alarms: tuple[timedelta, ...]


def alarms_before(day: date, now: datetime, zone: tzinfo | None = None) -> tuple[timedelta, ...]:
    """At nine in the morning a week before, the day before and on the day, as far as that is still to come.

    Where all that is past: in an hour.

    Args:
        now: aware UTC.
        zone: of the practice; None: this computer's.
    """
    own = now.astimezone(zone).replace(tzinfo=None)
    midnight = datetime.combine(day, time())
    moments = [datetime.combine(day - timedelta(days=before), _AT) for before in _DAYS_BEFORE if _is_day(day, before)]
    still = [moment for moment in moments if moment > own] or [(own + _SOON).replace(second=0, microsecond=0)]
    return tuple(moment - midnight for moment in still)


def calendar_file(day: Day, now: datetime) -> bytes:
    """The file's bytes.

    Args:
        now: aware UTC; of two files with the same `uid` the later one is believed.
    """
    return b"".join(_folded(line) + b"\r\n" for line in _lines(day, now))


def _is_day(day: date, before: int) -> bool:
    return (day - date.min).days >= before


def _lines(day: Day, now: datetime) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//ehealth-certificate-agent//NONSGML//EN"
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(day.uid)}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_date(day.day)}"
    yield f"SUMMARY:{_text(day.title)}"
    yield f"DESCRIPTION:{_text(day.text)}"
    yield f"LOCATION:{_text(day.place)}"
    yield "TRANSP:TRANSPARENT"  # the day is not taken
    for alarm in day.alarms:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(day.title)}"
        yield f"TRIGGER:{_duration(alarm)}"
        yield "END:VALARM"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _text(text: str) -> str:
    """`text` as a value: its line ends and separators escaped, without the control characters that have no place."""
    lines = "\n".join(text.splitlines())
    return lines.translate(_CONTROLS).translate(_ESCAPED)


def _date(day: date) -> str:
    return day.isoformat().replace("-", "")


def _duration(length: timedelta) -> str:
    sign, length = ("-", -length) if length < timedelta() else ("", length)
    minutes = length // timedelta(minutes=1) % (24 * 60)
    days = f"{length.days}D" if length.days else ""
    hours, rest = divmod(minutes, 60)
    clock = f"T{hours}H{rest}M" if rest else f"T{hours}H"
    return f"{sign}P{days}{clock if minutes or not days else ''}"


def _folded(line: str) -> bytes:
    """Cut into lines that are short enough, between characters; each but the first begins with a space."""
    lines = [b""]
    for character in line:
        octets = character.encode("utf-8", "replace")  # a file's name need not be text
        if len(lines[-1]) + len(octets) > LINE_OCTETS:
            lines.append(b" ")
        lines[-1] += octets
    return b"\r\n".join(lines)
