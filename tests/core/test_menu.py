from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.finding import Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.menu import TOOLTIP_LENGTH, Act, Item, Mark, Sign, certificates, clipped, menu, more, sign, tooltip
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted
from agent.watch.judge import judge

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOLDER = Holder("NIHII-GROUP", "71234567", None, "GROEP DE BRUG")


def keystore(days_left: float, mark: str = "aa", holder: Holder = HOLDER) -> Observation:
    end = NOW + days_left * DAY
    glance = Glance("CN=a", holder, end - 1096 * DAY, end, Fingerprint(mark), pending=False, encryption_keys=1)
    return Observation(f"/k/{mark}.p12", Environment.PRODUCTION, glance)


LOCKED = Observation("/k/locked.p12", Environment.PRODUCTION, None, "No password.", True, lasting=False)
OTHER = Holder("CBE", "0123456789", None, "APOTHEEK DE LINDE")
RENEWAL = Renewal("id", NOW, Step.COLLECT, Environment.PRODUCTION, HOLDER, "/k/aa.p12", "/k/new.p12", Fingerprint("aa"))


def items(*observations: Observation, renewals: tuple[Renewal, ...] = ()) -> list[Item]:
    shown = menu(judge(observations, NOW), renewals, NOW, UTC)
    return [*shown, *(inner for item in shown for inner in item.items)]


def texts(*observations: Observation, renewals: tuple[Renewal, ...] = ()) -> list[str]:
    return [item.text for item in items(*observations, renewals=renewals)]


def chosen(act: Act, *observations: Observation, renewals: tuple[Renewal, ...] = ()) -> list[Item]:
    return [i for i in items(*observations, renewals=renewals) if i.choice is not None and i.choice.act is act]


def test_a_practice_with_one_keystore_in_its_window() -> None:
    assert texts(keystore(45)) == [
        "GROEP DE BRUG: 45 days left",
        "Renew now…",
        "Copy for the person with the eID…",
        "",
        "Remind me later",
        "New certificate…",
        "Check now",
        "Open folder",
        "History",
        "Settings…",
        "Help: what is wrong here",
        "",
        "Quit",
        "in 1 day",
        "in a week",
    ]
    (renew,) = chosen(Act.RENEW, keystore(45))
    assert renew.choice is not None
    assert renew.choice.path == "/k/aa.p12"


def test_what_cannot_be_renewed_is_not_offered() -> None:
    for days in (200, -1):
        assert chosen(Act.RENEW, keystore(days)) == []
    assert chosen(Act.RENEW, LOCKED) == []


def test_it_is_passed_on_as_long_as_somebody_with_an_eid_is_needed() -> None:
    for days in (45, 5, -1):
        (pass_on,) = chosen(Act.PASS_ON, keystore(days))
        assert pass_on.choice is not None
        assert pass_on.choice.path == "/k/aa.p12"
    assert chosen(Act.PASS_ON, keystore(200)) == []
    assert chosen(Act.PASS_ON, keystore(45), renewals=(RENEWAL,)) == []
    assert len(chosen(Act.PASS_ON, keystore(45), renewals=(replace(RENEWAL, step=Step.SIGN),))) == 1


def test_later_is_gone_past_the_safe_day() -> None:
    assert len(chosen(Act.LATER, keystore(45))) == 2
    assert len(chosen(Act.LATER, keystore(12))) == 1
    assert chosen(Act.LATER, keystore(9)) == []
    assert chosen(Act.LATER, keystore(200)) == []


def test_two_certificates_are_told_apart_the_nearest_end_first() -> None:
    shown = texts(keystore(80, "bb", OTHER), keystore(45))
    assert shown[:6] == [
        "GROEP DE BRUG: 45 days left",
        "Renew GROEP DE BRUG now…",
        "GROEP DE BRUG: Copy for the person with the eID…",
        "APOTHEEK DE LINDE: 80 days left",
        "Renew APOTHEEK DE LINDE now…",
        "APOTHEEK DE LINDE: Copy for the person with the eID…",
    ]
    assert "APOTHEEK DE LINDE: in a week" in shown


def test_copies_are_one_line_and_what_is_replaced_is_none() -> None:
    copy, new = keystore(45)._replace(path="/k/copy.p12"), keystore(900, "cc")
    assert len(certificates(judge([keystore(45), copy], NOW))) == 1
    assert texts(keystore(45), new)[0] == "GROEP DE BRUG: 900 days left"


def test_a_renewal_under_way_asks_for_nothing() -> None:
    shown = texts(keystore(45), renewals=(RENEWAL,))
    assert "Renewal under way: nothing has to be done" in shown
    assert chosen(Act.RENEW, keystore(45), renewals=(RENEWAL,)) == []
    assert chosen(Act.LATER, keystore(45), renewals=(RENEWAL,)) == []


@pytest.mark.parametrize("step", [Step.SIGN, Step.ACTIVATE])
def test_a_renewal_that_waits_for_a_person_can_be_gone_on_with(step: Step) -> None:
    renewal = replace(RENEWAL, step=step)
    act = Act.ACTIVATE if step is Step.ACTIVATE else Act.RENEW
    assert len(chosen(act, keystore(45), renewals=(renewal,))) == 1
    assert len(chosen(act, renewals=(renewal,))) == 1, "even when the old file is gone"


def test_a_refused_renewal_waits_for_a_person() -> None:
    assert len(chosen(Act.RENEW, keystore(45), renewals=(replace(RENEWAL, ended_because="No."),))) == 1


def test_what_is_half_finished_can_be_completed() -> None:
    half = keystore(400)
    assert half.glance is not None
    half = half._replace(glance=replace(half.glance, encryption_keys=0))
    (complete,) = chosen(Act.COMPLETE, half)
    assert complete.choice is not None
    assert complete.choice.path == "/k/aa.p12"


@pytest.mark.parametrize(
    ("step", "act", "waits"),
    [
        (Step.SIGN, Act.REQUEST, "it waits for the eID"),
        (Step.COLLECT, Act.COMPLETE, "eHealth makes the certificate"),
        (Step.ACTIVATE, Act.ACTIVATE, "waits for its encryption key"),
    ],
)
def test_an_unfinished_first_request_says_whose_it_is_and_what_it_waits_for(step: Step, act: Act, waits: str) -> None:
    first = replace(RENEWAL, old_path=None, step=step, wanted=Wanted(ContactData("a@b.be", "003221234567")))
    assert any(HOLDER.name in text and waits in text for text in texts(renewals=(first,)) if HOLDER.name)
    assert any(item.choice and item.choice.path == "/k/new.p12" for item in chosen(act, renewals=(first,)))


def test_what_is_seldom_wanted_stands_under_more_alone() -> None:
    for days in (400, 45, 5, -1):
        assert chosen(Act.REVOKE, keystore(days)) == []
    assert [item.text for item in more(judge([keystore(400)], NOW)[0])] == [
        "Ready for the next renewal?",
        "Change the password…",
        "Revoke…",
    ]
    assert [item.text for item in more(judge([keystore(-1)], NOW)[0])] == ["Change the password…"]
    assert more(judge([keystore(45)], NOW)[0], (RENEWAL,)) == (), "nothing is changed below a renewal"
    gone = replace(judge([keystore(400)], NOW)[0], state=State.MISSING)
    assert more(gone) == (), "there is no file to change"


@pytest.mark.parametrize(
    ("observations", "renewals", "shown"),
    [
        ([keystore(200)], (), Sign(Mark.FINE)),
        ([keystore(45), keystore(200, "bb", OTHER)], (), Sign(Mark.DAYS, 45)),
        ([keystore(45), keystore(9, "bb", OTHER)], (), Sign(Mark.ALARM, 9)),
        ([keystore(45), keystore(-1, "bb", OTHER)], (), Sign(Mark.OVER)),
        ([keystore(-1), keystore(900, "bb")], (), Sign(Mark.FINE)),
        ([keystore(200), LOCKED], (), Sign(Mark.UNKNOWN)),
        ([keystore(45), LOCKED], (), Sign(Mark.DAYS, 45)),
        ([], (), Sign(Mark.UNKNOWN)),
        ([keystore(45)], (RENEWAL,), Sign(Mark.BUSY)),
        ([keystore(45)], (replace(RENEWAL, step=Step.SIGN),), Sign(Mark.DAYS, 45)),
        ([keystore(900)], (replace(RENEWAL, step=Step.ACTIVATE),), Sign(Mark.BUSY)),
    ],
)
def test_the_icon_shows_the_worst(observations: list[Observation], renewals: tuple[Renewal, ...], shown: Sign) -> None:
    assert sign(judge(observations, NOW), renewals) == shown


def test_the_tooltip_tells_the_nearest_deadline() -> None:
    assert tooltip(judge([keystore(80, "bb", OTHER), keystore(45)], NOW)) == "GROEP DE BRUG: 45 days left (+1)"
    assert tooltip([]) == "eHealth certificates: no keystore was found"


@given(st.text(min_size=1, max_size=300), st.integers(1, 3))
def test_the_tooltip_is_never_longer_than_windows_takes(name: str, count: int) -> None:
    own = [keystore(45 + n, f"{n}{n}", replace(HOLDER, number=str(n), name=name)) for n in range(count)]
    text = tooltip(judge(own, NOW))
    assert len(text.encode("utf-16-le", "surrogatepass")) // 2 <= TOOLTIP_LENGTH


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.integers(2, 100))
def test_clipping_keeps_whole_characters(text: str, units: int) -> None:
    short = clipped(text, units)
    assert len(short.encode("utf-16-le")) // 2 <= units
    assert short == text or text.startswith(short.removesuffix("…"))
