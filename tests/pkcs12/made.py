"""Keystores of the official form, made here: a root, an issuing CA, an authentication key and encryption keys."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core.dn import Name, rfc2253
from agent.core.keystore import CertificateEntry, KeyEntry, Keystore
from agent.core.x509 import name_of, x509_name

PASSWORD = "Azerty123"
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
HOLDER = Name(
    (
        ("C", "BE"),
        ("O", "Federal Government"),
        ("OU", "eHealth-platform Belgium"),
        ("OU", "PRAKTIJK ÉÉN"),
        ("OU", "NIHII-GROUP=71234567"),
        ("CN", "NIHII-GROUP=71234567"),
    )
)
ROOT, ISSUER = Name((("C", "BE"), ("CN", "Test Root"))), Name((("C", "BE"), ("CN", "Test Issuing CA")))


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """The key of that name, the same for the whole test run."""
    return rsa.generate_private_key(65537, 2048)


def certificate(
    subject: Name, of: rsa.RSAPrivateKey, issuer: Name, by: rsa.RSAPrivateKey, *, serial: int, encrypts: bool = False
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not encrypts,
        content_commitment=False,
        key_encipherment=encrypts,
        data_encipherment=encrypts,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder(x509_name(issuer), x509_name(subject), of.public_key(), serial, START, END)
    return builder.add_extension(usage, critical=True).sign(by, hashes.SHA256())


@cache
def chain() -> tuple[x509.Certificate, ...]:
    """Leaf, issuing CA, root."""
    root, issuer = key("root"), key("issuer")
    return (
        certificate(HOLDER, key("authentication"), ISSUER, issuer, serial=1001),
        certificate(ISSUER, issuer, ROOT, root, serial=1002),
        certificate(ROOT, root, ROOT, root, serial=1003),
    )


@cache
def keystore(encryption_keys: int = 2) -> Keystore:
    """As the official client writes it, with the newest encryption key last."""
    keys = [KeyEntry("authentication", key("authentication"), chain())]
    for serial in range(2001, 2001 + encryption_keys):
        own = key(f"encryption {serial}")
        keys.append(KeyEntry(str(serial), own, (certificate(HOLDER, own, HOLDER, own, serial=serial, encrypts=True),)))
    entries = (CertificateEntry(rfc2253(name_of(found.subject)), found) for found in chain())
    return Keystore(tuple(keys), tuple(entries))


def is_same(one: Keystore, other: Keystore) -> bool:
    """Every alias, chain, private key and entry, in the same order."""

    def contents(keystore: Keystore) -> object:
        keys = [(entry.alias, entry.private_key.private_numbers(), entry.chain) for entry in keystore.keys]
        return keys, keystore.certificates

    return contents(one) == contents(other)
