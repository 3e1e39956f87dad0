"""An eID in software, for machines without any card module: rehearsals, the demo, tests.

It has what makes a card a card: two keys that never leave it, a PIN with three tries, a blocked state, and it can be
taken out of the reader, also while somebody is looking for the PIN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from agent.core.eid import person_of
from agent.errors import (
    AuthenticationCertificateMissing,
    CardMissing,
    CardRemoved,
    PinBlocked,
    PinWrong,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import CardKey, Eid, PinEntry
from agent.secret import Secret

TRIES = 3

_MISSING = {CardKey.SIGNATURE: SignatureCertificateMissing, CardKey.AUTHENTICATION: AuthenticationCertificateMissing}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Issue = Callable[[CardKey, PublicKey], Sequence[x509.Certificate]]
"""A citizen CA: the chain for one of the card's keys, leaf first; empty where it has no certificate."""


class Generation(Enum):
    """Of cards. Source: spec/eid.md, C1."""

    RSA_2048 = "applet 1.7"
    P_384 = "applet 1.8"


class SoftwareCard:
    """The `Card` port without hardware. Its PIN is asked for with each signature, as for a card's Signature key.

    Attributes:
        tries_left: until the PIN is blocked.
        pin_entries: how often the PIN was asked for.
    """

    def __init__(self, issue: Issue, pin: Secret, generation: Generation = Generation.P_384) -> None:
        self._pin = pin
        self._keys = {key: new_key(generation) for key in CardKey}
        self._chains = {key: tuple(issue(key, private.public_key())) for key, private in self._keys.items()}
        leaf = next(chain[0] for chain in self._chains.values() if chain)
        self._eid = Eid(person_of(leaf), self._chain_der(CardKey.AUTHENTICATION), self._chain_der(CardKey.SIGNATURE))
        self._is_inserted = True
        self.tries_left = TRIES
        self.pin_entries = 0

    def _chain_der(self, key: CardKey) -> tuple[bytes, ...]:
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in self._chains[key])

    def remove(self) -> None:
        self._is_inserted = False

    def insert(self) -> None:
        self._is_inserted = True

    def identity(self) -> Eid:
        """Raises: CardMissing."""
        if not self._is_inserted:
            raise CardMissing
        return self._eid

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        """Raises: CardError."""
        found = self.identity()
        if found != eid:
            raise WrongPerson(eid.person.full_name, found.person.full_name)
        if not self._chains[key]:
            raise _MISSING[key]
        self._verify_pin(enter_pin)
        return _signature(self._keys[key], hashlib.sha256(data).digest())

    def cancel(self) -> None:
        """Nothing here takes long but the person's own entry."""

    def _verify_pin(self, enter_pin: PinEntry) -> None:
        if not self.tries_left:
            raise PinBlocked
        self.pin_entries += 1
        entered = enter_pin(self.tries_left)
        if not self._is_inserted:
            raise CardRemoved
        if entered == self._pin:
            self.tries_left = TRIES
            return
        self.tries_left -= 1
        raise PinWrong(self.tries_left) if self.tries_left else PinBlocked


def new_key(generation: Generation) -> PrivateKey:
    match generation:
        case Generation.RSA_2048:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case Generation.P_384:
            return ec.generate_private_key(ec.SECP384R1())


def _signature(private_key: PrivateKey, digest: bytes) -> bytes:
    """Over a SHA-256 digest: PKCS#1 v1.5, or r‖s, each as long as the curve's order."""
    sha256 = Prehashed(hashes.SHA256())
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.sign(digest, padding.PKCS1v15(), sha256)
    half = (private_key.key_size + 7) // 8
    return b"".join(n.to_bytes(half) for n in decode_dss_signature(private_key.sign(digest, ec.ECDSA(sha256))))
