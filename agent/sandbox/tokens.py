"""Encryption tokens: StartETKRegistration, CompleteETKRegistration, ActivateETK, and the depot's GetEtk.

Source: spec/ra-protocol.md, ETK.
"""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from agent.core.registration import TokenStatus
from agent.core.x509 import certificate_of
from agent.sandbox.answers import boolean, node
from agent.sandbox.cms import encryption_token_der
from agent.sandbox.reading import Call, base64_of, child, children, text
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import Registration, State, Token
from agent.sandbox.scenarios import Trouble
from agent.sandbox.shapes import ETKDEPOT, ETKRA

_SERIAL_BYTES = 16
_DONE = (TokenStatus.VALID_ACTIVE, TokenStatus.WAIT_FOR_ACTIVATION)


def start_registration(call: Call) -> list[etree._Element]:
    registration = call.software
    spki_der = base64_of(call.element, "PublicEncryptionKey")
    key = _encryption_key(spki_der)
    if registration.token_status(call.now) in _DONE:
        raise Refusal(Code.ETK_ALREADY_REGISTERED, "This certificate has its encryption token already")
    if (registration.token is None or registration.token.spki_der != spki_der) and call.state.knows_key(spki_der):
        raise Refusal(Code.KEY_ALREADY_USED, "This key was used before")
    serial = os.urandom(_SERIAL_BYTES)
    registration.token = Token(spki_der, int.from_bytes(serial))
    digest = hashlib.sha256(serial if Trouble.WRONG_CHALLENGE not in call.troubles else serial[::-1]).digest()
    challenge = key.encrypt(serial, padding.PKCS1v15()) + digest
    return [node(f"{{{ETKRA}}}Challenge", base64.b64encode(challenge).decode())]


def _encryption_key(spki_der: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(spki_der)
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise Refusal(Code.ENCRYPTION_KEY, "PublicEncryptionKey is no SubjectPublicKeyInfo") from problem
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != 2048:
        raise Refusal(Code.ENCRYPTION_KEY, "The encryption key must be RSA with 2048 bits")
    return key


def complete_registration(call: Call) -> list[etree._Element]:
    registration = call.software
    token = registration.token
    if token is None:
        raise Refusal(Code.ETK_NOT_STARTED, "No registration was started with this certificate")
    if token.etk_der is not None:
        raise Refusal(Code.ETK_ALREADY_REGISTERED, "This certificate has its encryption token already")
    certificate_der = base64_of(call.element, "ToBeRegistered")
    _check_encryption_certificate(certificate_der, registration, token)
    token.certificate_der = certificate_der
    etk_der = seal(call, registration)
    waits = replaces_active_token(call.state, registration, call)
    if not waits:
        activate(call.state, registration)
    return [
        node(f"{{{ETKRA}}}ETK", base64.b64encode(etk_der).decode()),
        node(f"{{{ETKRA}}}ToBeActivated", boolean(waits)),
    ]


def seal(call: Call, registration: Registration) -> bytes:
    """Make the token of the encryption certificate that `registration` holds, and keep it there."""
    token = registration.token
    assert token is not None
    assert token.certificate_der is not None
    others = [certificate_of(der) for der in registration.chain_der]
    token.etk_der = encryption_token_der(token.certificate_der, call.pki.token_signer, others, call.now)
    return token.etk_der


def _check_encryption_certificate(certificate_der: bytes, registration: Registration, token: Token) -> None:
    """Raises: Refusal, one code per check."""
    authentication = registration.certificate
    assert authentication is not None
    try:
        certificate = certificate_of(certificate_der)
        key, version, extensions = certificate.public_key(), certificate.version, certificate.extensions
    except (ValueError, UnsupportedAlgorithm, x509.UnsupportedGeneralNameType) as problem:
        raise Refusal(Code.ETK_CERTIFICATE_INVALID, f"ToBeRegistered is no certificate: {problem}") from problem
    if version is not x509.Version.v3:
        raise Refusal(Code.ETK_CERTIFICATE_INVALID, "The certificate must be X.509 v3")
    if certificate.serial_number != token.serial_number:
        raise Refusal(Code.ETK_SERIAL_NUMBER, "The serial number is not the one of the challenge")
    if not certificate.issuer == certificate.subject == authentication.subject:
        raise Refusal(Code.ETK_SUBJECT, "Issuer and subject must both be the authentication certificate's subject")
    if _validity(certificate) != _validity(authentication):
        raise Refusal(Code.ETK_VALIDITY, "The validity must be that of the authentication certificate")
    if not _has_right_key_usage(extensions):
        raise Refusal(Code.ETK_KEY_USAGE, "Key usage must be critical, keyEncipherment and dataEncipherment")
    if _spki(key) != token.spki_der:
        raise Refusal(Code.ETK_PUBLIC_KEY, "The public key is not the one that the registration was started with")
    _check_signature(certificate, authentication)


def _check_signature(certificate: x509.Certificate, authentication: x509.Certificate) -> None:
    signing_key = authentication.public_key()
    assert isinstance(signing_key, rsa.RSAPublicKey)
    if certificate.signature_algorithm_oid != authentication.signature_algorithm_oid:
        raise Refusal(Code.ETK_SIGNATURE, "The signature algorithm must be that of the authentication certificate")
    algorithm = certificate.signature_hash_algorithm
    assert isinstance(algorithm, hashes.HashAlgorithm)
    try:
        signing_key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature as problem:
        raise Refusal(Code.ETK_SIGNATURE, "The certificate is not signed by the authentication key") from problem


def _validity(certificate: x509.Certificate) -> tuple[object, object]:
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def _has_right_key_usage(extensions: x509.Extensions) -> bool:
    try:
        extension = extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return False
    usage = extension.value
    wanted = usage.key_encipherment and usage.data_encipherment
    more = (
        usage.digital_signature,
        usage.content_commitment,
        usage.key_agreement,
        usage.key_cert_sign,
        usage.crl_sign,
    )
    return extension.critical and wanted and not any(more)


def _spki(key: object) -> bytes:
    if not isinstance(key, rsa.RSAPublicKey):
        return b""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def replaces_active_token(state: State, registration: Registration, call: Call) -> bool:
    """Whether a token of the certificate that this one replaces is still in force."""
    old = state.by_identifier(registration.replaces) if registration.replaces else None
    return old is not None and old.token_status(call.now) is TokenStatus.VALID_ACTIVE


def activate(state: State, registration: Registration) -> None:
    """From now on the depot serves this registration's token."""
    assert registration.token is not None
    state.activations += 1
    registration.token.activated = state.activations


def activate_etk(call: Call) -> list[etree._Element]:
    if call.software.token_status(call.now) is not TokenStatus.WAIT_FOR_ACTIVATION:
        raise Refusal(Code.ETK_NOT_TO_BE_ACTIVATED, "This certificate has no token that waits for activation")
    activate(call.state, call.software)
    return []


def get_etk(call: Call) -> list[etree._Element]:
    """The token that the world now uses; the matches where a number has several; an error where it has none."""
    criteria = child(call.element, "SearchCriteria")
    found: dict[tuple[str, str, str | None], Registration] = {}
    for identifier in children(criteria, "Identifier"):
        found |= _tokens_of(call, identifier)
    given = node(f"{{{ETKDEPOT}}}GivenSearchCriteria", *(_copied(one) for one in children(criteria, "Identifier")))
    if not found:
        message = node(f"{{{ETKDEPOT}}}Message", "No encryption token was found for these criteria")
        return [given, node(f"{{{ETKDEPOT}}}Error", node(f"{{{ETKDEPOT}}}Code", "ETK_NOT_FOUND"), message)]
    if len(found) > 1:
        return [given, *(node(f"{{{ETKDEPOT}}}MatchingEtk", _identifier(*key)) for key in found)]
    (registration,) = found.values()
    assert registration.token is not None
    assert registration.token.etk_der is not None
    return [given, node(f"{{{ETKDEPOT}}}ETK", base64.b64encode(registration.token.etk_der).decode())]


def _tokens_of(call: Call, identifier: etree._Element) -> dict[tuple[str, str, str | None], Registration]:
    type_, number = text(identifier, "Type"), text(identifier, "Value")
    asked = [(one.text or "").strip() for one in children(identifier, "ApplicationID")]
    candidates: dict[tuple[str, str, str | None], Registration] = {}
    active = [one for one in call.state.registrations if one.token_status(call.now) is TokenStatus.VALID_ACTIVE]
    for one in sorted(active, key=lambda found: found.token.activated or 0 if found.token else 0):
        if (one.holder.type, one.holder.number) == (type_, number):
            candidates[type_, number, one.holder.application_id] = one
    exact = (type_, number, asked[0] or None if asked else None)
    if exact in candidates:
        return {exact: candidates[exact]}
    return {} if asked else candidates


def _copied(identifier: etree._Element) -> etree._Element:
    asked = [(one.text or "").strip() for one in children(identifier, "ApplicationID")]
    return _identifier(text(identifier, "Type"), text(identifier, "Value"), asked[0] if asked else None)


def _identifier(type_: str, number: str, application_id: str | None) -> etree._Element:
    parts = [node(f"{{{ETKDEPOT}}}Type", type_), node(f"{{{ETKDEPOT}}}Value", number)]
    if application_id is not None:
        parts.append(node(f"{{{ETKDEPOT}}}ApplicationID", application_id))
    return node(f"{{{ETKDEPOT}}}Identifier", *parts)
