"""Canaries: secrets that are looked for, after a renewal, wherever the agent writes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from agent.adapters.journal_sqlite import SqliteJournal
from agent.core.renewal import Step
from agent.errors import AgentError
from agent.ports import Event
from agent.secret import Secret
from tests.fakes import NOW, FakeDoor
from tests.journeys.practice import PASSWORD, PIN, RESPONSIBLE, Practice


def _nothing_secret_in(*texts: str) -> None:
    for text in texts:
        for secret in (PASSWORD.reveal(), f'"{PIN.reveal()}"', f"'{PIN.reveal()}'", RESPONSIBLE.ssin, "PRIVATE KEY"):
            assert secret not in text


@pytest.mark.parametrize("pin", [PIN, Secret("0000")], ids=["renewed", "wrong PIN"])
def test_neither_journal_nor_log_nor_error_has_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pin: Secret
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "journal.sqlite3"
    practice = Practice(tmp_path, door=FakeDoor(pins=[pin]), journal=SqliteJournal(file))
    told = ""
    try:
        assert practice.renew().step is Step.DONE
    except AgentError as problem:
        told = f"{problem} {problem!r} {problem.hint.format(**problem.facts)}"
    journal = file.read_bytes().decode(errors="replace")
    assert "renewal." in journal  # it was written
    _nothing_secret_in(journal, caplog.text, told, *practice.door.texts)


def test_a_secret_handed_to_the_journal_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    with pytest.raises(TypeError):
        SqliteJournal(file).note(Event(NOW, "x", "y", facts=(("password", PASSWORD),)))  # type: ignore[arg-type]
    assert SqliteJournal(file).history(1) == []
    _nothing_secret_in(file.read_bytes().decode(errors="replace"))
