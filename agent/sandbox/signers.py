"""Who signed a request, and whether that is the right key of the right kind.

The XML signature itself is judged by `protocol.xmldsig`; here it is the certificate's turn.
Source: spec/ra-protocol.md, Services (signed with) · XML signature; spec/eid.md B.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree

from agent.core.person import Person
from agent.core.registration import CertificateStatus
from agent.ports import CardKey
from agent.protocol import xmldsig
from agent.sandbox.pki import GIVEN_NAME, SERIAL_NUMBER, SURNAME
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import Registration, State


def verified(request: etree._Element) -> xmldsig.Verified:
    """What the request's signature covers, and the signer's certificates, once it holds over all of the request.

    Raises: Refusal.
    """
    try:
        found = xmldsig.verify(request)
    except xmldsig.SignatureInvalid as problem:
        raise Refusal(Code.SIGNATURE_INVALID, f"The signature does not hold: {problem}") from problem
    for certificate, issuer in pairwise(found.chain):
        if not _issued(certificate, issuer):
            raise Refusal(Code.SIGNER_NOT_TRUSTED, "KeyInfo holds no chain of certificates, leaf first")
    return found


def eid_signer(
    chain: Sequence[x509.Certificate], key: CardKey, anchors: Iterable[x509.Certificate], now: datetime
) -> Person:
    """The person on the eID. Raises: Refusal."""
    usage = _key_usage(chain[0])
    wanted = usage and (usage.content_commitment if key is CardKey.SIGNATURE else usage.digital_signature)
    if not wanted:
        raise Refusal(Code.SIGNATURE_KEY_USAGE, f"The signature must be made with the eID's {key.value} key")
    _check_trusted(chain, tuple(anchors))
    if not all(is_valid(certificate, now) for certificate in chain):
        raise Refusal(Code.SIGNER_NOT_VALID_NOW, "The eID's certificate, or one above it, is not valid at this moment")
    return _person(chain[0])


def software_signer(
    chain: Sequence[x509.Certificate], state: State, now: datetime, whatever_status: bool
) -> Registration:
    """The registration of the eHealth authentication certificate that signed.

    Args:
        whatever_status: also an expired or revoked one may ask what is known of it.
    Raises: Refusal.
    """
    leaf = chain[0]
    registration = next((one for one in state.registrations if one.certificate == leaf), None)
    if registration is None:
        raise Refusal(Code.SIGNER_NOT_REGISTERED, "The signature must be made with an eHealth authentication key")
    if whatever_status:
        return registration
    if registration.status(now) is CertificateStatus.REVOKED:
        raise Refusal(Code.SIGNER_REVOKED, "This authentication certificate was revoked")
    if not is_valid(leaf, now):
        raise Refusal(Code.SIGNER_NOT_VALID_NOW, "This authentication certificate is not valid at this moment")
    return registration


def is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _check_trusted(chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]) -> None:
    """Up to an anchor, through certificates that may issue. An anchor may be a root or a CA below it."""
    for position, certificate in enumerate(chain):
        if position and not _may_issue(certificate):
            break
        if certificate in anchors or any(_issued(certificate, anchor) for anchor in anchors):
            return
    raise Refusal(Code.SIGNER_NOT_TRUSTED, "The signer's certificate does not lead to a trusted eID authority")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        is_ca = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    usage = _key_usage(certificate)
    return is_ca and (usage is None or usage.key_cert_sign)


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _person(certificate: x509.Certificate) -> Person:
    def value(oid: str) -> str | None:
        found = certificate.subject.get_attributes_for_oid(x509.ObjectIdentifier(oid))
        return str(found[0].value) if found else None

    ssin, surname = value(SERIAL_NUMBER), value(SURNAME)
    if ssin is None or surname is None or not re.fullmatch("[0-9]{11}", ssin, re.ASCII):
        raise Refusal(Code.SIGNER_NOT_AN_EID, "The signer's certificate is not that of an eID")
    return Person(ssin, value(GIVEN_NAME), surname)
