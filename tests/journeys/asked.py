"""A person at a terminal that is none: each question gets the next answer, be it typed, hidden, or breaking off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from tests.journeys.practice import Practice

Answer = str | type[BaseException] | Callable[[], str]
Script = Sequence[tuple[str, Answer]]


class _Keyboard(StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Asked:
    """Runs commands in a practice. `script` is what is asked, in part, and what the person answers."""

    practice: Practice
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    script: list[tuple[str, Answer]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.practice.path.parent
        self.config = self.practice.folder / "config.toml"
        self.speaks("auto")
        self.monkeypatch.setattr(wiring, "outside", lambda _config: self.practice.outside)
        self.monkeypatch.setattr(wiring, "journal", lambda: self.practice.journal)
        self.monkeypatch.setattr("builtins.input", self._answer)
        self.monkeypatch.setattr("getpass.getpass", self._answer)
        self.monkeypatch.setenv("COLUMNS", "160")

    def speaks(self, language: str) -> None:
        self.config.write_text(f"language = '{language}'\n[watch]\nfolders = ['{self.folder}']\n")

    def _answer(self, question: str = "") -> str:
        print(question, end="")
        assert self.script, f"nothing more is expected, but this was asked: {question}"
        expected, answer = self.script.pop(0)
        assert expected in question
        if isinstance(answer, type):
            raise answer
        said = answer if isinstance(answer, str) else answer()
        print(said)
        return said

    def run(self, *arguments: str | Path, script: Script) -> tuple[int, str]:
        """The command's exit code and all that it wrote. Every answer of `script` is asked for."""
        self.monkeypatch.setattr("sys.stdin", _Keyboard())
        self.script[:] = script
        code, said = self._main(*arguments)
        assert self.script == [], said
        return code, said

    def told(self, *arguments: str | Path, told: str) -> tuple[int, str]:
        """The same for a script, which says all that it says over standard input."""
        self.monkeypatch.setattr("sys.stdin", StringIO(told))
        return self._main(*arguments)

    def _main(self, *arguments: str | Path) -> tuple[int, str]:
        try:
            code = cli.main(["--config", str(self.config), *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err
