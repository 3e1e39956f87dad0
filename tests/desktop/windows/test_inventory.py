"""The inventory in a window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.core.inventory import Place
from agent.desktop.windows.inventory import InventorySession, InventoryWish
from agent.desktop.windows.inventory_drawn import InventoryShownDrawn, draw
from agent.desktop.windows.inventory_pages import InventoryAsked, InventoryShown
from agent.desktop.windows.pages import CardWanted, PinWanted, Trouble
from agent.desktop.windows.stage import Stage
from agent.errors import PinWrong
from agent.sandbox.scenarios import Scenario
from agent.sandbox.scenarios import Trouble as Scene
from tests.desktop.windows.visitor import CARD_POLL_S, Seated, Visitor
from tests.journeys.practice import PASSWORD, PIN, RESPONSIBLE, Practice
from tests.journeys.test_inventory import OWN, PHARMACY, Desk


class Auditor(Visitor):
    """Sits before the window in which all certificates are shown."""

    def __init__(self, practice: Practice) -> None:
        stage = Stage()
        wish = InventoryWish([practice.path.parent], ("*.p12",), practice.environment)
        session = InventorySession(wish, lambda: practice.outside, stage, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw)

    def give_pin(self, pin: str) -> None:
        self.until(PinWanted)
        self.type(pin)
        self.press("Return")

    @property
    def table(self) -> list[list[str]]:
        assert isinstance(self.window.drawn, InventoryShownDrawn)
        tree = self.window.drawn.table.tree
        return [[str(cell) for cell in tree.item(row, "values")] for row in tree.get_children()]


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    practice = Practice(tmp_path)
    practice.vault.keep(practice.path, PASSWORD)
    return practice


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Callable[[], Auditor]:
    return lambda: seated(Auditor(practice))


def test_what_it_costs_is_said_then_one_pin_then_a_table(practice: Practice, comes: Callable[[], Auditor]) -> None:
    desk = Desk(practice)
    desk.issue(PHARMACY)
    desk.issue(OWN, first_names=("Test", "Tweede"))(desk.folder)
    auditor = comes()
    auditor.until(InventoryAsked)
    assert "That costs one PIN" in auditor.text
    assert practice.card.pin_entries == 0
    auditor.press("Return")
    page = auditor.until(PinWanted)
    assert page.holder is None
    assert "the list of all certificates that you manage" in auditor.text
    auditor.give_pin(PIN.reveal())

    shown = auditor.until(InventoryShown)
    assert practice.card.pin_entries == 1
    assert [row.place for row in shown.rows] == [Place.ABSENT, Place.WATCHED, Place.WATCHED]
    assert [cells[:2] for cells in auditor.table] == [
        ["!  no keystore here", "Apotheek Voorbeeld"],
        ["!  watched", "GROEP DE BRUG"],
        ["✓  watched", "Test Tweede Persoon"],
    ]
    assert "Copy its keystore into a watched folder." in auditor.text
    auditor.press("Down", "Down")
    assert "a person" in auditor.text
    assert RESPONSIBLE.ssin not in auditor.text + str(auditor.table)


def test_a_wrong_pin_is_said_where_it_is_asked_again(practice: Practice, comes: Callable[[], Auditor]) -> None:
    auditor = comes()
    auditor.until(InventoryAsked)
    auditor.press("Return")
    auditor.give_pin("9999")
    auditor.until(PinWanted, lambda page: isinstance(page.problem, PinWrong))
    auditor.give_pin(PIN.reveal())
    auditor.until(InventoryShown)


def test_without_network_it_can_be_tried_again(practice: Practice, comes: Callable[[], Auditor]) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Scene.HTTP_STATUS, times=1))
    auditor = comes()
    auditor.until(InventoryAsked)
    auditor.press("Return")
    auditor.give_pin(PIN.reveal())
    auditor.until(Trouble)
    auditor.press("Return")
    auditor.give_pin(PIN.reveal())
    auditor.until(InventoryShown)


def test_for_another_person_their_card_is_waited_for(practice: Practice, comes: Callable[[], Auditor]) -> None:
    auditor = comes()
    auditor.until(InventoryAsked)
    auditor.press("Return")
    auditor.give_pin(PIN.reveal())
    auditor.until(InventoryShown)
    auditor.press("Alt-a")
    auditor.until(CardWanted)
    assert practice.card.pin_entries == 1


def test_broken_off_at_every_page_nothing_is_noted(practice: Practice, comes: Callable[[], Auditor]) -> None:
    for kind in (InventoryAsked, PinWanted):
        auditor = comes()
        auditor.until(InventoryAsked)
        if kind is PinWanted:
            auditor.press("Return")
            auditor.until(PinWanted)
        auditor.leave()
    assert practice.journal.history(10) == []
    assert practice.services.actions == []
