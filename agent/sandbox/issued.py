"""Keystores as the services' clients hold them, made here in one go: where a demo or a test begins.

Source: spec/keystore.md, What is inside.
"""

from __future__ import annotations

import os
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core import dn
from agent.core.holder import Holder
from agent.core.keystore import AUTHENTICATION, CertificateEntry, KeyEntry, Keystore
from agent.core.x509 import name_of
from agent.sandbox.names import subject_of
from agent.sandbox.pki import VALIDITY_MONTHS, Pki, encryption_key_usage, months_later


def new_keystore(pki: Pki, holder: Holder, first_names: tuple[str, ...], not_after: datetime) -> Keystore:
    """An authentication key with its chain, an encryption key, and the certificate entries. `not_after`: aware UTC."""
    authentication_key, encryption_key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)
    )
    not_before = months_later(not_after, -VALIDITY_MONTHS)
    leaf = pki.authentication_certificate(
        subject_of(holder, first_names), authentication_key.public_key(), not_before, not_after
    )
    chain = (leaf, *pki.ehealth_chain)
    encryption = _encryption_certificate(encryption_key.public_key(), leaf, authentication_key)
    return Keystore(
        keys=(
            KeyEntry(AUTHENTICATION, authentication_key, chain),
            KeyEntry(str(encryption.serial_number), encryption_key, (encryption,)),
        ),
        certificates=tuple(CertificateEntry(dn.rfc2253(name_of(one.subject)), one) for one in chain),
    )


def _encryption_certificate(
    public_key: rsa.RSAPublicKey, authentication: x509.Certificate, authentication_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(authentication.subject)
        .issuer_name(authentication.subject)
        .public_key(public_key)
        .serial_number(int.from_bytes(b"\x40" + os.urandom(15)))
        .not_valid_before(authentication.not_valid_before_utc)
        .not_valid_after(authentication.not_valid_after_utc)
        .add_extension(encryption_key_usage(), critical=True)
        .sign(authentication_key, hashes.SHA256())
    )
