"""Commands and status words of the eID, as bytes on the wire of a T=0 card.

Source: spec/eid.md, C4; ISO/IEC 7816-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Ins(IntEnum):
    """Instructions: class 00 those of ISO 7816, class 80 the applet's own."""

    VERIFY = 0x0020
    MSE = 0x0022
    CHANGE_PIN = 0x0024
    PSO = 0x002A
    GET_CHALLENGE = 0x0084
    INTERNAL_AUTHENTICATE = 0x0088
    SELECT = 0x00A4
    READ_BINARY = 0x00B0
    GET_RESPONSE = 0x00C0
    READ_RECORD = 0x80B2
    GET_CARD_DATA = 0x80E4
    LOG_OFF = 0x80E6


class Sw(IntEnum):
    OK = 0x9000
    MORE = 0x6100  # + how much GET RESPONSE will give, 00 for 256
    PIN_WRONG = 0x63C0  # + tries left
    WRONG_LENGTH = 0x6700
    FILE_KIND = 0x6981
    PIN_NEEDED = 0x6982
    PIN_BLOCKED = 0x6983
    CONDITIONS = 0x6985
    NO_FILE_SELECTED = 0x6986
    DATA = 0x6A80
    NOT_FOUND = 0x6A82
    NO_RECORD = 0x6A83
    P1_P2 = 0x6A86
    LC_FOR_P1_P2 = 0x6A87
    NO_KEY = 0x6A88
    OFFSET = 0x6B00
    EXACT_LE = 0x6C00  # + the Le to repeat the command with
    UNKNOWN_INS = 0x6D00
    UNKNOWN_CLA = 0x6E00


class Refusal(Exception):
    """The card answers with a status word that is not 9000."""

    def __init__(self, sw: Sw, more: int = 0) -> None:
        super().__init__(f"{sw + more:04X}")
        self.sw_bytes = (sw + more).to_bytes(2)


@dataclass(frozen=True)
class Command:
    """An APDU taken apart. `le` is the byte as sent, None where there is none; `data` is empty where there is none."""

    ins: Ins
    p1: int
    p2: int
    data: bytes
    le: int | None

    @property
    def p1_p2(self) -> int:
        return self.p1 << 8 | self.p2

    @property
    def expected(self) -> int:
        """How many bytes Le asks for: 00 and none are 256."""
        return self.le or 256


def parsed(apdu: bytes) -> Command:
    """Raises: Refusal (unknown class or instruction, lengths that do not fit)."""
    if len(apdu) < 4:
        raise Refusal(Sw.WRONG_LENGTH)
    cla, ins, p1, p2 = apdu[:4]
    if cla not in (0x00, 0x80):
        raise Refusal(Sw.UNKNOWN_CLA)
    if cla << 8 | ins not in Ins._value2member_map_:
        raise Refusal(Sw.UNKNOWN_INS)
    lc, body = apdu[4:5], apdu[5:]
    match len(body) - lc[0] if body else None:
        case None:
            return Command(Ins(cla << 8 | ins), p1, p2, b"", lc[0] if lc else None)
        case 0:
            return Command(Ins(cla << 8 | ins), p1, p2, body, None)
        case 1:
            return Command(Ins(cla << 8 | ins), p1, p2, body[:-1], body[-1])
    raise Refusal(Sw.WRONG_LENGTH)


def pin_block(pin: str) -> bytes:
    """``24 12 34 FF FF FF FF FF`` for 1234. Source: spec/eid.md, C4."""
    return bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))


def is_pin_block(block: bytes) -> bool:
    digits = block.hex()[2 : 2 + (block[0] & 0x0F)]
    return 4 <= len(digits) <= 12 and digits.isdecimal() and block == pin_block(digits)
