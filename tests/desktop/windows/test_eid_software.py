"""The renewal in a window, with the eID's software as it can be: its own PIN window, frozen, unfit, at the last try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.card_process import ProcessCard
from agent.desktop.windows.pages import CardWanted, ContractShown, Finish, Introduction, Progress, Trouble
from agent.errors import MiddlewareUnusable, PinLastTry, SeveralCards
from agent.sandbox.software_card import Generation
from tests.desktop.windows.visitor import Seated, Visitor
from tests.journeys.practice import PASSWORD, RESPONSIBLE, Practice
from tests.journeys.test_cards import COLLEAGUE
from tests.middleware.chips import make_chip
from tests.middleware.play import Stage
from tests.middleware.values import Build, Chip, Do, Pull, Reader, Scene, Types


@pytest.fixture
def practice(tmp_path: Path, screen: str, stage: Stage) -> Practice:
    practice = Practice(tmp_path)
    practice.vault.passwords[practice.path] = PASSWORD
    practice.card = ProcessCard(stage.module, stage.env)  # type: ignore[assignment]
    return practice


@pytest.fixture
def chip(practice: Practice) -> Chip:
    now = practice.clock.now()
    validity = now - timedelta(days=9), now + timedelta(days=9)
    return make_chip(practice.sandbox.pki, RESPONSIBLE, Generation.P_384, validity=validity)


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Callable[[], Visitor]:
    """Somebody sits down before a window."""
    return lambda: seated(Visitor(practice))


def _accepts(visitor: Visitor) -> None:
    visitor.until(Introduction)
    visitor.press("Return")
    visitor.until(ContractShown)
    visitor.accept()


def test_a_module_that_sleeps_for_an_hour_freezes_no_window_and_ends_with_it(
    stage: Stage, chip: Chip, comes: Callable[[], Visitor]
) -> None:
    stage.play(Scene((Reader(chip, fails={"C_Sign": Do.HANG}),)))
    visitor = comes()
    _accepts(visitor)
    visitor.until(Progress, lambda _page: "C_Sign" in stage.told.begun)  # it is drawn and read meanwhile
    assert "Signing with the eID: type the PIN where it is asked for" in visitor.text
    visitor.leave()
    assert stage.told.signed == ()


def test_two_peoples_cards_are_named_and_the_right_one_goes_on_by_itself(
    practice: Practice, stage: Stage, chip: Chip, comes: Callable[[], Visitor]
) -> None:
    now = practice.clock.now()
    validity = now - timedelta(days=9), now + timedelta(days=9)
    other = make_chip(practice.sandbox.pki, COLLEAGUE, Generation.P_384, validity=validity)
    stage.play(Scene((Reader(other), Reader(chip)), person=(Types(),)))
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    wanted = visitor.until(CardWanted)
    assert isinstance(wanted.problem, SeveralCards)
    assert RESPONSIBLE.full_name in visitor.text
    assert COLLEAGUE.full_name in visitor.text
    stage.happen(Pull(0))
    visitor.until(ContractShown)
    visitor.accept()
    visitor.until(Finish)
    assert stage.told.verified == ("right",)


def test_the_last_try_is_told_and_used_at_the_persons_word(
    stage: Stage, chip: Chip, comes: Callable[[], Visitor]
) -> None:
    stage.play(Scene((Reader(replace(chip, tries_left=1)),), person=(Types(),)))
    visitor = comes()
    _accepts(visitor)
    assert isinstance(visitor.until(Trouble).problem, PinLastTry)
    assert stage.told.windows == 0
    visitor.press("Return")
    visitor.until(Finish)
    assert (stage.told.windows, stage.told.verified) == (1, ("right",))


def test_software_that_cannot_sign_is_told_once_and_not_tried_again_and_again(
    stage: Stage, chip: Chip, comes: Callable[[], Visitor]
) -> None:
    """It reads the card well, so looking again would find nothing wrong."""
    stage.play(Scene((Reader(chip),), build=Build.NO_DIALOGS))
    visitor = comes()
    _accepts(visitor)
    assert isinstance(visitor.until(Trouble).problem, MiddlewareUnusable)
    assert "eid.belgium.be" in visitor.text
    assert stage.told.verified == ()
