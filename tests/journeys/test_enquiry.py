"""What eHealth tells before a certificate is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.holder import Holder
from agent.core.identifiers import rule_of
from agent.errors import AuthenticationCertificateExpired, AuthenticationCertificateMissing, PinCancelled, PinWrong
from agent.pipeline.enquiry import Enquiry
from agent.secret import Secret
from tests.journeys.practice import GROUP, PIN, Practice


@pytest.fixture
def enquiry(practice: Practice) -> Enquiry:
    return Enquiry(practice.environment, practice.outside)


def test_kinds_of_organizations_and_their_application_ids_cost_no_pin(practice: Practice, enquiry: Enquiry) -> None:
    kinds = {kind.identifier_type: kind for kind in enquiry.organization_types()}
    assert {"NIHII-GROUP", "CBE"} <= set(kinds)
    assert rule_of(kinds["NIHII-GROUP"]).number("7.12345-23") == "71234523"
    assert enquiry.application_ids(GROUP) == (None,)
    assert enquiry.application_ids(Holder("CBE", "0417497106")) == ()
    assert practice.card.pin_entries == 0


def test_whom_a_person_may_act_for_costs_one_pin(practice: Practice, enquiry: Enquiry) -> None:
    qualities = enquiry.qualities(practice.card.identity(), practice.door)
    assert qualities.natural_person
    assert [(one.type, one.number) for one in qualities.organizations] == [(GROUP.type, GROUP.number)]
    assert practice.card.pin_entries == 1


def test_what_a_person_can_manage_costs_one_pin(practice: Practice, enquiry: Enquiry) -> None:
    (info,) = enquiry.certificates(practice.card.identity(), practice.door)
    assert (info.holder.type, info.holder.number) == (GROUP.type, GROUP.number)
    assert practice.card.pin_entries == 1


def test_after_a_wrong_pin_the_person_decides(practice: Practice, enquiry: Enquiry) -> None:
    practice.door.pins[:] = [Secret("9999")]
    with pytest.raises(PinWrong):
        enquiry.qualities(practice.card.identity(), practice.door)
    practice.door.pins[:] = [Secret("9999"), PIN]
    practice.door.repairs = 1
    assert enquiry.qualities(practice.card.identity(), practice.door).natural_person
    practice.door.pins.clear()
    with pytest.raises(PinCancelled):
        enquiry.qualities(practice.card.identity(), practice.door)


def test_a_card_that_cannot_authenticate_says_so_before_the_pin(practice: Practice, enquiry: Enquiry) -> None:
    eid = practice.card.identity()
    with pytest.raises(AuthenticationCertificateMissing):
        enquiry.qualities(replace(eid, authentication_chain_der=()), practice.door)
    practice.clock.instant += timedelta(days=4000)
    with pytest.raises(AuthenticationCertificateExpired):
        enquiry.qualities(eid, practice.door)
    assert practice.card.pin_entries == 0
