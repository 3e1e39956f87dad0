"""The new encryption key takes over: what others encrypt for is told before and after, whoever registered the token."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.core.renewal import Renewal, Step
from agent.core.x509 import fingerprint
from agent.errors import NothingToActivate, OutcomeUnknown
from agent.pipeline.activate import Activation
from agent.pipeline.depot import shown
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from tests.fakes import MemoryJournal
from tests.journeys.practice import PASSWORD, Practice


def activation(practice: Practice, path: str | Path) -> Activation:
    return Activation(Path(path), practice.environment, practice.outside, Options(PASSWORD))


def key_of(practice: Practice, renewal: Renewal) -> str:
    return shown(practice.opened(renewal).keys[-1].certificate.public_key())


@pytest.fixture
def renewed(practice: Practice) -> Renewal:
    """Renewed; the old key is still the one that others encrypt for."""
    return practice.renew(activate=False)


@pytest.fixture
def elsewhere(practice: Practice, renewed: Renewal) -> Renewal:
    """Renewed with another program or on another computer: nothing of it is in this journal."""
    practice.journal = MemoryJournal()
    return renewed


def old_key(practice: Practice) -> str:
    return shown(practice.old.keys[-1].certificate.public_key())


@pytest.mark.parametrize("by_old_path", [False, True])
def test_the_depot_serves_the_old_key_before_and_the_new_one_after(
    practice: Practice, renewed: Renewal, by_old_path: bool
) -> None:
    waiting = activation(practice, renewed.path if by_old_path else renewed.new_path)
    assert waiting.serves is not None
    assert waiting.serves.key == old_key(practice)
    done = waiting.carry_out(practice.door)
    assert done.renewal is not None
    assert done.renewal.step is Step.DONE
    assert done.path == Path(renewed.new_path)
    assert done.serves is not None
    assert done.serves.key == key_of(practice, renewed)
    assert done.serves.not_after > waiting.serves.not_after
    assert practice.card.pin_entries == 1, "the one of the renewal"


def test_a_token_that_another_program_registered_takes_over_by_hand(practice: Practice, elsewhere: Renewal) -> None:
    done = activation(practice, elsewhere.new_path).carry_out(practice.door)
    assert done.renewal is None
    assert done.serves is not None
    assert done.serves.key == key_of(practice, elsewhere)
    assert practice.services.actions.count("activateETK") == 1
    assert practice.journal.history(1)[0].what == "activate"
    with pytest.raises(NothingToActivate):
        activation(practice, elsewhere.new_path)


def test_what_ehealth_said_of_its_services_is_still_known_afterwards(practice: Practice, elsewhere: Renewal) -> None:
    for each in practice.sandbox.state.registrations:
        each.base_services = ("tsa",)
    activation(practice, elsewhere.new_path).carry_out(practice.door)
    certificate = practice.opened(elsewhere).keys[0].certificate
    assert practice.journal.words()[fingerprint(certificate)].base_services == ("tsa",)


@pytest.mark.parametrize("trouble", [Trouble.CUT_AFTER, Trouble.TRUNCATED])
def test_a_lost_answer_is_asked_about(practice: Practice, elsewhere: Renewal, trouble: Trouble) -> None:
    practice.sandbox.state.scenarios.append(Scenario(trouble, "ActivateETK", times=1))
    done = activation(practice, elsewhere.new_path).carry_out(practice.door)
    assert done.serves is not None
    assert done.serves.key == key_of(practice, elsewhere)


def test_what_did_not_arrive_is_not_taken_for_done(practice: Practice, elsewhere: Renewal) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.CUT_BEFORE, "ActivateETK", times=1))
    with pytest.raises(OutcomeUnknown):
        activation(practice, elsewhere.new_path).carry_out(practice.door)
    again = activation(practice, elsewhere.new_path)
    assert again.serves is not None
    assert again.serves.key == old_key(practice)
    assert again.carry_out(practice.door).serves != again.serves


def test_a_key_that_is_in_force_has_nothing_to_take_over(practice: Practice) -> None:
    with pytest.raises(NothingToActivate):
        activation(practice, practice.path)
    assert "activateETK" not in practice.services.actions


def test_a_depot_that_says_nothing_stops_nothing(practice: Practice, renewed: Renewal) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.CUT_BEFORE, "GetEtk", times=1))
    waiting = activation(practice, renewed.new_path)
    assert waiting.serves is None
    assert waiting.carry_out(practice.door).serves is not None


@pytest.mark.parametrize("knows", [True, False], ids=["our renewal", "another program's"])
def test_the_terminal_says_what_others_encrypt_for(
    practice: Practice,
    renewed: Renewal,
    knows: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    if not knows:
        practice.journal = MemoryJournal()
    monkeypatch.setattr(wiring, "outside", lambda _config: practice.outside)
    monkeypatch.setattr("agent.config.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD.reveal()}\n"))
    assert cli.main(["activate", renewed.new_path, "--password-stdin"]) == 0
    said = capsys.readouterr().out
    before, after = said.index("Until now others encrypt for the key"), said.index("Others now encrypt for the key")
    assert old_key(practice) in said[before:after]
    assert key_of(practice, renewed) in said[after:]
