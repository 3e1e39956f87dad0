"""Inventory: one PIN, and all certificates that the card's owner can manage stand beside the keystores found here.

Nothing is changed, here or at eHealth; the journal keeps that it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.core.finding import Finding
from agent.core.holder import Environment
from agent.core.inventory import Row, inventory
from agent.core.inventory_offer import SUBJECT, done
from agent.core.renewal import Step
from agent.pipeline.enquiry import Enquiry
from agent.pipeline.sign import with_card
from agent.ports import Door, Event, Outside
from agent.text import _, ngettext


@dataclass(frozen=True)
class Inventory:
    """`person` is the full name of who asked."""

    at: datetime
    environment: Environment
    person: str
    rows: tuple[Row, ...]


def take_inventory(
    environment: Environment,
    outside: Outside,
    door: Door,
    folders: Sequence[Path],
    look: Callable[[datetime], Sequence[Finding]],
) -> Inventory:
    """Ask eHealth and look at the keystores. One PIN, for the eID's Authentication key.

    Args:
        folders: the watched ones.
        look: the findings of all keystores that are known here, at an instant (`watch.known`).
    Raises: CardError, ServiceError, JournalError.
    """
    door.step(Step.SIGN, _("Reading the eID"))
    eid = with_card(door, outside.card.identity)
    door.step(Step.SIGN, _("Asking eHealth, with the eID: type the PIN where it is asked for"))
    listed = Enquiry(environment, outside).certificates(eid, door)
    now = outside.clock.now()
    watched = {str(folder) for folder in folders}
    rows = inventory(listed, look(now), outside.journal.unfinished(), watched, environment, now)
    text = ngettext("Inventory: {count} certificate.", "Inventory: {count} certificates.", len(rows))
    outside.journal.note(Event(now, "inventory", text.format(count=len(rows))))
    outside.journal.keep_reminded({SUBJECT: done(now)})
    return Inventory(now, environment, eid.person.full_name, tuple(rows))
