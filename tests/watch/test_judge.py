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
