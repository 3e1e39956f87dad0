"""What every command's options are made with: the parser, the window beside the terminal, and kinds of values."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, NoReturn

from agent.text import N_, _

argparse._ = _  # type: ignore[attr-defined]  # its own words come from our catalogues too
_OF_ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("expected one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("argument %(argument_name)s: %(message)s"),
)


class Parser(argparse.ArgumentParser):
    """Wrong use of `check` is UNKNOWN (3), because monitoring reads 2 as CRITICAL."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(3 if self.prog.endswith(" check") else 2)


def command(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """The function `name` of `module`, imported when it runs: a command pays for its own libraries only."""

    def run(arguments: argparse.Namespace) -> int:
        function: Any = getattr(import_module(module), name)
        return int(function(arguments))

    return run


def signing(parser: argparse.ArgumentParser) -> None:
    """The options of what is signed with an eID, for scripts."""
    parser.add_argument("--accept-contract", action="store_true", help=_("accept the contract (it is still printed)"))
    parser.add_argument("--pin-stdin", action="store_true", help=_("read the eID's PIN from standard input"))


def with_window(parser: argparse.ArgumentParser, name: str, *terminal_only: str) -> None:
    """The same command with a window: another function carries it out.

    Args:
        terminal_only: what the window does not go by.
    """
    parser.add_argument("--window", action="store_true", help=_("in a window"))
    parser.set_defaults(parser=parser, in_a_window=command("agent.cli.windows", name), terminal_only=terminal_only)


def open_the_window(arguments: argparse.Namespace) -> None:
    """What is for the terminal alone is refused, so that nobody believes it was heard."""
    parser: argparse.ArgumentParser = arguments.parser
    given = [name for name in arguments.terminal_only if getattr(arguments, name) not in (parser.get_default(name), [])]
    if given:
        words = ["PATH" if name == "paths" else f"--{name.replace('_', '-')}" for name in given]
        parser.error(_("{options}: not together with --window").format(options=", ".join(words)))
    arguments.run = arguments.in_a_window


def instant(text: str) -> datetime:
    """An option's value: aware UTC; without a zone it is UTC."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(
            _("{text!r} is not an instant such as 2026-12-31T09:00:00Z").format(text=text)
        ) from problem
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


def count(text: str) -> int:
    """An option's value, from 1 up."""
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(_("{text!r} is not a number from 1 up").format(text=text))
    return int(text)
