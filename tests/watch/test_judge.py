"""What a keystore is called on a given day, and which one replaces which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.finding import Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.registration import CertificateStatus, TokenStatus
from agent.ports import Word
from agent.watch.judge import judge

END = datetime(2027, 1, 7, 11, 23, 18, tzinfo=UTC)
GLANCE = Glance(
    subject="CN=…",
    holder=Holder("NIHII-GROUP", "71234567", None, "TEST GROEP EEN"),
    not_before=END - timedelta(days=1096),
    not_after=END,
    fingerprint=Fingerprint("aa"),
    pending=False,
    encryption_keys=1,
)
OLD = Observation("/k/old.p12", Environment.PRODUCTION, GLANCE)
NEW_GLANCE = replace(
    GLANCE, fingerprint=Fingerprint("bb"), not_before=END - timedelta(days=40), not_after=END + timedelta(900)
)
NEW = Observation("/k/new.p12", Environment.PRODUCTION, NEW_GLANCE)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (END - timedelta(days=200), State.VALID),
        (END - timedelta(days=90, seconds=1), State.VALID),
        (END - timedelta(days=90), State.RENEWABLE),
        (datetime(2026, 12, 28, 23, 59, tzinfo=UTC), State.RENEWABLE),
        (datetime(2026, 12, 29, 0, 0, tzinfo=UTC), State.URGENT),
        (END - timedelta(seconds=1), State.URGENT),
        (END, State.EXPIRED),
    ],
)
def test_a_certificate_grows_old(now: datetime, state: State) -> None:
    (finding,) = judge([OLD], now)
    assert finding.state is state


def test_a_pending_keystore_is_not_expired() -> None:
    pending = Observation("/k/p.p12", Environment.PRODUCTION, replace(GLANCE, pending=True, holder=None))
    (finding,) = judge([pending], END + timedelta(days=1))
    assert (finding.state, finding.days_left) == (State.PENDING, None)


def test_without_an_encryption_key_it_is_incomplete() -> None:
    (finding,) = judge([OLD._replace(glance=replace(GLANCE, encryption_keys=0))], END - timedelta(days=300))
    assert finding.state is State.INCOMPLETE


def test_a_file_that_does_not_open_says_why() -> None:
    locked = Observation("/k/a.p12", Environment.PRODUCTION, None, "No password.", password_needed=True)
    broken = Observation("/k/b.p12", Environment.PRODUCTION, None, "It is empty.")
    findings = judge([locked, broken], END)
    assert [(f.state, f.reason) for f in findings] == [
        (State.PASSWORD_NEEDED, "No password."),
        (State.UNREADABLE, "It is empty."),
    ]


def test_what_ehealth_said_counts() -> None:
    now = END - timedelta(days=70)
    word = Word(now, CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE, END - timedelta(days=60))
    assert judge([OLD], now, {GLANCE.fingerprint: word})[0].state is State.VALID
    revoked = replace(word, status=CertificateStatus.REVOKED)
    assert judge([OLD], now, {GLANCE.fingerprint: revoked})[0].state is State.REVOKED


def test_an_old_keystore_with_a_successor_worries_nobody() -> None:
    old, new = judge([OLD, NEW], END + timedelta(days=3))
    assert (old.state, old.superseded_by) == (State.EXPIRED, "/k/new.p12")
    assert (new.state, new.superseded_by) == (State.VALID, None)


@pytest.mark.parametrize(
    "other",
    [
        NEW._replace(environment=Environment.ACCEPTANCE),
        NEW._replace(glance=replace(NEW_GLANCE, holder=Holder("NIHII-GROUP", "71234568"))),
        NEW._replace(glance=replace(NEW_GLANCE, holder=Holder("NIHII-GROUP", "71234567", "APP"))),
        NEW._replace(glance=replace(NEW_GLANCE, encryption_keys=0)),
    ],
    ids=["other environment", "other number", "other application", "incomplete"],
)
def test_only_a_whole_keystore_of_the_same_holder_replaces(other: Observation) -> None:
    old, _ = judge([OLD, other], END - timedelta(days=5))
    assert old.superseded_by is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_instant_has_one_state_and_a_reason(now: datetime) -> None:
    (finding,) = judge([OLD], now)
    assert finding.reason
    assert finding.renewable_from is not None
    assert finding.last_safe_day is not None
    in_window = finding.renewable_from <= now and now.date() <= finding.last_safe_day
    assert (finding.state is State.RENEWABLE) == in_window
    assert (finding.state is State.EXPIRED) == (now >= END)


# ── Lost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

DURING = END - timedelta(days=50)


def test_one_that_is_gone_is_told_with_its_dates() -> None:
    (finding,) = judge([], DURING, {}, [OLD])
    assert (finding.state, finding.days_left) == (State.MISSING, 50)
    assert finding.renewable_from == END - timedelta(days=90)


def test_one_that_is_elsewhere_or_has_a_successor_is_not_missed() -> None:
    elsewhere = OLD._replace(path="/k/moved.p12")
    assert [each.state for each in judge([elsewhere], DURING, {}, [OLD])] == [State.RENEWABLE]
    assert [each.state for each in judge([NEW], DURING, {}, [OLD])] == [State.VALID]


def test_of_several_that_are_gone_the_last_of_each_holder_counts() -> None:
    other = OLD._replace(
        path="/k/x.p12", glance=replace(GLANCE, fingerprint=Fingerprint("cc"), holder=Holder("CBE", "0417497106"))
    )
    copy = NEW._replace(path="/k/copy.p12")
    missed = judge([], DURING, {}, [OLD, NEW, copy, other])
    assert sorted(each.observation.path for each in missed) == ["/k/copy.p12", "/k/x.p12"]


def test_one_that_is_closed_keeps_its_dates_and_may_have_a_successor() -> None:
    closed = Observation("/k/old.p12", Environment.PRODUCTION, None, "No password.", password_needed=True)
    (alone,) = judge([closed], DURING, {}, [OLD])
    assert (alone.state, alone.reason, alone.days_left) == (State.PASSWORD_NEEDED, "No password.", 50)
    assert alone.observation.glance is None
    (old, _new) = judge([closed, NEW], DURING, {}, [OLD])
    assert (old.state, old.superseded_by) == (State.PASSWORD_NEEDED, "/k/new.p12")
