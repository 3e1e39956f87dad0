"""Other contact data than eHealth has, given in a renewal: it reaches eHealth, or nothing is changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.readiness import Readiness, Said, digest, with_word
from agent.core.registration import CertificateInfo, ContactData, Verdict
from agent.core.renewal import Renewal, Step
from agent.core.x509 import fingerprint
from agent.errors import ContractDeclined, PinCancelled, Refused, RenewalRefused
from agent.pipeline.platform import Platform
from agent.pipeline.run import authentication_of, signer_of
from agent.protocol import certra
from agent.sandbox.scenarios import Scenario, Trouble
from tests.fakes import NOW, MemoryJournal
from tests.journeys.practice import PASSWORD, PIN, RESPONSIBLE, Killed, Practice, kill
from tests.journeys.test_crash import ACTS
from tests.journeys.test_recover import Terminal

MOVED = ContactData("nieuw@praktijk.be", "0032479998877", "info@praktijk.be", "003291234567")


def known_at_ehealth(practice: Practice, renewal: Renewal) -> CertificateInfo:
    """What eHealth tells of the new certificate, asked with its own key."""
    authentication = authentication_of(practice.opened(renewal), Path(renewal.new_path))
    platform = Platform(practice.services, practice.clock, practice.environment)
    operation = certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE
    return platform.ask(operation, None, signer_of(authentication))


def sent(practice: Practice, action: str) -> list[str]:
    """The contact data in each message of this kind, as it was on the wire."""
    messages = [
        envelope.decode()
        for name, envelope in zip(practice.services.actions, practice.services.envelopes, strict=True)
        if name == action
    ]
    return [each[each.index("ContactData") : each.rindex("ContactData")] for each in messages]


def is_moved(practice: Practice) -> None:
    """From now on the person gives other contact data, as soon as it is shown."""
    practice.door.wants_other_contact, practice.door.other_contact = True, MOVED


def before(practice: Practice) -> ContactData:
    return practice.sandbox.state.registrations[0].contact


# ── The pipeline ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_person_gives_is_in_contract_and_request_and_then_at_ehealth(practice: Practice) -> None:
    old = before(practice)
    is_moved(practice)
    renewal = practice.renew()
    assert known_at_ehealth(practice, renewal).contact == MOVED
    assert practice.sandbox.state.registrations[0].contact == old, "the old certificate's stays as it was"
    for action in ("generateContract", "generatecertificate"):
        (contact,) = sent(practice, action)
        assert MOVED.email_private in contact
        assert MOVED.phone_private in contact
        assert old.email_private not in contact
    assert practice.card.pin_entries == 1
    told = [event.text for event in practice.journal.history(50)]
    assert "The person gave other contact data than eHealth has." in told
    assert MOVED.email_private not in "".join(told)


def test_where_nobody_changes_it_it_stays_as_it_is(practice: Practice) -> None:
    old = before(practice)
    renewal = practice.renew()
    assert known_at_ehealth(practice, renewal).contact == old
    assert practice.door.reached == [(old, Said.NOTHING)]
    assert practice.services.actions.count("generateContract") == 1
    journal = practice.journal
    assert isinstance(journal, MemoryJournal)
    assert all(each.contact is None for each in journal.saved)


def test_once_it_is_over_the_journal_has_nobodys_address(practice: Practice) -> None:
    is_moved(practice)
    done = practice.renew()
    journal = practice.journal
    assert isinstance(journal, MemoryJournal)
    assert [each.contact for each in journal.saved if each.step is Step.SIGN] == [None, MOVED]
    assert journal.saved[-1] == replace(done, contact=None)


def test_it_is_changed_at_the_contract_and_there_is_another_contract(practice: Practice) -> None:
    practice.door.other_contact = MOVED
    practice.door.verdicts = [Verdict.OTHER_CONTACT]
    renewal = practice.renew()
    assert [said for _contact, said in practice.door.reached] == [Said.NOTHING, Said.WRONG]
    first, second = sent(practice, "generateContract")
    assert before(practice).email_private in first
    assert MOVED.email_private in second
    assert known_at_ehealth(practice, renewal).contact == MOVED
    assert practice.card.pin_entries == 1


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize("step", ACTS, ids=lambda step: step.value)
def test_killed_at_any_step_what_was_given_is_kept(practice: Practice, step: Step, after_the_act: bool) -> None:
    practice.door.pins = [PIN, PIN]
    is_moved(practice)
    kill(practice, step, after_the_act)
    with pytest.raises(Killed):
        practice.renew()
    was_given = not (step is Step.MAKE_KEY or (step, after_the_act) == (Step.SIGN, False))
    if was_given:
        practice.door.wants_other_contact, practice.door.other_contact = False, None

    renewal = practice.renew()

    assert renewal.step is Step.DONE
    assert known_at_ehealth(practice, renewal).contact == MOVED
    assert len(sent(practice, "generatecertificate")) == 1
    assert MOVED.email_private in sent(practice, "generatecertificate")[0]
    assert MOVED.email_private in sent(practice, "generateContract")[-1]


def test_killed_between_what_was_given_and_the_contract(practice: Practice) -> None:
    """On disk before it is sent."""
    is_moved(practice)
    journal = practice.journal
    assert isinstance(journal, MemoryJournal)

    def die(renewal: Renewal) -> None:
        if renewal.contact is not None:
            raise Killed

    journal.on_save = die
    with pytest.raises(Killed):
        practice.renew()
    journal.on_save = None
    assert "generateContract" not in practice.services.actions
    practice.door.wants_other_contact = False
    renewal = practice.renew()
    assert practice.door.reached[-1] == (MOVED, Said.NOTHING)
    assert known_at_ehealth(practice, renewal).contact == MOVED


@pytest.mark.parametrize("why", [ContractDeclined, PinCancelled])
def test_stopped_before_it_is_signed_it_is_kept_for_the_next_time(practice: Practice, why: type[Exception]) -> None:
    is_moved(practice)
    if why is PinCancelled:
        practice.door.pins = []
    else:
        practice.door.accepts = False
    with pytest.raises(why):
        practice.renew()
    practice.door.accepts, practice.door.pins, practice.door.wants_other_contact = True, [PIN], False
    assert known_at_ehealth(practice, practice.renew()).contact == MOVED


def test_what_ehealth_does_not_take_can_be_given_anew(practice: Practice) -> None:
    practice.door.wants_other_contact, practice.door.other_contact = True, replace(MOVED, phone_private="0479 99")
    with pytest.raises(Refused):
        practice.renew()
    assert practice.card.pin_entries == 0
    is_moved(practice)
    assert known_at_ehealth(practice, practice.renew()).contact == MOVED


def test_a_request_that_ehealth_refused_takes_it_along_when_it_is_made_anew(practice: Practice) -> None:
    practice.door.pins = [PIN, PIN]
    is_moved(practice)
    practice.sandbox.trouble(Scenario(Trouble.REFUSAL))
    with pytest.raises(RenewalRefused):
        practice.renew()
    practice.sandbox.clear()
    practice.door.wants_other_contact = False
    assert known_at_ehealth(practice, practice.renew(anew=True)).contact == MOVED


# ── What was said before ─────────────────────────────────────────────────────────────────────────────────────────────


def say(practice: Practice, is_right: bool) -> None:
    assert practice.old.authentication is not None
    mark = fingerprint(practice.old.authentication.certificate)
    known = with_word(Readiness(practice.clock.now()), before(practice), is_right)
    practice.journal.keep_readiness(mark, known)


def test_what_was_said_to_be_wrong_is_asked_for_as_long_as_ehealth_has_it(practice: Practice) -> None:
    say(practice, is_right=False)
    practice.door.other_contact = MOVED
    renewal = practice.renew()
    assert practice.door.reached == [(before(practice), Said.WRONG)]
    assert known_at_ehealth(practice, renewal).contact == MOVED


def test_put_right_at_ehealth_meanwhile_nobody_is_asked(practice: Practice) -> None:
    say(practice, is_right=False)
    practice.sandbox.state.registrations[0].contact = MOVED
    practice.renew()
    assert practice.door.reached == [(MOVED, Said.NOTHING)]


def test_the_last_word_counts() -> None:
    contact = ContactData("a@b.be", "0032470123456")
    known = Readiness(NOW)
    wrong = with_word(with_word(known, contact, is_right=True), contact, is_right=False)
    assert (wrong.confirmed, wrong.doubted) == (None, digest(contact))
    right = with_word(wrong, contact, is_right=True)
    assert (right.confirmed, right.doubted) == (digest(contact), None)


# ── In the terminal ──────────────────────────────────────────────────────────────────────────────────────────────────

SCRIPT = ("--yes", "--accept-contract")


@pytest.fixture
def terminal(practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    practice.vault.keep(practice.path, PASSWORD)
    return Terminal(practice, monkeypatch, capsys)


def newest(practice: Practice) -> ContactData:
    registrations = practice.sandbox.state.registrations
    assert len(registrations) == 2
    return registrations[1].contact


def test_given_on_the_command_line_nothing_is_asked(terminal: Terminal) -> None:
    given = ("--email", "nieuw@praktijk.be", "--phone", "0479/99.88.77")
    code, said = terminal.run("renew", terminal.practice.path, *SCRIPT, *given, answers=[PIN.reveal()])
    assert code == 0, said
    assert "With the renewal eHealth gets nieuw@praktijk.be and 0032479998877" in said
    old = before(terminal.practice)
    assert newest(terminal.practice) == replace(old, email_private="nieuw@praktijk.be", phone_private="0032479998877")


def test_one_of_them_leaves_the_other(terminal: Terminal) -> None:
    code, said = terminal.run(
        "renew", terminal.practice.path, *SCRIPT, "--email", "nieuw@praktijk.be", answers=[PIN.reveal()]
    )
    assert code == 0, said
    assert newest(terminal.practice) == replace(before(terminal.practice), email_private="nieuw@praktijk.be")


@pytest.mark.parametrize(("option", "value"), [("--email", "nieuw@"), ("--phone", "0479 99")])
def test_what_cannot_be_is_said_before_anything_is_asked(terminal: Terminal, option: str, value: str) -> None:
    code, said = terminal.run("renew", terminal.practice.path, *SCRIPT, option, value)
    assert code == 2
    assert option in said
    assert terminal.asked == []
    assert terminal.practice.services.actions == []


def test_a_person_is_asked_once_and_enter_goes_on(terminal: Terminal) -> None:
    code, said = terminal.run("renew", terminal.practice.path, answers=["y", "", "y", PIN.reveal()])
    assert code == 0, said
    assert [question.partition("?")[0] for question in terminal.asked[:3]] == [
        "Renew this keystore",
        "Has any of that changed",
        "Do you accept this contract",
    ]
    assert newest(terminal.practice) == before(terminal.practice)


def test_a_person_types_what_has_changed(terminal: Terminal) -> None:
    old = before(terminal.practice)
    answers = ["y", "y", "nieuw@", "nieuw@praktijk.be", "", "y", PIN.reveal()]
    code, said = terminal.run("renew", terminal.practice.path, answers=answers)
    assert code == 0, said
    assert f"E-mail address of the responsible person [{old.email_private}]: " in terminal.asked
    assert newest(terminal.practice) == replace(old, email_private="nieuw@praktijk.be")
    history = terminal.run("history")[1]
    assert "The person gave other contact data than eHealth has." in history
    assert "nieuw@praktijk.be" not in history
    assert RESPONSIBLE.ssin not in history


def test_what_was_confirmed_is_not_asked_again(terminal: Terminal) -> None:
    say(terminal.practice, is_right=True)
    code, said = terminal.run("renew", terminal.practice.path, answers=["y", "y", PIN.reveal()])
    assert code == 0, said
    assert newest(terminal.practice) == before(terminal.practice)


def test_what_was_said_to_be_wrong_is_asked_for_at_once(terminal: Terminal) -> None:
    say(terminal.practice, is_right=False)
    answers = ["y", "nieuw@praktijk.be", "0479 99 88 77", "y", PIN.reveal()]
    code, said = terminal.run("renew", terminal.practice.path, answers=answers)
    assert code == 0, said
    assert "That is not right any more, as was said here." in said
    assert newest(terminal.practice).phone_private == "0032479998877"


def test_a_script_is_told_what_was_said_and_goes_on(terminal: Terminal) -> None:
    say(terminal.practice, is_right=False)
    code, said = terminal.run("renew", terminal.practice.path, *SCRIPT, answers=[PIN.reveal()])
    assert code == 0, said
    assert "Give what is right with --email and --phone." in said
    assert newest(terminal.practice) == before(terminal.practice)


def test_too_late_is_said(terminal: Terminal) -> None:
    terminal.practice.sandbox.trouble(Scenario(Trouble.MANUAL_VALIDATION))
    path = terminal.practice.path
    assert terminal.run("renew", path, *SCRIPT, "--no-wait", answers=[PIN.reveal()])[0] == 75
    terminal.practice.sandbox.approve()
    terminal.practice.sandbox.clear()
    code, said = terminal.run("renew", path, *SCRIPT, "--email", "nieuw@praktijk.be")
    assert code == 0, said
    assert "The request was signed before: the contact data that was given now is not in it." in said
    assert newest(terminal.practice) == before(terminal.practice)


@pytest.mark.parametrize("answered", range(6))
def test_broken_off_at_every_question_and_taken_up_again(terminal: Terminal, answered: int) -> None:
    answers = ["y", "y", "nieuw@praktijk.be", "0479 99 88 77", "y", PIN.reveal()]
    code, _said = terminal.run("renew", terminal.practice.path, answers=answers[:answered])
    assert code == 130
    assert "generatecertificate" not in terminal.practice.services.actions
    was_given = answered > 3
    rest = ["" if was_given else "y", *([] if was_given else answers[2:4]), *answers[4:]]
    is_begun = answered > 0
    code, said = terminal.run("renew", terminal.practice.path, answers=[*([] if is_begun else ["y"]), *rest])
    assert code == 0, said
    assert newest(terminal.practice).email_private == "nieuw@praktijk.be"
    assert newest(terminal.practice).phone_private == "0032479998877"
