from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.finding import Finding, Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.registration import CertificateStatus, TokenStatus
from agent.core.renewal import Renewal, Step
from agent.ports import Word
from agent.watch.remind import goes_on_at, is_time_to_ask, renewing
from tests.fakes import NOW

MARK = Fingerprint("aa")
HOLDER = Holder("CBE", "0123456789")
RENEWAL = Renewal("id", NOW, Step.COLLECT, Environment.PRODUCTION, HOLDER, "/k/old.p12", "/k/new.p12", MARK)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_one_that_ehealth_works_on_runs_for_as_long_as_it_takes() -> None:
    assert renewing([RENEWAL], NOW + 9 * DAY) == {MARK}


def test_one_that_waits_for_a_person_runs_for_a_day() -> None:
    signing = replace(RENEWAL, step=Step.SIGN)
    assert renewing([signing], NOW + HOUR) == {MARK}
    assert renewing([signing], NOW + 2 * DAY) == set()


def test_one_that_was_refused_does_not_run() -> None:
    assert renewing([replace(RENEWAL, ended_because="No.")], NOW) == set()


def test_it_goes_on_when_the_certificate_is_asked_for_next() -> None:
    assert goes_on_at(replace(RENEWAL, next_poll=NOW + HOUR), None, 0) == NOW + HOUR
    assert goes_on_at(RENEWAL, None, 0) == NOW


@pytest.mark.parametrize(("fruitless", "wait"), [(1, 1), (2, 2), (3, 5), (9, 360), (99, 360)])
def test_fruitless_tries_come_further_and_further_apart(fruitless: int, wait: int) -> None:
    assert goes_on_at(RENEWAL, NOW + HOUR, fruitless) == NOW + HOUR + timedelta(minutes=wait)


def test_a_wait_that_ehealth_asked_for_is_not_cut_short() -> None:
    later = replace(RENEWAL, next_poll=NOW + 5 * HOUR)
    assert goes_on_at(later, NOW, 1) == NOW + 5 * HOUR


def finding(state: State) -> Finding:
    glance = Glance("CN=a", HOLDER, NOW, NOW + 45 * DAY, MARK, pending=False, encryption_keys=1)
    return Finding(Observation("/k/old.p12", Environment.PRODUCTION, glance), state, "")


def word(ago: timedelta) -> dict[Fingerprint, Word]:
    return {MARK: Word(NOW - ago, CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE, None)}


@pytest.mark.parametrize(
    ("state", "ago", "is_time"),
    [
        (State.VALID, 6 * DAY, False),
        (State.VALID, 7 * DAY, True),
        (State.RENEWABLE, 23 * HOUR, False),
        (State.RENEWABLE, DAY, True),
        (State.URGENT, DAY, True),
        (State.EXPIRED, 99 * DAY, False),
        (State.VALID, -DAY, True),
    ],
)
def test_ehealth_is_asked_weekly_and_daily_in_the_window(state: State, ago: timedelta, is_time: bool) -> None:
    assert is_time_to_ask([finding(state)], word(ago), NOW) is is_time


def test_what_was_never_asked_is_asked_now_unless_it_has_a_successor() -> None:
    assert is_time_to_ask([finding(State.VALID)], {}, NOW)
    assert not is_time_to_ask([replace(finding(State.VALID), superseded_by="/k/new.p12")], {}, NOW)
    assert not is_time_to_ask([], {}, NOW)
