"""GenerateRevocationContract and Revoke.

Source: spec/ra-protocol.md, Revocation.
"""

from __future__ import annotations

from lxml import etree

from agent.core.registration import CertificateStatus, RevocationReason
from agent.sandbox import contracts
from agent.sandbox.certification import contract_element, contract_returned
from agent.sandbox.reading import Call, child, signer_of, text
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import IssuedContract, Registration


def generate_revocation_contract(call: Call) -> list[etree._Element]:
    registration = _revocable(call)
    signer = signer_of(child(call.element, "Signer"))
    reason = RevocationReason(text(call.element, "RevocationReason"))
    texts = contracts.contract_text(registration.holder, signer, registration.dn, call.now, reason)
    issued = IssuedContract(
        registration.dn, signer, texts, registration.holder, reason=reason, identifier=registration.identifier
    )
    call.state.contracts.append(issued)
    return [contract_element(issued)]


def revoke(call: Call) -> list[etree._Element]:
    registration = _revocable(call)
    returned = child(call.element, "Contract")
    contract = contract_returned(call, returned, RevocationReason)
    if contract.identifier != registration.identifier:
        raise Refusal(Code.CONTRACT_UNKNOWN, "This contract is about another certificate")
    if text(returned, "RevocationReason") != (contract.reason and contract.reason.value):
        raise Refusal(Code.CONTRACT_REASON_CHANGED, "The contract's reason is not the one that was issued")
    if not call.state.may_act_for(call.signer.ssin, registration.holder):
        raise Refusal(Code.SIGNER_NOT_AUTHORIZED, "This person may not act for the certificate's holder")
    registration.revoked = contract.reason
    return []


def _revocable(call: Call) -> Registration:
    registration = call.state.by_identifier(text(call.element, "PublicKeyIdentifier"))
    if registration is None:
        raise Refusal(Code.CERT_NOT_FOUND, "No certificate has this public key identifier")
    if registration.status(call.now) is not CertificateStatus.VALID_ACTIVE:
        raise Refusal(Code.CERT_NOT_REVOCABLE, "Only a valid, active certificate can be revoked")
    return registration
