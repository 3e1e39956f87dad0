"""The way out of each trouble, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.finding import Finding, State
from agent.core.recover import Way, remedy, way_of
from agent.watch.judge import judge
from tests.watch.test_judge import END, NEW, OLD

DAY = timedelta(days=1)
NOW = END - 50 * DAY
EARLY = END - 200 * DAY


def finding(state: State, now: datetime = NOW) -> Finding:
    """As the judge would have it; dates are known."""
    (found,) = judge([OLD], now)
    return replace(found, state=state)


@pytest.mark.parametrize(
    ("state", "facts", "now", "way"),
    [
        (State.VALID, {}, EARLY, Way.NOTHING),
        (State.RENEWABLE, {}, NOW, Way.RENEW),
        (State.URGENT, {}, NOW, Way.RENEW),
        (State.PENDING, {}, NOW, Way.COMPLETE),
        (State.INCOMPLETE, {}, NOW, Way.COMPLETE),
        (State.UNREADABLE, {}, NOW, Way.RESTORE),
        (State.EXPIRED, {}, END + DAY, Way.REQUEST),
        (State.REVOKED, {}, EARLY, Way.REQUEST),
        (State.PASSWORD_NEEDED, {}, NOW, Way.UNLOCK),
        (State.PASSWORD_NEEDED, {"is_forgotten": True}, NOW, Way.REPLACE),
        (State.PASSWORD_NEEDED, {"is_forgotten": True}, EARLY, Way.WAIT),
        (State.PASSWORD_NEEDED, {"is_forgotten": True}, END + DAY, Way.REQUEST),
        (State.VALID, {"is_forgotten": True}, EARLY, Way.WAIT),
        (State.RENEWABLE, {"is_forgotten": True}, NOW, Way.REPLACE),
        (State.MISSING, {"copies": ["/d/a.p12"]}, EARLY, Way.PUT_BACK),
        (State.MISSING, {}, EARLY, Way.WAIT),
        (State.MISSING, {}, NOW, Way.REPLACE),
        (State.MISSING, {}, END + DAY, Way.REQUEST),
        (State.MISSING, {"copies": ["/d/a.p12"]}, END + DAY, Way.PUT_BACK),
        (State.RENEWABLE, {"refused": "No."}, NOW, Way.ANEW),
        (State.EXPIRED, {"is_forgotten": True}, END + DAY, Way.REQUEST),
    ],
)
def test_the_way(state: State, facts: dict[str, object], now: datetime, way: Way) -> None:
    assert way_of(finding(state, now), now, **facts) is way  # type: ignore[arg-type]


def test_what_has_a_successor_needs_nothing() -> None:
    old, _new = judge([OLD, NEW], END + DAY)
    assert way_of(old, END + DAY, refused="No.", is_forgotten=True) is Way.NOTHING


def test_dates_that_are_not_known_are_left_to_ehealth_to_judge() -> None:
    unknown = replace(finding(State.PASSWORD_NEEDED), renewable_from=None, days_left=None)
    assert way_of(unknown, NOW, is_forgotten=True) is Way.REPLACE


@given(
    st.sampled_from(State),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "No."]),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_every_trouble_has_a_way_that_is_said(
    state: State, is_forgotten: bool, has_copies: bool, refused: str | None, now: datetime
) -> None:
    found = finding(state, now)
    said = remedy(found, now, is_forgotten=is_forgotten, copies=["/d/a.p12"] * has_copies, refused=refused)
    assert said.advice
    assert "{" not in said.advice
    assert said.command is None or said.command.endswith('"/k/old.p12"')
    assert said.way is not Way.WAIT or (said.opens is not None and said.opens > now)
    assert said.way is not Way.REPLACE or found.renewable_from is None or found.renewable_from <= now
