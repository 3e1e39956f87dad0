"""What can go wrong on the way, and what is left afterwards: the old keystore as it was, and a renewal that goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.renewal import Step
from agent.core.x509 import fingerprint
from agent.errors import (
    BadReply,
    CardMissing,
    ContractDeclined,
    IssuedCertificateError,
    NotReplaceable,
    NotYetDelivered,
    PinCancelled,
    PinWrong,
    Refused,
    RenewalBusy,
    RenewalNotOpen,
    RenewalRefused,
    ServiceError,
    WrongPassword,
)
from agent.pipeline.renew import renew
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.journeys.practice import PASSWORD, PIN, Practice

GENERATE = "GenerateCertificate"


def _certificates(practice: Practice) -> int:
    return sum(bool(one.chain_der) for one in practice.sandbox.state.registrations)


# ── The answer to the request gets lost ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble.CUT_BEFORE,
        Trouble.CUT_AFTER,
        Trouble.CUT_MIDWAY,
        Trouble.TRUNCATED,
        Trouble.HTML_PAGE,
        Trouble.HTTP_STATUS,
        Trouble.SOAP_FAULT,
        Trouble.WRONG_IN_RESPONSE_TO,
        Trouble.DTD,
    ],
)
def test_a_lost_answer_to_the_request_costs_no_second_pin_and_no_second_certificate(
    practice: Practice, trouble: Trouble
) -> None:
    practice.sandbox.trouble(Scenario(trouble, GENERATE, times=1))
    renewal = practice.renew()
    assert renewal.step is Step.DONE
    assert practice.card.pin_entries == 1
    assert _certificates(practice) == 2


@pytest.mark.parametrize(
    "operation", ["GetCertificate", "StartETKRegistration", "CompleteETKRegistration", "ActivateETK"]
)
@pytest.mark.parametrize("trouble", [Trouble.CUT_AFTER, Trouble.HTML_PAGE])
def test_any_later_call_may_fail_once_and_the_next_start_goes_on(
    practice: Practice, operation: str, trouble: Trouble
) -> None:
    practice.sandbox.trouble(Scenario(trouble, operation, times=1))
    for _ in range(2):
        try:
            renewal = practice.renew()
        except ServiceError:
            continue
        break
    assert renewal.step is Step.DONE
    assert practice.card.pin_entries == 1
    assert len(practice.opened(renewal).keys) == 3


def test_a_platform_that_stays_broken_is_said_and_the_renewal_can_go_on(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.HTML_PAGE, GENERATE))
    with pytest.raises(BadReply):
        practice.renew()
    practice.sandbox.clear()
    practice.door.pins = [PIN]
    assert practice.renew().step is Step.DONE
    assert _certificates(practice) == 2


# ── eHealth says no ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_request_keeps_its_key_and_waits_for_a_decision(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.REFUSAL, times=1))
    practice.door.pins = [PIN, PIN]
    with pytest.raises(RenewalRefused):
        practice.renew()
    (refused,) = practice.journal.unfinished()
    assert refused.step is Step.COLLECT
    with pytest.raises(RenewalRefused):
        practice.renew()

    renewal = practice.renew(anew=True)

    assert renewal.step is Step.DONE
    assert [name for name in practice.files() if name.endswith(".refused")] == [
        Path(refused.new_path).name + ".refused"
    ]


def test_a_certificate_for_another_key_is_not_installed(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.OTHER_KEY))
    with pytest.raises(IssuedCertificateError) as caught:
        practice.renew()
    assert caught.value.check == "1"
    assert not [name for name in practice.files() if name.endswith(".p12") and name != practice.path.name]


def test_a_certificate_for_somebody_else_is_not_installed(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.OTHER_DN))
    with pytest.raises(IssuedCertificateError) as caught:
        practice.renew()
    assert caught.value.check == "2"


def test_a_challenge_that_does_not_fit_is_not_answered(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.WRONG_CHALLENGE, times=1))
    with pytest.raises(IssuedCertificateError):
        practice.renew()
    assert "completeETKregistration" not in practice.services.actions
    assert practice.renew().step is Step.DONE


def test_before_the_window_nothing_is_begun(tmp_path: Path) -> None:
    practice = Practice(tmp_path, days_left=200)
    with pytest.raises(RenewalNotOpen) as caught:
        practice.renew()
    assert caught.value.opens == (practice.clock.now() + timedelta(days=110)).date()
    assert practice.files() == [practice.path.name]
    assert practice.journal.unfinished() == []


def test_an_expired_certificate_is_not_renewed(practice: Practice) -> None:
    practice.clock.instant += timedelta(days=46)
    with pytest.raises((NotReplaceable, Refused)):
        practice.renew()
    assert practice.files() == [practice.path.name]


# ── The person and the card ──────────────────────────────────────────────────────────────────────────────────────────


def test_without_acceptance_nothing_is_signed(practice: Practice) -> None:
    practice.door.accepts = False
    with pytest.raises(ContractDeclined):
        practice.renew()
    assert practice.card.pin_entries == 0
    practice.door.accepts = True
    assert practice.renew().step is Step.DONE


def test_a_cancelled_pin_sends_nothing(practice: Practice) -> None:
    practice.door.pins = []
    with pytest.raises(PinCancelled):
        practice.renew()
    assert "generatecertificate" not in practice.services.actions


def test_after_a_wrong_pin_the_person_decides(practice: Practice) -> None:
    practice.door.pins = [Secret("0000")]
    with pytest.raises(PinWrong) as caught:
        practice.renew()
    assert caught.value.attempts_left == 2
    assert practice.card.pin_entries == 1

    practice.door.pins, practice.door.repairs = [Secret("0000"), PIN], 1
    assert practice.renew().step is Step.DONE
    assert practice.door.attempts_left == [3, 2, 1]


def test_no_card_in_the_reader_can_be_put_right(practice: Practice) -> None:
    practice.card.remove()
    with pytest.raises(CardMissing):
        practice.renew()
    practice.card.insert()
    assert practice.renew().step is Step.DONE


def test_the_wrong_password_changes_nothing(practice: Practice) -> None:
    with pytest.raises(WrongPassword):
        practice.renew(password=Secret("Another-1"))
    assert practice.files() == [practice.path.name]


def test_two_renewals_of_one_certificate_do_not_run_at_once(practice: Practice) -> None:
    outside = practice.outside
    mark = fingerprint(practice.old.keys[0].certificate)
    with outside.lock.hold(mark, practice.path), pytest.raises(RenewalBusy):
        renew(practice.path, practice.environment, outside, practice.door, Options(PASSWORD))


def test_a_copy_of_the_keystore_goes_on_with_the_same_renewal(practice: Practice, tmp_path: Path) -> None:
    practice.sandbox.trouble(Scenario(Trouble.SLOW_DELIVERY))
    with pytest.raises(NotYetDelivered):
        practice.renew(wait=False)
    copy = tmp_path / "copy of it.p12"
    copy.write_bytes(practice.path.read_bytes())
    assert practice.renew(copy).step is Step.DONE
    assert practice.services.actions.count("generatecertificate") == 1


# ── Nothing leaks ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_password_pin_or_national_number_is_in_the_history(practice: Practice) -> None:
    renewal = practice.renew(keep_password=True)
    told = repr(practice.journal.history(1000)) + repr(renewal) + " ".join(practice.door.texts)
    for secret in (PASSWORD.reveal(), PIN.reveal() + "'", "80010100107"):
        assert secret not in told
