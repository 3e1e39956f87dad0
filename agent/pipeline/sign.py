"""Sign: the contract is shown, the eID signs, the request leaves once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core.dn import NotADistinguishedName, is_name_of, parse
from agent.core.eid import signature_certificate
from agent.core.holder import Holder
from agent.core.readiness import Said, said_of
from agent.core.registration import Contract, Verdict
from agent.core.renewal import Renewal, Step, Wanted
from agent.core.x509 import signing_request_der
from agent.errors import (
    BadReply,
    CardError,
    ContractDeclined,
    Damaged,
    IssuedCertificateError,
    NotYetDelivered,
    OutcomeUnknown,
    Refused,
    RenewalRefused,
    ServiceError,
    Unreachable,
)
from agent.pipeline.files import pending_path
from agent.pipeline.platform import new_request_id
from agent.pipeline.request import ended
from agent.pipeline.run import Run, SignedRequest, authentication_of, goes_to, subject_of
from agent.ports import Card, CardKey, Door, Eid, Outside
from agent.protocol import certra, xmldsig
from agent.text import _

T = TypeVar("T")

SEND_TRIES = 6
SEND_PAUSE_S = 10.0


@dataclass(frozen=True)
class CardSigner:
    """Signs requests with the eID. One call is one PIN."""

    card: Card
    eid: Eid
    key: CardKey
    door: Door

    @property
    def chain_der(self) -> tuple[bytes, ...]:
        return self.eid.chain_der(self.key)

    def sign(self, data: bytes) -> bytes:
        return self.card.sign(self.eid, self.key, data, self.door.enter_pin)


def sign(run: Run, renewal: Renewal) -> Renewal:
    """Show the contract for this renewal, have it accepted, and sign the request.

    Nothing has left this computer afterwards; a run that ends here begins this step anew. The contract and the request
    have the same contact data: other data means another contract.
    Raises: ContractDeclined, CardError, ServiceError, IssuedCertificateError.
    """
    run.door.step(renewal.step, _("Asking eHealth for the certificate's data"))
    renewal = _reached(run, renewal)
    run.door.step(renewal.step, _("Reading the eID"))
    eid = with_card(run.door, lambda: usable_eid(run.outside))
    while True:
        holder, wanted = run.wanted(renewal)
        try:
            contract = _contract(run, renewal, holder, wanted, eid)
        except Refused as problem:
            if renewal.wanted is not None:  # nothing was sent, and with the same data it would be refused again
                return ended(run, renewal, str(problem), problem.code)
            run.note(renewal, str(problem), code=problem.code)
            raise
        run.door.step(renewal.step, _("The contract"))
        verdict = run.door.accept(contract, eid.person, renewal.environment)
        if verdict is not Verdict.OTHER_CONTACT:
            break
        renewal = _reached(run, renewal, Said.WRONG)
    if verdict is Verdict.DECLINED:
        raise ContractDeclined
    run.note(renewal, _("The contract was accepted by {name}.").format(name=eid.person.full_name))
    request_id = new_request_id()
    request_xml = _request(run, renewal, wanted, contract, request_id)
    signer = CardSigner(run.outside.card, eid, CardKey.SIGNATURE, run.door)
    run.door.step(renewal.step, _("Signing with the eID: type the PIN where it is asked for"))
    signed_xml = with_card(run.door, lambda: xmldsig.sign(request_xml, signer))
    run.signed = SignedRequest(request_id, signed_xml)
    return replace(goes_to(renewal, Step.SEND), request_id=request_id)


def _reached(run: Run, renewal: Renewal, said: Said | None = None) -> Renewal:
    """In a renewal nobody typed the contact data: it is shown while it can still be put right.

    What the person gives instead is on disk before it is sent, so that a run that ends in between keeps it.
    Args:
        said: what the person said of it; None: as far as is remembered here.
    """
    if renewal.wanted is not None:
        return renewal
    _holder, wanted = run.wanted(renewal)
    known = run.outside.journal.readiness().get(renewal.fingerprint)
    given = run.door.contact(wanted.contact, said or said_of(wanted.contact, known))
    if given == wanted.contact:
        return renewal
    renewal = replace(renewal, contact=given)
    run.outside.journal.save(renewal)
    run.note(renewal, _("The person gave other contact data than eHealth has."))
    return renewal


def usable_eid(outside: Outside) -> Eid:
    """The card in the reader, once it is sure that it can sign: an ended certificate is said before the PIN."""
    eid = outside.card.identity()
    signature_certificate(eid.signature_chain_der, outside.clock.now())
    return eid


def with_card(door: Door, act: Callable[[], T]) -> T:
    """Do `act`; where the card is not as needed, the person may put it right and try again."""
    while True:
        try:
            return act()
        except CardError as problem:
            if not door.card_problem(problem):
                raise


def _contract(run: Run, renewal: Renewal, holder: Holder, wanted: Wanted, eid: Eid) -> Contract:
    """The contract for this signer and certificate; one for another name is caught before any PIN."""
    query = certra.GenerateContract(wanted.contact, eid.person, holder, wanted.first_names)
    contract = run.platform.ask(certra.GENERATE_CONTRACT, query)
    replaced = run.replaced(renewal)
    try:
        name = parse(contract.dn)
        is_right = name.is_same(subject_of(replaced)) if replaced is not None else is_name_of(name, holder)
    except NotADistinguishedName:
        is_right = False
    if not is_right:
        raise IssuedCertificateError("2", _("the contract is for another name ({name})").format(name=contract.dn))
    if contract.signer.ssin != eid.person.ssin:
        raise IssuedCertificateError("2", _("the contract is for another signer"))
    return contract


def _request(run: Run, renewal: Renewal, wanted: Wanted, contract: Contract, request_id: str) -> bytes:
    pending = pending_path(renewal)
    private_key = authentication_of(run.pending(renewal), pending).private_key
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise Damaged(str(pending), _("its key is not an RSA key"))
    csr_der = signing_request_der(private_key, parse(contract.dn))
    query = certra.GenerateCertificate(wanted.contact, csr_der, contract, wanted.base_services)
    return run.platform.request(certra.GENERATE_CERTIFICATE, query, request_id)


def send(run: Run, renewal: Renewal) -> Renewal:
    """Send the signed request, unless an earlier run may have: then find out what became of that first.

    Raises: ServiceError where nobody answers; the next run goes on from here.
    """
    if run.signed is None:
        run.door.step(renewal.step, _("Asking eHealth what became of the request"))
        if was_taken(run, renewal):
            return goes_to(renewal, Step.COLLECT)
        run.note(renewal, _("eHealth does not have the request; it is signed anew."))
        return goes_to(renewal, Step.SIGN)
    run.door.step(renewal.step, _("Sending the request"))
    for _attempt in range(SEND_TRIES - 1):  # a PIN was entered for it: worth more than one try
        sent = _sent_once(run, renewal, run.signed)
        if isinstance(sent, Renewal):
            return sent
        run.outside.clock.wait(SEND_PAUSE_S)
    sent = _sent_once(run, renewal, run.signed)
    if isinstance(sent, Renewal):
        return sent
    raise sent


def _sent_once(run: Run, renewal: Renewal, signed: SignedRequest) -> Renewal | ServiceError:
    """The renewal after a clear yes or no; the problem where eHealth does not have the request."""
    try:
        answer = run.platform.send(certra.GENERATE_CERTIFICATE, signed.request_xml, signed.request_id)
    except Unreachable as problem:
        return problem
    except (OutcomeUnknown, BadReply, Refused) as problem:
        # A refusal too can mean that an earlier, unanswered request with this key was taken.
        run.note(renewal, _("No clear yes: {problem}").format(problem=problem), request=signed.request_id)
        if was_taken(run, renewal):
            return goes_to(renewal, Step.COLLECT)
        return ended(run, renewal, str(problem), problem.code) if isinstance(problem, Refused) else problem
    if answer.public_key_identifier != renewal.public_key_identifier:
        raise IssuedCertificateError("1", _("eHealth took the request for another key"))
    run.note(renewal, _("eHealth has the request."), request=signed.request_id)
    return replace(goes_to(renewal, Step.COLLECT), by_hand=not answer.automatically_validated)


def was_taken(run: Run, renewal: Renewal) -> bool:
    """Whether eHealth knows a request for this key. The key stays the same, so no two certificates can come of it."""
    if renewal.public_key_identifier is None:
        raise RenewalRefused(renewal.path, _("The journal does not say which key was sent."))
    try:
        run.platform.ask(certra.GET_CERTIFICATE, renewal.public_key_identifier)
    except NotYetDelivered:
        return True
    except Refused:
        return False
    return True
