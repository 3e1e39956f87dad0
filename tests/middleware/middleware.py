"""How the official middleware, and OpenSC, answer each call. One of these for each program that loads the module.

Source: spec/eid.md, A. What a NO_DIALOGS build does with a reader that has keys was not measured there: it is played
as the dialog build does it, without windows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.middleware import objects as shown
from tests.middleware.chip import LiveChip, Word, signature_length
from tests.middleware.objects import CKA_CLASS, CKO_DATA, CKO_PRIVATE_KEY, Object, ulong
from tests.middleware.values import Build, Cancels, GoesAway, Types
from tests.middleware.world import LiveReader, World

OK = 0x00
SLOT_ID_INVALID, FUNCTION_FAILED, ARGUMENTS_BAD = 0x03, 0x06, 0x07
DEVICE_REMOVED, FUNCTION_CANCELED, FUNCTION_NOT_SUPPORTED = 0x32, 0x50, 0x54
KEY_HANDLE_INVALID, MECHANISM_INVALID, OBJECT_HANDLE_INVALID, OPERATION_NOT_INITIALIZED = 0x60, 0x70, 0x82, 0x91
PIN_INCORRECT, PIN_LEN_RANGE, PIN_LOCKED = 0xA0, 0xA2, 0xA4
SESSION_HANDLE_INVALID, TOKEN_NOT_PRESENT = 0xB3, 0xE0
USER_ALREADY_LOGGED_IN, USER_NOT_LOGGED_IN = 0x100, 0x101

_CONTEXT_SPECIFIC = 2
_OPENSC_SLOTS_A_READER = 4

Parts = Sequence[bytes]
Ask = Callable[[str], str | None]
"""Runs a program as PIN window; gives what was typed, None where it was cancelled."""


class Refused(Exception):
    """A return value that is not CKR_OK. `code` may be a `Do`."""

    def __init__(self, code: int) -> None:
        super().__init__(hex(code))
        self.code = code


@dataclass(eq=False)
class _Session:
    slot: _Slot
    insertion: int
    found: list[int] = field(default_factory=list)
    signing: tuple[str, int] | None = None
    """Key and mechanism."""


@dataclass(eq=False)
class _Slot:
    """What this program knows of a reader."""

    reader: LiveReader
    is_logged_in: bool = False
    pin_flags: int = 0
    seen: tuple[int, list[Object]] | None = None  # of which insertion


def _number(part: bytes) -> int:
    number: int = struct.unpack("@L", part)[0]
    return number


class Middleware:
    """`entry` is where typed PINs are put for the PIN window's program to print: no command line shows them."""

    def __init__(self, world: World, ask: Ask, entry: Callable[[str], str]) -> None:
        self._world, self._ask, self._entry = world, ask, entry
        self._build = world.scene.build
        self._slots: list[_Slot] = []
        self._sessions: dict[int, _Session] = {}
        self._last_session = 0

    def answer(self, function: str, given: Parts) -> tuple[int, Parts]:
        """Return value and results."""
        self._world.begun.add(function)
        self._world.before(function)
        try:
            parts = self._answer(function, given)
        except Refused as refused:
            return refused.code, ()
        self._world.after(function)
        return OK, parts

    def _answer(self, function: str, given: Parts) -> Parts:
        self._fail(self._world.scene.fails, function)
        match function:
            case "C_Initialize":
                return ()
            case "C_Finalize":
                self._world.calls.append(function)
                return ()
            case "C_GetInfo":
                return (shown.info(self._build, self._world.scene.manufacturer),)
            case "C_GetSlotList":
                return self._slot_list(only_with_card=bool(_number(given[0])), wants_list=bool(_number(given[1])))
            case "C_GetSlotInfo" | "C_GetTokenInfo" | "C_GetMechanismList" | "C_OpenSession":
                return self._about_slot(function, self._slot(_number(given[0])))
            case "C_CloseSession":
                self._world.calls.append(function)
                return self._close(_number(given[0]))
            case _:
                return self._in_session(function, _number(given[0]), given[1:])

    def _fail(self, fails: Mapping[str, int], function: str) -> None:
        if function in fails:
            raise Refused(fails[function])

    # ── Slots ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _slot_list(self, only_with_card: bool, wants_list: bool) -> Parts:
        if not wants_list and [slot.reader for slot in self._slots] != self._world.readers:
            self._slots = [_Slot(reader) for reader in self._world.readers]  # and the sessions are about no slot now
        distance = _OPENSC_SLOTS_A_READER if self._build is Build.OPENSC else 1
        listed = [n * distance for n, slot in enumerate(self._slots) if slot.reader.chip or not only_with_card]
        return (b"".join(map(ulong, listed)),)

    def _slot(self, number: int) -> _Slot:
        distance = _OPENSC_SLOTS_A_READER if self._build is Build.OPENSC else 1
        if number % distance or number // distance >= len(self._slots):
            raise Refused(SLOT_ID_INVALID)
        return self._slots[number // distance]

    def _about_slot(self, function: str, slot: _Slot) -> Parts:
        self._fail(slot.reader.reader.fails, function)
        if function == "C_GetSlotInfo":
            return (shown.slot_info(slot.reader.reader.name, slot.reader.chip is not None),)
        chip = slot.reader.chip
        if chip is None:
            raise Refused(TOKEN_NOT_PRESENT)
        if function == "C_GetMechanismList":
            return (b"".join(map(ulong, shown.mechanisms(chip.chip, self._build))),)
        if function == "C_GetTokenInfo":
            return (shown.token_info(chip.chip, self._build, slot.reader.reader.has_pinpad, slot.pin_flags),)
        self._last_session += 1
        self._sessions[self._last_session] = _Session(slot, slot.reader.insertions)
        self._world.calls.append("C_OpenSession")
        return (ulong(self._last_session),)

    # ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _close(self, number: int) -> Parts:
        session = self._sessions.pop(number, None)
        if session is None or (self._build is Build.OPENSC and self._is_dead(session)):
            raise Refused(SESSION_HANDLE_INVALID)
        self._fail(session.slot.reader.reader.fails, "C_CloseSession")
        return ()

    def _is_dead(self, session: _Session) -> bool:
        reader = session.slot.reader
        return reader.chip is None or reader.insertions != session.insertion or session.slot not in self._slots

    def _in_session(self, function: str, number: int, given: Parts) -> Parts:
        session = self._sessions.get(number)
        if session is None:
            raise Refused(SESSION_HANDLE_INVALID)
        chip = session.slot.reader.chip
        if chip is None or self._is_dead(session):
            raise Refused(SESSION_HANDLE_INVALID if self._build is Build.OPENSC else DEVICE_REMOVED)
        if function not in ("C_Login", "C_Sign"):  # these write down what was tried before they fail
            self._fail(session.slot.reader.reader.fails, function)
        match function:
            case "C_GetSessionInfo":
                return (struct.pack("@LLLL", 0, 2, 4, 0),)
            case "C_FindObjectsInit":
                return self._find(session, chip, given)
            case "C_FindObjects":
                found, session.found = session.found[: _number(given[0])], session.found[_number(given[0]) :]
                return (b"".join(map(ulong, found)),)
            case "C_FindObjectsFinal":
                return ()
            case "C_GetAttributeValue":
                return self._attributes(session, chip, [_number(part) for part in given])
            case "C_Login":
                pin = given[2].decode() if _number(given[1]) else None
                return self._login(session, chip, _number(given[0]) == _CONTEXT_SPECIFIC, pin)
            case "C_Logout":
                return self._logout(session, chip)
            case "C_SignInit":
                return self._sign_init(session, chip, _number(given[0]), _number(given[1]))
            case "C_Sign" | "C_Sign length":
                return self._sign(session, chip, given[0], is_for_length=function != "C_Sign")
        raise Refused(FUNCTION_NOT_SUPPORTED)

    # ── Objects ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _objects(self, session: _Session, chip: LiveChip) -> list[Object]:
        slot = session.slot
        if slot.seen is None or slot.seen[0] != slot.reader.insertions:
            listed = shown.objects(chip.chip, self._build, self._world.scene.id_length, chip.tries_left)
            slot.seen = slot.reader.insertions, list(listed)
        return slot.seen[1]

    def _find(self, session: _Session, chip: LiveChip, template: Parts) -> Parts:
        wanted = {_number(type_): value for type_, value in zip(template[::2], template[1::2], strict=True)}
        if wanted.get(CKA_CLASS) == ulong(CKO_DATA):
            self._fail(session.slot.reader.reader.fails, "C_FindObjectsInit data")
        session.found = [
            handle
            for handle, each in enumerate(self._objects(session, chip), 1)
            if self._is_shown(session, each, wanted)
            and all(each.attributes.get(type_) == value for type_, value in wanted.items())
        ]
        listed = self._objects(session, chip)
        self._world.read += [listed[n - 1].label for n in session.found if listed[n - 1].kind == CKO_DATA]
        return ()

    def _is_shown(self, session: _Session, each: Object, wanted: dict[int, bytes]) -> bool:
        if self._build is Build.OPENSC and not session.slot.is_logged_in:
            return each.kind != CKO_PRIVATE_KEY
        return each.kind != CKO_DATA or wanted.get(CKA_CLASS) == ulong(CKO_DATA)

    def _attributes(self, session: _Session, chip: LiveChip, numbers: list[int]) -> Parts:
        each = self._object(session, chip, numbers[0], OBJECT_HANDLE_INVALID)
        known = each.attributes
        return [b"!" + known[type_] if type_ in known else b"" for type_ in numbers[1:]]

    def _object(self, session: _Session, chip: LiveChip, handle: int, otherwise: int) -> Object:
        listed = self._objects(session, chip)
        if not 1 <= handle <= len(listed):
            raise Refused(otherwise)
        return listed[handle - 1]

    # ── The PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _login(self, session: _Session, chip: LiveChip, is_for_one_key: bool, pin: str | None) -> Parts:
        name = f"C_Login {'context' if is_for_one_key else 'user'}"
        self._world.calls.append(f"{name} {pin}")
        self._world.before(name)
        self._fail(session.slot.reader.reader.fails, name)
        if self._build is Build.OPENSC:
            return self._login_to_opensc(session.slot, chip, is_for_one_key, pin)
        if session.slot.is_logged_in:
            return ()  # whatever the PIN: the card is not asked
        if pin is None:
            self._person_verifies(session.slot)
        else:
            if not (pin.isascii() and pin.isdigit() and len(pin) >= 4):
                raise Refused(FUNCTION_FAILED)
            _check(chip.verify(pin))
        session.slot.is_logged_in = True
        return ()

    def _login_to_opensc(self, slot: _Slot, chip: LiveChip, is_for_one_key: bool, pin: str | None) -> Parts:
        if slot.is_logged_in and not is_for_one_key:
            raise Refused(USER_ALREADY_LOGGED_IN)
        if pin is None and slot.reader.reader.has_pinpad:
            self._person_verifies(slot)
        elif pin is None or not 4 <= len(pin) <= 12:
            raise Refused(PIN_LEN_RANGE)
        elif not pin.isdigit():
            raise Refused(ARGUMENTS_BAD)
        else:
            was_blocked, word = not chip.tries_left, chip.verify(pin)
            locked = shown.CKF_USER_PIN_LOCKED if not chip.tries_left else 0
            slot.pin_flags = locked or (shown.CKF_USER_PIN_FINAL_TRY if chip.tries_left == 1 else 0)
            if word is Word.BLOCKED and not was_blocked:
                raise Refused(PIN_INCORRECT)
            _check(word)
        slot.is_logged_in = True
        return ()

    def _logout(self, session: _Session, chip: LiveChip) -> Parts:
        self._world.calls.append("C_Logout")
        if not session.slot.is_logged_in:
            raise Refused(USER_NOT_LOGGED_IN)
        session.slot.is_logged_in = False
        chip.reset()
        return ()

    def _person_verifies(self, slot: _Slot) -> None:
        """The middleware's own PIN window, or the reader's keys: once, with all that may happen meanwhile."""
        if not slot.reader.reader.has_pinpad and self._build is Build.NO_DIALOGS:
            raise Refused(FUNCTION_FAILED)
        insertion = slot.reader.insertions
        typed = self._typed(at_reader=slot.reader.reader.has_pinpad)
        chip = slot.reader.chip
        if chip is None or slot.reader.insertions != insertion:
            raise Refused(DEVICE_REMOVED)
        if typed is None:
            raise Refused(FUNCTION_CANCELED)
        _check(chip.verify(typed))

    def _typed(self, at_reader: bool) -> str | None:
        match self._world.window_opens():
            case Types(pin):
                typed = pin if at_reader else self._ask(self._entry(pin))
            case Cancels():
                typed = None if at_reader else self._ask("exit 1")
            case GoesAway(told_at):
                typed = self._ask(f"echo $$ > '{told_at}'; exec sleep 3600")
        if typed is not None:
            self._world.typed()
        return typed

    # ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _sign_init(self, session: _Session, chip: LiveChip, mechanism: int, handle: int) -> Parts:
        key = self._object(session, chip, handle, KEY_HANDLE_INVALID)
        if key.kind != CKO_PRIVATE_KEY:
            raise Refused(KEY_HANDLE_INVALID)
        if mechanism not in shown.mechanisms(chip.chip, self._build):
            raise Refused(MECHANISM_INVALID)
        self._world.mechanisms.append(mechanism)
        session.signing = key.label, mechanism
        return ()

    def _sign(self, session: _Session, chip: LiveChip, data: bytes, is_for_length: bool) -> Parts:
        if session.signing is None:
            raise Refused(OPERATION_NOT_INITIALIZED)
        label, mechanism = session.signing
        if is_for_length:
            return (bytes(signature_length(dict(chip.chip.keys)[label])),)
        session.signing = None
        self._world.calls.append(f"C_Sign {label}")
        self._fail(session.slot.reader.reader.fails, "C_Sign")
        if self._build is Build.OPENSC:
            if label == "Signature" and not chip.chip.signs_by_another_reference:
                raise Refused(FUNCTION_NOT_SUPPORTED)
            if not chip.may_sign(label):
                raise Refused(USER_NOT_LOGGED_IN)
        else:
            chip.other_command()  # SELECT and MSE come before every try
            if not chip.may_sign(label):
                self._person_verifies(session.slot)
        return (chip.sign(label, mechanism, data),)


def _check(word: Word) -> None:
    match word:
        case Word.WRONG:
            raise Refused(PIN_INCORRECT)
        case Word.BLOCKED:
            raise Refused(PIN_LOCKED)
