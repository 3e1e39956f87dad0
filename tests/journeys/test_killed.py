"""As `test_crash`, with a process that is really killed, a journal on disk, and a look at everything that it leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.journal_sqlite import SqliteJournal
from agent.core.renewal import Step
from tests.fakes import NOW, FakeClock
from tests.journeys.practice import PASSWORD, PIN, RESPONSIBLE, Practice

_RENEW_AND_DIE = """
import os, signal, sys
from pathlib import Path
from agent.adapters.journal_sqlite import SqliteJournal
from tests.fakes import NOW, FakeClock
from tests.journeys.practice import Practice

class Journal(SqliteJournal):
    def save(self, renewal):
        super().save(renewal)
        if renewal.step.value == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
Practice(folder, journal=Journal(folder / "state" / "journal.sqlite3")).renew()
"""


@pytest.mark.parametrize("step", [Step.SEND, Step.COLLECT, Step.REGISTER_TOKEN, Step.PUT_IN_PLACE, Step.ACTIVATE])
def test_a_killed_process_leaves_a_renewal_that_goes_on_and_no_secret(tmp_path: Path, step: Step) -> None:
    folder = tmp_path / "practice"
    folder.mkdir()
    before = Practice(folder)

    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", _RENEW_AND_DIE, folder, step.value], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL

    later = FakeClock(NOW + timedelta(hours=1))
    practice = Practice(folder, clock=later, journal=SqliteJournal(folder / "state" / "journal.sqlite3"))
    (unfinished,) = practice.journal.unfinished()
    assert unfinished.step is step
    renewal = practice.renew()

    assert renewal.step is Step.DONE
    assert len([one for one in practice.sandbox.state.registrations if one.chain_der]) == 2
    assert before.old.keys[-1].alias in [entry.alias for entry in practice.opened(renewal).keys]
    for kept in [*(folder / "state").iterdir(), *(folder / "keystore").iterdir()]:
        for secret in (PASSWORD.reveal(), RESPONSIBLE.ssin, f"pin={PIN.reveal()}"):
            assert secret.encode() not in kept.read_bytes(), kept.name
