"""A request that is broken off: at every question, with one sentence, and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.core.renewal import Step
from agent.sandbox.registry import Mandate
from tests.journeys.asked import Answer, Asked, Script
from tests.journeys.practice import PIN, RESPONSIBLE, Practice

PASSWORD = "Journey-2026-first"
FORM: Script = [
    ("Do you accept these conditions?", "y"),
    ("For whom?", "3"),
    ("Type of organization", "kbo"),
    ("Which type?", "1"),
    ("Enterprise number", "0417.497.106"),
    ("Name of the organization", 'd\'Août & Zonen, "De Brug" + Cie'),
    ("Application id", "myapp-01"),
    ("E-mail address of the responsible", "anna@voorbeeld.be"),
    ("Phone number of the responsible", "0470/12.34.56"),
    ("General e-mail", ""),
    ("General phone", ""),
    ("Which ones?", "1 4"),
    ("New password", PASSWORD),
    ("The same again", PASSWORD),
    ("Store it in this computer's password vault?", "n"),
    ("Is all of this right?", "1"),
]
SIGNING: Script = [("Do you accept this contract?", "y"), ("PIN of the eID", PIN.reveal())]
SHEET: Script = [("Write a sheet", "n")]
WHOLE: Script = [*FORM, *SIGNING, *SHEET]
AGAIN: Script = [("What now?", "1"), ("Password of CBE=0417497106,MYAPP-01 ", PASSWORD), *SIGNING, *SHEET]

breaks_off = pytest.mark.parametrize("how", [KeyboardInterrupt, EOFError], ids=["Ctrl-C", "Ctrl-D"])


def broken_off(script: Script, place: int, how: Answer) -> Sequence[tuple[str, Answer]]:
    return [*script[:place], (script[place][0], how)]


def finished(practice: Practice) -> list[str]:
    """What other software would pick up."""
    return [name for name in practice.files() if name.endswith("p12") and name != practice.path.name]


@breaks_off
@pytest.mark.parametrize("place", range(len(FORM)), ids=[question for question, _ in FORM])
def test_at_a_question_of_the_form_nothing_is_written(
    asked: Asked, practice: Practice, place: int, how: type[BaseException]
) -> None:
    code, said = asked.run("request", script=broken_off(WHOLE, place, how))
    assert (code, said.splitlines()[-1]) == (130, "Stopped. Nothing was requested, and nothing was written.")
    assert practice.files() == [practice.path.name]
    assert practice.journal.unfinished() == []
    assert "GenerateContract" not in str(practice.services.actions)


@breaks_off
def test_a_form_that_was_broken_off_is_filled_in_again(
    asked: Asked, practice: Practice, how: type[BaseException]
) -> None:
    asked.run("request", script=broken_off(WHOLE, len(FORM) - 1, how))
    code, said = asked.run("request", script=WHOLE)
    assert code == 0, said
    assert "Your computer is now ready to use eHealth applications." in said
    (name,) = finished(practice)
    assert name.startswith("CBE=0417497106,MYAPP-01 ")


@breaks_off
@pytest.mark.parametrize("place", [len(FORM), len(FORM) + 1], ids=["contract", "PIN"])
def test_at_the_contract_and_the_pin_it_is_kept_and_goes_on(
    asked: Asked, practice: Practice, place: int, how: type[BaseException]
) -> None:
    code, said = asked.run("request", script=broken_off(WHOLE, place, how))
    assert code == 130
    assert said.splitlines()[-1] == ("Stopped. What was done so far is kept; the same command goes on from there.")
    assert finished(practice) == []
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.SIGN

    code, said = asked.run("request", script=AGAIN)
    assert code == 0, said
    assert "A request for d'Août & Zonen" in said
    assert len(finished(practice)) == 1
    assert practice.journal.unfinished() == []
    assert practice.services.actions.count("generatecertificate") == 1


@breaks_off
def test_at_the_sheet_everything_is_done_already(asked: Asked, practice: Practice, how: type[BaseException]) -> None:
    code, said = asked.run("request", script=broken_off(WHOLE, len(WHOLE) - 1, how))
    assert code == 0, said
    assert len(finished(practice)) == 1


def test_while_ehealth_works_it_is_kept_and_costs_no_second_pin(
    asked: Asked, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr(practice.clock, "wait", stop)
        code, said = asked.run("request", script=WHOLE[:-1])
    assert code == 130
    assert "Ctrl-C stops, and keeps what was done." in said
    assert finished(practice) == []
    code, said = asked.run("request", script=[*AGAIN[:2], *SHEET])
    assert code == 0, said
    assert practice.card.pin_entries == 1


def test_one_that_was_stopped_can_be_left_or_put_aside(asked: Asked, practice: Practice) -> None:
    asked.run("request", script=broken_off(WHOLE, len(FORM), KeyboardInterrupt))
    code, _said = asked.run("request", script=[("What now?", "2"), *broken_off(FORM, 0, KeyboardInterrupt)])
    assert code == 130
    assert len(practice.journal.unfinished()) == 1
    code, said = asked.run("request", script=[("What now?", "3"), *WHOLE])
    assert code == 0, said
    assert practice.journal.unfinished() == []
    assert len(finished(practice)) == 1
    assert any(name.endswith(".refused") for name in practice.files()), "no key is ever thrown away"
    assert any(event.what == "request.put_aside" for event in practice.journal.history(50))


def test_the_same_holder_again_takes_the_new_contact_data_while_nothing_was_sent(
    asked: Asked, practice: Practice
) -> None:
    asked.run("request", script=broken_off(WHOLE, len(FORM), KeyboardInterrupt))
    form = dict(FORM) | {"E-mail address of the responsible": "zoe@voorbeeld.be"}
    for question in ("New password", "The same again", "Store it in this computer's password vault?"):
        del form[question]
    script = list(form.items())
    script.insert(-1, ("Password of CBE=0417497106,MYAPP-01 ", PASSWORD))
    code, said = asked.run("request", script=[("What now?", "2"), *script, *SIGNING, *SHEET])
    assert code == 0, said
    assert practice.sandbox.state.registrations[-1].contact.email_private == "zoe@voorbeeld.be"


def test_what_is_not_right_is_changed_before_it_is_requested(asked: Asked, practice: Practice) -> None:
    changes: Script = [
        ("Is all of this right?", "2"),
        ("For whom?", "3"),
        ("Type of organization", "zzz"),
        ("Type of organization", "thuisverpleegk"),
        ("Which type?", "1"),
        ("RIZIV/INAMI number (first 8 digits)", "7/65432"),
        ("RIZIV/INAMI number (first 8 digits)", "7/65432/91"),
        ("Keep it all the same?", "n"),
        ("RIZIV/INAMI number (first 8 digits)", "7/65432/92/403"),
        ("Name of the organization", ""),
        ("Name of the organization", "Groep Zoë"),
        ("Application id", "zoë"),
        ("Application id", ""),
        ("Which ones?", "9"),
        ("Which ones?", ""),
        ("New password", "short"),
        ("New password", PASSWORD),
        ("The same again", "another"),
        ("New password", PASSWORD),
        ("The same again", PASSWORD),
        ("Store it in this computer's password vault?", "y"),
        ("Is all of this right?", "3"),
        ("E-mail address of the responsible", "zoe@"),
        ("E-mail address of the responsible", "zoe@voorbeeld.be"),
        ("Phone number of the responsible", "09 223 45 67"),
        ("General e-mail", "info@voorbeeld.be"),
        ("General phone", "+32 2 223 45 67"),
        ("Is all of this right?", "1"),
    ]
    code, said = asked.run("request", script=[*FORM[:-1], *changes, *SIGNING, *SHEET])
    assert code == 0, said
    for sentence in ("So far 6 of 8 digits.", "The check digits do not fit", "No type has that in its name."):
        assert sentence in said
    (name,) = finished(practice)
    assert name.startswith("NIHII-GROUP=76543292 ")
    made = practice.sandbox.state.registrations[-1]
    assert (made.contact.phone_private, made.contact.phone_general) == ("003292234567", "003222234567")
    assert (made.holder.name, made.base_services) == ("Groep Zoë", ())
    assert practice.vault.passwords.keys() == {Path(practice.path.parent / name)}


def test_who_asks_ehealth_for_whom_may_go_back(asked: Asked, practice: Practice) -> None:
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = []
    back: Script = [
        ("Do you accept these conditions?", "y"),
        ("For whom?", "2"),
        ("Ask eHealth?", "n"),
        ("For whom?", "2"),
        ("Ask eHealth?", "y"),
        ("PIN of the eID", PIN.reveal()),
        ("For whom?", "4"),
        ("For whom?", KeyboardInterrupt),
    ]
    code, said = asked.run("request", script=back)
    assert code == 130
    assert said.index("that costs one PIN now") < said.index("eHealth names no organization")
    assert practice.card.pin_entries == 1


def test_one_of_the_organizations_that_ehealth_names_is_requested_for(asked: Asked, practice: Practice) -> None:
    names = [Mandate("NIHII-PHARMACY", "12345656", "Apotheek De Brug"), Mandate("CBE", "0417497106", "De Brug bv")]
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = names
    script: Script = [
        ("Do you accept these conditions?", "y"),
        ("For whom?", "2"),
        ("Ask eHealth?", "y"),
        ("PIN of the eID", PIN.reveal()),
        ("Which organization?", "3"),
        ("For whom?", "2"),
        ("Ask eHealth?", "y"),
        ("PIN of the eID", PIN.reveal()),
        ("Which organization?", "2"),
        *FORM[6:],
        *SIGNING,
        *SHEET,
    ]
    code, said = asked.run("request", script=script)
    assert code == 0, said
    assert practice.sandbox.state.registrations[-1].holder.name == "De Brug bv"
    assert practice.card.pin_entries == 3
