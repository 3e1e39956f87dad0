"""Cards of test citizens, as values for a scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from agent.core.eid import chain_of
from agent.core.person import Person
from agent.ports import CardKey, Eid
from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation, PrivateKey, new_key
from tests.middleware.values import Chip


@cache
def _key_der(generation: Generation, holder: str, label: str) -> bytes:
    """Made once for each: RSA keys take their time."""
    return new_key(generation).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def make_chip(
    pki: Pki,
    person: Person,
    generation: Generation,
    *,
    has: Iterable[CardKey] = tuple(CardKey),
    validity: tuple[datetime, datetime] | None = None,
) -> Chip:
    """`person`'s eID.

    Args:
        has: the keys that have a certificate. Both keys are there in any case, as on a real card.
        validity: of the personal certificates, aware UTC; nine days around today where not given.
    """
    today = datetime.now(UTC)
    not_before, not_after = validity or (today - timedelta(days=9), today + timedelta(days=9))
    labels = ["Card"] * (generation is Generation.P_384) + [key.value for key in CardKey]
    keys = {label: _key_der(generation, person.ssin, label) for label in labels}
    certificates: dict[str, x509.Certificate] = {}
    for key in CardKey:
        private_key: PrivateKey = load_der_private_key(keys[key.value], None)  # type: ignore[assignment]
        leaf, authority, root = pki.eid_chain(person, key, private_key.public_key(), not_before, not_after)
        certificates |= {key.value: leaf} if key in has else {}
        certificates |= {"CA": authority, "Root": root}
    in_order = sorted(
        certificates.items(), key=lambda item: ["Authentication", "Signature", "CA", "Root"].index(item[0])
    )
    shown = tuple((label, certificate.public_bytes(Encoding.DER)) for label, certificate in in_order)
    return Chip(generation, tuple(keys.items()), shown)


def certificate(chip: Chip, label: str) -> bytes:
    """DER."""
    der = dict(chip.certificates)[label]
    assert der is not None
    return der


def eid_of(chip: Chip, person: Person) -> Eid:
    """What the card adapter is to find on it."""
    held: Mapping[str, x509.Certificate] = {
        label: x509.load_der_x509_certificate(der) for label, der in chip.certificates if der is not None
    }

    def chain_der(key: CardKey) -> tuple[bytes, ...]:
        if key.value not in held:
            return ()
        chain = chain_of(held[key.value], held.values())
        return tuple(each.public_bytes(Encoding.DER) for each in chain)

    return Eid(person, chain_der(CardKey.AUTHENTICATION), chain_der(CardKey.SIGNATURE))
