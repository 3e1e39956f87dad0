"""What a look at the card shows, and what it means; and that it spends no PIN try and logs in to nothing."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import PyKCS11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agent.adapters import card_pcsc
from agent.adapters.card_codes import Ckr
from agent.adapters.card_survey import survey
from agent.adapters.card_surveyor import Surveyor
from agent.core.doctor import Check, Mark, Topic
from agent.core.doctor_eid import software_checks
from agent.core.survey import CardSeen, Reader, Readers, SlotSeen, Software
from agent.errors import CardFailed, MiddlewareUnusable
from agent.ports import CardKey
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation, new_key
from tests.adapters import scripted_pkcs11 as script
from tests.adapters.softhsm import ALICE, empty_reader, make_token

MODULE = Path("/lib/libbeidpkcs11.so.0")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAR = timedelta(days=1500)


class Library(script.Library):
    """With what a module says of itself, and of its readers."""

    def getInfo(self) -> SimpleNamespace:  # noqa: N802
        about = super().getInfo()
        about.libraryDescription, about.libraryVersion = "Scripted".ljust(32), (5, 1)
        return about

    def getSlotInfo(self, slot: int) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(slotDescription=f"Reader {slot}".ljust(64))

    def getTokenInfo(self, slot: int) -> SimpleNamespace:  # noqa: N802
        info = super().getTokenInfo(slot)
        info.firmwareVersion = (24, 0)
        return info


def tries(count: bytes) -> script.Object:
    return {
        PyKCS11.CKA_CLASS: PyKCS11.CKO_DATA,
        PyKCS11.CKA_LABEL: "carddata_pin_counter",
        PyKCS11.CKA_VALUE: count,
    }


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), NOW - FAR)


@pytest.fixture(scope="module")
def card(pki: Pki) -> CardSeen:
    """An eID in the best of states."""
    return _card(pki, Generation.P_384, NOW - FAR, NOW + FAR)


def _card(pki: Pki, generation: Generation, start: datetime, end: datetime) -> CardSeen:
    certificates: dict[str, bytes] = {}
    for key in CardKey:
        leaf, authority, root = pki.eid_chain(ALICE, key, new_key(generation).public_key(), start, end)
        for label, each in ((key.value, leaf), ("CA", authority), ("Root", root)):
            certificates[label] = each.public_bytes(Encoding.DER)
    return CardSeen("BELPIC", 0x18, 3, False, False, False, tuple(certificates.items()))


def objects(card: CardSeen) -> list[script.Object]:
    return [
        {
            PyKCS11.CKA_CLASS: PyKCS11.CKO_CERTIFICATE,
            PyKCS11.CKA_LABEL: label,
            PyKCS11.CKA_ID: b"\1",
            PyKCS11.CKA_VALUE: der,
        }
        for label, der in card.certificates
    ]


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_official_software_tells_all_and_nothing_is_logged_in_to(card: CardSeen) -> None:
    token = script.Token([*objects(card), tries(b"\2")], flags=script.READY)
    library = Library(None, token, manufacturer=script.OFFICIAL)
    seen = survey(MODULE, load=lambda _module: library)
    assert seen == Software(script.OFFICIAL, "Scripted", "5.1", (SlotSeen("Reader 1", replace(card, tries_left=2)),))
    assert library.calls == ["open", "close", "unload"]


@pytest.mark.parametrize("value", [b"", b"\2\x90\x00", b"\x0f"])
def test_tries_that_make_no_sense_are_not_told(card: CardSeen, value: bytes) -> None:
    library = Library(script.Token([tries(value)], flags=script.READY), manufacturer=script.OFFICIAL)
    (slot,) = survey(MODULE, load=lambda _module: library).slots
    assert slot.card is not None
    assert slot.card.tries_left is None


def test_a_slot_that_fails_is_told_and_the_others_are_read(card: CardSeen) -> None:
    virtual = script.Token(fails={"info": Ckr.DEVICE_ERROR})
    other = script.Token(fails={"open": Ckr.TOKEN_NOT_RECOGNIZED})
    spare = script.Token(flags=0)
    library = Library(virtual, other, spare, script.Token(objects(card)))
    seen = survey(MODULE, load=lambda _module: library)
    assert [(slot.reader, slot.problem) for slot in seen.slots] == [
        ("Reader 0", "CKR_DEVICE_ERROR 0x30"),
        ("Reader 1", "CKR_TOKEN_NOT_RECOGNIZED 0xE1"),
        ("Reader 3", None),
    ]


def test_a_module_that_does_not_load_is_an_error_of_its_own() -> None:
    def load(value: int) -> Any:
        def fail(_module: str) -> Any:
            raise PyKCS11.PyKCS11Error(value)

        return fail

    with pytest.raises(MiddlewareUnusable):
        survey(MODULE, load=load(-1))
    with pytest.raises(CardFailed):
        survey(MODULE, load=load(Ckr.GENERAL_ERROR))
    with pytest.raises(CardFailed, match="looking"):
        survey(MODULE, load=lambda _module: Library(fails={"slots": Ckr.GENERAL_ERROR}))


def test_softhsm_through_the_card_process(tmp_path: Path, pki: Pki) -> None:
    token = make_token(tmp_path, pki, Generation.RSA_2048, keys=[CardKey.AUTHENTICATION])
    module, bits, seen = Surveyor(token.module_path, token.env).software()
    assert (module, bits, seen.manufacturer) == (token.module_path, ctypes.sizeof(ctypes.c_void_p) * 8, "SoftHSM")
    (slot,) = seen.slots
    assert slot.card is not None
    assert {label for label, _der in slot.card.certificates} == {"Authentication", "CA", "Root"}
    checks = {check.topic: check for check in software_checks(module, bits, seen, datetime.now(UTC))}
    assert checks[Topic.SIGNATURE].mark is Mark.STOPS
    assert checks[Topic.AUTHENTICATION].mark is Mark.FINE
    assert "RSA 2048" in checks[Topic.CARD].found


def test_softhsm_without_a_card(tmp_path: Path) -> None:
    reader = empty_reader(tmp_path)
    assert Surveyor(reader.module_path, reader.env).software()[2].slots == ()


# ── What it means ────────────────────────────────────────────────────────────────────────────────────────────────────


def judged(*cards: CardSeen, manufacturer: str = script.OFFICIAL, slots: Sequence[SlotSeen] = ()) -> list[Check]:
    seen = Software(manufacturer, "x", "5.1", (*(SlotSeen("R", card) for card in cards), *slots))
    return software_checks(MODULE, 64, seen, NOW)


def marks(*cards: CardSeen, **other: Any) -> dict[Topic, Mark]:
    return {check.topic: check.mark for check in judged(*cards, **other) if check.mark is not Mark.FINE}


def test_a_good_card_is_fine_and_says_nothing_of_its_person(card: CardSeen) -> None:
    checks = judged(card)
    assert [check.mark for check in checks] == [Mark.FINE] * 5
    said = " ".join(check.found for check in checks)
    assert "x 5.1, 64-bit" in said
    assert "present generation (EC P-384), applet 1.8" in said
    assert "3 tries left" in said
    assert "10 April 2030" in said
    assert ALICE.surname not in said
    assert ALICE.ssin not in said


def test_each_thing_that_can_be_wrong_with_a_card(card: CardSeen, pki: Pki) -> None:
    def without(*labels: str) -> CardSeen:
        return replace(card, certificates=tuple(each for each in card.certificates if each[0] not in labels))

    assert marks(without("Signature")) == {Topic.SIGNATURE: Mark.STOPS}
    assert marks(without("Authentication")) == {Topic.AUTHENTICATION: Mark.TODO}
    assert marks(without("CA")) == {Topic.AUTHENTICATION: Mark.TODO, Topic.SIGNATURE: Mark.TODO}
    assert marks(without("Root")) == {Topic.AUTHENTICATION: Mark.TODO, Topic.SIGNATURE: Mark.TODO}
    assert marks(replace(card, tries_left=1)) == {Topic.PIN: Mark.TODO}
    assert marks(replace(card, tries_left=0)) == {Topic.PIN: Mark.STOPS}
    assert marks(replace(card, tries_left=None, is_blocked=True)) == {Topic.PIN: Mark.STOPS}
    assert marks(replace(card, tries_left=None, is_last_try=True)) == {Topic.PIN: Mark.TODO}
    assert marks(replace(card, tries_left=None)) == {}
    garbage = tuple((label, b"\x30\x03\x02\x01\x00") for label, _der in card.certificates)
    assert marks(replace(card, certificates=garbage))[Topic.SIGNATURE] is Mark.STOPS
    assert marks(_card(pki, Generation.RSA_2048, NOW - FAR, NOW - timedelta(days=1))) == {
        Topic.AUTHENTICATION: Mark.TODO,
        Topic.SIGNATURE: Mark.STOPS,
    }
    assert marks(_card(pki, Generation.P_384, NOW + timedelta(days=1), NOW + FAR))[Topic.SIGNATURE] is Mark.STOPS
    assert marks(_card(pki, Generation.P_384, NOW - FAR, NOW + timedelta(days=30)))[Topic.SIGNATURE] is Mark.TODO


def test_a_chain_that_does_not_hold_together(card: CardSeen, pki: Pki) -> None:
    other = dict(_card(pki, Generation.RSA_2048, NOW - FAR, NOW + FAR).certificates)
    forged = dict(card.certificates)
    ca = bytearray(forged["CA"])
    ca[-1] ^= 1  # its signature
    assert marks(replace(card, certificates=tuple((forged | {"CA": bytes(ca)}).items())))[Topic.SIGNATURE] is Mark.TODO
    assert (
        marks(replace(card, certificates=tuple((forged | {"CA": other["CA"]}).items())))[Topic.SIGNATURE] is Mark.TODO
    )


def test_opensc_an_empty_reader_two_cards_and_other_cards(card: CardSeen) -> None:
    assert marks(manufacturer="OpenSC Project") == {Topic.SOFTWARE: Mark.STOPS, Topic.CARD: Mark.TODO}
    locked = replace(card, certificates=())
    (_software, shown) = judged(locked, manufacturer="OpenSC Project")
    assert "no certificates before a PIN" in shown.found
    assert marks(card, card) == {Topic.CARD: Mark.TODO}
    assert marks(replace(card, label="other", certificates=())) == {Topic.CARD: Mark.TODO}
    broken = SlotSeen("Windows Hello", None, "CKR_DEVICE_ERROR 0x30")
    assert [check.found for check in judged(slots=[broken]) if check.topic is Topic.CARD] == [
        "Windows Hello: the card in it does not answer (CKR_DEVICE_ERROR 0x30)"
    ]
    assert "is no eID" in judged(slots=[SlotSeen("R", None, "CKR_TOKEN_NOT_RECOGNIZED 0xE1")])[-1].found


# ── Readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Service:
    """Stands for the PC/SC library: names, and the card in each reader."""

    def __init__(self, *readers: tuple[bytes, bytes | None], code: int = 0) -> None:
        self._readers, self._code = dict(readers), code
        self.released = 0
        ansi = "A" if sys.platform == "win32" else ""
        setattr(self, f"SCardListReaders{ansi}", self.list_readers)
        setattr(self, f"SCardGetStatusChange{ansi}", self.status_change)

    def SCardEstablishContext(self, *_arguments: Any) -> int:  # noqa: N802
        return self._code

    def SCardReleaseContext(self, _context: Any) -> int:  # noqa: N802
        self.released += 1
        return 0

    def list_readers(self, _context: Any, _groups: Any, names: Any, length: Any) -> int:
        if not self._readers:
            return ctypes.c_int32(0x8010002E).value  # as the library's signed numbers come
        told = b"".join(name + b"\0" for name in self._readers) + b"\0"
        length._obj.value = len(told)
        if names is not None:
            ctypes.memmove(names, told, len(told))
        return 0

    def status_change(self, _context: Any, _time_out: Any, state: Any, _count: Any) -> int:
        atr = self._readers[state._obj.name]
        if atr is not None:
            state._obj.event = 0x20
            state._obj.atr_length = len(atr)
            ctypes.memmove(state._obj.atr, atr, len(atr))
        return 0


def test_readers_and_their_cards_are_listed_without_touching_a_card() -> None:
    service = Service((b"ACS ACR38U 00 00", b"\x3b\x7f\x96"), (b"Virtual PCD 00 01", None))
    assert card_pcsc.readers(service) == Readers(
        None, (Reader("ACS ACR38U 00 00", b"\x3b\x7f\x96"), Reader("Virtual PCD 00 01", None))
    )
    assert service.released == 1
    assert card_pcsc.readers(Service()) == Readers(None)


@pytest.mark.parametrize(
    ("code", "said"), [(0x8010001D, "not running"), (0x8010001E, "was stopped"), (0x80100001, "does not answer as")]
)
def test_a_service_that_does_not_run_is_said(code: int, said: str) -> None:
    problem = card_pcsc.readers(Service(code=ctypes.c_int32(code).value)).problem
    assert problem is not None
    assert said in problem


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_pcsc, "_LIBRARY", "/nowhere/libpcsclite.so.1")
    assert card_pcsc.readers().problem == "the card service is not installed"


def test_the_card_process_answers_for_the_readers() -> None:
    assert isinstance(Surveyor().readers(), Readers)
