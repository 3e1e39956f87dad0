"""What else is found in readers: another kind of card, and one that answers nonsense."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.sandbox.software_card import Generation
from tests.eid.card import APPLETS


@dataclass
class BankCard:
    """A T=0 card that is no eID and knows none of an eID's commands."""

    atr: bytes = bytes.fromhex("3B65000020 6301 CB6600")
    heard: list[bytes] = field(default_factory=list)

    def reset(self) -> None:
        pass

    def transmit(self, apdu: bytes) -> bytes:
        self.heard.append(apdu)
        return b"\x6d\x00"


@dataclass
class BrokenCard:
    """It has an eID's ATR; nothing else that it says makes sense."""

    atr: bytes = APPLETS[Generation.RSA_2048].atr
    heard: list[bytes] = field(default_factory=list)

    def reset(self) -> None:
        pass

    def transmit(self, apdu: bytes) -> bytes:
        self.heard.append(apdu)
        nonsense = (b"\x90\x00", b"\xff" * 28 + b"\x90\x00", b"\x30\x82\xff\xff\x90\x00", b"\x12\x34")
        return nonsense[len(self.heard) % len(nonsense)]
