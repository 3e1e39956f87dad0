"""The dummy certificate that stands in a keystore between request and delivery.

Source: spec/keystore.md, Pending: subject and issuer ``C=Dummy``, serial 0, valid for one minute, yesterday;
the official client gives it the key usage of an encryption certificate.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from asn1crypto import algos, core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.core.x509 import certificate_of

SUBJECT = "C=Dummy"


def dummy_certificate(private_key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    """A dummy for `private_key`, self-signed. cryptography itself refuses to issue serial number 0."""
    name = asn1_x509.Name.build({"country_name": "Dummy"})
    start = (now - timedelta(days=1)).replace(microsecond=0)
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
    spki = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    content = asn1_x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": 0,
            "signature": algorithm,
            "issuer": name,
            "validity": {
                "not_before": asn1_x509.Time({"utc_time": core.UTCTime(start)}),
                "not_after": asn1_x509.Time({"utc_time": core.UTCTime(start + timedelta(minutes=1))}),
            },
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(spki),
            "extensions": [
                {
                    "extn_id": "key_usage",
                    "critical": True,
                    "extn_value": asn1_x509.KeyUsage({"key_encipherment", "data_encipherment"}),
                }
            ],
        }
    )
    signature = private_key.sign(content.dump(), padding.PKCS1v15(), hashes.SHA256())
    certificate = asn1_x509.Certificate(
        {"tbs_certificate": content, "signature_algorithm": algorithm, "signature_value": signature}
    )
    return certificate_of(certificate.dump())


def is_dummy(certificate: x509.Certificate) -> bool:
    """True for the stand-in of a request that was not yet answered."""
    return certificate.subject == certificate.issuer and certificate.subject.rfc4514_string() == SUBJECT
