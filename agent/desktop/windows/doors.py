"""One window's way to the card: a door for each time that it is needed, and whose card is waited for."""

from __future__ import annotations

from agent.core.person import Person
from agent.core.registration import ContactData
from agent.desktop.windows.door import CARD_POLL_S, WindowDoor
from agent.desktop.windows.pages import Matter
from agent.desktop.windows.stage import Stage
from agent.ports import Card


class Doors:
    """Opened before something that may need the card, shut after what went wrong with it."""

    def __init__(self, stage: Stage, card_poll_s: float = CARD_POLL_S) -> None:
        self._stage, self._card_poll_s = stage, card_poll_s
        self._door: WindowDoor | None = None
        self._signer: Person | None = None
        self._awaits_other_card = self._asks_contact = False
        self._contact_given: ContactData | None = None

    def open(
        self,
        card: Card,
        matter: Matter,
        goes_on_alone: bool = False,
        *,
        is_first: bool = True,
        signer: Person | None = None,
        asks_for: str = "",
        does: str = "",
    ) -> WindowDoor:
        """Another door, as `WindowDoor` has it; where somebody else is to sign, once their card is there."""
        self._door = door = WindowDoor(
            self._stage,
            card,
            matter,
            goes_on_alone,
            self._card_poll_s,
            is_first=is_first,
            signer=signer,
            asks_for=asks_for,
            does=does,
            contact_given=self._contact_given,
            asks_contact=self._asks_contact,
        )
        self._asks_contact = False
        if self._awaits_other_card:
            self._awaits_other_card = False
            door.await_other_card(self._signer)
        return door

    def shut(self) -> bool:
        """Whether the person said at it that somebody else is to sign."""
        door, self._door = self._door, None
        if door is None:
            return False
        self._signer, self._contact_given = door.signer, door.contact_given
        if door.wants_other_card:
            self._awaits_other_card = True
        return door.wants_other_card

    def await_other_card_than(self, signer: Person | None) -> None:
        """The next door waits for another card than this person's."""
        self._signer, self._awaits_other_card = signer, True

    def ask_for_contact(self) -> None:
        """The next door asks for other contact data than eHealth has."""
        self._asks_contact = True

    def await_other_card(self) -> None:
        """The next door waits for another card than the one that was used last."""
        self._awaits_other_card = True
