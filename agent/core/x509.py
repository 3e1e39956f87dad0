"""Names, key identifiers and signing requests in ASN.1.

Source: spec/ra-protocol.md, Requests and responses · Names and numbers; RFC 5280 4.2.1.2.
"""

from __future__ import annotations

import re
import warnings
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509 import oid
from cryptography.x509.name import _ASN1Type

from agent.core.dn import Name
from agent.core.glance import Fingerprint
from agent.core.registration import PublicKeyIdentifier

# Keystores hold what the rules forbid (a dummy's serial number 0, a country `Dummy`), and people cannot help it. Said
# once for the whole process: Python's way to silence a block is not made for threads.
for _message in ("Parsed a serial number which wasn't positive", "Attribute's length must be"):
    warnings.filterwarnings("ignore", _message)

_OIDS = {
    "C": oid.NameOID.COUNTRY_NAME,
    "O": oid.NameOID.ORGANIZATION_NAME,
    "OU": oid.NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": oid.NameOID.COMMON_NAME,
    "L": oid.NameOID.LOCALITY_NAME,
    "ST": oid.NameOID.STATE_OR_PROVINCE_NAME,
    "STREET": oid.NameOID.STREET_ADDRESS,
    "DC": oid.NameOID.DOMAIN_COMPONENT,
    "UID": oid.NameOID.USER_ID,
}
_SHORT = {value.dotted_string: key for key, value in _OIDS.items()}
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,./:=?-]*")


def name_of(name: x509.Name) -> Name:
    """The text of an ASN.1 name. Attributes without a name in RFC 2253 appear under their dotted OID."""
    return Name(tuple((_SHORT.get(a.oid.dotted_string, a.oid.dotted_string), str(a.value)) for a in name))


def x509_name(name: Name) -> x509.Name:
    """The ASN.1 of a name: PrintableString, UTF8String where a letter needs it."""
    return x509.Name(
        x509.NameAttribute(
            _OIDS.get(key) or x509.ObjectIdentifier(key),
            value,
            _ASN1Type.PrintableString if _PRINTABLE.fullmatch(value) else _ASN1Type.UTF8String,
            _validate=False,
        )
        for key, value in name.attributes
    )


def certificate_of(certificate_der: bytes) -> x509.Certificate:
    """A certificate from outside. Raises: ValueError, also for an unknown version, where the library has its own."""
    try:
        return x509.load_der_x509_certificate(certificate_der)
    except x509.InvalidVersion as error:
        raise ValueError(str(error)) from error


def fingerprint(certificate: x509.Certificate) -> Fingerprint:
    return fingerprint_of_der(certificate.public_bytes(serialization.Encoding.DER))


def fingerprint_of_der(certificate_der: bytes) -> Fingerprint:
    return Fingerprint(sha256(certificate_der).hexdigest())


def public_key_identifier(public_key: CertificatePublicKeyTypes) -> PublicKeyIdentifier:
    """SHA-1 over the content of the subjectPublicKey BIT STRING, as upper-case hex: identifies a key everywhere."""
    digest = x509.SubjectKeyIdentifier.from_public_key(public_key).digest
    return PublicKeyIdentifier(digest.hex().upper())


def signing_request_der(private_key: rsa.RSAPrivateKey, subject: Name) -> bytes:
    """A PKCS#10 request, DER, signed SHA-256 with RSA."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509_name(subject))
    return builder.sign(private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
