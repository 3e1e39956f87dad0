"""What only a card with a counter and a slot can do. The rest is in `contracts/test_card.py`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.errors import CardMissing, CardRemoved, PinBlocked, PinWrong
from agent.ports import CardKey, PinEntry
from agent.sandbox.software_card import PublicKey, SoftwareCard
from agent.secret import Secret

PIN = Secret("4213")


def issue(key: CardKey, public_key: PublicKey) -> list[x509.Certificate]:
    attributes = {NameOID.SURNAME: "Peeters", NameOID.GIVEN_NAME: "Alice", NameOID.SERIAL_NUMBER: "85073100229"}
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes.items()])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public_key).serial_number(1)
    builder = builder.not_valid_before(datetime(2030, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2040, 1, 1, tzinfo=UTC)
    )
    return [builder.sign(ec.generate_private_key(ec.SECP384R1()), hashes.SHA384())]


@pytest.fixture
def card() -> SoftwareCard:
    return SoftwareCard(issue, PIN)


def sign(card: SoftwareCard, enter_pin: PinEntry) -> bytes:
    return card.sign(card.identity(), CardKey.SIGNATURE, b"data", enter_pin)


def test_three_wrong_pins_block_the_card_and_the_right_one_comes_too_late(card: SoftwareCard) -> None:
    told: list[int | None] = []

    def wrong(attempts_left: int | None) -> Secret:
        told.append(attempts_left)
        return Secret("0000")

    for left in (2, 1):
        with pytest.raises(PinWrong) as raised:
            sign(card, wrong)
        assert raised.value.attempts_left == left
    for _ in range(2):
        with pytest.raises(PinBlocked):
            sign(card, wrong)
    with pytest.raises(PinBlocked):
        sign(card, lambda attempts_left: PIN)
    assert told == [3, 2, 1]
    assert card.pin_entries == 3


def test_a_right_pin_gives_the_tries_back(card: SoftwareCard) -> None:
    with pytest.raises(PinWrong):
        sign(card, lambda attempts_left: Secret("0000"))
    sign(card, lambda attempts_left: PIN)
    assert (card.tries_left, card.pin_entries) == (3, 2)


def test_a_card_pulled_while_the_pin_is_typed_signs_nothing_and_loses_no_try(card: SoftwareCard) -> None:
    def pulls(attempts_left: int | None) -> Secret:
        card.remove()
        return Secret("0000")

    with pytest.raises(CardRemoved):
        sign(card, pulls)
    with pytest.raises(CardMissing):
        card.identity()
    card.insert()
    assert card.tries_left == 3
    assert sign(card, lambda attempts_left: PIN)


def test_a_card_outside_the_reader_asks_for_no_pin(card: SoftwareCard) -> None:
    eid = card.identity()
    card.remove()
    with pytest.raises(CardMissing):
        card.sign(eid, CardKey.SIGNATURE, b"data", lambda attempts_left: PIN)
    assert card.pin_entries == 0
