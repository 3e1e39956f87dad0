"""Rules about the Belgian eID's certificates.

- Who: the subject's attributes; the CN is for display and is never taken apart.
- Which: by key usage. A Signature certificate has contentCommitment (non-repudiation) and nothing else, an
  Authentication certificate has digitalSignature.
- When: a signature certificate that expired, or will have on the planned day, is told before anybody is asked for a
  PIN.
- What it signed: SHA-256, PKCS#1 v1.5 for RSA cards (applet 1.7), r‖s for EC cards (applet 1.8).

Source: spec/eid.md, A3 and B.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

from agent.core.identifiers import is_national_number
from agent.core.person import Person
from agent.core.x509 import certificate_of
from agent.errors import (
    AuthenticationCertificateExpired,
    AuthenticationCertificateMissing,
    NotAnEid,
    SignatureCertificateEnds,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
)


def person_of(certificate: x509.Certificate) -> Person:
    """Whose certificate it is.

    Raises: NotAnEid where the subject has no surname or no national number that passes its check.
    """
    ssin = _attribute(certificate, NameOID.SERIAL_NUMBER)
    surname = _attribute(certificate, NameOID.SURNAME)
    if not surname or not ssin or not is_national_number(ssin):
        raise NotAnEid
    return Person(ssin, _attribute(certificate, NameOID.GIVEN_NAME), surname)


def _attribute(certificate: x509.Certificate, type_: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(type_)
    return str(found[0].value) if found else None


def is_for_signature(certificate: x509.Certificate) -> bool:
    """Whether the certificate is for non-repudiation, and for that only."""
    return _usages(certificate) == {"content_commitment"}


def is_for_authentication(certificate: x509.Certificate) -> bool:
    return "digital_signature" in _usages(certificate)


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def _usages(certificate: x509.Certificate) -> set[str]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):  # ValueError: an extension that cannot be read
        return set()
    return {name for name in _USAGES if getattr(usage, name)}


def chain_of(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """`leaf` and those of `others` above it, by issuer, up to a root or as far as they reach.

    The order is all that is claimed: a card's own root is no anchor of trust.
    """
    by_subject = {other.subject: other for other in others if other.subject != leaf.subject}
    chain = [leaf]
    while issuer := by_subject.pop(chain[-1].issuer, None):
        chain.append(issuer)
    return tuple(chain)


def signature_certificate(
    chain_der: Sequence[bytes], now: datetime, planned: datetime | None = None
) -> x509.Certificate:
    """The certificate that will sign, where it still may.

    Args:
        chain_der: the signature chain as read from the card, leaf first; empty where the card has none.
        now: aware UTC.
        planned: when the signature is to be made, where that is another day; aware UTC.
    Raises: SignatureCertificateMissing, SignatureCertificateExpired, SignatureCertificateEnds.
    """
    if not chain_der:
        raise SignatureCertificateMissing
    certificate = certificate_of(chain_der[0])
    if certificate.not_valid_after_utc < now:
        raise SignatureCertificateExpired(certificate.not_valid_after_utc.date())
    if planned is not None and certificate.not_valid_after_utc < planned:
        raise SignatureCertificateEnds(certificate.not_valid_after_utc.date(), planned.date())
    return certificate


def authentication_certificate(chain_der: Sequence[bytes], now: datetime) -> x509.Certificate:
    """The certificate by which a person asks eHealth what they may do, where it still may.

    Args:
        chain_der: the authentication chain as read from the card, leaf first; empty where the card has none.
        now: aware UTC.
    Raises: AuthenticationCertificateMissing, AuthenticationCertificateExpired.
    """
    if not chain_der:
        raise AuthenticationCertificateMissing
    certificate = certificate_of(chain_der[0])
    if certificate.not_valid_after_utc < now:
        raise AuthenticationCertificateExpired(certificate.not_valid_after_utc.date())
    return certificate


def is_signed(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    """Whether `signature` is one over SHA-256 of `data` with the certificate's key: PKCS#1 v1.5, or r‖s for EC."""
    public_key = certificate.public_key()
    try:
        match public_key:
            case rsa.RSAPublicKey():
                public_key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            case ec.EllipticCurvePublicKey():
                public_key.verify(_dss(signature, public_key.curve), data, ec.ECDSA(hashes.SHA256()))
            case _:
                return False
    except InvalidSignature:
        return False
    return True


def _dss(signature: bytes, curve: ec.EllipticCurve) -> bytes:
    """r‖s, each as long as the curve's order, as the DER that cryptography wants."""
    half = (curve.key_size + 7) // 8
    if len(signature) != 2 * half:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
