"""Calendar files, as another library reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agent.core.calendar_file import LINE_OCTETS, Day, alarms_before, calendar_file
from tests.calendar_judge import entry_of

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = Day("aa@agent", date(2027, 4, 6), "Renew", "Hello,\n\nRenew; please, by 6 April \\ soon.", "ONTHAAL-2", ())

any_text = st.text(max_size=400)
lengths = st.timedeltas(timedelta(days=-9), timedelta(days=9)).map(
    lambda t: timedelta(minutes=t // timedelta(minutes=1))
)


def as_said(text: str) -> str:
    """What can be said in a calendar: lines without control characters; half a character is a question mark."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(c for c in "\n".join(whole.splitlines()) if c in "\t\n" or not (c < " " or c == "\x7f"))


def test_an_entry_is_read_as_it_was_meant() -> None:
    alarms = timedelta(hours=-15), timedelta(hours=9)
    entry = entry_of(calendar_file(replace(DAY, alarms=alarms), NOW))
    assert (entry.uid, entry.stamp, entry.alarms) == (DAY.uid, NOW, alarms)
    assert (entry.first_day, entry.day_after) == (DAY.day, DAY.day + timedelta(days=1))
    assert (entry.title, entry.text, entry.place) == (DAY.title, DAY.text, DAY.place)


def test_the_same_file_is_the_same_bytes_and_later_it_is_the_same_entry() -> None:
    assert calendar_file(DAY, NOW) == calendar_file(DAY, NOW)
    later = entry_of(calendar_file(DAY, NOW + timedelta(days=1)))
    assert later.uid == DAY.uid
    assert later.stamp > NOW


@given(any_text, any_text, any_text, any_text)
def test_whatever_is_said_comes_out_again(uid: str, title: str, text: str, place: str) -> None:
    entry = entry_of(calendar_file(replace(DAY, uid=f"{uid}@agent", title=title, text=text, place=place), NOW))
    read = entry.uid, entry.title, entry.text, entry.place
    assert read == tuple(map(as_said, (f"{uid}@agent", title, text, place)))


@given(st.text(st.sampled_from("a é€😀,;\\\n\r\t\x00\x85\u2028"), max_size=300))
def test_lines_are_short_whole_and_end_as_they_must(text: str) -> None:
    file = calendar_file(replace(DAY, text=text), NOW)
    assert file.endswith(b"\r\n")
    lines = file.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= LINE_OCTETS
    for line in lines:
        line.decode()
        assert not set(line) & {*range(9), *range(10, 32), 127}


@given(lengths)
def test_alarms_are_when_they_were_meant(alarm: timedelta) -> None:
    assert entry_of(calendar_file(replace(DAY, alarms=(alarm,)), NOW)).alarms == (alarm,)


days = st.dates(date(2025, 1, 1), date(2035, 1, 1))


@given(days, days, st.times())
def test_alarms_are_in_the_morning_and_always_to_come(day: date, today: date, hour: time) -> None:
    moment = datetime.combine(today, hour)
    own = moment.replace(tzinfo=BRUSSELS)
    alarms = [datetime.combine(day, time()) + each for each in alarms_before(day, own.astimezone(UTC), BRUSSELS)]
    assert 1 <= len(alarms) <= 3
    assert all(alarm > moment - timedelta(hours=1) for alarm in alarms), "an hour may come twice in a night of autumn"
    if moment.date() < day:
        assert {alarm.time() for alarm in alarms} == {time(9)}
        assert alarms[-1].date() == day


def test_a_month_before_there_are_three_alarms_and_on_the_day_itself_one_in_an_hour() -> None:
    day = DAY.day
    before, hour = timedelta(days=-1), timedelta(hours=1)
    assert alarms_before(day, NOW, BRUSSELS) == (7 * before + 9 * hour, before + 9 * hour, 9 * hour)
    noon = datetime(2027, 4, 6, 10, 0, 30, tzinfo=UTC)
    assert alarms_before(day, noon, BRUSSELS) == (13 * hour,)
