"""Revoke: take a certificate back, with its encryption token. Signed with the eID; nothing on disk changes.

Source: spec/ra-protocol.md, Revocation.
"""

from __future__ import annotations

from pathlib import Path

from agent.core.dn import NotADistinguishedName, parse
from agent.core.holder import Environment
from agent.core.keystore import KeyEntry
from agent.core.person import Person
from agent.core.registration import CertificateInfo, CertificateStatus, RevocationContract, RevocationReason, Verdict
from agent.errors import BadReply, ContractDeclined, IssuedCertificateError, NotRevocable, OutcomeUnknown
from agent.pipeline.ask import ask_and_keep
from agent.pipeline.platform import Platform
from agent.pipeline.run import authentication_of, subject_of
from agent.pipeline.sign import CardSigner, usable_eid, with_card
from agent.ports import CardKey, Door, Event, Outside
from agent.protocol import certra
from agent.secret import Secret
from agent.text import _


class Revocation:
    """Taking back the certificate of one keystore. `info` is what eHealth knows of it beforehand.

    Raises, when made: KeystoreError, ServiceError, NotRevocable.
    """

    def __init__(self, path: Path, password: Secret, environment: Environment, outside: Outside) -> None:
        self.path, self.environment, self._outside = path, environment, outside
        self._platform = Platform(outside.services, outside.clock, environment)
        self._authentication: KeyEntry = authentication_of(outside.keystores.read(path, password), path)
        self.info = self._asked()
        if self.info.status is not CertificateStatus.REVOKED and not self.info.revocable:
            raise NotRevocable(str(path), self.info.status.value)

    def carry_out(self, reason: RevocationReason, door: Door) -> None:
        """Have the contract accepted and signed, and send it. One that was revoked already stays so.

        Raises: ContractDeclined, CardError, ServiceError, IssuedCertificateError (the contract is for another name).
        """
        if self.info.status is CertificateStatus.REVOKED:
            return
        eid = with_card(door, lambda: usable_eid(self._outside))
        contract = self._contract(reason, eid.person)
        if door.accept(contract, eid.person, self.environment) is not Verdict.ACCEPTED:
            raise ContractDeclined
        signer = CardSigner(self._outside.card, eid, CardKey.SIGNATURE, door)
        query = certra.Revoke(self.info.public_key_identifier, contract)
        try:
            with_card(door, lambda: self._platform.ask(certra.REVOKE, query, signer))
        except (OutcomeUnknown, BadReply):  # it may have been taken all the same
            if self._asked().status is not CertificateStatus.REVOKED:
                raise
        else:
            self._asked()
        text = _("Revoked by {name}: {reason}.").format(name=eid.person.full_name, reason=reason.value)
        self._outside.journal.note(Event(self._outside.clock.now(), "revoke", text, str(self.path)))

    def _contract(self, reason: RevocationReason, signer: Person) -> RevocationContract:
        query = certra.GenerateRevocationContract(self.info.public_key_identifier, signer, reason)
        contract = self._platform.ask(certra.GENERATE_REVOCATION_CONTRACT, query)
        try:
            is_same = parse(contract.dn).is_same(subject_of(self._authentication))
        except NotADistinguishedName:
            is_same = False
        if not is_same or contract.reason is not reason or contract.signer.ssin != signer.ssin:
            raise IssuedCertificateError(
                "2", _("the contract is for another revocation ({name})").format(name=contract.dn)
            )
        return contract

    def _asked(self) -> CertificateInfo:
        return ask_and_keep(self._authentication, self._platform, self._outside)
