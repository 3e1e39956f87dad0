"""What a look at readers and cards finds, without a login and without a PIN: the facts that `doctor` speaks of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reader:
    """A reader as the PC/SC service lists it. `atr` is its card's answer to reset, None where it holds none."""

    name: str
    atr: bytes | None


@dataclass(frozen=True)
class Readers:
    """What the PC/SC service says. `problem` is why it says nothing, marked for translation; None: it runs."""

    problem: str | None
    readers: tuple[Reader, ...] = ()


@dataclass(frozen=True)
class CardSeen:
    """A card as its software shows it.

    Attributes:
        label: the token's.
        applet: version of the card's applet as the official middleware tells it (0x17, 0x18); 0: not told.
        tries_left: PIN tries, where the card tells them without one; else None.
        is_blocked, is_last_try: the token's own flags, which are set only after a try in the same process.
        certificates: label and DER of each.
    """

    label: str
    applet: int
    tries_left: int | None
    is_blocked: bool
    is_last_try: bool
    has_pinpad: bool
    certificates: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class SlotSeen:
    """A slot with a card. `problem` is the code with which it refused to be read, None where `card` is there."""

    reader: str
    card: CardSeen | None
    problem: str | None = None


@dataclass(frozen=True)
class Software:
    """The eID software as it names itself, and what it sees."""

    manufacturer: str
    description: str
    version: str
    slots: tuple[SlotSeen, ...]
