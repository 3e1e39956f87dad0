"""A Belgian eID without plastic: bytes in, bytes and status word out, as applet 1.7 or 1.8 answers.

Applet 1.1 (RSA-1024) is left out: all of its cards have expired. Source: spec/eid.md, C.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.sandbox.software_card import Generation, PrivateKey
from tests.eid import keys
from tests.eid.apdu import Command, Ins, Refusal, Sw, is_pin_block, parsed
from tests.eid.identity import fields_of
from tests.eid.pin import PinState
from tests.eid.pkcs15 import ADDRESS, IDENTITY

MF, DF_BELPIC, DF_ID = bytes.fromhex("3F00"), bytes.fromhex("3F00DF00"), bytes.fromhex("3F00DF01")
_FOLDERS = (MF, DF_BELPIC, DF_ID)
_AIDS: Mapping[bytes, bytes] = {
    bytes.fromhex("A0000000302905 7000AD13100101FF"): MF,
    bytes.fromhex("A00000017750 4B43532D3135"): DF_BELPIC,
    bytes.fromhex("A00000017749 6446696C6573"): DF_ID,
}

BASIC, AUTHENTICATION, SIGNATURE, SIGNATURE_ALIAS = 0x81, 0x82, 0x83, 0x8F
"""Key references. The alias is on no real card: it lets OpenSC, which refuses 83, sign with key 83 in tests."""


@dataclass(frozen=True)
class Applet:
    """What the two generations do not share."""

    version: int
    atr: bytes
    os_version: bytes
    pkcs1_support: int
    key_exchange: int
    commands_between: int

    @property
    def has_records(self) -> bool:
        """READ RECORD, INTERNAL AUTHENTICATE and the PIN tries in GET CARD DATA."""
        return self.version >= 0x18


APPLETS: Mapping[Generation, Applet] = {
    Generation.RSA_2048: Applet(
        0x17, bytes.fromhex("3B98 1340 0AA5 0301 0101 AD13 11"), b"\x00\x03", 0x21, 0x01, commands_between=0
    ),
    Generation.P_384: Applet(
        0x18,
        bytes.fromhex("3B7F 9600 0080 3180 65B0 8504 0120 120F FF82 9000"),
        b"\x00\x01",
        0x00,
        0x02,
        commands_between=1,
    ),
}


@dataclass(eq=False)
class EidCard:
    """One card. It keeps its tries and its counts over insertions; everything else ends with a reset.

    Attributes:
        files: by absolute path (``3F00DF005037``).
        keys: by reference.
        has_alias: whether SIGNATURE_ALIAS names key 83, with one PIN for every signature.
        signatures: the key references that signed, in order; the alias under its own number.
        heard: the instructions that came in, in order.
        before: called before an instruction is carried out, such as to pull the card.
    """

    generation: Generation
    serial: bytes
    files: Mapping[bytes, bytes] = field(repr=False)
    keys: Mapping[int, PrivateKey] = field(repr=False)
    pin: PinState
    has_alias: bool = False
    signatures: list[int] = field(default_factory=list)
    heard: list[Ins] = field(default_factory=list)
    before: Callable[[Ins], None] = field(default=lambda _: None, repr=False)

    def __post_init__(self) -> None:
        self._applet = APPLETS[self.generation]
        self._folder, self._file = MF, b""
        self._algorithm = 0
        self._pending = b""
        self._acts: Mapping[Ins, Callable[[Command], bytes]] = {
            Ins.SELECT: self._select,
            Ins.READ_BINARY: self._read_binary,
            Ins.GET_RESPONSE: self._get_response,
            Ins.VERIFY: self._verify,
            Ins.CHANGE_PIN: self._change_pin,
            Ins.MSE: self._manage_security_environment,
            Ins.PSO: self._compute_digital_signature,
            Ins.GET_CHALLENGE: lambda command: os.urandom(command.expected),
            Ins.GET_CARD_DATA: self._get_card_data,
            Ins.LOG_OFF: self._log_off,
        }
        if self._applet.has_records:
            self._acts = {
                **self._acts,
                Ins.INTERNAL_AUTHENTICATE: self._internal_authenticate,
                Ins.READ_RECORD: self._read_record,
            }

    @property
    def atr(self) -> bytes:
        return self._applet.atr

    def reset(self) -> None:
        """Power on or off, reset, insertion."""
        self.pin.reset()
        self._folder, self._file, self._pending = MF, b"", b""

    def transmit(self, apdu: bytes) -> bytes:
        """The answer to a command: data, then two bytes of status."""
        try:
            command = parsed(apdu)
            self.heard.append(command.ins)
            self.before(command.ins)
            if command.ins not in self._acts:
                raise Refusal(Sw.UNKNOWN_INS)
            if command.ins is not Ins.GET_RESPONSE:
                self._pending = b""
            data = self._acts[command.ins](command)
            sw = Sw.MORE + (len(self._pending) & 0xFF) if self._pending else Sw.OK
            return data + sw.to_bytes(2)
        except Refusal as refusal:
            return refusal.sw_bytes
        finally:
            self.pin.passes()

    # ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _select(self, command: Command) -> bytes:
        if command.p1 not in (0x02, 0x04, 0x08) or command.p2 not in (0x00, 0x0C):
            raise Refusal(Sw.P1_P2)
        match command.p1:
            case 0x04:
                if command.data not in _AIDS:
                    raise Refusal(Sw.NOT_FOUND)
                self._go(_AIDS[command.data])
            case 0x02:
                if len(command.data) != 2:
                    raise Refusal(Sw.LC_FOR_P1_P2)
                known = {folder[-2:]: folder for folder in _FOLDERS}
                self._go(known.get(command.data, self._folder + command.data))
            case _:
                if not command.data or len(command.data) % 2:
                    raise Refusal(Sw.LC_FOR_P1_P2)
                self._go(command.data if command.data.startswith(MF) else MF + command.data)
        return b""

    def _go(self, path: bytes) -> None:
        if path in _FOLDERS:
            self._folder, self._file = path, b""
        elif path in self.files:
            self._folder, self._file = path[:-2], path
        else:
            raise Refusal(Sw.NOT_FOUND)

    def _read_binary(self, command: Command) -> bytes:
        if not self._file:
            raise Refusal(Sw.NO_FILE_SELECTED)
        rest = self.files[self._file][command.p1_p2 :]
        if not rest:
            raise Refusal(Sw.OFFSET)
        if command.expected > len(rest):
            raise Refusal(Sw.EXACT_LE, len(rest))
        return rest[: command.expected]

    def _read_record(self, command: Command) -> bytes:
        """The fields of the identity or address file from tag P1 to tag P2."""
        if not self._file:
            raise Refusal(Sw.NO_FILE_SELECTED)
        if self._file not in (IDENTITY, ADDRESS):
            raise Refusal(Sw.FILE_KIND)
        found = b"".join(
            bytes((tag, len(value))) + value
            for tag, value in fields_of(self.files[self._file]).items()
            if command.p1 <= tag <= command.p2
        )
        if not found:
            raise Refusal(Sw.NO_RECORD)
        if command.le and command.le != len(found):
            raise Refusal(Sw.EXACT_LE, len(found))
        return found

    def _get_response(self, command: Command) -> bytes:
        if not self._pending:
            raise Refusal(Sw.CONDITIONS)
        if command.expected > len(self._pending):
            raise Refusal(Sw.EXACT_LE, len(self._pending))
        given, self._pending = self._pending[: command.expected], self._pending[command.expected :]
        return given

    # ── PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _verify(self, command: Command) -> bytes:
        if command.p1_p2 != 0x0001:
            raise Refusal(Sw.P1_P2)
        if self.pin.is_blocked:
            raise Refusal(Sw.PIN_BLOCKED)
        if not command.data:
            if not self.pin.is_open:
                raise Refusal(Sw.PIN_WRONG, self.pin.tries)
        elif len(command.data) != 8:
            raise Refusal(Sw.WRONG_LENGTH)
        elif not self.pin.verify(command.data):
            raise Refusal(Sw.PIN_WRONG, self.pin.tries)
        return b""

    def _change_pin(self, command: Command) -> bytes:
        if command.p1_p2 != 0x0001:
            raise Refusal(Sw.P1_P2)
        if len(command.data) != 16:
            raise Refusal(Sw.WRONG_LENGTH)
        if self.pin.is_blocked:
            raise Refusal(Sw.PIN_BLOCKED)
        old, new = command.data[:8], command.data[8:]
        if not is_pin_block(new):
            raise Refusal(Sw.DATA)
        if not self.pin.change(old, new):
            raise Refusal(Sw.PIN_WRONG, self.pin.tries)
        return b""

    def _log_off(self, command: Command) -> bytes:
        self.pin.log_off()
        return b""

    # ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _manage_security_environment(self, command: Command) -> bytes:
        if command.p1_p2 != 0x41B6:
            raise Refusal(Sw.P1_P2)
        match list(command.data):
            case [0x04, 0x80, algorithm, 0x84, reference]:
                pass
            case _:
                raise Refusal(Sw.DATA)
        if self._key(reference) is None:
            raise Refusal(Sw.NO_KEY)
        if algorithm not in keys.algorithms(self.keys[SIGNATURE]):
            raise Refusal(Sw.DATA)
        self._algorithm = algorithm
        self.pin.select_key(reference)
        return b""

    def _key(self, reference: int) -> PrivateKey | None:
        if reference == SIGNATURE_ALIAS and self.has_alias:
            return self.keys[SIGNATURE]
        return self.keys[reference] if reference in (AUTHENTICATION, SIGNATURE) else None

    def _compute_digital_signature(self, command: Command) -> bytes:
        if command.p1_p2 != 0x9E9A:
            raise Refusal(Sw.P1_P2)
        reference = self.pin.selected
        key = self._key(reference) if reference else None
        if reference is None or key is None:
            raise Refusal(Sw.CONDITIONS)
        if not self.pin.may_sign():
            raise Refusal(Sw.PIN_NEEDED)
        self._pending = keys.signature(key, self._algorithm, command.data)
        self.pin.signed()
        self.signatures.append(reference)
        return b""

    def _internal_authenticate(self, command: Command) -> bytes:
        if command.p1_p2 != 0x0281:
            raise Refusal(Sw.P1_P2)
        if command.data[:2] != b"\x94\x30" or len(command.data) != 0x32:
            raise Refusal(Sw.DATA)
        self._pending = keys.signature(self.keys[BASIC], 0x40, command.data[2:])
        return b""

    def _get_card_data(self, command: Command) -> bytes:
        applet = self._applet
        data = self.serial + bytes((0xA5, 0x03, 0x01, 0x01, 0x01, applet.version)) + applet.os_version
        data += bytes((0x01, applet.pkcs1_support, applet.key_exchange, 0x0F))
        match command.p1_p2:
            case 0x0000:
                pass
            case 0x0001 if applet.has_records:
                data += bytes((self.pin.tries, 0xFF, 0xFF))
            case _:
                raise Refusal(Sw.P1_P2)
        if command.expected != len(data):
            raise Refusal(Sw.EXACT_LE, len(data))
        return data
