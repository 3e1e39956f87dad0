"""The encryption token (ETK): challenge, certificate for the encryption key, and what comes back.

Source: spec/ra-protocol.md, ETK; RFC 5652 (CMS) 5.4, 5.6; RFC 5280 4.1.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from asn1crypto import cms, core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.core.x509 import certificate_of
from agent.errors import IssuedCertificateError
from agent.text import _

_HASH_SIZE = 32
_SERIAL_SIZE = 16
_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_CHALLENGE, _CONTENT, _SIGNATURE = "11", "6", "7"  # the numbers are those of core.checks


# ── The challenge ────────────────────────────────────────────────────────────────────────────────────────────────────


def serial_number_of(challenge: bytes, private_key: rsa.RSAPrivateKey) -> int:
    """The serial number that the service wants in the certificate for `private_key`.

    A wrong key does not fail to decrypt (PKCS#1 v1.5 with implicit rejection gives random bytes): the hash decides.
    Args:
        challenge: the encrypted number, followed by the SHA-256 over it.
    Raises: IssuedCertificateError.
    """
    encrypted, digest = challenge[:-_HASH_SIZE], challenge[-_HASH_SIZE:]
    try:
        decrypted = private_key.decrypt(encrypted, padding.PKCS1v15())
    except ValueError as error:
        raise IssuedCertificateError(_CHALLENGE, _("it was not made for the new encryption key")) from error
    serial = decrypted[:_SERIAL_SIZE]
    if len(serial) < _SERIAL_SIZE or not hmac.compare_digest(sha256(serial).digest(), digest):
        raise IssuedCertificateError(_CHALLENGE, _("it was not made for the new encryption key"))
    return int.from_bytes(serial, "big")


# ── The certificate for the encryption key ───────────────────────────────────────────────────────────────────────────


def encryption_certificate_der(
    public_key: rsa.RSAPublicKey,
    serial: int,
    authentication_certificate: x509.Certificate,
    authentication_key: PrivateKeyTypes,
) -> bytes:
    """The certificate for the encryption key, signed by the authentication key.

    Names and validity are the authentication certificate's own bytes, so that they compare equal everywhere.
    Raises: ValueError where the authentication key is neither RSA nor EC.
    """
    own = asn1_x509.Certificate.load(authentication_certificate.public_bytes(Encoding.DER))["tbs_certificate"]
    hash_algorithm = authentication_certificate.signature_hash_algorithm or hashes.SHA256()
    algorithm = _signature_algorithm(authentication_key, hash_algorithm)
    spki_der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    usage = asn1_x509.KeyUsage({"key_encipherment", "data_encipherment"})
    tbs = asn1_x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": algorithm,
            "issuer": own["subject"],
            "validity": own["validity"],
            "subject": own["subject"],
            "subject_public_key_info": keys.PublicKeyInfo.load(spki_der),
            "extensions": [{"extn_id": "key_usage", "critical": True, "extn_value": usage}],
        }
    )
    signature = _signature(authentication_key, hash_algorithm, tbs.dump())
    made = asn1_x509.Certificate(
        {"tbs_certificate": tbs, "signature_algorithm": algorithm, "signature_value": signature}
    )
    return bytes(made.dump())


def _signature_algorithm(key: PrivateKeyTypes, hash_algorithm: hashes.HashAlgorithm) -> dict[str, object]:
    if isinstance(key, rsa.RSAPrivateKey):
        return {"algorithm": f"{hash_algorithm.name}_rsa", "parameters": core.Null()}
    return {"algorithm": f"{hash_algorithm.name}_ecdsa"}


def _signature(key: PrivateKeyTypes, hash_algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), hash_algorithm)
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(hash_algorithm))
    raise ValueError("the authentication key is neither RSA nor EC")


# ── The token ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Etk:
    """A token whose signature holds. Whether its signer is trusted is not judged here.

    Attributes:
        encryption_certificate: what others encrypt for.
        signer: who vouches for it.
        certificates: all that came along: signer, authentication certificate, CAs; in no order.
    """

    encryption_certificate: x509.Certificate
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]


def read_etk(etk_der: bytes) -> Etk:
    """Read a token (CMS SignedData around a certificate) and verify its signature over all of it.

    Raises: IssuedCertificateError.
    """
    try:
        signed = cms.ContentInfo.load(etk_der, strict=True)["content"]
        content = bytes(signed["encap_content_info"]["content"].native)
        certificates = tuple(certificate_of(each.dump()) for each in signed["certificates"])
        (signer_info,) = signed["signer_infos"]
        signer = _signer(signer_info["sid"], certificates)
        _verify(signer_info, signer, signed["encap_content_info"]["content_type"].native, content)
    except InvalidSignature as error:
        raise IssuedCertificateError(_SIGNATURE, _("the encryption token's signature does not hold")) from error
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
        raise IssuedCertificateError(_SIGNATURE, _("the encryption token cannot be read")) from error
    try:
        return Etk(certificate_of(content), signer, certificates)
    except ValueError as error:
        raise IssuedCertificateError(_CONTENT, _("the encryption token holds no certificate")) from error


def _signer(identifier: cms.SignerIdentifier, certificates: tuple[x509.Certificate, ...]) -> x509.Certificate:
    """The certificate that a SignerInfo names. Raises: InvalidSignature where it did not come along."""
    for certificate in certificates:
        known = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        if identifier.name == "subject_key_identifier":
            is_it = known.key_identifier == identifier.native
        else:
            issuer_and_serial = identifier.chosen
            is_it = (known.issuer.dump(), known.serial_number) == (
                issuer_and_serial["issuer"].dump(),
                issuer_and_serial["serial_number"].native,
            )
        if is_it:
            return certificate
    raise InvalidSignature


def _verify(signer_info: cms.SignerInfo, signer: x509.Certificate, content_type: str, content: bytes) -> None:
    """Raises: InvalidSignature, KeyError for a hash that is not used for this."""
    hash_algorithm = _HASHES[signer_info["digest_algorithm"]["algorithm"].native]
    attributes = signer_info["signed_attrs"]
    data = content
    if attributes:  # then the signature is over these, and they say what the content is
        stated = {attribute["type"].native: attribute["values"].native for attribute in attributes}
        digest = hashes.Hash(hash_algorithm)
        digest.update(content)
        if stated["content_type"] != [content_type] or stated["message_digest"] != [digest.finalize()]:
            raise InvalidSignature
        data = attributes.untag().dump()
    value = signer_info["signature"].native
    match signer.public_key():
        case rsa.RSAPublicKey() as key:
            key.verify(value, data, padding.PKCS1v15(), hash_algorithm)
        case ec.EllipticCurvePublicKey() as key:
            key.verify(value, data, ec.ECDSA(hash_algorithm))
        case _:
            raise InvalidSignature
