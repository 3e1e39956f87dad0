"""What a keystore holds, as values.

Source: spec/keystore.md, What is inside.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

AUTHENTICATION = "authentication"
"""The alias of the key that identifies the practice's software. Java lower-cases aliases: compare without case."""


KeystoreKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
"""eHealth keys are RSA; what else a keystore may hold and still be shown is EC."""


@dataclass(frozen=True)
class KeyEntry:
    """A private key with its chain, leaf first (at least one certificate)."""

    alias: str
    private_key: KeystoreKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]


@dataclass(frozen=True)
class CertificateEntry:
    """A certificate of its own, without a key."""

    alias: str
    certificate: x509.Certificate


@dataclass(frozen=True)
class Keystore:
    """All entries of a file, each kind in the file's order. The newest encryption key is the last of `keys`."""

    keys: tuple[KeyEntry, ...]
    certificates: tuple[CertificateEntry, ...] = ()

    @property
    def authentication(self) -> KeyEntry | None:
        """The key that identifies the practice's software; None where the file has none."""
        return next((entry for entry in self.keys if entry.alias.casefold() == AUTHENTICATION), None)
