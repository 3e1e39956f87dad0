"""The pages as data, and the place where renewal and window meet. No window is opened."""

from __future__ import annotations

import threading

import pytest

from agent.core.renewal import Step
from agent.desktop.windows.pages import Busy, CardWanted, Choice, Lamp, Mark, Progress, Trouble
from agent.desktop.windows.stage import Stage, Unanswered, WindowClosed
from agent.errors import (
    AgentError,
    CardError,
    CardMissing,
    MiddlewareMissing,
    NotAnEid,
    PinBlocked,
    PinCancelled,
    ReaderMissing,
    Refused,
    RenewalRefused,
    Retry,
    Unreachable,
    WrongPerson,
)
from installer.gallery import samples


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.DONE, Step.ENDED)])
def test_one_stage_is_now_and_all_before_it_are_done(step: Step) -> None:
    marks = Progress(step, "").marks
    now = marks.index(Mark.NOW)
    assert set(marks[:now]) <= {Mark.DONE}
    assert set(marks[now + 1 :]) <= {Mark.TO_COME}


def test_the_card_is_needed_until_ehealth_has_the_request() -> None:
    assert [step for step in Step if Progress(step, "").needs_card] == [Step.MAKE_KEY, Step.SIGN, Step.SEND]


@pytest.mark.parametrize(
    ("problem", "lamps"),
    [
        (MiddlewareMissing("x"), (Lamp.MISSING, Lamp.UNKNOWN, Lamp.UNKNOWN)),
        (ReaderMissing(), (Lamp.READY, Lamp.MISSING, Lamp.UNKNOWN)),
        (CardMissing(), (Lamp.READY, Lamp.READY, Lamp.MISSING)),
        (NotAnEid(), (Lamp.READY, Lamp.READY, Lamp.MISSING)),
    ],
)
def test_what_is_missing_is_told_apart(problem: CardError, lamps: tuple[Lamp, Lamp, Lamp]) -> None:
    assert CardWanted(problem).lamps == lamps


@pytest.mark.parametrize(
    ("problem", "choices"),
    [
        (Unreachable("u", "p"), (Choice.TRY_AGAIN,)),
        (PinCancelled(), (Choice.TRY_AGAIN,)),
        (PinBlocked(), (Choice.OTHER_CARD,)),
        (WrongPerson("a", "b"), (Choice.OTHER_CARD,)),
        (RenewalRefused("p", "r"), (Choice.ANEW,)),
        (Refused("o", "c", "m"), ()),
    ],
)
def test_a_trouble_offers_what_helps(problem: AgentError, choices: tuple[Choice, ...]) -> None:
    assert Trouble(problem).choices == choices


def test_every_error_that_can_be_tried_again_offers_something() -> None:
    for problem in samples(AgentError):
        assert Trouble(problem).choices or problem.retry is Retry.NEVER, problem


# ── The stage ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_waits_for_its_own_answer() -> None:
    stage, first, second = Stage(), Busy("one"), Busy("two")
    answers: list[object] = []
    asks = threading.Thread(target=lambda: answers.extend((stage.ask(first), stage.ask(second))))
    asks.start()
    stage.answer(first, "1")
    stage.answer(first, "1 again")  # a second click
    stage.answer(second, "2")
    asks.join(10)
    assert answers == ["1", "2"]


def test_an_answer_that_does_not_come_in_time() -> None:
    stage, page = Stage(), Busy("one")
    stage.show(page)
    with pytest.raises(Unanswered):
        stage.answer_to(page, 0.01)


def test_a_closed_window_ends_what_waits_for_it() -> None:
    stage = Stage()
    threading.Timer(0.05, stage.close).start()
    with pytest.raises(WindowClosed):
        stage.ask(Busy("one"))
    with pytest.raises(WindowClosed):
        stage.show(Busy("two"))
