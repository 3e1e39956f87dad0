"""A certificate is taken back: with one PIN, for good, and without a trace on disk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.core.registration import CertificateStatus, RevocationReason
from agent.core.x509 import fingerprint
from agent.errors import ContractDeclined, NotRevocable, OutcomeUnknown, PinWrong, Refused
from agent.pipeline.revoke import Revocation
from agent.sandbox.registry import Mandate
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.journeys.practice import PASSWORD, PIN, RESPONSIBLE, Practice

REASON = RevocationReason.KEY_COMPROMISE


def revocation(practice: Practice) -> Revocation:
    return Revocation(practice.path, PASSWORD, practice.environment, practice.outside)


def status(practice: Practice) -> CertificateStatus:
    authentication = practice.old.authentication
    assert authentication is not None
    return practice.journal.words()[fingerprint(authentication.certificate)].status


def test_revoking_costs_one_pin_and_changes_no_file(practice: Practice) -> None:
    before = practice.path.read_bytes()
    revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.REVOKED
    assert practice.card.pin_entries == len(practice.door.contracts) == 1
    assert practice.path.read_bytes() == before
    assert practice.journal.history(1)[0].what == "revoke"


def test_a_second_time_nothing_is_asked(practice: Practice) -> None:
    revocation(practice).carry_out(REASON, practice.door)
    again = revocation(practice)
    again.carry_out(REASON, practice.door)
    assert again.info.status is CertificateStatus.REVOKED
    assert practice.card.pin_entries == 1


def test_a_contract_that_is_declined_revokes_nothing(practice: Practice) -> None:
    practice.door.accepts = False
    with pytest.raises(ContractDeclined):
        revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.VALID_ACTIVE
    assert practice.card.pin_entries == 0


@pytest.mark.parametrize("trouble", [Trouble.CUT_AFTER, Trouble.TRUNCATED, Trouble.CUT_MIDWAY])
def test_a_lost_answer_costs_no_second_pin(practice: Practice, trouble: Trouble) -> None:
    practice.sandbox.state.scenarios.append(Scenario(trouble, "Revoke", times=1))
    revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.REVOKED
    assert practice.card.pin_entries == 1


def test_a_request_that_did_not_arrive_is_said(practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.CUT_BEFORE, "Revoke", times=1))
    with pytest.raises(OutcomeUnknown):
        revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.VALID_ACTIVE


def test_a_wrong_pin_is_one_try(practice: Practice) -> None:
    practice.door.pins = [Secret("0000"), PIN]
    with pytest.raises(PinWrong):
        revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.VALID_ACTIVE


def test_who_may_not_act_for_the_organization_is_refused(practice: Practice) -> None:
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = [Mandate("CBE", "0417497106", "Other")]
    with pytest.raises(Refused):
        revocation(practice).carry_out(REASON, practice.door)
    assert status(practice) is CertificateStatus.VALID_ACTIVE


def test_what_is_not_in_force_is_not_revoked(practice: Practice) -> None:
    practice.clock.instant += timedelta(days=46)
    with pytest.raises(NotRevocable):
        revocation(practice)


def test_the_contract_names_who_signs(practice: Practice) -> None:
    revocation(practice).carry_out(REASON, practice.door)
    assert [contract.signer.ssin for contract in practice.door.contracts] == [RESPONSIBLE.ssin]
