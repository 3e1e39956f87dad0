"""A look at all cards through their software, for `doctor`: nothing is logged in to, nothing signed, no PIN try spent.

The tries left are read where the card tells them in a data object, which the official middleware reads when the card
comes. Source: spec/eid.md, A2, A3.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import PyKCS11

from agent.adapters.card_codes import Doing, code_name, error_for
from agent.core.doctor_eid import OFFICIAL
from agent.core.survey import CardSeen, SlotSeen, Software
from agent.errors import CardFailed, MiddlewareUnusable
from agent.text import N_

_TRIES = "carddata_pin_counter"


def survey(
    module: Path,
    doing: Callable[[Doing], object] = lambda _: None,
    load: Callable[[str], Any] = lambda module: PyKCS11.PyKCS11Lib().load(module),
) -> Software:
    """What the module at `module` says of itself, and shows of the cards in the readers.

    Args:
        doing: told before each step that may take long or never end.
        load: opens the module; gives a PyKCS11Lib. Raises: PyKCS11Error.
    Raises: CardError.
    """
    doing(Doing.LOADING)
    library = _loaded(module, load)
    step = Doing.LOADING
    try:
        info = library.getInfo()
        manufacturer = _text(info.manufacturerID)
        doing(step := Doing.LOOKING)
        numbers = library.getSlotList(tokenPresent=True)
        doing(step := Doing.READING)
        slots = tuple(slot for number in numbers if (slot := _slot(library, number, manufacturer == OFFICIAL)))
        version = ".".join(map(str, info.libraryVersion))
        return Software(manufacturer, _text(info.libraryDescription), version, slots)
    except PyKCS11.PyKCS11Error as error:
        raise error_for(error.value, step) from error
    finally:
        with suppress(PyKCS11.PyKCS11Error):
            library.unload()


def _loaded(module: Path, load: Callable[[str], Any]) -> Any:
    try:
        return load(str(module))
    except PyKCS11.PyKCS11Error as error:
        if error.value > 0:
            raise CardFailed(Doing.LOADING, code_name(error.value)) from error
        problem = N_("it cannot be loaded") if error.value == -1 else N_("it is no PKCS#11 library")
        raise MiddlewareUnusable(str(module), problem) from error


def _slot(library: Any, number: int, is_official: bool) -> SlotSeen | None:
    """None where the token in it was never initialized, as SoftHSM's spare one."""
    reader = ""
    try:
        reader = _text(library.getSlotInfo(number).slotDescription)
        info = library.getTokenInfo(number)
        if not info.flags & PyKCS11.CKF_TOKEN_INITIALIZED:
            return None
        session = library.openSession(number)
        try:
            return SlotSeen(reader, _card(session, info, is_official))
        finally:
            with suppress(PyKCS11.PyKCS11Error):
                session.closeSession()
    except PyKCS11.PyKCS11Error as error:  # a virtual reader, another kind of card
        return SlotSeen(reader, None, code_name(error.value))


def _card(session: Any, info: Any, is_official: bool) -> CardSeen:
    certificates = []
    for handle in session.findObjects([(PyKCS11.CKA_CLASS, PyKCS11.CKO_CERTIFICATE)]):
        label, value = session.getAttributeValue(handle, [PyKCS11.CKA_LABEL, PyKCS11.CKA_VALUE])
        if label and value:
            certificates.append((_text(label), bytes(value)))
    return CardSeen(
        label=_text(info.label),
        applet=info.firmwareVersion[0] if is_official else 0,
        tries_left=_tries_left(session) if is_official else None,
        is_blocked=bool(info.flags & PyKCS11.CKF_USER_PIN_LOCKED),
        is_last_try=bool(info.flags & PyKCS11.CKF_USER_PIN_FINAL_TRY),
        has_pinpad=bool(info.flags & PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH),
        certificates=tuple(certificates),
    )


def _tries_left(session: Any) -> int | None:
    """Of a card with applet 1.8; the older ones have no such object, and are not asked in any other way."""
    with suppress(PyKCS11.PyKCS11Error):
        template = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_DATA), (PyKCS11.CKA_LABEL, _TRIES)]
        for handle in session.findObjects(template):
            (value,) = session.getAttributeValue(handle, [PyKCS11.CKA_VALUE])
            if value and len(bytes(value)) == 1 and bytes(value)[0] <= 3:
                return bytes(value)[0]
    return None


def _text(padded: str) -> str:
    return padded.strip("\0 ")
