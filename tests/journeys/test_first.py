"""The first certificate of a group or an enterprise, and requests that another program began."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.checks import is_encryption, is_same_key
from agent.core.holder import Holder
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted
from agent.core.x509 import name_of
from agent.errors import IssuedCertificateError, NothingToComplete, NotYetDelivered, RenewalRefused
from agent.pipeline.renew import complete, request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.fakes import MemoryJournal
from tests.journeys.practice import PASSWORD, PIN, Killed, Practice, kill

NURSES = Holder("NIHII-GROUP", "71234523", None, "GROEP DE BRUG")
ENTERPRISE = Holder("CBE", "0417497106", "MYAPP-01", 'd\'Août & Zonen, "De Brug" + Cie')
CONTACT = ContactData("anna@voorbeeld.be", "003291234567", "praktijk@voorbeeld.be", "003291234568")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "keystores"


def first(practice: Practice, holder: Holder = ENTERPRISE, **options: object) -> Renewal:
    asked = First(holder, Wanted(CONTACT), practice.environment, practice.path.parent)
    wanted = Options(**{"password": PASSWORD, **options})  # type: ignore[arg-type]
    return request_first(asked, practice.outside, practice.door, wanted)


def finish(practice: Practice, path: Path, **options: object) -> Renewal:
    wanted = Options(**{"password": PASSWORD, **options})  # type: ignore[arg-type]
    return complete(path, practice.environment, practice.outside, practice.door, wanted)


def test_a_first_certificate_costs_one_pin_and_has_the_official_form(practice: Practice) -> None:
    made = first(practice)

    keystore = practice.opened(made)
    authentication, encryption = keystore.keys
    assert made.step is Step.DONE
    assert practice.card.pin_entries == 1
    assert Path(made.new_path).name.startswith("CBE=0417497106,MYAPP-01 ")
    assert authentication.alias == "authentication"
    assert encryption.alias == str(encryption.certificate.serial_number)
    assert is_encryption(encryption.certificate)
    assert [entry.certificate for entry in keystore.certificates] == list(authentication.chain)
    assert 'D\'AOUT & ZONEN, "DE BRUG" + CIE' in name_of(authentication.certificate.subject).values("OU")
    assert practice.files() == sorted([practice.path.name, Path(made.new_path).name])


def test_a_first_certificate_is_renewed_like_any_other(practice: Practice) -> None:
    made = first(practice)
    practice.clock.instant += (
        practice.opened(made).keys[0].certificate.not_valid_after_utc - practice.clock.now()
    ) / 1.03
    practice.door.pins.append(PIN)
    again = practice.renew(Path(made.new_path))
    assert again.step is Step.DONE
    assert len(practice.opened(again).keys) == 3


def test_a_request_that_was_broken_off_goes_on_with_the_same_key_and_no_second_pin(practice: Practice) -> None:
    key = _stop_before_delivery(practice)
    assert not [name for name in practice.files() if name.startswith("CBE") and name.endswith("p12")]
    practice.clock.instant += timedelta(hours=12)
    made = first(practice)
    assert made.public_key_identifier == key
    assert practice.card.pin_entries == 1


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize(
    "step",
    [step for step in Step if step not in (Step.SUBMIT, Step.ACTIVATE, Step.DONE, Step.ENDED)],
    ids=lambda step: step.value,
)
def test_a_first_certificate_goes_on_after_a_kill_and_nothing_half_made_is_picked_up(
    practice: Practice, step: Step, after_the_act: bool
) -> None:
    practice.door.pins.append(PIN)  # killed between PIN and sending, it is asked for again
    kill(practice, step, after_the_act)
    with pytest.raises(Killed):
        first(practice)
    (begun,) = practice.journal.unfinished()
    half_made = [name for name in practice.files() if name.endswith("p12") and name != practice.path.name]
    is_in_place = step is Step.CONFIRM or (step is Step.PUT_IN_PLACE and after_the_act)
    assert half_made == ([Path(begun.new_path).name] if is_in_place else [])
    made = first(practice)
    assert made.step is Step.DONE
    assert made.public_key_identifier == begun.public_key_identifier or begun.public_key_identifier is None
    assert practice.files() == sorted([practice.path.name, Path(made.new_path).name])
    assert practice.services.actions.count("generatecertificate") == 1


def test_what_was_not_sent_yet_takes_the_newest_answers(practice: Practice) -> None:
    kill(practice, Step.SIGN, False)
    with pytest.raises(Killed):
        first(practice)
    other = ContactData("zoe@voorbeeld.be", "003291234567")
    asked = First(replace(ENTERPRISE, name="De Brug"), Wanted(other), practice.environment, practice.path.parent)
    request_first(asked, practice.outside, practice.door, Options(PASSWORD))
    registration = practice.sandbox.state.registrations[-1]
    assert (registration.contact, registration.holder.name) == (other, "De Brug")


def test_two_requests_for_one_holder_are_one(practice: Practice) -> None:
    practice.door.pins.append(PIN)
    made = first(practice)
    with pytest.raises(RenewalRefused, match="active"):
        first(practice)
    assert sum(name.startswith("CBE") and name.endswith(".p12") for name in practice.files()) == 1
    assert any(name.endswith(".refused") for name in practice.files())
    assert practice.opened(made).authentication is not None


@pytest.mark.parametrize("trouble", [Trouble.OTHER_DN, Trouble.OTHER_KEY])
def test_a_certificate_for_somebody_else_is_not_installed(practice: Practice, trouble: Trouble) -> None:
    practice.sandbox.state.scenarios.append(Scenario(trouble))
    with pytest.raises(IssuedCertificateError):
        first(practice)
    assert not [name for name in practice.files() if name.startswith("CBE") and name.endswith("p12")]


# ── What another program began ───────────────────────────────────────────────────────────────────────────────────────


def _stop_before_delivery(practice: Practice) -> str:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.SLOW_DELIVERY, times=1, value=1))
    with pytest.raises(NotYetDelivered):
        first(practice, wait=False)
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.COLLECT
    assert begun.public_key_identifier is not None
    return begun.public_key_identifier


def _as_the_official_program_leaves_it(practice: Practice, name: str) -> Path:
    """A pending keystore under its final name, and nothing of it in our journal."""
    _stop_before_delivery(practice)
    (pending,) = practice.path.parent.glob("*.pending")
    practice.journal = MemoryJournal()
    return pending.rename(pending.with_name(name))


@pytest.mark.parametrize("name", ["CBE=0417497106,MYAPP-01 20260302-100000.p12", "onze keystore.p12"])
def test_a_pending_keystore_is_completed_under_its_own_name(practice: Practice, name: str) -> None:
    path = _as_the_official_program_leaves_it(practice, name)
    practice.clock.instant += timedelta(hours=12)

    made = finish(practice, path)

    assert made.step is Step.DONE
    assert made.holder.type == "CBE"
    assert practice.card.pin_entries == 1
    assert practice.files() == sorted([practice.path.name, name])
    authentication, encryption = practice.opened(made).keys
    assert authentication.certificate.not_valid_after_utc > practice.clock.now()
    assert is_encryption(encryption.certificate)
    with pytest.raises(NothingToComplete):
        finish(practice, path)


def test_what_this_agent_began_on_another_computer_gets_its_final_name(practice: Practice) -> None:
    path = _as_the_official_program_leaves_it(practice, "CBE=0417497106,MYAPP-01 20260302-100000.p12.pending")
    practice.clock.instant += timedelta(hours=12)
    made = finish(practice, path)
    assert practice.files() == sorted([practice.path.name, path.stem])
    assert Path(made.new_path).name == path.stem
    assert len(practice.opened(made).keys) == 2


def test_a_working_file_whose_final_name_is_taken_replaces_nothing(practice: Practice) -> None:
    path = _as_the_official_program_leaves_it(practice, "CBE=0417497106,MYAPP-01 20260302-100000.p12.pending")
    other = path.with_suffix("")
    other.write_bytes(b"another keystore")
    practice.clock.instant += timedelta(hours=12)
    made = finish(practice, path)
    assert other.read_bytes() == b"another keystore"
    assert made.new_path == str(path)


def test_a_keystore_without_encryption_token_gets_one(practice: Practice) -> None:
    made = first(practice)
    path = Path(made.new_path)
    whole = practice.opened(made)
    practice.sandbox.state.registrations[-1].token = None
    practice.keystores.write(path, replace(whole, keys=whole.keys[:1]), PASSWORD)

    again = finish(practice, path)

    assert again.step is Step.DONE
    authentication, encryption = practice.opened(again).keys
    assert authentication.certificate == whole.keys[0].certificate
    assert not is_same_key(encryption.private_key.public_key(), whole.keys[1].private_key.public_key())
    assert practice.files() == sorted([practice.path.name, path.name])


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize(
    "step",
    [Step.COLLECT, Step.INSTALL, Step.MAKE_TOKEN_KEY, Step.REGISTER_TOKEN, Step.PUT_IN_PLACE, Step.CONFIRM],
    ids=lambda step: step.value,
)
def test_completing_goes_on_after_a_kill(practice: Practice, step: Step, after_the_act: bool) -> None:
    path = _as_the_official_program_leaves_it(practice, "CBE=0417497106,MYAPP-01 20260302-100000.p12")
    practice.clock.instant += timedelta(hours=12)
    kill(practice, step, after_the_act)
    with pytest.raises(Killed):
        finish(practice, path)
    made = finish(practice, path)
    assert made.step is Step.DONE
    assert practice.files() == sorted([practice.path.name, path.name])
    assert len(practice.opened(made).keys) == 2


def test_a_pending_keystore_that_nobody_knows_stays_as_it_was(practice: Practice) -> None:
    if not SHARED.exists():
        pytest.skip("needs ../shared")
    entry = next(one for one in json.loads((SHARED / "manifest.json").read_text()) if "pending" in one["note"])
    path = practice.path.with_name(entry["file"])
    path.write_bytes((SHARED / entry["file"]).read_bytes())
    before = path.read_bytes()
    with pytest.raises(RenewalRefused):
        finish(practice, path, password=Secret(entry["password"]))
    assert path.read_bytes() == before


# ── In place of an old one ───────────────────────────────────────────────────────────────────────────────────────────


def in_place(practice: Practice, **options: object) -> Renewal:
    """A new certificate for the holder of an old keystore, whose encryption keys go along."""
    asked = First(NURSES, Wanted(CONTACT), practice.environment, practice.path.parent, practice.path)
    wanted = Options(**{"password": PASSWORD, "activate": True, **options})  # type: ignore[arg-type]
    return request_first(asked, practice.outside, practice.door, wanted)


def test_the_old_encryption_keys_go_into_a_new_keystore_with_another_password(practice: Practice) -> None:
    new = Secret("Nieuwe-sleutel-2026")
    before = practice.path.read_bytes()
    made = in_place(practice, new_password=new)
    keys = practice.keystores.read(Path(made.new_path), new).keys
    assert [key.alias for key in keys[1:-1]] == [key.alias for key in practice.old.keys[1:]]
    assert all(is_encryption(key.certificate) for key in keys[1:])
    assert practice.path.read_bytes() == before
    assert any("goes into the new keystore" in event.text for event in practice.journal.history(20))


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize(
    "step", [step for step in Step if step not in (Step.SUBMIT, Step.DONE, Step.ENDED)], ids=lambda s: s.value
)
def test_killed_anywhere_the_old_keys_are_there(practice: Practice, step: Step, after_the_act: bool) -> None:
    practice.door.pins.append(PIN)
    kill(practice, step, after_the_act)
    with pytest.raises(Killed):
        in_place(practice)
    pending = list(practice.path.parent.glob("*.pending"))
    if pending:  # nothing after the first step needs the old file
        practice.path.rename(practice.folder / "away.p12")
    made = in_place(practice)
    assert made.step is Step.DONE
    numbers = [key.alias for key in practice.opened(made).keys]
    assert all(key.alias in numbers for key in practice.old.keys[1:])
