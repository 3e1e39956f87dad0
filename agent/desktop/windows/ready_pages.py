"""What the window about the next renewal shows beside the pages of every window with a card, as data.

ReadyShown, which fills and is answered again and again → WhomAsked → the card, PinWanted → ReadyShown
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.core.doctor import Check, Topic
from agent.core.finding import Finding
from agent.core.readiness import Said, said_of
from agent.desktop.windows.pages import Choice, Page, Trouble

if TYPE_CHECKING:  # its libraries take longer to load than a window may
    from agent.watch.ready import Ready


@dataclass(frozen=True)
class ReadyShown(Page):
    """What was found so far.

    Attributes:
        findings: of the keystores that are looked at.
        topics: what this computer is looked at for.
        here: what was found of it, by the position among `topics`.
        own: what was found for each keystore, in the order of `findings`.
        acting: for whom the eID may act, where that was asked.
        said_last: the path of the keystore whose contact data was spoken of last.
    """

    findings: Sequence[Finding]
    topics: Sequence[Topic] = ()
    here: Mapping[int, Sequence[Check]] = field(default_factory=dict)
    own: Sequence[Ready] = ()
    acting: Sequence[Check] = ()
    is_looking: bool = True
    said_last: str | None = None

    @property
    def of_this_computer(self) -> list[Check]:
        return [*(check for position in sorted(self.here) for check in self.here[position]), *self.acting]

    @property
    def checks(self) -> list[Check]:
        """All of them; what several keystores share once."""
        return list(dict.fromkeys([*self.of_this_computer, *(check for each in self.own for check in each.own)]))

    @property
    def asks_of(self) -> Ready | None:
        """Whose contact data the person is asked about: a keystore that nobody has spoken of yet, else the last."""
        if self.is_looking:
            return None
        reached = [each for each in self.own if each.contact is not None]
        last = [each for each in reached if each.finding.observation.path == self.said_last]
        return next((each for each in [*_unsaid(reached), *last, *reached]), None)

    @property
    def can_ask_for_whom(self) -> bool:
        return not self.is_looking and any(each.known is not None for each in self.own)


def _unsaid(found: Sequence[Ready]) -> list[Ready]:
    return [each for each in found if each.is_to_be_confirmed]


def what_was_said(found: Ready) -> Said:
    return said_of(found.contact, found.known) if found.contact is not None else Said.NOTHING


@dataclass(frozen=True)
class ContactSaid:
    """An answer: whether the contact data of the keystore at `path` is still right."""

    path: str
    is_right: bool


@dataclass(frozen=True)
class WhomAsked(Page):
    """What is about to be asked, and what it costs: a PIN for each of `environments`."""

    environments: int


@dataclass(frozen=True)
class WhomTrouble(Trouble):
    """Nothing else depends on the answer."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (*super().choices, Choice.BACK)
