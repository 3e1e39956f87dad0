"""What the card's software says in numbers, as errors with sentences.

Source: PKCS#11 v2.40, CK_RV; spec/eid.md, A5 and A6 (which module gives which code when).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, StrEnum

from agent.errors import (
    CardError,
    CardFailed,
    CardRemoved,
    NotAnEid,
    PinBlocked,
    PinCancelled,
    PinImpossible,
    PinWrong,
)
from agent.text import N_


class Doing(StrEnum):
    """What is being done with the card, in words that follow "while". Marked: the card process speaks no language."""

    LOADING = N_("loading the eID software")
    LOOKING = N_("looking for the card")
    READING = N_("reading the card")
    CHECKING_PIN = N_("checking the PIN")
    SIGNING = N_("signing")
    VERIFYING = N_("checking the signature")
    ENDING = N_("ending the work with the card")


class Ckr(IntEnum):
    """Return values that are met with an eID."""

    CANCEL = 0x01
    SLOT_ID_INVALID = 0x03
    GENERAL_ERROR = 0x05
    FUNCTION_FAILED = 0x06
    ARGUMENTS_BAD = 0x07
    ATTRIBUTE_TYPE_INVALID = 0x12
    DEVICE_ERROR = 0x30
    DEVICE_MEMORY = 0x31
    DEVICE_REMOVED = 0x32
    FUNCTION_CANCELED = 0x50
    FUNCTION_NOT_SUPPORTED = 0x54
    KEY_FUNCTION_NOT_PERMITTED = 0x68
    MECHANISM_INVALID = 0x70
    PIN_INCORRECT = 0xA0
    PIN_INVALID = 0xA1
    PIN_LEN_RANGE = 0xA2
    PIN_EXPIRED = 0xA3
    PIN_LOCKED = 0xA4
    SESSION_CLOSED = 0xB0
    SESSION_HANDLE_INVALID = 0xB3
    TOKEN_NOT_PRESENT = 0xE0
    TOKEN_NOT_RECOGNIZED = 0xE1
    USER_ALREADY_LOGGED_IN = 0x100
    USER_NOT_LOGGED_IN = 0x101
    USER_PIN_NOT_INITIALIZED = 0x102
    BUFFER_TOO_SMALL = 0x150
    FUNCTION_REJECTED = 0x200


_ERRORS: dict[Ckr, Callable[[], CardError]] = {
    Ckr.CANCEL: PinCancelled,
    Ckr.FUNCTION_CANCELED: PinCancelled,
    Ckr.FUNCTION_REJECTED: PinCancelled,
    Ckr.PIN_INCORRECT: lambda: PinWrong(None),
    Ckr.PIN_INVALID: PinImpossible,
    Ckr.PIN_LEN_RANGE: PinImpossible,
    Ckr.PIN_LOCKED: PinBlocked,
    Ckr.SLOT_ID_INVALID: CardRemoved,  # the reader went, and the card with it
    Ckr.DEVICE_REMOVED: CardRemoved,
    Ckr.SESSION_CLOSED: CardRemoved,
    Ckr.SESSION_HANDLE_INVALID: CardRemoved,
    Ckr.TOKEN_NOT_PRESENT: CardRemoved,
    Ckr.TOKEN_NOT_RECOGNIZED: NotAnEid,
}


def code_name(value: int) -> str:
    """Such as ``CKR_DEVICE_ERROR 0x30``; the number alone where it has no name here."""
    name = f"CKR_{Ckr(value).name} " if value in Ckr._value2member_map_ else ""
    return f"{name}0x{value & 0xFFFFFFFF:02X}"


def error_for(value: int, doing: Doing) -> CardError:
    """The error that a return value means. `CardFailed` where it has no sentence of its own."""
    if value in Ckr._value2member_map_ and Ckr(value) in _ERRORS:
        return _ERRORS[Ckr(value)]()
    return CardFailed(doing, code_name(value))
