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
from agent.pipeline.enquiry import Enquiry
from agent.ports import Door, Eid, Event, Outside
from agent.text import ngettext


@dataclass(frozen=True)
class Inventory:
    """`person` is the full name of who asked."""

    at: datetime
    environment: Environment
    person: str
    rows: tuple[Row, ...]


def take_inventory(  # noqa: PLR0917
    environment: Environment,
    outside: Outside,
    door: Door,
    eid: Eid,
    folders: Sequence[Path],
    look: Callable[[datetime], Sequence[Finding]],
) -> Inventory:
    """Ask eHealth and look at the keystores. One PIN, for the eID's Authentication key.

    Args:
        eid: whose certificates are asked for; another card is refused.
        folders: the watched ones.
        look: the findings of all keystores that are known here, at an instant (`watch.known`).
    Raises: CardError, ServiceError, JournalError.
    """
    listed = Enquiry(environment, outside).certificates(eid, door)
    now = outside.clock.now()
    watched = {str(folder) for folder in folders}
    rows = inventory(listed, look(now), outside.journal.unfinished(), watched, environment, now)
    text = ngettext("Inventory: {count} certificate.", "Inventory: {count} certificates.", len(rows))
    outside.journal.note(Event(now, "inventory", text.format(count=len(rows))))
    outside.journal.keep_reminded({SUBJECT: done(now)})
    return Inventory(now, environment, eid.person.full_name, tuple(rows))
