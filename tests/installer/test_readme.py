"""The README says what the program says."""

from __future__ import annotations

import re

import pytest

from agent.cli.arguments import parsed
from installer.commands import COMMANDS
from installer.environment import CLONE

README = (CLONE / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_the_commands_that_the_program_has(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(["--help"])
    offered = re.findall(r"^    ([a-z]+)\b", capsys.readouterr().out, re.MULTILINE)
    assert offered == re.findall(r"^\| `([a-z]+)\b", README, re.MULTILINE)


def test_the_readme_names_every_command_of_the_door() -> None:
    assert {name for name in COMMANDS if f"installer/bootstrap.py {name}" in README} == set(COMMANDS)
