"""The scripted middleware against the facts that were measured on the official one. Source: spec/eid.md, A."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import PyKCS11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate

from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import ALICE
from tests.middleware.chips import certificate, make_chip
from tests.middleware.play import Stage
from tests.middleware.values import PIN, Build, Cancels, Chip, Insert, Plug, Pull, Reader, Scene, Types, Unplug

_CERTIFICATES = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_CERTIFICATE)]
_KEYS = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_PRIVATE_KEY)]
_SHA256_EC, _SHA256_RSA = (PyKCS11.Mechanism(PyKCS11.CKM[name]) for name in ("CKM_ECDSA_SHA256", "CKM_SHA256_RSA_PKCS"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture(scope="module")
def rsa(pki: Pki) -> Chip:
    return make_chip(pki, ALICE, Generation.RSA_2048)


@pytest.fixture(scope="module")
def ec_chip(pki: Pki) -> Chip:
    return make_chip(pki, ALICE, Generation.P_384)


Load = Callable[..., Any]


@pytest.fixture
def load(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Loads the module for a scene; gives PyKCS11's library."""
    for name, value in stage.env.items():
        monkeypatch.setenv(name, value)
    loaded: list[Any] = []

    def load(*readers: Reader, build: Build = Build.DIALOG, person: tuple[Types | Cancels, ...] = (Types(),)) -> Any:
        stage.play(Scene(readers, build=build, person=person))
        library = PyKCS11.PyKCS11Lib().load(str(stage.module))
        loaded.append(library)
        library.getSlotList()
        return library

    yield load
    for library in loaded:
        library.unload()


def dead_calls(session: Any, key: object) -> tuple[Callable[[], Any], ...]:
    return (
        session.getSessionInfo,
        lambda: session.findObjects(_CERTIFICATES),
        lambda: session.sign(key, b"data", _SHA256_EC),
    )


@contextmanager
def code(wanted: int) -> Iterator[None]:
    with pytest.raises(PyKCS11.PyKCS11Error) as raised:
        yield
    assert hex(raised.value.value) == hex(wanted)


def key(session: Any, label: str) -> Any:
    return session.findObjects([*_KEYS, (PyKCS11.CKA_LABEL, label)])[0]


def values(session: Any, template: Any, *types: int) -> list[list[Any]]:
    return [session.getAttributeValue(found, types) for found in session.findObjects(template)]


# ── A1, A2 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_calls_itself_as_the_official_one(load: Load) -> None:
    info = load().getInfo()
    assert info.manufacturerID.strip() == "Belgium Government"
    assert info.libraryDescription.strip() == "Belgium eID PKCS#11 interface v2"
    assert (info.cryptokiVersion, info.libraryVersion) == ((2, 40), (5, 1))


@pytest.mark.parametrize("build", [Build.DIALOG, Build.NO_DIALOGS])
@pytest.mark.parametrize("has_pinpad", [False, True])
@pytest.mark.parametrize(("generation", "applet"), [("rsa", 23), ("ec_chip", 24)])
def test_a_token(
    load: Load, request: pytest.FixtureRequest, build: Build, has_pinpad: bool, generation: str, applet: int
) -> None:
    token = load(Reader(request.getfixturevalue(generation), has_pinpad=has_pinpad), build=build).getTokenInfo(0)
    assert (token.label.strip(), token.manufacturerID.strip()) == ("BELPIC", "Belgium Government")
    assert (token.model.strip(), token.firmwareVersion, token.hardwareVersion) == ("Belgium eID", (applet, 0), (0, 0))
    assert (token.ulMinPinLen, token.ulMaxPinLen) == (4, 12)
    assert token.serialNumber.strip().isupper()
    assert bool(token.flags & PyKCS11.CKF_LOGIN_REQUIRED) is (build is Build.NO_DIALOGS)
    assert bool(token.flags & PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH) is has_pinpad
    assert not token.flags & (PyKCS11.CKF_USER_PIN_FINAL_TRY | PyKCS11.CKF_USER_PIN_LOCKED)


def test_slots_are_readers_in_order(load: Load, rsa: Chip) -> None:
    library = load(Reader(name="One"), Reader(rsa, name="Two"))
    assert (library.getSlotList(), library.getSlotList(tokenPresent=True)) == ([0, 1], [1])
    assert [library.getSlotInfo(slot).slotDescription.strip() for slot in (0, 1)] == ["One", "Two"]


def test_there_is_no_waiting_for_slot_events(load: Load, rsa: Chip) -> None:
    library = load(Reader(rsa))
    with code(0x54):
        library.waitForSlotEvent(PyKCS11.CKF_DONT_BLOCK)


@pytest.mark.skipif(shutil.which("pkcs11-tool") is None, reason="pkcs11-tool (package opensc) is not installed")
def test_another_program_sees_the_card_too(stage: Stage, ec_chip: Chip) -> None:
    """An outside judge of the C side: OpenSC's own tool."""
    stage.play(Scene((Reader(ec_chip),)))
    command = ["pkcs11-tool", "--module", str(stage.module), "-I", "-O", "-M"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**stage.env, "PATH": "/usr/bin"})
    for said in ("Belgium eID PKCS#11 interface v2", "ECDSA-SHA384", "label:      Signature", "ID:         0300000000"):
        assert said in done.stdout


# ── A3 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_objects_of_both_generations(load: Load, rsa: Chip, ec_chip: Chip) -> None:
    session = load(Reader(rsa), Reader(ec_chip)).openSession(0)
    named = [(name, bytes(id_)) for name, id_ in values(session, _CERTIFICATES, PyKCS11.CKA_LABEL, PyKCS11.CKA_ID)]
    assert named == [
        (label, bytes([id_, *bytes(7)]))
        for label, id_ in (("Authentication", 2), ("Signature", 3), ("CA", 4), ("Root", 6))
    ]
    assert values(session, _KEYS, PyKCS11.CKA_LABEL) == [["Authentication"], ["Signature"]]


def test_the_key_that_answers_the_cards_challenge_needs_no_pin(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip)).openSession(0)
    assert values(session, _KEYS, PyKCS11.CKA_LABEL)[0] == ["Card"]
    assert len(bytes(session.sign(key(session, "Card"), bytes(32), PyKCS11.Mechanism(PyKCS11.CKM_ECDSA)))) == 96
    assert stage.told.windows == 0


def test_attributes_that_it_does_not_have(load: Load, rsa: Chip) -> None:
    session = load(Reader(rsa)).openSession(0)
    wanted = PyKCS11.CKA_SIGN, PyKCS11.CKA_ALWAYS_AUTHENTICATE, PyKCS11.CKA_LOCAL
    assert values(session, _KEYS, *wanted) == [[True, None, None]] * 2


def test_ec_points_are_bare(load: Load, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip)).openSession(0)
    public = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_PUBLIC_KEY), (PyKCS11.CKA_LABEL, "Signature")]
    ((point,),) = values(session, public, PyKCS11.CKA_EC_POINT)
    assert (len(point), point[0]) == (97, 4)


@pytest.mark.parametrize(("generation", "counter"), [("rsa", []), ("ec_chip", [[(2,)]])])
def test_data_objects_are_shown_to_who_asks_for_them(
    load: Load, request: pytest.FixtureRequest, generation: str, counter: list[list[tuple[int]]]
) -> None:
    chip = replace(request.getfixturevalue(generation), tries_left=2)
    session = load(Reader(chip)).openSession(0)
    data = PyKCS11.CKA_CLASS, PyKCS11.CKO_DATA
    classes = {number for (number,) in values(session, [], PyKCS11.CKA_CLASS)}
    assert classes == {PyKCS11.CKO_CERTIFICATE, PyKCS11.CKO_PUBLIC_KEY, PyKCS11.CKO_PRIVATE_KEY}
    ((number,),) = values(session, [data, (PyKCS11.CKA_LABEL, "national_number")], PyKCS11.CKA_VALUE)
    assert bytes(number).decode() == ALICE.ssin
    found = values(session, [data, (PyKCS11.CKA_LABEL, "carddata_pin_counter")], PyKCS11.CKA_VALUE)
    assert [[tuple(value) for value in row] for row in found] == counter


# ── A4, A5 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_mechanisms_are_those_of_the_cards_keys(load: Load, rsa: Chip, ec_chip: Chip) -> None:
    library = load(Reader(rsa), Reader(ec_chip))
    assert "CKM_SHA256_RSA_PKCS" in library.getMechanismList(0)
    offered = set(library.getMechanismList(1)) - {"CKM_ML_DSA"}  # PyKCS11 1.5.20 adds that one to every list
    assert offered == {"CKM_ECDSA", "CKM_ECDSA_SHA256", "CKM_ECDSA_SHA384", "CKM_ECDSA_SHA512"}
    session = library.openSession(1)
    with code(0x70):
        session.sign(key(session, "Signature"), b"data", _SHA256_RSA)


def test_each_signature_with_the_signature_key_is_one_window(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip), person=(Types(), Types())).openSession(0)
    for count in (1, 2):
        signature = bytes(session.sign(key(session, "Signature"), b"data", _SHA256_EC))
        assert (stage.told.windows, len(signature)) == (count, 96)


def test_a_login_before_it_makes_two(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip)).openSession(0)
    session.login(PIN)
    session.login("0000")  # nothing is sent to the card
    session.sign(key(session, "Signature"), b"data", _SHA256_EC)
    assert (stage.told.windows, stage.told.verified) == (1, ("right", "right"))


def test_authentication_is_asked_for_once_and_stays_open_until_log_off(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip)).openSession(0)
    for _ in range(2):
        session.sign(key(session, "Authentication"), b"data", _SHA256_EC)
    assert stage.told.windows == 1
    with code(0x101):
        session.logout()


@pytest.mark.parametrize("build", [Build.DIALOG, Build.NO_DIALOGS])
def test_wrong_pins(load: Load, stage: Stage, ec_chip: Chip, build: Build) -> None:
    session = load(Reader(ec_chip), build=build).openSession(0)
    for no_pin in ("123", "12e4"):
        with code(0x06):
            session.login(no_pin)
    for answer in (0xA0, 0xA0, 0xA4, 0xA4):
        with code(answer):
            session.login("0000")
    assert (stage.told.verified, stage.told.tries_left) == (("wrong", "wrong", "blocked", "blocked"), (0,))


def test_a_cancelled_window(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip), person=(Cancels(), Cancels())).openSession(0)
    with code(0x50):
        session.login(None)
    with code(0x50):
        session.sign(key(session, "Signature"), b"data", _SHA256_EC)
    assert (stage.told.windows, stage.told.typed, stage.told.tries_left) == (2, 0, (3,))


def test_a_build_without_windows_cannot_use_the_signature_key(load: Load, stage: Stage, ec_chip: Chip) -> None:
    session = load(Reader(ec_chip), build=Build.NO_DIALOGS).openSession(0)
    with code(0x06):
        session.login(None)
    for label in ("Authentication", "Signature"):
        with code(0x06):
            session.sign(key(session, label), b"data", _SHA256_EC)
    session.login(PIN)
    with code(0x06):
        session.sign(key(session, "Signature"), b"data", _SHA256_EC)
    leaf = load_der_x509_certificate(certificate(ec_chip, "Authentication")).public_key()
    assert isinstance(leaf, ec.EllipticCurvePublicKey)
    raw = bytes(session.sign(key(session, "Authentication"), b"data", _SHA256_EC))
    der = encode_dss_signature(int.from_bytes(raw[:48]), int.from_bytes(raw[48:]))
    leaf.verify(der, b"data", ec.ECDSA(hashes.SHA256()))
    session.logout()
    assert stage.told.windows == 0


# ── A6 ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_session_dies_with_its_card(load: Load, stage: Stage, ec_chip: Chip, comes_back: bool) -> None:
    library = load(Reader(ec_chip))
    session = library.openSession(0)
    signature = key(session, "Signature")
    stage.happen(Insert() if comes_back else Pull())
    for is_dead in dead_calls(session, signature):
        with code(0x32):
            is_dead()
    if comes_back:
        assert library.openSession(0).findObjects(_CERTIFICATES)
    else:
        with code(0xE0):
            library.getTokenInfo(0)
        with code(0xE0):
            library.openSession(0)
        assert library.getSlotList(tokenPresent=True) == []
    session.closeSession()  # that one may still be


def test_readers_are_looked_for_when_the_list_is_asked_for(load: Load, stage: Stage, rsa: Chip, ec_chip: Chip) -> None:
    library = load(Reader(rsa))
    library.getSlotList()
    stage.happen(Plug(Reader(ec_chip)))
    with code(0x03):
        library.getTokenInfo(1)
    assert library.getSlotList(tokenPresent=True) == [0, 1]
    session = library.openSession(1)
    stage.happen(Unplug(0))
    assert session.findObjects(_CERTIFICATES)
    assert library.getSlotList(tokenPresent=True) == [0]
    with code(0x32):
        session.findObjects(_CERTIFICATES)


# ── OpenSC ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_as_opensc_it_answers_as_opensc(load: Load, stage: Stage, rsa: Chip) -> None:
    library = load(Reader(), Reader(rsa), build=Build.OPENSC)
    assert (library.getInfo().manufacturerID.strip(), library.getSlotList()) == ("OpenSC Project", [0, 4])
    assert library.getTokenInfo(4).label.strip() == "BELPIC (Basic PIN)"
    session = library.openSession(4)
    assert session.findObjects(_KEYS) == []
    for pin, answer in ((None, 0xA2), ("123", 0xA2), ("12e4", 0x07)):
        with code(answer):
            session.login(pin)
    session.login(PIN)
    with code(0x100):
        session.login(PIN)
    wanted = PyKCS11.CKA_ID, PyKCS11.CKA_ALWAYS_AUTHENTICATE
    assert [(bytes(id_), always) for id_, always in values(session, _KEYS, *wanted)] == [(b"\2", False), (b"\3", True)]
    assert session.sign(key(session, "Authentication"), b"data", _SHA256_RSA)
    with code(0x54):
        session.sign(key(session, "Signature"), b"data", _SHA256_RSA)
    stage.happen(Pull(1))
    with code(0xB3):
        session.getSessionInfo()
    with code(0xB3):
        session.closeSession()


def test_as_opensc_the_try_that_blocks_is_called_wrong(load: Load, rsa: Chip) -> None:
    library = load(Reader(replace(rsa, tries_left=2)), build=Build.OPENSC)
    session = library.openSession(0)
    flags = PyKCS11.CKF_USER_PIN_FINAL_TRY, PyKCS11.CKF_USER_PIN_LOCKED
    for answer, flag in ((0xA0, flags[0]), (0xA0, flags[1]), (0xA4, flags[1])):
        with code(answer):
            session.login("0000")
        assert [each for each in flags if library.getTokenInfo(0).flags & each] == [flag]
