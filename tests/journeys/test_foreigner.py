"""A person without Belgian residence: no card, a request that leaves unsigned, an address to log in at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from agent.cli.requesting_foreigner import follow
from agent.core.checks import is_encryption
from agent.core.holder import Holder
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted
from agent.core.validation import validation_of
from agent.core.x509 import name_of
from agent.errors import NotYetDelivered, OutcomeUnknown, RenewalRefused, ValidationExpired
from agent.pipeline.renew import complete, request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from tests.journeys.practice import PASSWORD, Killed, Practice, kill

SHARED = Path(__file__).resolve().parents[3] / "shared" / "spec" / "xsd"
NUMBER = "80210100150"
PERSON = Holder("SSIN", NUMBER, None, "Étranger")
CONTACT = ContactData("jean@example.org", "0033612345678")
SUBMITTED = "submitCSRForForeigner"
ADDRESS = "http://127.0.0.1/_sandbox/validate/"


def asked(practice: Practice) -> First:
    wanted = Wanted(CONTACT, ("Jean Zoë",), for_foreigner=True)
    return First(PERSON, wanted, practice.environment, practice.path.parent)


def submit(practice: Practice, **options: object) -> Renewal:
    wanted = Options(**{"password": PASSWORD, "wait": False, **options})  # type: ignore[arg-type]
    return request_first(asked(practice), practice.outside, practice.door, wanted)


def waiting(practice: Practice, **options: object) -> Renewal:
    """The request, once it waits for the person."""
    with pytest.raises(NotYetDelivered):
        submit(practice, **options)
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.COLLECT
    return begun


def log_in(practice: Practice, begun: Renewal) -> None:
    assert begun.validation_url is not None
    assert practice.sandbox.visit(begun.validation_url.rpartition("/")[2])


def own_files(practice: Practice) -> list[str]:
    return [name for name in practice.files() if name.startswith("SSIN")]


def strike(practice: Practice, trouble: Trouble, operation: str | None = "SubmitCSRForForeigner") -> None:
    practice.sandbox.state.scenarios.append(Scenario(trouble, operation, times=1))


def test_no_card_and_no_pin_from_the_first_step_to_the_last(practice: Practice) -> None:
    practice.door.pins.clear()
    begun = waiting(practice)
    assert begun.validation_url is not None
    assert begun.validation_url.startswith(ADDRESS)
    assert begun.validation_ends == practice.clock.now() + timedelta(days=2)
    assert not begun.needs_a_person, "the agent asks for the certificate by itself"
    assert own_files(practice) == [Path(begun.new_path).name + ".pending"]
    assert "generateContract" not in practice.services.actions

    log_in(practice, begun)
    practice.clock.instant += timedelta(hours=1)
    made = submit(practice, wait=True)

    assert made.step is Step.DONE
    assert practice.card.pin_entries == 0
    authentication, encryption = practice.opened(made).keys
    assert is_encryption(encryption.certificate)
    assert "ETRANGER JEAN ZOE" in name_of(authentication.certificate.subject).values("OU")
    assert practice.services.actions.count(SUBMITTED) == 1
    assert own_files(practice) == [Path(made.new_path).name]


def test_the_terminal_says_where_to_log_in_and_waits_for_it(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return practice.sandbox.visit(url.rpartition("/")[2])

    assert follow(asked(practice), practice.outside, Options(PASSWORD), browse) == 0
    said = capsys.readouterr().out
    assert len(opened) == 1
    assert f"Log in at {opened[0]} before " in " ".join(said.split())
    assert "ready to use eHealth applications" in said
    assert NUMBER not in said
    assert not any(NUMBER in event.text for event in practice.journal.history(100))


def test_what_is_sent_is_what_the_schema_accepts(practice: Practice) -> None:
    if not SHARED.exists():
        pytest.skip("needs ../shared")
    waiting(practice)
    (sent,) = [
        envelope
        for action, envelope in zip(practice.services.actions, practice.services.envelopes, strict=True)
        if action == SUBMITTED
    ]
    schema = etree.XMLSchema(etree.parse(next(SHARED.rglob("ehealth-certra-schema-protocol-2_0.xsd"))))
    request = etree.fromstring(sent)[-1][0]
    assert request.tag.endswith("SubmitCSRForForeignerRequest")
    schema.assertValid(etree.fromstring(etree.tostring(request)))


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize(
    "step", [each for each in Step if each not in (Step.SIGN, Step.SEND, Step.ACTIVATE, Step.DONE, Step.ENDED)]
)
def test_killed_at_any_step_and_started_again(practice: Practice, step: Step, after_the_act: bool) -> None:
    # Where eHealth gives no other address, one that came with a lost answer cannot be had again.
    practice.sandbox.state.scenarios.append(Scenario(Trouble.NEW_ADDRESS))
    practice.sandbox.state.polls = 0
    kill(practice, step, after_the_act)
    for _each in range(4):
        try:
            made = submit(practice, wait=False)
        except Killed:
            pass
        except NotYetDelivered:
            (begun,) = practice.journal.unfinished()
            log_in(practice, begun)
            practice.clock.instant += timedelta(hours=1)
        else:
            break
    assert made.step is Step.DONE
    assert len([one for one in practice.sandbox.state.registrations if one.holder.type == "SSIN"]) == 1
    assert own_files(practice) == [Path(made.new_path).name]
    assert len(practice.opened(made).keys) == 2


def test_a_request_that_never_arrived_is_sent_again(practice: Practice) -> None:
    strike(practice, Trouble.CUT_BEFORE)
    begun = waiting(practice)
    assert begun.validation_url is not None
    assert practice.services.actions.count(SUBMITTED) == 2
    assert sum(one.holder.type == "SSIN" for one in practice.sandbox.state.registrations) == 1


def test_a_lost_answer_is_asked_for_once_more_with_the_same_key(practice: Practice) -> None:
    strike(practice, Trouble.CUT_AFTER)
    practice.sandbox.state.scenarios.append(Scenario(Trouble.NEW_ADDRESS))
    begun = waiting(practice)
    assert begun.validation_url is not None
    (one,) = [one for one in practice.sandbox.state.registrations if one.holder.type == "SSIN"]
    assert one.identifier == begun.public_key_identifier
    log_in(practice, begun)
    practice.clock.instant += timedelta(hours=1)
    assert submit(practice, wait=True).step is Step.DONE


def test_an_address_that_is_lost_for_good_is_said_and_the_request_put_aside_when_asked(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    strike(practice, Trouble.CUT_AFTER)
    assert follow(asked(practice), practice.outside, Options(PASSWORD), None) == 1
    assert "was lost" in capsys.readouterr().out
    (begun,) = practice.journal.unfinished()
    assert begun.validation_url is None
    assert practice.services.actions.count(SUBMITTED) == 2, "once more, and no oftener"

    practice.sandbox.refuse()
    again = waiting(practice, anew=True)
    assert again.validation_url is not None
    assert again.public_key_identifier != begun.public_key_identifier
    assert any(name.endswith(".refused") for name in own_files(practice)), "no key is thrown away"


def test_nothing_is_known_while_nobody_answers_and_nothing_is_sent_twice(practice: Practice) -> None:
    strike(practice, Trouble.CUT_AFTER)
    strike(practice, Trouble.CUT_AFTER, "GetCertificate")
    with pytest.raises(OutcomeUnknown):
        submit(practice)
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.SUBMIT
    assert begun.needs_a_person
    practice.sandbox.state.scenarios.append(Scenario(Trouble.NEW_ADDRESS))
    assert waiting(practice).validation_url is not None
    assert sum(one.holder.type == "SSIN" for one in practice.sandbox.state.registrations) == 1


def test_an_address_that_is_not_safe_is_neither_kept_nor_shown(practice: Practice) -> None:
    strike(practice, Trouble.UNSAFE_ADDRESS)
    assert waiting(practice).validation_url is None
    assert any("not a safe one" in event.text for event in practice.journal.history(100))


def test_who_does_not_log_in_in_time_begins_anew(practice: Practice) -> None:
    begun = waiting(practice)
    assert begun.validation_ends is not None
    practice.clock.instant = begun.validation_ends + timedelta(minutes=1)

    with pytest.raises(ValidationExpired) as told:
        submit(practice, wait=True)
    assert NUMBER not in str(told.value)
    (late,) = practice.journal.unfinished()
    assert late.needs_a_person

    again = waiting(practice, anew=True)
    assert again.validation_ends is not None
    assert again.validation_ends > practice.clock.now()
    log_in(practice, again)
    practice.clock.instant += timedelta(hours=1)
    assert submit(practice, wait=True).step is Step.DONE


def test_an_address_that_is_over_keeps_nobody_waiting_where_ehealth_does_not_refuse(practice: Practice) -> None:
    begun = waiting(practice)
    assert begun.validation_ends is not None
    (one,) = [one for one in practice.sandbox.state.registrations if one.holder.type == "SSIN"]
    one.visit_ends = begun.validation_ends + timedelta(days=30)  # eHealth is more patient than it said
    practice.clock.instant = begun.validation_ends + timedelta(minutes=1)
    with pytest.raises(ValidationExpired):
        submit(practice, wait=True)
    one.approved, one.polls_left = True, 0
    practice.clock.instant += timedelta(hours=12)
    assert submit(practice).step is Step.DONE, "a certificate that comes late is taken all the same"


def test_anew_is_not_heard_while_somebody_can_still_log_in(practice: Practice) -> None:
    begun = waiting(practice)
    assert waiting(practice, anew=True).public_key_identifier == begun.public_key_identifier
    log_in(practice, begun)
    practice.clock.instant += timedelta(hours=1)
    assert submit(practice, wait=True, anew=True).public_key_identifier == begun.public_key_identifier


def test_a_number_that_is_no_bis_number_is_refused_and_the_key_is_put_aside(practice: Practice) -> None:
    wrong = replace(asked(practice), holder=replace(PERSON, number="80010100107"))
    with pytest.raises(RenewalRefused, match="BIS"):
        request_first(wrong, practice.outside, practice.door, Options(PASSWORD, wait=False))
    assert not practice.journal.unfinished()
    assert [name for name in own_files(practice) if not name.endswith(".refused")] == []


def test_the_agent_completes_it_by_itself_after_the_log_in(practice: Practice) -> None:
    begun = waiting(practice)
    log_in(practice, begun)
    practice.clock.instant += timedelta(hours=1)
    path = Path(begun.path)
    made = complete(path, practice.environment, practice.outside, practice.door, Options(PASSWORD))
    assert made.step is Step.DONE
    assert validation_of(made) is None
