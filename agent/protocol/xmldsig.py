"""Enveloped XML signatures, as the eHealth services want them and in no other way.

What counts as a good signature is what `sign` itself writes: `verify` compares the two, so that no weaker algorithm, no
other transform and no second reference can pass. Whether the certificates are trusted is not judged here.
Source: spec/ra-protocol.md, XML signature; W3C XML Signature 1.1, 6.4.3 (r‖s).
"""

from __future__ import annotations

import hmac
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from agent.core.x509 import certificate_of
from agent.protocol.elements import Element, Namespace, base64_text, child, children, octets
from agent.protocol.xml import parse_untrusted

DS = Namespace("http://www.w3.org/2000/09/xmldsig#", "ds")
_EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{DS.uri}enveloped-signature"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_NO_SIGNING_KEY = "the signer's key is neither RSA nor EC on P-256, P-384 or P-521"


class SignatureInvalid(Exception):
    """The element is not validly signed. `reason` says why, for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class XmlSigner(Protocol):
    """A key that signs, and the certificates that say whose it is."""

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        """DER, leaf first."""

    def sign(self, data: bytes) -> bytes:
        """The signature over SHA-256 of `data`: PKCS#1 v1.5 for RSA, r‖s for EC."""


@dataclass(frozen=True)
class KeySigner:
    """Signs with a private key in memory: the keystore's own. `chain` is leaf first."""

    private_key: PrivateKeyTypes = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in self.chain)

    def sign(self, data: bytes) -> bytes:
        """Raises: ValueError where the key is neither RSA nor EC."""
        match self.private_key:
            case rsa.RSAPrivateKey() as key:
                return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            case ec.EllipticCurvePrivateKey() as key:
                r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
                size = _coordinate_size(key.curve)
                return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        raise ValueError(_NO_SIGNING_KEY)


def sign(request_xml: bytes, signer: XmlSigner) -> bytes:
    """The request with the signature as its last child; nothing else of it changes, and it has no XML declaration.

    Raises: whatever `signer` raises; ValueError where the request has no Id or the key is neither RSA nor EC.
    """
    request = parse_untrusted(request_xml)
    identifier = request.get("Id")
    if not identifier:
        raise ValueError("a request without Id cannot be signed")
    chain_der = signer.chain_der
    method = _signature_method(certificate_of(chain_der[0]))
    signed_info = _signed_info(identifier, method, sha256(_canonical(request)).digest())
    value = DS("SignatureValue")
    certificates = (DS("X509Certificate", base64_text(der)) for der in chain_der)
    request.append(DS("Signature", signed_info, value, DS("KeyInfo", DS("X509Data", *certificates))))
    value.text = base64_text(signer.sign(_canonical(signed_info)))
    return etree.tostring(request, encoding="UTF-8")


@dataclass(frozen=True)
class Verified:
    """What was signed, and by which certificate.

    Attributes:
        element: the request without its Signature, read again from the very bytes that were digested. Use only this.
        chain: as sent, the signer's certificate first. Not judged.
    """

    element: Element
    chain: tuple[x509.Certificate, ...]


def verify(element: Element) -> Verified:
    """Verify the enveloped signature of `element`, wherever it stands in its document.

    Raises: SignatureInvalid.
    """
    try:
        signature = _only_signature(element)
        chain = _chain(signature)
        signed_xml = _digested(element, signature, _signature_method(chain[0]))
        _check_value(signature, chain[0])
        return Verified(parse_untrusted(signed_xml), chain)
    except InvalidSignature as error:
        raise SignatureInvalid("it was not made with the key of its certificate") from error
    except (ValueError, UnsupportedAlgorithm) as error:  # Unexpected, UnsafeXml, a key of another kind
        raise SignatureInvalid(str(error)) from error


def _only_signature(element: Element) -> Element:
    """The one Signature of the whole document, which is a child of the one element with its Id."""
    document = element.getroottree()
    identifiers = [
        value
        for node in document.iter(etree.Element)
        for name, value in node.attrib.items()
        if etree.QName(name).localname.lower() == "id"
    ]
    if len(identifiers) != len(set(identifiers)):
        raise SignatureInvalid("two elements have the same Id")
    signatures = list(document.iter(DS.tag("Signature")))
    if len(signatures) != 1:
        raise SignatureInvalid("it is not signed" if not signatures else "there is more than one signature")
    if signatures[0].getparent() is not element:
        raise SignatureInvalid("the signature is not a child of the request")
    return signatures[0]


def _chain(signature: Element) -> tuple[x509.Certificate, ...]:
    data = child(child(signature, DS.tag("KeyInfo")), DS.tag("X509Data"))
    found = [octets(certificate) for certificate in children(data, DS.tag("X509Certificate"))]
    if not found:
        raise SignatureInvalid("it has no certificate of the signer")
    try:
        return tuple(map(certificate_of, found))
    except ValueError as error:
        raise SignatureInvalid("one of its certificates cannot be read") from error


def _digested(element: Element, signature: Element, method: str) -> bytes:
    """The canonical bytes of `element` without its signature, once they prove to be what SignedInfo speaks of."""
    identifier = element.get("Id")
    if not identifier:
        raise SignatureInvalid("the request has no Id")
    signed_info = child(signature, DS.tag("SignedInfo"))
    if _shape(signed_info) != _shape(_signed_info(identifier, method, b"")):
        raise SignatureInvalid("it does not sign the request by its Id with exactly the agreed algorithms")
    signed_xml = _canonical(_without(element, signature))
    digest = octets(child(child(signed_info, DS.tag("Reference")), DS.tag("DigestValue")))
    if not hmac.compare_digest(digest, sha256(signed_xml).digest()):
        raise SignatureInvalid("the request was changed after it was signed")
    return signed_xml


def _check_value(signature: Element, certificate: x509.Certificate) -> None:
    data = _canonical(child(signature, DS.tag("SignedInfo")))
    value = octets(child(signature, DS.tag("SignatureValue")))
    match certificate.public_key():
        case rsa.RSAPublicKey() as key:
            key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
        case ec.EllipticCurvePublicKey() as key:
            size = _coordinate_size(key.curve)
            if len(value) != 2 * size:
                raise SignatureInvalid("its value has not the length that the curve asks for")
            r, s = int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big")
            key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))


def _signed_info(identifier: str, method: str, digest: bytes) -> Element:
    return DS(
        "SignedInfo",
        DS("CanonicalizationMethod", Algorithm=_EXCLUSIVE_C14N),
        DS("SignatureMethod", Algorithm=method),
        DS(
            "Reference",
            DS("Transforms", DS("Transform", Algorithm=_ENVELOPED), DS("Transform", Algorithm=_EXCLUSIVE_C14N)),
            DS("DigestMethod", Algorithm=_SHA256),
            DS("DigestValue", base64_text(digest)),
            URI=f"#{identifier}",
        ),
    )


def _shape(element: Element) -> tuple[object, ...]:
    """Names, attributes and nesting: all of a SignedInfo but its white space and the digest."""
    return element.tag, sorted(element.items()), [_shape(inner) for inner in element.iterchildren(etree.Element)]


def _signature_method(certificate: x509.Certificate) -> str:
    match certificate.public_key():
        case rsa.RSAPublicKey():
            return _RSA_SHA256
        case ec.EllipticCurvePublicKey(curve=curve) if isinstance(curve, _CURVES):
            return _ECDSA_SHA256
    raise ValueError(_NO_SIGNING_KEY)


def _coordinate_size(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8


def _canonical(element: Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _without(element: Element, signature: Element) -> Element:
    """A copy that lacks only `signature`: the text after it stays."""
    copy = deepcopy(element)
    leaving = copy[element.index(signature)]
    previous = leaving.getprevious()
    if previous is None:
        copy.text = (copy.text or "") + (leaving.tail or "")
    else:
        previous.tail = (previous.tail or "") + (leaving.tail or "")
    copy.remove(leaving)
    return copy
