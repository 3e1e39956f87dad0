"""The window was closed while eHealth worked: the agent goes on, without card and person, with the vault's password."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent import cli, wiring
from agent.config import Config
from agent.core.holder import Holder
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted
from agent.errors import NotYetDelivered, Unreachable
from agent.pipeline.files import pending_path
from agent.pipeline.renew import complete, request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.fakes import MemoryJournal
from tests.journeys.practice import PASSWORD, Practice


@pytest.fixture
def resume(practice: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The practice's own outside is that of the command; its password is in the vault."""
    monkeypatch.setattr(wiring, "outside", lambda _config: practice.outside)
    monkeypatch.setattr("agent.config.default_path", lambda: tmp_path / "config.toml")
    practice.vault.keep(practice.path, PASSWORD)


def closed_while_waiting(practice: Practice, **options: Any) -> Renewal:
    with pytest.raises(NotYetDelivered):
        practice.renew(wait=False, activate=False, **options)
    return only(practice)


def only(practice: Practice) -> Renewal:
    (renewal,) = practice.journal.unfinished()
    return renewal


@pytest.mark.usefixtures("resume")
def test_a_certificate_that_comes_in_minutes_is_waited_for(practice: Practice) -> None:
    closed_while_waiting(practice)
    assert cli.main(["resume"]) == 0
    renewal = only(practice)
    assert renewal.step is Step.ACTIVATE
    assert practice.card.pin_entries == 1, "the one at the beginning"
    assert len(practice.opened(renewal).keys) == 3
    assert practice.vault.password(Path(renewal.new_path)) == PASSWORD


@pytest.mark.usefixtures("resume")
def test_one_that_takes_longer_is_left_for_the_next_time(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.MANUAL_VALIDATION))
    closed_while_waiting(practice)
    before = practice.clock.now()
    practice.clock.instant += timedelta(hours=1)
    assert cli.main(["resume"]) == 0
    assert practice.clock.now() - before < timedelta(hours=2), "no hours are sat out"
    waiting = only(practice)
    assert waiting.step is Step.COLLECT
    assert waiting.next_poll is not None
    practice.sandbox.approve()
    practice.clock.instant = waiting.next_poll
    assert cli.main(["resume"]) == 0
    assert only(practice).step is Step.ACTIVATE


@pytest.mark.usefixtures("resume")
def test_where_the_config_says_so_the_new_key_takes_over_at_once(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_while_waiting(practice)
    monkeypatch.setattr("agent.cli.resuming.load", lambda _path: Config(activate_at_once=True))
    assert cli.main(["resume"]) == 0
    assert practice.journal.unfinished() == []


@pytest.mark.usefixtures("resume")
def test_a_new_password_goes_along(practice: Practice) -> None:
    new = Secret("Another-2026")
    closed_while_waiting(practice, new_password=new, keep_password=True)
    assert cli.main(["resume"]) == 0
    renewal = only(practice)
    assert renewal.step is Step.ACTIVATE
    assert practice.keystores.read(Path(renewal.new_path), new).authentication is not None
    assert practice.vault.password(Path(renewal.new_path)) == new


@pytest.mark.usefixtures("resume")
def test_without_its_password_it_is_left_and_that_is_said(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    before = closed_while_waiting(practice)
    practice.vault.forget(practice.path)
    assert cli.main(["resume"]) == 0
    assert only(practice) == before
    assert "is not known here" in capsys.readouterr().err


@pytest.mark.usefixtures("resume")
@pytest.mark.parametrize("change", [{"step": Step.SIGN}, {"step": Step.ACTIVATE}, {"ended_because": "No."}])
def test_what_needs_a_person_is_not_touched(practice: Practice, change: dict[str, object]) -> None:
    before = replace(closed_while_waiting(practice), **change)  # type: ignore[arg-type]
    practice.journal.save(before)
    sent = len(practice.services.actions)
    assert cli.main(["resume"]) == 0
    assert only(practice) == before
    assert len(practice.services.actions) == sent


@pytest.mark.usefixtures("resume")
def test_a_request_whose_fate_is_unknown_is_asked_about_and_never_signed_alone(practice: Practice) -> None:
    renewal = closed_while_waiting(practice)
    practice.journal.save(replace(renewal, step=Step.SEND))
    assert cli.main(["resume"]) == 0
    assert only(practice).step is Step.ACTIVATE
    assert practice.services.actions.count("generatecertificate") == 1
    assert practice.card.pin_entries == 1


@pytest.mark.usefixtures("resume")
def test_one_that_is_open_elsewhere_is_left(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    before = closed_while_waiting(practice)
    outside = practice.outside
    monkeypatch.setattr(wiring, "outside", lambda _config: outside)
    with outside.lock.hold(before.fingerprint, practice.path):
        assert cli.main(["resume"]) == 0
    assert only(practice) == before


@pytest.mark.usefixtures("resume")
def test_without_network_it_says_so_and_stays(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = closed_while_waiting(practice)
    practice.clock.instant += timedelta(minutes=1)

    def no_network(*_: object) -> None:
        raise Unreachable("https://services.example", "no route")

    monkeypatch.setattr(practice.services, "exchange", no_network)
    assert cli.main(["resume"]) == 0
    assert only(practice) == before
    assert "cannot be reached" in capsys.readouterr().err


# ── First requests ───────────────────────────────────────────────────────────────────────────────────────────────────

PHARMACY = Holder("CBE", "0417497106", "MYAPP-01", "APOTHEEK DE LINDE")


def requested(practice: Practice, keep_password: bool = False) -> Renewal:
    """A first request whose window was closed once eHealth had it."""
    contact = ContactData("anna@voorbeeld.be", "003291234567", "praktijk@voorbeeld.be", "003291234568")
    asked = First(PHARMACY, Wanted(contact), practice.environment, practice.path.parent)
    practice.sandbox.state.scenarios.append(Scenario(Trouble.SLOW_DELIVERY, times=1, value=1))
    with pytest.raises(NotYetDelivered):
        request_first(
            asked, practice.outside, practice.door, Options(PASSWORD, keep_password=keep_password, wait=False)
        )
    return only(practice)


@pytest.mark.usefixtures("resume")
def test_a_first_request_comes_to_its_end_by_itself(practice: Practice) -> None:
    request = requested(practice, keep_password=True)
    practice.clock.instant += timedelta(hours=12)
    assert cli.main(["resume"]) == 0
    assert practice.journal.unfinished() == []
    assert practice.card.pin_entries == 1, "the one at the beginning"
    assert len(practice.opened(request).keys) == 2
    assert practice.vault.password(Path(request.new_path)) == PASSWORD
    assert practice.vault.password(pending_path(request)) is None
    assert practice.files() == sorted([practice.path.name, Path(request.new_path).name])


@pytest.mark.usefixtures("resume")
def test_a_first_request_without_its_password_waits_for_a_person(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    request = requested(practice)
    practice.clock.instant += timedelta(hours=12)
    assert cli.main(["resume"]) == 0
    assert only(practice) == request
    assert "is not known here" in capsys.readouterr().err


@pytest.mark.usefixtures("resume")
def test_a_first_request_that_a_person_at_ehealth_has_is_left_until_then(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.MANUAL_VALIDATION))
    requested(practice, keep_password=True)
    practice.clock.instant += timedelta(hours=12)
    assert cli.main(["resume"]) == 0
    waiting = only(practice)
    assert waiting.next_poll is not None
    practice.sandbox.approve()
    practice.clock.instant = waiting.next_poll
    assert cli.main(["resume"]) == 0
    assert practice.journal.unfinished() == []


@pytest.mark.usefixtures("resume")
def test_what_another_program_began_comes_to_its_end_by_itself(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.MANUAL_VALIDATION))
    request = requested(practice)
    path = pending_path(request).rename(practice.path.with_name("CBE=0417497106,MYAPP-01 20260302-100000.p12"))
    assert isinstance(practice.journal, MemoryJournal)
    practice.journal.save(replace(request, step=Step.ENDED))
    practice.vault.keep(path, PASSWORD)
    with pytest.raises(NotYetDelivered):
        complete(path, practice.environment, practice.outside, practice.door, Options(PASSWORD, wait=False))
    assert only(practice).is_adopted
    practice.sandbox.approve()
    practice.clock.instant += timedelta(hours=24)
    assert cli.main(["resume"]) == 0
    assert practice.journal.unfinished() == []
    assert len(practice.keystores.read(path, PASSWORD).keys) == 2
    assert practice.vault.password(path) == PASSWORD


@pytest.mark.usefixtures("resume")
@pytest.mark.parametrize("is_kept", [True, False])
def test_a_first_request_can_be_completed_in_the_terminal_where_status_says_so(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_kept: bool
) -> None:
    for name in ("journal", "vault", "keystores", "clock"):
        monkeypatch.setattr(wiring, name, lambda name=name: getattr(practice, name))
    request = requested(practice, keep_password=is_kept)
    practice.clock.instant += timedelta(hours=12)
    assert cli.main(["status", str(practice.path.parent)]) == 0
    said = capsys.readouterr().out
    assert said.count("ehealth-agent complete") == 1
    assert "APOTHEEK DE LINDE: requested; eHealth makes the certificate." in " ".join(said.split())
    assert f'ehealth-agent complete "{request.new_path}"' in said
    monkeypatch.setattr("agent.cli.renewing.ask_secret", lambda _text: PASSWORD)
    assert cli.main(["complete", request.new_path]) == 0
    assert practice.journal.unfinished() == []
