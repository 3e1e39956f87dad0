"""A request that was begun with another program, or anew, takes the old encryption keys along all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.cli.rehearsal import sealed, unsealed
from agent.core.holder import Holder
from agent.core.renewal import Renewal
from agent.pipeline.files import finished_path
from agent.pipeline.renew import complete
from agent.pipeline.run import Options
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.fakes import NOW
from tests.journeys.practice import GROUP, PASSWORD, Practice
from tests.journeys.test_official_keystores import LETTER

OTHER = Secret("Ander-2026")


def requested_elsewhere(practice: Practice) -> Path:
    """In place of the practice's keystore, by a program that does not tell which one it replaces."""
    practice.sandbox.state.scenarios.append(Scenario(Trouble.SLOW_DELIVERY, times=1, value=1))
    return practice.requested_elsewhere()


def completed(practice: Practice, path: Path) -> Renewal:
    return complete(path, practice.environment, practice.outside, practice.door, Options(PASSWORD))


def history(practice: Practice) -> str:
    return "\n".join(event.text for event in practice.journal.history(100))


def test_a_letter_to_the_old_key_is_read_with_the_completed_keystore(practice: Practice) -> None:
    letter = sealed(LETTER, practice.old.keys[-1].certificate)
    done = completed(practice, requested_elsewhere(practice))
    _authentication, old, new = practice.opened(done).keys
    assert old.alias == practice.old.keys[-1].alias
    assert unsealed(letter, old) == LETTER
    assert new.alias != old.alias
    assert "1 encryption key of " in history(practice)


def test_the_vault_s_password_opens_an_earlier_keystore_that_has_another(practice: Practice) -> None:
    path = requested_elsewhere(practice)
    practice.keystores.write(practice.path, practice.old, OTHER)
    practice.vault.passwords[practice.path] = OTHER
    assert len(practice.opened(completed(practice, path)).keys) == 3


def test_an_earlier_keystore_that_nobody_can_open_is_named_and_stops_nothing(practice: Practice) -> None:
    path = requested_elsewhere(practice)
    practice.keystores.write(practice.path, practice.old, OTHER)
    before = practice.path.read_bytes()
    assert len(practice.opened(completed(practice, path)).keys) == 2
    text = f"The encryption keys of {practice.path.name} do not go along: its password is not known here."
    assert text in history(practice)
    assert practice.path.read_bytes() == before


def test_copies_of_one_keystore_give_each_key_once(practice: Practice) -> None:
    path = requested_elsewhere(practice)
    practice.path.with_name("copy.p12").write_bytes(practice.path.read_bytes())
    assert len(practice.opened(completed(practice, path)).keys) == 3


@pytest.mark.parametrize(
    "holder",
    [Holder("NIHII-GROUP", "79876530", None, "GROEP DE BRUG GENT"), replace(GROUP, application_id="MYAPP-01")],
    ids=["another group", "another application"],
)
def test_other_holders_keep_their_keys_to_themselves(practice: Practice, holder: Holder) -> None:
    path = requested_elsewhere(practice)
    practice.keystores.remove(practice.path)
    theirs = finished_path(path.parent, holder, practice.environment, NOW.replace(year=2024))
    practice.keystores.write(theirs, practice.sandbox.issue_old(holder, NOW.replace(year=2027)), PASSWORD)
    theirs.with_name("broken.p12").write_bytes(b"\x30\x82")
    assert len(practice.opened(completed(practice, path)).keys) == 2
