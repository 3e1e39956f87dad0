"""Readers that change while they are counted, and cards that went."""

from __future__ import annotations

from typing import Any

import PyKCS11
import pytest

from agent.adapters import card_slots
from agent.adapters.card_codes import Ckr
from agent.adapters.card_slots import holds_a_stranger, is_gone, slots


class Library:
    """Says one thing after the other of its readers; a number is a failure. The last holds for good."""

    def __init__(self, *says: list[int] | int, strangers: tuple[int, ...] = ()) -> None:
        self._says, self._strangers = list(says), strangers
        self.asked = 0

    def getSlotList(self, tokenPresent: bool) -> list[int]:  # noqa: N802, N803  PyKCS11's names
        self.asked += 1
        said = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        if isinstance(said, int):
            raise PyKCS11.PyKCS11Error(said)
        return said

    def getTokenInfo(self, slot: int) -> object:  # noqa: N802
        raise PyKCS11.PyKCS11Error(Ckr.TOKEN_NOT_RECOGNIZED if slot in self._strangers else Ckr.TOKEN_NOT_PRESENT)


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the reader was given, look by look; nobody really waits."""
    waits: list[float] = []
    monkeypatch.setattr(card_slots.time, "sleep", waits.append)  # type: ignore[attr-defined]
    return waits


def test_a_card_that_comes_while_the_readers_are_counted_is_counted() -> None:
    assert slots(Library(Ckr.BUFFER_TOO_SMALL, [0, 1]), with_card=True) == [0, 1]


@pytest.mark.parametrize("says", [(Ckr.GENERAL_ERROR, [0]), (Ckr.BUFFER_TOO_SMALL, Ckr.BUFFER_TOO_SMALL)])
def test_any_other_failure_and_one_that_stays_are_told(says: tuple[Any, ...]) -> None:
    with pytest.raises(PyKCS11.PyKCS11Error):
        slots(Library(*says), with_card=True)


def test_a_card_is_gone_once_the_reader_has_noticed(waited: list[float]) -> None:
    assert is_gone(Library([0, 4], [0, 4], [0]), 4)
    assert len(waited) == 2


@pytest.mark.parametrize(("left", "slot", "gone"), [([0], 4, True), ([0], None, False), ([], None, True)])
def test_which_card(left: list[int], slot: int | None, gone: bool) -> None:
    assert is_gone(Library(left), slot) is gone


def test_a_card_that_stays_is_not_gone_and_the_looking_ends(waited: list[float]) -> None:
    assert not is_gone(Library([0, 4]), 4)
    assert sum(waited) > 0.4, "PC/SC services ask a reader that often"


def test_readers_that_cannot_be_asked_tell_nothing_of_a_card(waited: list[float]) -> None:
    assert not is_gone(Library(Ckr.GENERAL_ERROR), 0)
    assert waited == []


@pytest.mark.parametrize(("strangers", "found"), [((), False), ((4,), True)])
def test_a_card_that_the_module_does_not_know_is_found_in_a_reader_that_it_counts_as_empty(
    strangers: tuple[int, ...], found: bool
) -> None:
    assert holds_a_stranger(Library([0, 4], strangers=strangers)) is found
