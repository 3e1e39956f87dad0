"""Killed at any journaled step and started again: one request, one certificate, no lost key."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.core.renewal import Step
from tests.journeys.practice import PIN, Killed, Practice, kill

ACTS = [step for step in Step if step not in (Step.SUBMIT, Step.DONE, Step.ENDED)]


@pytest.mark.parametrize("after_the_act", [False, True], ids=["before it acts", "after it acted"])
@pytest.mark.parametrize("step", ACTS, ids=lambda step: step.value)
def test_killed_and_started_again(practice: Practice, step: Step, after_the_act: bool) -> None:
    practice.door.pins = [PIN, PIN]
    kill(practice, step, after_the_act)
    with pytest.raises(Killed):
        practice.renew()

    renewal = practice.renew()

    assert renewal.step is Step.DONE
    assert practice.services.actions.count("generatecertificate") == 1
    registered = [one for one in practice.sandbox.state.registrations if one.chain_der]
    assert len(registered) == 2, "the old certificate and one new one"
    new = practice.opened(renewal)
    assert len(new.keys) == 3
    old_alias = practice.old.keys[-1].alias
    assert old_alias in [entry.alias for entry in new.keys]
    assert practice.files() == sorted([practice.path.name, Path(renewal.new_path).name])
    # Only a kill between signature and sending costs a second PIN: the signed request is written nowhere.
    assert practice.card.pin_entries == (2 if (step, after_the_act) in ((Step.SIGN, True), (Step.SEND, False)) else 1)
