"""Encryption tokens: CMS SignedData over the certificate that was registered.

Source: spec/ra-protocol.md, ETK step 4; golden/etk.der (signed attributes, certificates); RFC 5652.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from agent.sandbox.pki import Authority


def encryption_token_der(
    content_der: bytes, signer: Authority, others: Iterable[x509.Certificate], now: datetime
) -> bytes:
    """`content_der` signed by `signer`; `others` travel along: the authentication certificate and the CAs."""
    assert isinstance(signer.key, rsa.RSAPrivateKey)
    signed_attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": now.astimezone(UTC)})]},
            {"type": "message_digest", "values": [hashlib.sha256(content_der).digest()]},
        ]
    )
    signature = signer.key.sign(signed_attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
    certificate = _asn1(signer.certificate)
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": {
                "issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
            },
            "digest_algorithm": {"algorithm": "sha256", "parameters": core.Null()},
            "signed_attrs": signed_attributes,
            "signature_algorithm": {"algorithm": "sha256_rsa", "parameters": core.Null()},
            "signature": signature,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256", "parameters": core.Null()}],
            "encap_content_info": {"content_type": "data", "content": content_der},
            "certificates": [certificate, *map(_asn1, others)],
            "signer_infos": [signer_info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
