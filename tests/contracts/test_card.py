"""One suite for every card: in software, over PKCS#11 here, and over PKCS#11 in the card process.

Over PKCS#11 three times: SoftHSM and OpenSC, which are told the PIN, and the scripted middleware, which asks the person
itself.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.adapters.card_pkcs11 import Pkcs11Card
from agent.adapters.card_process import ProcessCard
from agent.core.eid import signature_certificate
from agent.core.person import Person
from agent.errors import (
    CardMissing,
    PinCancelled,
    PinWrong,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import Card, CardKey, Eid, PinEntry
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation, SoftwareCard
from agent.secret import Secret
from tests.adapters.softhsm import ALICE, BOB, PIN, SoftHsmEid, empty_reader, make_token
from tests.eid import people
from tests.eid.pcscd import Pcsc
from tests.middleware.chips import make_chip
from tests.middleware.play import Stage
from tests.middleware.values import Cancels, Scene, Types
from tests.middleware.values import Reader as EidReader

DATA = b"<Request>what is signed</Request>" * 3000


@dataclass(frozen=True)
class Kind:
    """What can be put into the reader."""

    person: Person = ALICE
    keys: tuple[CardKey, ...] = tuple(CardKey)
    is_expired: bool = False

    @property
    def validity(self) -> tuple[datetime, datetime]:
        today = datetime.now(UTC)
        return today - timedelta(days=1000), today + timedelta(days=-1 if self.is_expired else 1000)


class Reader(Protocol):
    """Puts a card into the reader, and gives it; None takes it out."""

    def __call__(self, kind: Kind | None = ...) -> Card: ...


@dataclass
class Keyboard:
    """Where the PIN is typed (None: Cancel); remembers each time that it was asked for."""

    pin: str | None = PIN
    asked: list[int | None] = field(default_factory=list)

    def __call__(self, attempts_left: int | None) -> Secret:
        self.asked.append(attempts_left)
        if self.pin is None:
            raise PinCancelled
        return Secret(self.pin)


@dataclass
class AtItsOwnWindow:
    """A card whose software asks for the PIN: what is on the test's keyboard is typed there."""

    card: Card
    stage: Stage

    def identity(self) -> Eid:
        return self.card.identity()

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        assert isinstance(enter_pin, Keyboard)
        self.stage.person_comes(Cancels() if enter_pin.pin is None else Types(enter_pin.pin))
        windows = self.stage.told.windows
        try:
            return self.card.sign(eid, key, data, _nobody)
        finally:
            enter_pin.asked += [None] * (self.stage.told.windows - windows)

    def cancel(self) -> None:
        self.card.cancel()


def _nobody(attempts_left: int | None) -> Secret:
    raise AssertionError("the middleware asks the person itself")


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture(scope="session")
def token(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Generation, Kind | None], SoftHsmEid]:
    made: dict[tuple[Generation, Kind | None], SoftHsmEid] = {}

    def get(generation: Generation, kind: Kind | None) -> SoftHsmEid:
        if (generation, kind) not in made:
            folder = tmp_path_factory.mktemp("token") / "eid"
            made[generation, kind] = (
                make_token(folder, pki, generation, kind.person, keys=kind.keys, validity=kind.validity)
                if kind
                else empty_reader(folder)
            )
        return made[generation, kind]

    return get


_ANY_CARD = ("software", "pkcs11", "process", "middleware", "middleware in the process")
WAYS = [(way, generation) for way in _ANY_CARD for generation in Generation]
WAYS.append(("opensc", Generation.RSA_2048))  # Debian 12's OpenSC knows the new cards and signs with none of them


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0]}-{way[1].name}")
def reader(
    request: pytest.FixtureRequest,
    pki: Pki,
    token: Callable[[Generation, Kind | None], SoftHsmEid],
    monkeypatch: pytest.MonkeyPatch,
) -> Reader:
    way, generation = request.param

    def software(kind: Kind | None = Kind()) -> Card:
        held = kind or Kind()

        def issue(key: CardKey, public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> list[x509.Certificate]:
            return [*pki.eid_chain(held.person, key, public_key, *held.validity)] if key in held.keys else []

        card = SoftwareCard(issue, Secret(PIN), generation)
        if kind is None:
            card.remove()
        return card

    def pkcs11(kind: Kind | None = Kind()) -> Card:
        eid = token(generation, kind)
        for name, value in eid.env.items():
            monkeypatch.setenv(name, value)
        return Pkcs11Card(eid.module_path)

    def process(kind: Kind | None = Kind()) -> Card:
        eid = token(generation, kind)
        return ProcessCard(eid.module_path, eid.env)

    def opensc(kind: Kind | None = Kind()) -> Card:
        """A virtual eID behind PC/SC. In a process of its own: PyKCS11 stops the virtual card's threads in this one."""
        pcsc: Pcsc = request.getfixturevalue("pcsc")
        if kind is None:
            pcsc.as_new()
        else:
            sort = people.Kind(kind.person, generation, kind.keys, kind.validity, for_opensc=True)
            pcsc.slots[0].insert(people.make_card(pki, sort))
        return ProcessCard(request.getfixturevalue("opensc"), pcsc.env)

    def stage_with(kind: Kind | None) -> Stage:
        stage: Stage = request.getfixturevalue("stage")
        chip = make_chip(pki, kind.person, generation, has=kind.keys, validity=kind.validity) if kind else None
        stage.play(Scene((EidReader(chip),)))
        for name, value in stage.env.items():
            monkeypatch.setenv(name, value)
        return stage

    def middleware(kind: Kind | None = Kind()) -> Card:
        stage = stage_with(kind)
        return AtItsOwnWindow(Pkcs11Card(stage.module), stage)

    def middleware_in_the_process(kind: Kind | None = Kind()) -> Card:
        stage = stage_with(kind)
        return AtItsOwnWindow(ProcessCard(stage.module), stage)

    readers: dict[str, Reader] = {
        "software": software,
        "pkcs11": pkcs11,
        "process": process,
        "middleware": middleware,
        "middleware in the process": middleware_in_the_process,
        "opensc": opensc,
    }
    return readers[way]


def test_the_card_tells_whose_it_is_without_a_pin(reader: Reader, pki: Pki) -> None:
    eid = reader().identity()
    assert eid.person == ALICE
    for key in CardKey:
        leaf, authority, root = map(x509.load_der_x509_certificate, eid.chain_der(key))
        leaf.verify_directly_issued_by(authority)
        authority.verify_directly_issued_by(root)
        assert root in pki.eid_roots
        assert str(leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value).endswith(f"({key.value})")


def test_a_person_without_given_names_has_a_card_too(reader: Reader) -> None:
    assert reader(Kind(BOB)).identity().person == BOB


@pytest.mark.parametrize("key", CardKey)
def test_openssl_verifies_what_either_key_signs_with_one_pin(reader: Reader, key: CardKey, tmp_path: Path) -> None:
    card, keyboard = reader(), Keyboard()
    eid = card.identity()
    signature = card.sign(eid, key, DATA, keyboard)
    assert len(keyboard.asked) == 1
    assert _openssl_verifies(x509.load_der_x509_certificate(eid.chain_der(key)[0]), signature, DATA, tmp_path)


def _openssl_verifies(certificate: x509.Certificate, signature: bytes, data: bytes, folder: Path) -> bool:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    public_key = certificate.public_key()
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        assert half == public_key.key_size // 8
        signature = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    (folder / "key").write_bytes(public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "signature").write_bytes(signature)
    files = ["-verify", str(folder / "key"), "-signature", str(folder / "signature")]
    return (
        subprocess.run(["openssl", "dgst", "-sha256", *files], input=data, check=False, capture_output=True).returncode
        == 0
    )


def test_a_wrong_pin_is_told_as_such_and_tried_once(reader: Reader) -> None:
    card, keyboard = reader(), Keyboard(pin="9999")
    eid = card.identity()
    with pytest.raises(PinWrong):
        card.sign(eid, CardKey.SIGNATURE, DATA, keyboard)
    assert len(keyboard.asked) == 1
    assert card.sign(eid, CardKey.SIGNATURE, DATA, Keyboard())


def test_a_cancelled_pin_signs_nothing(reader: Reader) -> None:
    card = reader()
    with pytest.raises(PinCancelled):
        card.sign(card.identity(), CardKey.SIGNATURE, DATA, Keyboard(pin=None))


def test_an_empty_reader_is_told_before_any_pin(reader: Reader) -> None:
    eid, keyboard = reader().identity(), Keyboard()
    empty = reader(None)
    with pytest.raises(CardMissing):
        empty.identity()
    with pytest.raises(CardMissing):
        empty.sign(eid, CardKey.SIGNATURE, DATA, keyboard)
    assert keyboard.asked == []


def test_another_persons_card_is_told_before_any_pin(reader: Reader) -> None:
    eid, keyboard = reader().identity(), Keyboard()
    with pytest.raises(WrongPerson) as raised:
        reader(Kind(BOB)).sign(eid, CardKey.SIGNATURE, DATA, keyboard)
    assert raised.value.facts == {"expected": ALICE.full_name, "found": BOB.full_name}
    assert keyboard.asked == []


def test_the_card_of_a_minor_authenticates_and_does_not_sign(reader: Reader) -> None:
    card, keyboard = reader(Kind(keys=(CardKey.AUTHENTICATION,))), Keyboard()
    eid = card.identity()
    assert (eid.person, eid.signature_chain_der) == (ALICE, ())
    with pytest.raises(SignatureCertificateMissing):
        card.sign(eid, CardKey.SIGNATURE, DATA, keyboard)
    assert keyboard.asked == []
    assert card.sign(eid, CardKey.AUTHENTICATION, DATA, keyboard)


def test_an_expired_certificate_is_seen_before_any_pin(reader: Reader) -> None:
    eid = reader(Kind(is_expired=True)).identity()
    with pytest.raises(SignatureCertificateExpired):
        signature_certificate(eid.signature_chain_der, datetime.now(UTC))
