"""Questions whose answer may also stand on the command line: one way for the person at a terminal and for a script.

What an option says is not asked. Where nobody can be asked, what no option says is a sentence that names the option,
and what is only doubtful is taken with ``--yes``.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from agent.cli.terminal import confirm
from agent.core.typed import Mistyped
from agent.errors import ConfigError
from agent.text import _

T = TypeVar("T")


class Questions:
    """What is asked of whoever gave the command."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        self.somebody_is_there = sys.stdin.isatty()

    def given(self, name: str) -> str | None:
        """What the option says; None where it was not given."""
        value: str | None = getattr(self._arguments, name)
        return value

    def several(self, name: str) -> Sequence[str]:
        """What an option that can be repeated says."""
        values: Sequence[str] = getattr(self._arguments, name)
        return values

    def is_set(self, name: str) -> bool:
        """Whether a switch was given."""
        value: bool = getattr(self._arguments, name)
        return value

    def forget(self, *names: str) -> None:
        """Ask for these after all: what the options said was not right."""
        for name in names:
            setattr(self._arguments, name, [] if isinstance(getattr(self._arguments, name), list) else None)

    def need(self, *names: str) -> None:
        """Where nobody can be asked: all options that are missing, in one sentence. Raises: ConfigError."""
        missing = [option(name) for name in names if not getattr(self._arguments, name)]
        if missing and not self.somebody_is_there:
            text = _("nobody can be asked here, so this is needed on the command line")
            raise ConfigError(", ".join(missing), text)

    def value(self, name: str, question: str, read: Callable[[str], T], doubtful: Callable[[str], T]) -> T:
        """The option `name`, or the answer to `question`, as `read` takes it.

        Args:
            read: raises Mistyped.
            doubtful: makes the value of one that `read` doubts and the person insists on.
        Raises: ConfigError where what the option says will not do.
        """
        given = self.given(name)
        if given is not None:
            return self.value_of(name, given, read, doubtful)
        if not self.somebody_is_there:
            raise ConfigError(option(name), _("nobody can be asked here, so this is needed on the command line"))
        while True:
            try:
                return read(input(f"{question}: "))
            except Mistyped as problem:
                print(f"  {problem}")
                if problem.doubtful is not None and confirm(_("Keep it all the same?")):
                    return doubtful(problem.doubtful)

    def value_of(self, name: str, given: str, read: Callable[[str], T], doubtful: Callable[[str], T]) -> T:
        """What the option `name` says, as `read` takes it. Raises: ConfigError."""
        try:
            return read(given)
        except Mistyped as problem:
            if problem.doubtful is None:
                raise ConfigError(option(name), str(problem)) from problem
            print(f"{option(name)}: {problem}", file=sys.stderr)
            if self._arguments.yes or (self.somebody_is_there and confirm(_("Keep it all the same?"))):
                return doubtful(problem.doubtful)
            raise ConfigError(option(name), _("{problem} --yes keeps it.").format(problem=problem)) from problem

    def optional(self, name: str, question: str, read: Callable[[str], str]) -> str | None:
        """The same for what may be left out: None for an option that was not given, and for Enter."""
        if self.given(name) is None and not self.somebody_is_there:
            return None
        return self.value(name, question, lambda typed: read(typed) if typed.strip() else None, lambda kept: kept)


def option(name: str) -> str:
    """How the command line writes it."""
    return f"--{name.replace('_', '-')}"


def choose_some(question: str, lines: Mapping[str, str]) -> Sequence[str]:
    """Ask which of `lines` are meant, none among them. Returns: their keys, in the order of `lines`."""
    for number, line in enumerate(lines.values(), 1):
        print(f"  {number}  {line}")
    while True:
        said = input(f"{question} ").replace(",", " ").split()
        if all(each.isdecimal() and 1 <= int(each) <= len(lines) for each in said):
            return [key for number, key in enumerate(lines, 1) if str(number) in {str(int(each)) for each in said}]
