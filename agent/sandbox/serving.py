"""One request in, one answer out: the way through the checks that all operations share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from cryptography import x509
from lxml import etree

from agent.ports import CardKey
from agent.sandbox import answers, certification, information, revocation, signers, tokens
from agent.sandbox.catalogue import SignedBy
from agent.sandbox.reading import Call
from agent.sandbox.refusals import Refusal
from agent.sandbox.requests import check_timely
from agent.sandbox.scenarios import Trouble

SOAP_TYPE = "text/xml; charset=utf-8"


class Delivery(Enum):
    """How much of an answer reaches the other side."""

    WHOLE = "whole"
    NOTHING = "nothing"  # the connection is closed
    HALF = "half"  # the whole is announced, half is sent, the connection is closed


@dataclass(frozen=True)
class SandboxReply:
    """What goes back over HTTP. `operation` names the request, where it was understood."""

    status: int
    content_type: str
    body: bytes
    delivery: Delivery = Delivery.WHOLE
    operation: str = "NotUnderstood"


_HANDLERS: dict[str, Callable[[Call], list[etree._Element]]] = {
    "GetActorQualities": information.get_actor_qualities,
    "GetGenericOrganizationTypes": information.get_generic_organization_types,
    "GetExistingApplicationIds": information.get_existing_application_ids,
    "GenerateContract": certification.generate_contract,
    "GenerateCertificate": certification.generate_certificate,
    "GetCertificate": certification.get_certificate,
    "GetCertificateInfoForCitizen": information.get_info_for_citizen,
    "GetCertificateInfoForAuthenticationCertificate": information.get_info_for_authentication_certificate,
    "GenerateRevocationContract": revocation.generate_revocation_contract,
    "Revoke": revocation.revoke,
    "SubmitCSRForForeigner": certification.submit_csr_for_foreigner,
    "StartETKRegistration": tokens.start_registration,
    "CompleteETKRegistration": tokens.complete_registration,
    "ActivateETK": tokens.activate_etk,
    "GetEtk": tokens.get_etk,
}

_ASKS_IN_ANY_STATUS = "GetCertificateInfoForAuthenticationCertificate"


def serve(call: Call, anchors: Iterable[x509.Certificate]) -> SandboxReply:
    """Take the request and answer it, or answer with the trouble that strikes it instead."""
    instead = _instead_of_serving(call)
    if instead is not None:
        return instead
    operation = call.request.operation
    try:
        check_timely(call.request, call.now)
        signed = _signed(call, anchors)
        body = answers.success(operation, _in_response_to(call), call.now, _HANDLERS[operation.name](signed))
    except Refusal as refusal:
        body = answers.refused(operation, _in_response_to(call), call.now, refusal)
    return _disturbed(call, SandboxReply(200, SOAP_TYPE, body))


def _signed(call: Call, anchors: Iterable[x509.Certificate]) -> Call:
    """The call with who signed it, reduced to what the signature covers. Raises: Refusal."""
    operation = call.request.operation
    if operation.signed_by is SignedBy.NOBODY:
        return call
    verified = signers.verified(call.element)
    call = replace(call, request=replace(call.request, element=verified.element))
    match operation.signed_by:
        case SignedBy.EID_SIGNATURE:
            return replace(call, person=signers.eid_signer(verified.chain, CardKey.SIGNATURE, anchors, call.now))
        case SignedBy.EID_AUTHENTICATION:
            return replace(call, person=signers.eid_signer(verified.chain, CardKey.AUTHENTICATION, anchors, call.now))
        case _:
            whatever = operation.name == _ASKS_IN_ANY_STATUS
            registration = signers.software_signer(verified.chain, call.state, call.now, whatever)
            return replace(call, registration=registration)


def _in_response_to(call: Call) -> str:
    if Trouble.WRONG_IN_RESPONSE_TO in call.troubles:
        return "_00000000-0000-0000-0000-000000000000"
    return call.request.id


def _instead_of_serving(call: Call) -> SandboxReply | None:
    for trouble, scenario in call.troubles.items():
        match trouble:
            case Trouble.CUT_BEFORE:
                return SandboxReply(200, SOAP_TYPE, b"", Delivery.NOTHING)
            case Trouble.SOAP_FAULT:
                return SandboxReply(500, SOAP_TYPE, answers.fault("Server", "The sandbox was told to fail"))
            case Trouble.HTTP_STATUS:
                return SandboxReply(scenario.number, "text/plain", b"")
            case Trouble.HTML_PAGE:
                return SandboxReply(scenario.number, "text/html; charset=utf-8", _PROXY_PAGE)
    return None


def _disturbed(call: Call, reply: SandboxReply) -> SandboxReply:
    troubles = call.troubles
    if Trouble.DTD in troubles:
        reply = replace(reply, body=_DOCUMENT_TYPE + reply.body)
    if Trouble.TRUNCATED in troubles:
        reply = replace(reply, body=reply.body[: len(reply.body) // 2])
    if Trouble.CUT_MIDWAY in troubles:
        reply = replace(reply, delivery=Delivery.HALF)
    if Trouble.CUT_AFTER in troubles:
        reply = replace(reply, delivery=Delivery.NOTHING)
    return reply


_PROXY_PAGE = (
    b"<!DOCTYPE html><html><head><title>Proxy</title></head>"
    b"<body><h1>Please log in</h1><p>SANDBOX: a page as from a proxy.</p></body></html>"
)
_DOCUMENT_TYPE = b'<!DOCTYPE x [<!ENTITY sandbox "sandbox">]>'
