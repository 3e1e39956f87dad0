"""What the inventory's window shows beside the pages of every window with a card, as data."""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.inventory import Row
from agent.desktop.windows.pages import Page


@dataclass(frozen=True)
class InventoryAsked(Page):
    """What is about to happen, and that it costs a PIN."""


@dataclass(frozen=True)
class InventoryShown(Page):
    """`person` is the full name of who asked."""

    person: str
    rows: tuple[Row, ...]
