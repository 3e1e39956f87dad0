"""What the scripted middleware is told: readers, cards, what the person does, what goes wrong. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from agent.sandbox.software_card import Generation

PIN = "4213"


class Build(Enum):
    """Which software it plays. Source: spec/eid.md, A5."""

    DIALOG = "the official middleware, which asks for the PIN itself"
    NO_DIALOGS = "the official middleware, built without windows"
    OPENSC = "OpenSC"


class Do(IntEnum):
    """In place of a return value: what becomes of the process (module.c)."""

    SEGFAULT = 0xFFFF0001
    ABORT = 0xFFFF0002
    HANG = 0xFFFF0003
    ASK = 0xFFFF0004


@dataclass(frozen=True)
class Chip:
    """A card.

    Attributes:
        keys: PKCS#8 DER by label, in the order in which a module lists them.
        certificates: DER by label, in that order; None: a module gives neither its value nor its id.
        label: of the token; None: as the software calls an eID.
        flags: of the token; None: as the software sets them. `more_flags` are added.
        mechanisms: None: those of an eID of this kind.
        signs_by_another_reference: OpenSC may use the Signature key, as no card in a pocket allows (spec/eid.md, E).
    """

    generation: Generation
    keys: tuple[tuple[str, bytes], ...] = ()
    certificates: tuple[tuple[str, bytes | None], ...] = ()
    pin: str = PIN
    tries_left: int = 3
    serial: str = "534C494E0A1B2C3D"
    label: str | None = None
    flags: int | None = None
    more_flags: int = 0
    mechanisms: tuple[int, ...] | None = None
    signs_by_another_reference: bool = False


@dataclass(frozen=True)
class Reader:
    """A reader. `fails` has a return value, or a `Do`, by function: ``C_OpenSession``, ``C_Login user`` …"""

    chip: Chip | None = None
    name: str = "ACS ACR38U-CCID"
    has_pinpad: bool = False
    fails: Mapping[str, int] = field(default_factory=dict)


# ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Pull:
    """The card is taken out."""

    reader: int = 0


@dataclass(frozen=True)
class Insert:
    """A card is put in; None: the one that was there before, with its counters as they are."""

    chip: Chip | None = None
    reader: int = 0


@dataclass(frozen=True)
class Unplug:
    """A reader goes, with its card."""

    reader: int = 0


@dataclass(frozen=True)
class Plug:
    reader: Reader


Event = Pull | Insert | Unplug | Plug


# ── What the person does at the middleware's PIN window, or at a reader's keys ───────────────────────────────────────


@dataclass(frozen=True)
class Types:
    """`meanwhile` happens while the window is open."""

    pin: str = PIN
    meanwhile: Event | None = None


@dataclass(frozen=True)
class Cancels:
    """The Cancel button; at a reader's keys also its time-out."""


@dataclass(frozen=True)
class GoesAway:
    """The window stays open. Its program writes its process id into `told_at`."""

    told_at: str


Action = Types | Cancels | GoesAway


@dataclass(frozen=True)
class Scene:
    """All of it.

    Attributes:
        person: what the person does at each window, in order; at one window more: the person cancels, and it is told.
        fails: as `Reader.fails`, for functions that are about no reader.
        before, after: what happens just before or after the first call of a function.
        id_length: of CKA_ID; None: as the software has it on this computer.
        manufacturer: in C_GetInfo; None: as the software says.
    """

    readers: tuple[Reader, ...] = ()
    build: Build = Build.DIALOG
    person: tuple[Action, ...] = ()
    fails: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, Event] = field(default_factory=dict)
    after: Mapping[str, Event] = field(default_factory=dict)
    id_length: int | None = None
    manufacturer: str | None = None


@dataclass(frozen=True)
class Told:
    """What was done so far.

    Attributes:
        calls: those that matter to a card, in order, such as ``C_Login user 4213`` and ``C_Sign Signature``.
        begun: functions that were called at all.
        read: labels of the data objects that were looked at.
        windows: how often a PIN window opened, or a reader with keys asked.
        unexpected_windows: those that nobody was there for.
        typed: PINs that were entered there.
        verified: PINs that the cards were given, each with what the card said: ``right``, ``wrong``, ``blocked``.
        signed: keys that signed, by label.
        tries_left: by reader; None without a card.
        mechanisms: with which C_SignInit was called.
    """

    calls: tuple[str, ...]
    begun: frozenset[str]
    read: tuple[str, ...]
    windows: int
    unexpected_windows: int
    typed: int
    verified: tuple[str, ...]
    signed: tuple[str, ...]
    tries_left: tuple[int | None, ...]
    mechanisms: tuple[int, ...]
