"""From a contract to a certificate: GenerateContract, GenerateCertificate, GetCertificate, SubmitCSRForForeigner.

Source: spec/ra-protocol.md, The order of calls.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from agent.core import dn
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import CertificateStatus, ContactData
from agent.core.x509 import certificate_of, name_of, public_key_identifier
from agent.sandbox import contracts
from agent.sandbox.answers import boolean, commons, core, instant, node
from agent.sandbox.names import contract_text, subject_of
from agent.sandbox.numbers import check_number, holder_type
from agent.sandbox.pki import months_later
from agent.sandbox.reading import (
    Actor,
    Call,
    actor,
    base64_of,
    child,
    children,
    contact_data,
    localized,
    signer_of,
    signing_request,
    text,
)
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import IssuedContract, Registration
from agent.sandbox.scenarios import Trouble
from agent.sandbox.shapes import CERTRA, XML

VISIT_PERIOD = timedelta(days=2)

_APPLICATION_ID = re.compile(r"[0-9A-Z_-]{1,30}")


def generate_contract(call: Call) -> list[etree._Element]:
    contact_data(child(call.element, "ContactData"))
    signer = signer_of(child(call.element, "Signer"))
    identifier = child(call.element, "CertificateIdentifier")
    wanted = actor(child(identifier, "Actor"))
    application_ids = children(identifier, "ApplicationId")
    application_id = application_ids[0].text or "" if application_ids else None
    holder = Holder(wanted.type, wanted.number, application_id, wanted.name)
    first_names = wanted.first_names if wanted.type == "SSIN" else ()
    _check_holder(call, holder, wanted, signer)
    name = contract_text(subject_of(holder, first_names))
    issued = IssuedContract(name, signer, contracts.contract_text(holder, signer, name, call.now), holder, first_names)
    call.state.contracts.append(issued)
    return [contract_element(issued)]


def _check_holder(call: Call, holder: Holder, wanted: Actor, signer: Person) -> None:
    """A holder that is registered already was looked at before. Raises: Refusal."""
    known = [one for one in call.state.with_name(subject_of(holder, wanted.first_names)) if one.chain_der]
    if not known:
        check_number(holder.type, holder.number, call.state.test_numbers)
    if holder.application_id is not None:
        if holder.type == "SSIN":
            raise Refusal(Code.APPLICATION_ID_INVALID, "Only organizations have application ids")
        if not _APPLICATION_ID.fullmatch(holder.application_id):
            raise Refusal(Code.APPLICATION_ID_INVALID, "An application id is 1 to 30 of 0-9 A-Z - _")
    if holder.type == "SSIN":
        as_signer = (" ".join(wanted.first_names) or None, wanted.name) == (signer.first_names, signer.surname)
        as_registered = any((one.first_names, one.holder.name) == (wanted.first_names, wanted.name) for one in known)
        if holder.number != signer.ssin or not (as_signer or as_registered):
            raise Refusal(Code.ACTOR_INVALID, "A person's certificate is asked for by that person")


def contract_element(issued: IssuedContract) -> etree._Element:
    """A Contract as it is handed out."""
    signer = [commons("Id", issued.signer.ssin, Type="SSIN")]
    if issued.signer.first_names:
        signer.append(commons("FirstName", issued.signer.first_names))
    signer.append(commons("Name", issued.signer.surname))
    texts = [core("Value", one.text, **{f"{{{XML}}}lang": one.language}) for one in issued.text]
    reason = [core("RevocationReason", issued.reason.value)] if issued.reason else []
    parts = (core("DN", issued.dn), core("Signer", *signer), *reason, core("Text", *texts))
    return node(f"{{{CERTRA}}}Contract", *parts)


def contract_returned(call: Call, element: etree._Element, kind: type | None) -> IssuedContract:
    """The contract that was handed out, unchanged since, and signed by its signer.

    Args:
        kind: None for a request's contract, the type of its reason for a revocation's.
    Raises: Refusal.
    """
    texts = localized(child(element, "Text"))
    issued = next(
        (one for one in reversed(call.state.contracts) if one.text == texts and (one.reason is None) == (kind is None)),
        None,
    )
    if issued is None:
        raise Refusal(Code.CONTRACT_UNKNOWN, "No contract with this text was issued")
    if not _is_name(text(element, "DN"), dn.parse(issued.dn)):
        raise Refusal(Code.CONTRACT_DN_CHANGED, "The contract's DN is not the one that was issued")
    if signer_of(child(element, "Signer")) != issued.signer:
        raise Refusal(Code.CONTRACT_SIGNER_CHANGED, "The contract's signer is not the one that it was issued to")
    if call.signer != issued.signer:
        raise Refusal(Code.SIGNER_IS_ANOTHER_PERSON, "The eID is not that of the contract's signer, name for name")
    return issued


def _is_name(written: str, expected: dn.Name) -> bool:
    try:
        return dn.parse(written).is_same(expected)
    except dn.NotADistinguishedName:
        return False


def generate_certificate(call: Call) -> list[etree._Element]:
    request = child(call.element, "EHealthCSR")
    contact = contact_data(child(request, "ContactData"))
    csr = signing_request(base64_of(request, "CSR"))
    contract = contract_returned(call, child(request, "Contract"), None)
    services = tuple((one.text or "").strip() for one in children(request, "BaseServiceUsage"))
    _check_services(contract.holder.type, services)
    registration = _register(call, csr, contract.holder, contract.first_names, contact)
    registration.base_services = services
    registration.requester = call.signer.ssin
    if Trouble.MANUAL_VALIDATION in call.troubles or not call.state.may_act_for(call.signer.ssin, contract.holder):
        registration.automatically_validated = registration.approved = False
    if Trouble.REFUSAL in call.troubles:
        registration.automatically_validated, registration.refused = False, True
    if slow := call.troubles.get(Trouble.SLOW_DELIVERY):
        registration.polls_left = slow.number
    answer = [
        node(f"{{{CERTRA}}}PublicKeyIdentifier", registration.identifier),
        node(f"{{{CERTRA}}}AutomaticallyValidated", boolean(registration.automatically_validated)),
    ]
    if registration.replaces:
        answer.append(node(f"{{{CERTRA}}}ReplacesCertificate", registration.replaces))
    return answer


def _check_services(type_: str, wanted: tuple[str, ...]) -> None:
    known = holder_type(type_)
    for service in wanted:
        if known is not None and service not in known.base_services:
            raise Refusal(Code.BASE_SERVICE_NOT_ALLOWED, f"{type_} may not use this base service", service=service)


def _register(
    call: Call,
    csr: x509.CertificateSigningRequest,
    holder: Holder,
    first_names: tuple[str, ...],
    contact: ContactData,
) -> Registration:
    """Take the request for `holder`, once key and name are free. Raises: Refusal."""
    name = subject_of(holder, first_names)
    if not name_of(csr.subject).is_same(name):
        raise Refusal(Code.CSR_SUBJECT, "The CSR's subject is not the contract's DN", expected=contract_text(name))
    key = csr.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    spki_der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if call.state.knows_key(spki_der):
        raise Refusal(Code.KEY_ALREADY_USED, "This key was used before")
    registration = Registration(
        identifier=public_key_identifier(key),
        holder=holder,
        first_names=first_names,
        dn=dn.rfc2253(name),
        spki_der=spki_der,
        contact=contact,
        base_services=(),
        requested=call.now,
        polls_left=call.state.polls,
        replaces=_replaced(call, name),
    )
    call.state.registrations.append(registration)
    return registration


def _replaced(call: Call, name: dn.Name) -> str | None:
    """The identifier of the one certificate that may be replaced now, if there is any. Raises: Refusal."""
    same = call.state.with_name(name)
    if any(one.status(call.now) is CertificateStatus.IN_PROGRESS for one in same):
        raise Refusal(Code.CERT_REQUEST_IN_PROGRESS, "A request for this DN is already being handled")
    active = [one for one in same if one.status(call.now) is CertificateStatus.VALID_ACTIVE]
    if not active:
        return None
    if len(active) > 1 or not active[0].is_replaceable(call.now):
        raise Refusal(
            Code.CERT_ALREADY_ACTIVE,
            "A certificate for this DN is active and not in its replacement period",
            replacementPeriodStart=instant(max(one.replacement_opens or call.now for one in active)),
        )
    return active[0].identifier


def get_certificate(call: Call) -> list[etree._Element]:
    registration = call.state.by_identifier(text(call.element, "PublicKeyIdentifier"))
    if registration is None:
        raise Refusal(Code.CERT_NOT_FOUND, "No request or certificate has this public key identifier")
    if not registration.chain_der:
        _deliver(call, registration)
    return [
        node(f"{{{CERTRA}}}X509Certificate", base64.b64encode(der).decode())
        for der in _disturbed(call, registration)
        if not _is_root(der)
    ]


def _deliver(call: Call, registration: Registration) -> None:
    """Issue the certificate, once it is time. Raises: Refusal (CERT_NOT_YET_DELIVERED among them)."""
    if registration.status(call.now) is CertificateStatus.REFUSED:
        raise Refusal(Code.CERT_REQUEST_REFUSED, "This request was refused")
    if not registration.approved or registration.polls_left > 0:
        registration.polls_left = max(0, registration.polls_left - 1)
        raise Refusal(Code.CERT_NOT_YET_DELIVERED, "The certificate has not yet been delivered")
    key = serialization.load_der_public_key(registration.spki_der)
    assert isinstance(key, rsa.RSAPublicKey)
    leaf = call.pki.authentication_certificate(
        subject_of(registration.holder, registration.first_names), key, call.now, months_later(call.now)
    )
    registration.chain_der = tuple(_der(one) for one in (leaf, *call.pki.ehealth_chain))


def _disturbed(call: Call, registration: Registration) -> tuple[bytes, ...]:
    """The chain to answer with: the right one, but for troubles."""
    leaf, *above = registration.chain_der
    certificate = certificate_of(leaf)
    key, subject = certificate.public_key(), name_of(certificate.subject)
    if Trouble.OTHER_KEY in call.troubles:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    if Trouble.OTHER_DN in call.troubles:
        subject = subject_of(Holder("NIHII-GROUP", "99999918", None, "Sandbox Somebody Else"))
    if not {Trouble.OTHER_KEY, Trouble.OTHER_DN} & call.troubles.keys():
        return registration.chain_der
    assert isinstance(key, rsa.RSAPublicKey)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return _der(call.pki.authentication_certificate(subject, key, start, end)), *above


def submit_csr_for_foreigner(call: Call) -> list[etree._Element]:
    person = actor(child(call.element, "ForeignPerson"))
    contact = contact_data(child(call.element, "ContactData"))
    csr = signing_request(base64_of(call.element, "CSR"))
    if person.type != "SSIN":
        raise Refusal(Code.ACTOR_INVALID, "A foreign person is identified by an SSIN-BIS number")
    check_number("SSIN", person.number, call.state.test_numbers)
    if not 20 < int(person.number[2:4]) <= 52:
        raise Refusal(Code.IDENTIFIER_FORMAT, "Only SSIN-BIS numbers are taken here (month + 20 or + 40)")
    holder = Holder("SSIN", person.number, None, person.name)
    registration = _known_request(call, csr, holder) or _register(call, csr, holder, person.first_names, contact)
    registration.requester = person.number
    registration.approved = False
    registration.visit_key, registration.visit_ends = secrets.token_urlsafe(16), call.now + VISIT_PERIOD
    address = "http://login.example" if Trouble.UNSAFE_ADDRESS in call.troubles else call.base_url
    return [
        node(f"{{{CERTRA}}}ValidationUrl", f"{address}/_sandbox/validate/{registration.visit_key}"),
        node(f"{{{CERTRA}}}ExpirationDate", instant(registration.visit_ends)),
    ]


def _known_request(call: Call, csr: x509.CertificateSigningRequest, holder: Holder) -> Registration | None:
    """The same request, sent before and not yet validated, where another address is given for it.

    Whether eHealth does so is not published; without the trouble, it is refused.
    """
    key = csr.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    known = call.state.by_identifier(public_key_identifier(key))
    if Trouble.NEW_ADDRESS not in call.troubles or known is None or known.holder != holder:
        return None
    return known if known.visit_key is not None and not known.approved else None


def _is_root(certificate_der: bytes) -> bool:
    certificate = certificate_of(certificate_der)
    return certificate.subject == certificate.issuer


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
