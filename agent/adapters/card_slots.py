"""The readers as a PKCS#11 module counts them, and what became of a card.

Source: PKCS#11 v2.40, C_GetSlotList; spec/eid.md, A2 and A6.
"""

from __future__ import annotations

import time
from typing import Any

import PyKCS11

from agent.adapters.card_codes import Ckr

_LOOKS = 15
_LOOK_S = 0.1
"""Together longer than PC/SC services wait before they ask a reader again whether a card is in (0.4 s)."""


def slots(library: Any, *, with_card: bool) -> list[int]:
    """The module's numbers for the readers. Raises: PyKCS11Error."""
    try:
        return list(library.getSlotList(tokenPresent=with_card))
    except PyKCS11.PyKCS11Error as error:
        if error.value != Ckr.BUFFER_TOO_SMALL:
            raise
        # A card or a reader came between the question how many there are and the question which.
        return list(library.getSlotList(tokenPresent=with_card))


def holds_a_stranger(library: Any) -> bool:
    """Whether a card that the module does not know is in a reader. OpenSC counts such a reader as empty."""
    for slot in slots(library, with_card=False):
        try:
            library.getTokenInfo(slot)
        except PyKCS11.PyKCS11Error as error:
            if error.value == Ckr.TOKEN_NOT_RECOGNIZED:
                return True
    return False


def is_gone(library: Any, slot: int | None) -> bool:
    """Whether the card has left the reader `slot`, or no reader has a card any more where it is None.

    Asked after a failure: OpenSC says of a card that is pulled in the middle only that something went wrong. The reader
    is given a moment to notice.
    """
    for _ in range(_LOOKS):
        try:
            left = slots(library, with_card=True)
        except PyKCS11.PyKCS11Error:
            return False  # then nothing is known
        if slot not in left if slot is not None else not left:
            return True
        time.sleep(_LOOK_S)
    return False
