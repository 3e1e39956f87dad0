"""What a card shows without a PIN, as any PKCS#11 module lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from agent.core import eid as rules
from agent.core.x509 import certificate_of
from agent.errors import NotAnEid
from agent.ports import CardKey, Eid

_IS_FOR = {CardKey.SIGNATURE: rules.is_for_signature, CardKey.AUTHENTICATION: rules.is_for_authentication}


@dataclass(frozen=True)
class Held:
    """A certificate on the card. `id` is its CKA_ID, whose length and byte order are the module's own affair."""

    label: str
    id: bytes
    certificate: x509.Certificate


def usable(certificate_der: bytes) -> x509.Certificate | None:
    """The certificate, where names and key can be read, which the library does only when it is asked for them."""
    try:
        certificate = certificate_of(certificate_der)
        certificate.subject, certificate.issuer, certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return certificate


@dataclass(frozen=True)
class Token:
    """A card in a reader.

    Attributes:
        slot: the module's number for the reader.
        session: an open PyKCS11.Session.
        flags: CK_TOKEN_INFO's.
    """

    slot: int
    session: Any
    label: str
    flags: int
    held: tuple[Held, ...]

    def leaf(self, key: CardKey) -> Held | None:
        """The certificate of one of the two keys, by label and by key usage."""
        return next((h for h in self.held if h.label == key.value and _IS_FOR[key](h.certificate)), None)

    def chain_der(self, key: CardKey) -> tuple[bytes, ...]:
        """Leaf first, as far as the card has it; empty where it has no certificate for this key."""
        leaf = self.leaf(key)
        chain = rules.chain_of(leaf.certificate, (h.certificate for h in self.held)) if leaf else ()
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)

    def issued(self) -> datetime:
        """When its certificates were. The oldest there is where it has none."""
        leaf = self.leaf(CardKey.SIGNATURE) or self.leaf(CardKey.AUTHENTICATION)
        return leaf.certificate.not_valid_before_utc if leaf else datetime.min.replace(tzinfo=UTC)

    @property
    def eid(self) -> Eid | None:
        """Whose card it is; None where the certificates are no eID's."""
        leaf = self.leaf(CardKey.SIGNATURE) or self.leaf(CardKey.AUTHENTICATION)
        if leaf is None:
            return None
        try:
            person = rules.person_of(leaf.certificate)
        except NotAnEid:
            return None
        return Eid(person, self.chain_der(CardKey.AUTHENTICATION), self.chain_der(CardKey.SIGNATURE))
