"""What a look at the card shows, and what it means; and that it spends no PIN try and logs in to nothing."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import PyKCS11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agent.adapters import card_pcsc
from agent.adapters.card_codes import Ckr
from agent.adapters.card_survey import survey
from agent.adapters.card_surveyor import Surveyor
from agent.core.doctor import Check, Mark, Topic
from agent.core.doctor_eid import OFFICIAL, software_checks
from agent.core.survey import CardSeen, Readers, SlotSeen, Software
from agent.core.survey import Reader as Listed
from agent.errors import CardFailed, MiddlewareCrashed, MiddlewareUnusable
from agent.ports import CardKey
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation, new_key
from tests.adapters.softhsm import ALICE, empty_reader, make_token
from tests.middleware.chips import make_chip
from tests.middleware.play import Stage
from tests.middleware.values import Build, Chip, Do, Reader, Scene

MODULE = Path("/lib/libbeidpkcs11.so.0")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAR = timedelta(days=1500)


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


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def look(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scene], Software]:
    """What a look at a scene shows; afterwards it is known that nobody logged in, signed or was asked."""
    for name, value in stage.env.items():
        monkeypatch.setenv(name, value)

    def play(scene: Scene) -> Software:
        stage.play(scene)
        seen = survey(stage.module)
        told = stage.told
        assert (told.windows, told.typed, told.verified, told.signed) == (0, 0, (), ())
        assert not {"C_Login", "C_SignInit", "C_Sign"} & told.begun
        return seen

    return play


Look = Callable[[Scene], Software]


@pytest.fixture(scope="module")
def chip(pki: Pki) -> Chip:
    return make_chip(pki, ALICE, Generation.P_384)


def test_the_official_software_tells_all_and_nothing_is_logged_in_to(look: Look, chip: Chip, stage: Stage) -> None:
    scene = Scene((Reader(None, name="Empty"), Reader(replace(chip, tries_left=2))))
    seen = look(scene)
    assert (seen.manufacturer, seen.description) == ("Belgium Government", "Belgium eID PKCS#11 interface v2")
    assert seen.version
    expected = CardSeen("BELPIC", 0x18, 2, False, False, False, tuple((k, v) for k, v in chip.certificates if v))
    assert seen.slots == (SlotSeen("ACS ACR38U-CCID", expected),)
    assert stage.told.read == ("carddata_pin_counter",)
    assert stage.told.tries_left == (None, 2)


def test_a_card_that_does_not_tell_its_tries(look: Look, pki: Pki) -> None:
    older = make_chip(pki, ALICE, Generation.RSA_2048)
    (slot,) = look(Scene((Reader(older, has_pinpad=True),))).slots
    assert slot.card is not None
    assert (slot.card.applet, slot.card.tries_left, slot.card.has_pinpad) == (0x17, None, True)


def test_opensc_is_not_asked_for_what_it_does_not_have(look: Look, chip: Chip) -> None:
    seen = look(Scene((Reader(replace(chip, more_flags=PyKCS11.CKF_USER_PIN_FINAL_TRY)),), build=Build.OPENSC))
    (slot,) = seen.slots
    assert slot.card is not None
    assert (slot.card.applet, slot.card.tries_left, slot.card.is_last_try) == (0, None, True)
    checks = {check.topic: check.mark for check in software_checks(MODULE, 64, seen, datetime.now(UTC))}
    assert (checks[Topic.SOFTWARE], checks[Topic.PIN]) == (Mark.STOPS, Mark.TODO)


def test_a_slot_that_fails_is_told_and_the_others_are_read(look: Look, chip: Chip) -> None:
    virtual = Reader(chip, name="Windows Hello", fails={"C_GetTokenInfo": Ckr.DEVICE_ERROR})
    other = Reader(chip, name="Other", fails={"C_OpenSession": Ckr.TOKEN_NOT_RECOGNIZED})
    gone = Reader(chip, name="Gone", fails={"C_GetAttributeValue": Ckr.DEVICE_REMOVED})
    seen = look(Scene((virtual, other, gone, Reader(chip))))
    assert [(slot.reader, slot.problem) for slot in seen.slots] == [
        ("Windows Hello", "CKR_DEVICE_ERROR 0x30"),
        ("Other", "CKR_TOKEN_NOT_RECOGNIZED 0xE1"),
        ("Gone", "CKR_DEVICE_REMOVED 0x32"),
        ("ACS ACR38U-CCID", None),
    ]


def test_software_that_does_not_work_is_an_error_of_its_own(look: Look, tmp_path: Path) -> None:
    with pytest.raises(CardFailed, match="loading"):
        look(Scene(fails={"C_Initialize": Ckr.GENERAL_ERROR}))
    with pytest.raises(CardFailed, match="looking"):
        look(Scene(fails={"C_GetSlotList": Ckr.GENERAL_ERROR}))
    (tmp_path / "module.so").write_bytes(b"no library")
    with pytest.raises(MiddlewareUnusable):
        survey(tmp_path / "module.so")


def test_a_hanging_or_crashing_module_takes_only_its_own_process(stage: Stage, chip: Chip) -> None:
    surveyor = Surveyor(stage.module, stage.env, time_out_s=3)
    stage.play(Scene((Reader(chip),), fails={"C_GetSlotList": Do.HANG}))
    with pytest.raises(CardFailed, match="no answer in 3 s"):
        surveyor.software()
    stage.play(Scene((Reader(chip),), fails={"C_GetSlotList": Do.SEGFAULT}))
    with pytest.raises(MiddlewareCrashed):
        surveyor.software()
    stage.play(Scene((Reader(chip),)))
    assert surveyor.software()[2].slots[0].card is not None


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


def judged(*cards: CardSeen, manufacturer: str = OFFICIAL, slots: Sequence[SlotSeen] = ()) -> list[Check]:
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


def test_a_card_that_ends_before_it_is_needed_is_told_in_time(pki: Pki) -> None:
    card = _card(pki, Generation.P_384, NOW - FAR, NOW + timedelta(days=400))
    seen = Software(OFFICIAL, "x", "5.1", (SlotSeen("R", card),))
    for planned, mark in ((None, Mark.FINE), (NOW + timedelta(days=399), Mark.FINE), (NOW + FAR, Mark.TODO)):
        checks = {check.topic: check for check in software_checks(MODULE, 64, seen, NOW, planned)}
        assert checks[Topic.SIGNATURE].mark is mark
        assert checks[Topic.AUTHENTICATION].mark is Mark.FINE
    assert "ends on 6 April 2027, before it is needed on 10 April 2030" in checks[Topic.SIGNATURE].found


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
        None, (Listed("ACS ACR38U 00 00", b"\x3b\x7f\x96"), Listed("Virtual PCD 00 01", None))
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
