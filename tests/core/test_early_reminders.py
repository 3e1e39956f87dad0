"""The quiet reminders long before the end: over all dates, and beside those that are not quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.early_reminders import MILESTONES, due_quietly, early_subject, told_quietly
from agent.core.finding import Finding, Observation
from agent.core.registration import CertificateStatus, TokenStatus
from agent.core.reminders import LATER, NOTHING_TOLD, QuietHours, Reminded, due, snoozed, subject_of, told_now
from agent.ports import Word
from agent.watch.judge import judge
from tests.core.test_reminders import BRUSSELS, DAY, END, days_before, keystore

HOUR = timedelta(hours=1)


@dataclass
class Practice:
    """Looks each hour. `lacks`: something stands in the way of each renewal. `told`: when, what, and how loud."""

    keystores: Sequence[Observation] = (keystore(),)
    lacks: bool = True
    renewing: set[str] = field(default_factory=set)
    reminded: dict[str, Reminded] = field(default_factory=dict)
    quiet: list[datetime] = field(default_factory=list)
    loud: list[datetime] = field(default_factory=list)

    def look(self, now: datetime) -> None:
        findings = judge(self.keystores, now)
        loud = due(findings, self.reminded, self.renewing, now, BRUSSELS)
        for each in loud:
            before = self.reminded.get(subject_of(each), NOTHING_TOLD)
            self.reminded[subject_of(each)] = told_now(before, each, now, BRUSSELS)
        if loud:
            self.loud.append(now)
            return
        for each in self.chosen(findings, now):
            before = self.reminded.get(early_subject(each), NOTHING_TOLD)
            self.reminded[early_subject(each)] = told_quietly(before, each, now, BRUSSELS)
            self.quiet.append(now)

    def chosen(self, findings: list[Finding], now: datetime) -> list[Finding]:
        lacking = findings if self.lacks else []
        return due_quietly(lacking, findings, self.reminded, self.renewing, now, BRUSSELS)

    def hours(self, begin: datetime, days: float) -> None:
        for hour in range(round(days * 24)):
            self.look(begin + hour * HOUR)


def test_the_schedule() -> None:
    practice = Practice()
    practice.hours(END - 200 * DAY, 110)
    assert [days_before(at) for at in practice.quiet] == [180, 120]
    assert practice.loud == []


def test_then_each_month_where_ehealth_opens_the_window_late() -> None:
    practice, told = Practice(), []
    opens = END - 20 * DAY
    word = Word(END, CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE, opens)
    for day in range(200, 20, -1):
        now = (END - day * DAY).replace(hour=10)
        findings = judge(practice.keystores, now, {keystore().glance.fingerprint: word})  # type: ignore[union-attr]
        for each in due_quietly(findings, findings, practice.reminded, (), now, BRUSSELS):
            before = practice.reminded.get(early_subject(each), NOTHING_TOLD)
            practice.reminded[early_subject(each)] = told_quietly(before, each, now, BRUSSELS)
            told.append(day)
    assert told == [180, 120, 90, 60, 30]


def test_where_all_is_ready_nothing_is_said() -> None:
    practice = Practice(lacks=False)
    practice.hours(END - 200 * DAY, 110)
    assert practice.quiet == []


def test_later_for_the_certificate_holds_here_too() -> None:
    practice = Practice()
    (finding,) = judge(practice.keystores, END - 180 * DAY)
    now = END - 180 * DAY
    practice.reminded[subject_of(finding)] = snoozed(NOTHING_TOLD, finding, LATER[-1], now, BRUSSELS)
    practice.hours(now, 20)
    assert [days_before(at) for at in practice.quiet] == [173]


def test_while_its_renewal_runs_nothing_is_said() -> None:
    practice = Practice(renewing={"aa"})
    practice.hours(END - 200 * DAY, 100)
    assert practice.quiet == []


offsets = st.integers(-400, 1200)


@settings(deadline=None, max_examples=60)
@given(st.lists(offsets, min_size=1, max_size=3), st.sets(st.integers(0, 420)), st.integers(0, 23))
def test_quietly_never_changes_what_is_said_aloud(ends: list[int], off: set[int], hour: int) -> None:
    """For any certificates and any days on which the computer is on: at most one reminder a day, and the loud ones are
    what they would be without the quiet ones.
    """
    keystores = [keystore(f"a{number}", END + days * DAY / 3) for number, days in enumerate(ends)]
    practice, without = Practice(keystores), Practice(keystores, lacks=False)
    for day in range(420):
        if day in off:
            continue
        for now in ((END + (day - 400) * DAY).replace(hour=hour), (END + (day - 400) * DAY).replace(hour=23)):
            practice.look(now)
            without.look(now)
    assert practice.loud == without.loud
    days = [at.astimezone(BRUSSELS).date() for at in {*practice.quiet, *practice.loud}]
    assert len(days) == len(set(days)), "one a day"
    for at in practice.quiet:
        assert time(7, 30) <= at.astimezone(BRUSSELS).time() < time(20, 0)


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 200))
def test_rarely(begin: int, every: int) -> None:
    """However often it is looked: each milestone at most once, and never two within a day."""
    practice = Practice()
    for day in range(begin, 200, max(1, every // 20)):
        practice.look((END - (200 - day) * DAY).replace(hour=10))
    assert len(practice.quiet) <= len([each for each in MILESTONES if each > 90])
    assert all(later - sooner >= DAY for sooner, later in pairwise(practice.quiet))


def test_quiet_hours_are_quiet() -> None:
    practice = Practice()
    now = END - 170 * DAY
    findings = judge(practice.keystores, now)
    assert practice.chosen(findings, now.replace(hour=22)) == []
    everything = QuietHours(time(0, 0), time(23, 59))
    assert due_quietly(findings, findings, {}, (), now, BRUSSELS, everything) == []
