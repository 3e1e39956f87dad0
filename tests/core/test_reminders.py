"""When the practice is reminded: over the years, in sleep, with a clock that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from agent.core.finding import Finding, Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.reminders import (
    LATER,
    MILESTONES,
    NOTHING_TOLD,
    QuietHours,
    Reminded,
    due,
    in_one,
    name_of,
    snooze_choices,
    snoozed,
    subject_of,
    told_now,
)
from agent.watch.judge import judge

BRUSSELS = ZoneInfo("Europe/Brussels")
END = datetime(2027, 5, 7, 9, 23, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def keystore(mark: str = "aa", end: datetime = END, name: str = "GROEP DE BRUG") -> Observation:
    holder = Holder("NIHII-GROUP", f"7123{mark}", None, name)
    glance = Glance("CN=a", holder, end - 1096 * DAY, end, Fingerprint(mark), pending=False, encryption_keys=1)
    return Observation(f"/k/{mark}.p12", Environment.PRODUCTION, glance)


@dataclass
class Practice:
    """What it is told, and when; `believed` is when by its computer's clock. `renewing`: whose renewal runs."""

    keystores: Sequence[Observation] = (keystore(),)
    quiet: QuietHours = field(default_factory=QuietHours)
    renewing: set[str] = field(default_factory=set)
    reminded: dict[str, Reminded] = field(default_factory=dict)
    told: list[tuple[datetime, str]] = field(default_factory=list)
    believed: list[datetime] = field(default_factory=list)

    def findings(self, now: datetime) -> list[Finding]:
        return judge(self.keystores, now)

    def look(self, now: datetime, true: datetime | None = None) -> list[Finding]:
        """The computer looks at its clock; `true` is what a right one would say."""
        chosen = due(self.findings(now), self.reminded, self.renewing, now, BRUSSELS, self.quiet)
        for finding in chosen:
            subject = subject_of(finding)
            self.reminded[subject] = told_now(self.reminded.get(subject, NOTHING_TOLD), finding, now, BRUSSELS)
            self.told.append((true or now, subject))
            self.believed.append(now)
        return chosen

    def later(self, now: datetime, later: timedelta) -> None:
        (finding,) = self.findings(now)
        subject = subject_of(finding)
        self.reminded[subject] = snoozed(self.reminded.get(subject, NOTHING_TOLD), finding, later, now, BRUSSELS)

    def hours(self, begin: datetime, days: float) -> None:
        """The computer is on for so long, and looks each hour."""
        for hour in range(round(days * 24)):
            self.look(begin + timedelta(hours=hour))

    @property
    def days_before(self) -> list[int]:
        """Days of the practice's calendar before the end, of each reminder."""
        return [days_before(at) for at, _ in self.told]


def days_before(at: datetime) -> int:
    return (END.astimezone(BRUSSELS).date() - at.astimezone(BRUSSELS).date()).days


def test_the_schedule() -> None:
    practice = Practice()
    practice.hours(END - 100 * DAY, 100)
    assert practice.days_before == [90, 60, 30, 21, 14, 11, *range(10, -1, -1)]


def test_an_expired_certificate_that_nobody_renews_falls_silent() -> None:
    practice = Practice()
    practice.hours(END + timedelta(hours=1), 200)
    assert practice.days_before == [0, *range(-1, -8, -1), -14, -21, -28]


def test_who_installs_late_is_told_once_where_it_stands() -> None:
    practice = Practice()
    practice.hours(END - 45 * DAY, 10)
    assert practice.days_before == [45]


def test_three_weeks_away_is_caught_up_once() -> None:
    practice = Practice()
    practice.hours(END - 95 * DAY, 10)
    practice.hours(END - 18 * DAY, 3)
    assert practice.days_before == [90, 18]


def test_quiet_hours_hold_the_reminder_until_morning() -> None:
    practice = Practice()
    evening = datetime(2027, 4, 7, 18, 0, tzinfo=UTC)  # 20:00 in Brussels
    practice.hours(evening, 0.4)
    assert practice.told == []
    practice.hours(evening + timedelta(hours=11, minutes=30), 0.5)
    assert [at.astimezone(BRUSSELS).time() for at, _ in practice.told] == [time(7, 30)]


@pytest.mark.parametrize(
    ("quiet", "moment", "is_quiet"),
    [
        (QuietHours(), time(19, 59), False),
        (QuietHours(), time(20, 0), True),
        (QuietHours(), time(0, 0), True),
        (QuietHours(), time(7, 29), True),
        (QuietHours(), time(7, 30), False),
        (QuietHours(time(12), time(13)), time(12, 30), True),
        (QuietHours(time(12), time(13)), time(13), False),
        (QuietHours(time(12), time(12)), time(12), False),
    ],
)
def test_quiet_hours(quiet: QuietHours, moment: time, is_quiet: bool) -> None:
    assert quiet.covers(moment) is is_quiet


def test_one_reminder_a_day_speaks_of_all_certificates() -> None:
    other = keystore("bb", END + 40 * DAY, "APOTHEEK DE LINDE")
    practice = Practice([keystore(), keystore()._replace(path="/k/copy.p12"), other])
    chosen = practice.look(END - 20 * DAY)
    assert [subject_of(finding) for finding in chosen] == ["aa", "bb"]
    said = in_one(chosen)
    assert said.title == "eHealth certificate: 20 days left"
    assert said.text.startswith("GROEP DE BRUG: ")
    assert said.text.endswith("1 more keystore needs attention.")


def test_what_comes_up_after_todays_reminder_waits_until_tomorrow() -> None:
    practice = Practice([keystore()])
    noon = END - 20 * DAY
    practice.look(noon)
    practice.keystores = [keystore(), keystore("bb")]
    assert practice.look(noon + timedelta(hours=2)) == []
    assert [subject_of(finding) for finding in practice.look(noon + DAY)] == ["bb"]


def test_later_is_honoured_and_then_comes_in_any_case() -> None:
    practice = Practice()
    practice.look(END - 35 * DAY)
    practice.later(END - 35 * DAY, LATER[1])
    practice.hours(END - 35 * DAY, 20)
    assert practice.days_before == [35, 28, 21]


def test_later_never_passes_the_last_safe_day() -> None:
    practice = Practice()
    now = END - 12 * DAY
    practice.look(now)
    practice.later(now, LATER[1])
    practice.hours(now + timedelta(hours=1), 5)
    assert practice.days_before == [12, 10, 9, 8, 7]


def test_later_is_offered_only_where_it_can_be_honoured() -> None:
    practice = Practice()

    def choices(days: float) -> list[int]:
        (finding,) = practice.findings(END - days * DAY)
        return [each.days for each in snooze_choices(finding, END - days * DAY, BRUSSELS)]

    assert [choices(days) for days in (100, 45, 17, 16, 11, 10, 9, -1)] == [[], [1, 7], [1, 7], [1], [1], [], [], []]


def test_while_a_renewal_runs_nothing_is_said() -> None:
    practice = Practice()
    practice.renewing.add("aa")
    practice.hours(END - 30 * DAY, 10)
    practice.renewing.clear()
    practice.hours(END - 20 * DAY, 1)
    assert practice.days_before == [20]


def test_what_has_a_successor_says_nothing() -> None:
    practice = Practice([keystore(), keystore("bb", END + 1000 * DAY)._replace(path="/k/new.p12")])
    practice.keystores = [practice.keystores[0], replace_holder(practice.keystores[1], practice.keystores[0])]
    practice.hours(END - 30 * DAY, 60)
    assert practice.told == []


def replace_holder(observation: Observation, like: Observation) -> Observation:
    assert observation.glance is not None
    assert like.glance is not None
    return observation._replace(glance=replace(observation.glance, holder=like.glance.holder))


def test_a_missing_password_is_asked_for_once() -> None:
    locked = Observation("/k/locked.p12", Environment.PRODUCTION, None, "No password.", True, lasting=False)
    practice = Practice([locked])
    practice.hours(END - 30 * DAY, 60)
    assert len(practice.told) == 1


def test_a_person_is_not_called_by_a_number() -> None:
    (finding,) = judge([keystore()], END)
    assert finding.observation.glance is not None
    nurse = replace(finding.observation.glance, holder=Holder("SSIN", "80010100107"))
    assert "80010100107" not in name_of(replace(finding, observation=finding.observation._replace(glance=nurse)))


@pytest.mark.parametrize("wrong", [timedelta(days=days) for days in (-5000, -365, -20, -1, 1, 20, 365, 5000)])
def test_a_clock_that_goes_wrong_for_an_afternoon_neither_spams_nor_silences(wrong: timedelta) -> None:
    practice = Practice()
    practice.hours(END - 100 * DAY, 68.5)
    for hour in range(4):
        practice.look(END - 31.5 * DAY + timedelta(hours=hour) + wrong)
    during = len(practice.told)
    practice.hours(END - 31.25 * DAY, 31.2)
    assert during <= 3
    right = [day for day in practice.days_before if 0 <= day <= 90]
    for day in (90, 60, 30, 21, 14, 11, *range(10, 0, -1)):
        assert day in right


# ── Three years ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Life:
    """A practice's days: whether its computer is on, from when and for how long it is awake, and its clock's error."""

    days: Sequence[tuple[bool, int, int]]
    wrong: Sequence[tuple[int, int, int]]  # day, for how many days, by how many days

    def error(self, day: int) -> timedelta:
        return sum((by * DAY for begin, days, by in self.wrong if begin <= day < begin + days), timedelta())


days = st.tuples(st.sampled_from([True, True, True, False]), st.integers(6, 14), st.integers(1, 14))
weeks = st.lists(days, min_size=7, max_size=7)
lives = st.builds(
    lambda week, wrong, holidays: Life(
        [(on and not any(b <= day < b + n for b, n in holidays), *rest) for day, (on, *rest) in enumerate(week * 157)],
        wrong,
    ),
    weeks,
    st.lists(
        st.tuples(
            st.integers(0, 1095) | st.integers(1000, 1095),
            st.integers(1, 9),
            st.sampled_from([-3650, -365, -30, -1, 1, 30, 365, 3650]),
        ),
        max_size=2,
    ),
    st.lists(st.tuples(st.integers(0, 1095), st.integers(3, 28)), max_size=3),
)


@settings(deadline=None, max_examples=60)
@given(lives)
def test_three_years_of_a_practice(life: Life) -> None:
    """However its days go: at most one reminder a day, and each stage is told on the first day that allows it.

    Asleep or off, through summer time and winter time, with a clock that is days or years wrong and is put right.
    """
    practice = Practice()
    awake: dict[date, int] = {}
    for day, (on, begins, hours) in enumerate(life.days):
        midnight = datetime.combine((END - 1096 * DAY).date() + day * DAY, time(), BRUSSELS)
        for hour in range(begins, min(24, begins + hours)) if on else ():
            now = midnight.replace(hour=hour).astimezone(UTC)
            if now < END:
                practice.look(now + life.error(day), true=now)
                if not life.error(day) and 8 <= hour < 20:
                    awake[midnight.date()] = hour
    event(f"{len(practice.told)} reminders")
    event(f"the first {max(practice.days_before, default=0) // 10 * 10} days before the end or sooner")
    told_days = [at.astimezone(BRUSSELS).date() for at, _ in practice.told]
    wrong_days = sum(days for _, days, _ in life.wrong)
    assert len(told_days) == len(set(told_days)), "one a day"
    assert len(told_days) <= len(MILESTONES) + 11 + 2 * wrong_days, "no spam"
    for believed in practice.believed:
        assert 8 <= believed.astimezone(BRUSSELS).hour < 20, "no quiet hour, by the computer's own clock"
    _no_stage_was_lost(practice, awake)
    if not life.wrong:
        _each_stage_was_told(practice, awake)


def _no_stage_was_lost(practice: Practice, awake: dict[date, int]) -> None:
    """For each stage in which the computer was awake with a right clock: told by the end of its first day.

    Or before, while its clock was wrong and said that it is this stage.
    """
    for begin, end, first in _stages(awake):
        right = any(begin >= day > end and day >= first for day in practice.days_before)
        early = any(
            begin >= days_before(believed) > end and day >= first
            for believed, day in zip(practice.believed, practice.days_before, strict=True)
        )
        assert right or early, f"from {begin} days before the end"


def _each_stage_was_told(practice: Practice, awake: dict[date, int]) -> None:
    """For each stage in which the computer was awake at all: told once, on its first day; and nothing else."""
    told = [day for day in practice.days_before if day > 0]
    assert told == [first for _begin, _end, first in _stages(awake)]


def _stages(awake: dict[date, int]) -> Iterator[tuple[int, int, int]]:
    """From how many days before the end to before how many; and the first of them that allowed a reminder.

    Not the day of the end itself: it ends during that day.
    """
    last = END.astimezone(BRUSSELS).date()
    opens = (END - 90 * DAY).astimezone(BRUSSELS)
    bounds = [90, 60, 30, 21, 14, 11, *range(10, -1, -1)]
    for begin, end in pairwise(bounds):
        able = [day for day in awake if begin >= (last - day).days > end]
        able = [day for day in able if day > opens.date() or awake[day] > opens.hour]
        if able:
            yield begin, end, (last - min(able)).days


def test_states_in_between_are_those_of_the_judge() -> None:
    practice = Practice()
    assert [practice.findings(END - days * DAY)[0].state for days in (91, 45, 9, -1)] == [
        State.VALID,
        State.RENEWABLE,
        State.URGENT,
        State.EXPIRED,
    ]
