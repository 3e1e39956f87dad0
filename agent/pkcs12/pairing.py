"""Which certificate belongs to which key, as far as that is written down.

Source: spec/keystore.md, What is inside; measured: Bouncy Castle and Java write alias and local key id on both, OpenSSL
and cryptography a local key id that is the certificate's SHA-1.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from agent.core.dn import holder_of
from agent.core.x509 import name_of
from agent.pkcs12.container import CertificateBag, KeyBag


def certificate_of(key: KeyBag, certificates: Sequence[CertificateBag]) -> CertificateBag | None:
    """The key's own certificate: by local key id, then by alias, then by the id that OpenSSL computes."""
    key_id, alias = key.local_key_id, key.alias and key.alias.casefold()
    if key_id is not None:
        for bag in certificates:
            if bag.local_key_id == key_id:
                return bag
    if alias is not None:
        for bag in certificates:
            if not bag.trusted and bag.alias is not None and bag.alias.casefold() == alias:
                return bag
    if key_id is not None and len(key_id) == 20:
        for bag in certificates:
            if bag.certificate.fingerprint(hashes.SHA1()) == key_id:  # noqa: S303 - an identifier, not a proof
                return bag
    return None


def is_issued_to_holder(certificate: x509.Certificate) -> bool:
    """An eHealth certificate, and not one that its holder made for encryption."""
    return certificate.issuer != certificate.subject and holder_of(name_of(certificate.subject)) is not None
