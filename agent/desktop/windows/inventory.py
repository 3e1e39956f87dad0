"""The inventory's window: what it costs, the card and its PIN, then a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.holder import Environment
from agent.core.inventory import Row
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.inventory_drawn import draw
from agent.desktop.windows.inventory_pages import InventoryAsked, InventoryShown
from agent.desktop.windows.pages import Busy, Choice, Matter, Trouble
from agent.desktop.windows.renewal import show_session
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.desktop.windows.theme import new_window
from agent.errors import AgentError
from agent.text import N_, _

if TYPE_CHECKING:
    from agent.ports import Clock, Outside


@dataclass(frozen=True)
class InventoryWish:
    """What the config says: which folders are watched, for files of which names."""

    folders: Sequence[Path]
    patterns: Sequence[str]
    environment: Environment = Environment.PRODUCTION


def inventory_in_a_window(wish: InventoryWish, outside: Callable[[], Outside], clock: Clock) -> None:
    """Show the window until the person closes it.

    Args:
        outside: makes the outside, in the inventory's thread.
    Raises: DisplayMissing.
    """
    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=InventorySession(wish, outside, stage).run, draw=draw)


class InventorySession:
    """The inventory behind its window, in a thread of its own; again for another person, or after trouble.

    Args:
        card_poll_s: seconds between two looks at the reader while it is waited for.
    """

    def __init__(
        self, wish: InventoryWish, outside: Callable[[], Outside], stage: Stage, card_poll_s: float = CARD_POLL_S
    ) -> None:
        self._wish, self._make_outside, self._stage = wish, outside, stage
        self._doors = Doors(stage, card_poll_s)

    def run(self) -> None:
        """Until the window is closed."""
        try:
            self._stage.show(Busy(N_("One moment")))
            outside = self._make_outside()
            self._stage.at_close(outside.card.cancel)
            self._stage.show(Matter(_("Inventory"), None, self._wish.environment))
            self._stage.ask(InventoryAsked())
            while True:
                self._attempt(outside)
        except WindowClosed:
            return

    def _attempt(self, outside: Outside) -> None:
        try:
            shown = self._taken(outside)
        except AgentError as problem:
            if not self._doors.shut() and self._stage.ask(Trouble(problem)) is Choice.OTHER_CARD:
                self._doors.await_other_card()
            return
        self._stage.ask(shown)
        self._doors.await_other_card()

    def _taken(self, outside: Outside) -> InventoryShown:
        """Raises: AgentError."""
        from agent.pipeline.inventory import take_inventory
        from agent.pipeline.sign import with_card
        from agent.watch.known import known_findings

        wish = self._wish
        asks_for = _("the list of all certificates that you manage")
        matter = Matter(_("Inventory"), None, wish.environment)
        door = self._doors.open(outside.card, matter, asks_for=asks_for)
        self._stage.show(Busy(N_("Reading the eID")))
        eid = with_card(door, outside.card.identity)
        door.signer = eid.person
        self._stage.show(Busy(N_("Asking eHealth, with the eID: type the PIN where it is asked for")))
        taken = take_inventory(
            wish.environment,
            outside,
            door,
            eid,
            wish.folders,
            lambda now: known_findings(outside, wish.folders, wish.patterns, now),
        )
        self._doors.shut()
        rows: tuple[Row, ...] = taken.rows
        return InventoryShown(taken.person, rows)
