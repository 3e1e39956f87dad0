"""What eHealth refuses when a certificate is requested: said in the person's language, with a next step, and kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.holder import Holder
from agent.errors.refusals import KNOWN
from agent.sandbox import certification
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import Mandate
from agent.sandbox.scenarios import Scenario, Trouble
from agent.text import LANGUAGES, _, speak
from tests.journeys.asked import Asked, Script
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice
from tests.journeys.test_request_stopped import FORM, SHEET, SIGNING, finished

OF_GROUP = (
    *("--type", GROUP.type, "--number", GROUP.number, "--name", "Groep De Brug"),
    *("--email", "anna@voorbeeld.be", "--phone", "0470 12 34 56"),
)
OF_ENTERPRISE = (
    *("--type", "CBE", "--number", "0417.497.106", "--name", "d'Août & Zonen"),
    *("--email", "anna@voorbeeld.be", "--phone", "0470 12 34 56"),
)
SCRIPT = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin")
SECRETS = f"Journey-2026-first\n{PIN.reveal()}\n"


def kept(practice: Practice) -> str:
    """The history, as a helpdesk reads it."""
    return "\n".join(f"{event.text} {dict(event.facts)}" for event in practice.journal.history(50))


def refuse(monkeypatch: pytest.MonkeyPatch, code: str, message: str) -> None:
    """The sandbox gives no contract, for this reason."""

    class Refused(Refusal):
        def __init__(self) -> None:
            super().__init__(Code.ACTOR_INVALID, message)
            self.code = code  # type: ignore[assignment] # also one that nobody knows

    def check(*_anything: object) -> None:
        raise Refused

    monkeypatch.setattr(certification, "_check_holder", check)


# ── Before the PIN ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", sorted(KNOWN))
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contract_that_is_refused_is_said_in_the_persons_language(
    asked: Asked, practice: Practice, monkeypatch: pytest.MonkeyPatch, code: str, language: str
) -> None:
    refuse(monkeypatch, code, "Words of eHealth's own")
    asked.speaks(language)
    exit_code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)
    speak(language)
    assert exit_code == 1
    assert _(KNOWN[code].what) in said
    assert " ".join(_(KNOWN[code].next).split()) in " ".join(said.split())
    assert f"Words of eHealth's own ({code})" in said
    assert f"Words of eHealth's own ({code})" in kept(practice)
    assert f"'code': '{code}'" in kept(practice)
    assert practice.card.pin_entries == 0
    assert practice.journal.unfinished() == []
    assert finished(practice) == []


def test_what_is_refused_while_the_form_is_filled_in_is_kept_too(
    asked: Asked, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_anything: object) -> None:
        raise Refusal(Code.SIGNER_NOT_AUTHORIZED, "Words of eHealth's own")

    monkeypatch.setattr(certification, "_check_holder", no)
    monkeypatch.setattr("agent.sandbox.information._texts", no)
    code, said = asked.run("request", script=[FORM[0], ("For whom?", "3")])
    assert code == 1
    assert "This person may not manage certificates for that organization." in said
    assert "Words of eHealth's own (SIGNER_NOT_AUTHORIZED)" in kept(practice)


def test_a_code_that_nobody_knows_is_shown_as_it_came(
    asked: Asked, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "SOMETHING_NEW_42", "Words of eHealth's own")
    code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)
    assert code == 1
    assert "eHealth refused: Words of eHealth's own (SOMETHING_NEW_42)." in said
    assert "show this to eHealth support" in said
    assert "(SOMETHING_NEW_42)" in kept(practice)


def test_a_number_that_was_insisted_on_is_refused_and_put_right_without_typing_the_rest_again(
    asked: Asked, practice: Practice
) -> None:
    mistyped = dict(FORM)
    mistyped["Enterprise number"] = "0417.497.107"
    script = list(mistyped.items())
    script.insert(5, ("Keep it all the same?", "y"))
    put_right: Script = [
        ("Change something and request again?", "y"),
        ("Is all of this right?", "2"),
        *FORM[1:7],
        ("Which ones?", ""),
        *FORM[12:],
    ]
    code, said = asked.run("request", script=[*script, *put_right, *SIGNING, *SHEET])
    assert code == 0, said
    assert "The number is not right." in said
    assert "(IDENTIFIER_CHECK_DIGITS)" in kept(practice)
    assert practice.card.pin_entries == 1
    (name,) = finished(practice)
    assert name.startswith("CBE=0417497106,MYAPP-01 ")


def test_in_a_script_a_doubtful_number_is_taken_with_yes_only(asked: Asked, practice: Practice) -> None:
    wrong = ("--type", "CBE", "--number", "0417497107", *OF_ENTERPRISE[4:])
    code, said = asked.told("request", *wrong, *SCRIPT, told=SECRETS)
    assert code == 1
    assert "--number: The check digits do not fit" in said
    assert "IDENTIFIER_CHECK_DIGITS" in said
    assert practice.card.pin_entries == 0


# ── What is in use already ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def practice(tmp_path: Path, request: pytest.FixtureRequest) -> Practice:
    """As everywhere; a test may say how many days its certificate has left."""
    practice = Practice(tmp_path, days_left=getattr(request, "param", 45))
    practice.vault.passwords[practice.path] = PASSWORD
    return practice


@pytest.mark.parametrize("practice", [400], indirect=True)
def test_a_second_certificate_is_warned_of_before_it_costs_a_pin(asked: Asked, practice: Practice) -> None:
    code, said = asked.run(
        "request",
        *OF_GROUP,
        script=[
            ("Do you accept these conditions?", "y"),
            ("Application id", ""),
            ("Keep it all the same?", "n"),
            ("Application id", KeyboardInterrupt),
        ],
    )
    assert code == 130
    assert "Application ids in use for this organization: (none)" in said
    assert "A certificate without application id is in use." in said
    assert f"Its keystore is {practice.path.name}, valid until 6 April 2027." in said
    assert "eHealth refuses a second one, after the PIN." in said
    assert practice.card.pin_entries == 0


@pytest.mark.parametrize("practice", [400], indirect=True)
def test_who_insists_hears_it_from_ehealth(asked: Asked, practice: Practice) -> None:
    code, said = asked.told("request", *OF_GROUP, *SCRIPT, told=SECRETS)
    assert code == 1
    assert "There is a certificate for this holder already" in said
    assert "(CERT_ALREADY_ACTIVE)" in kept(practice)
    assert practice.card.pin_entries == 1
    assert practice.services.actions.count("generatecertificate") == 1, "a refusal is never tried again"
    assert (practice.journal.unfinished(), finished(practice)) == ([], [])


def test_in_the_last_90_days_renewing_is_offered_instead_and_a_new_one_is_possible(
    asked: Asked, practice: Practice
) -> None:
    code, said = asked.told("request", *OF_GROUP, *SCRIPT, told=SECRETS)
    assert code == 0, said
    assert "Renew it instead: that keeps old messages readable." in said
    assert len(finished(practice)) == 1


def test_a_request_that_is_being_handled_is_named(asked: Asked, practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.MANUAL_VALIDATION))
    assert asked.told("request", *OF_ENTERPRISE, *SCRIPT, "--no-wait", told=SECRETS)[0] == 75
    for renewal in practice.journal.unfinished():  # as if it had been made on another computer
        for path in practice.path.parent.glob(f"{Path(renewal.new_path).name}*"):
            path.unlink()
    practice.journal = type(practice.journal)()
    practice.door.pins.append(PIN)
    code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)
    assert code == 1
    assert "eHealth is already working on a request for this holder." in said
    assert "ehealth-agent complete" in said
    assert "(CERT_REQUEST_IN_PROGRESS)" in kept(practice)


# ── After the PIN ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_that_changed_meanwhile_is_asked_for_again(asked: Asked, practice: Practice) -> None:
    def contracts_are_new() -> str:
        practice.sandbox.state.contracts.clear()
        return "y"

    changed: Script = [("Do you accept this contract?", contracts_are_new), SIGNING[1]]
    again: Script = [("Change something and request again?", "y"), ("Is all of this right?", "1")]
    code, said = asked.run("request", script=[*FORM, *changed, *again, *SIGNING, *SHEET])
    assert code == 0, said
    assert "The contract is no longer the one that eHealth made." in said
    assert "(CONTRACT_UNKNOWN)" in kept(practice)
    assert practice.services.actions.count("generatecertificate") == 2
    assert len(finished(practice)) == 1


def test_who_is_not_known_as_entitled_waits_for_a_person_at_ehealth(asked: Asked, practice: Practice) -> None:
    practice.sandbox.state.mandates[RESPONSIBLE.ssin] = [Mandate("NIHII-PHARMACY", "12345656", "Other")]
    code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, "--no-wait", told=SECRETS)
    assert code == 75
    assert "eHealth is still working on the certificate." in said
    assert finished(practice) == []
    for registration in practice.sandbox.state.registrations:
        registration.approved = True
    practice.clock.instant += timedelta(days=1)
    code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)
    assert code == 0, said
    assert practice.card.pin_entries == 1


def test_a_request_that_a_person_refused_is_put_aside_with_anew_only(asked: Asked, practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.REFUSAL, times=1))
    for _time in range(2):
        code, said = asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)
        assert code == 1
        assert "A person at eHealth looked at the request and refused it." in said
        assert "ehealth-agent request --anew" in said
    assert "(CERT_REQUEST_REFUSED)" in kept(practice)
    assert practice.card.pin_entries == 1

    code, said = asked.run("request", script=[("What now?", KeyboardInterrupt)])
    assert "This request was refused (CERT_REQUEST_REFUSED)" in said

    code, said = asked.told("request", "--anew", *SCRIPT, told=SECRETS)
    assert code == 0, said
    assert practice.card.pin_entries == 2
    assert len(finished(practice)) == 1
    assert any(name.endswith(".refused") for name in practice.files())


def test_a_refused_request_can_be_put_aside_for_another_one(asked: Asked, practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.REFUSAL, times=1))
    assert asked.told("request", *OF_ENTERPRISE, *SCRIPT, told=SECRETS)[0] == 1
    code, said = asked.run("request", script=[("What now?", "3"), *FORM, *SIGNING, *SHEET])
    assert code == 0, said
    assert practice.journal.unfinished() == []
    (name,) = finished(practice)
    assert name.startswith("CBE=0417497106,MYAPP-01 ")


# ── A person ─────────────────────────────────────────────────────────────────────────────────────────────────────────

OF_MYSELF = ("--type", "SSIN", "--email", "anna@voorbeeld.be", "--phone", "0470 12 34 56")


def test_a_persons_certificate_has_the_names_of_the_eid_and_its_number_is_shown_nowhere(
    asked: Asked, practice: Practice
) -> None:
    code, said = asked.told("request", *OF_MYSELF, *SCRIPT, "--sheet", practice.folder / "s.html", told=SECRETS)
    assert code == 0, said
    registration = practice.sandbox.state.registrations[-1]
    assert registration.holder == Holder("SSIN", RESPONSIBLE.ssin, None, RESPONSIBLE.surname)
    assert registration.first_names == (RESPONSIBLE.first_names,)
    (name,) = finished(practice)
    assert name.startswith(f"SSIN={RESPONSIBLE.ssin} "), "as the official program calls it"
    ours = said.replace(name, "").split("╰")
    assert RESPONSIBLE.ssin not in ours[0].split("╭")[0] + ours[1], "but for eHealth's own contract"
    assert RESPONSIBLE.ssin not in (practice.folder / "s.html").read_text()
    assert RESPONSIBLE.ssin not in kept(practice)


def test_a_person_with_a_certificate_is_warned(asked: Asked, practice: Practice) -> None:
    asked.told("request", *OF_MYSELF, *SCRIPT, "--keep-password", told=SECRETS)
    (name,) = finished(practice)
    assert practice.vault.passwords.keys() == {practice.path, practice.path.with_name(name)}
    code, said = asked.run(
        "request",
        *OF_MYSELF,
        script=[("Do you accept these conditions?", "y"), ("Request another one all the same?", "n")],
    )
    assert code == 130
    assert "Its keystore is SSIN " in said
    assert RESPONSIBLE.ssin not in said
