"""The command line: what can be asked, in words that ``--help`` shows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from agent import __version__


class _Parser(argparse.ArgumentParser):
    """Wrong use of `check` is UNKNOWN (3), because monitoring reads 2 as CRITICAL."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(3 if self.prog.endswith(" check") else 2)


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """The command and its options; `run` is the function that carries it out."""
    parser = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.prog = f"{parser.prog} {arguments.command}"
        parser.error(f"{' '.join(unknown)}: no such option")
    return arguments


def command(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """The function `name` of `module`, imported when it runs: a command pays for its own libraries only."""

    def run(arguments: argparse.Namespace) -> int:
        function: Any = getattr(import_module(module), name)
        return int(function(arguments))

    return run


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ehealth-agent",
        description="Watches the eHealth keystores of a practice and renews them with an eID.",
        epilog="Each command explains itself: ehealth-agent COMMAND --help",
    )
    parser.add_argument("--version", action="version", version=f"ehealth-agent {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="config file (default: this user's own)")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    _watching(commands)
    _renewing(commands)
    _resident(commands)
    _rest(commands)
    for each in commands.choices.values():  # where people look for it as well
        each.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _watching(commands: Any) -> None:
    check = commands.add_parser(
        "check", help="judge keystores, for monitoring: one line each, exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN"
    )
    check.add_argument("--json", action="store_true", help="a list of objects instead of lines")
    check.set_defaults(run=command("agent.cli.watching", "check"))
    status = commands.add_parser("status", help="a table for people: whose, until when, and what to do")
    status.set_defaults(run=command("agent.cli.watching", "status"))
    _in_a_window(status, "status")
    for parser in (check, status):
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: config)")
        parser.add_argument("--now", type=_instant, metavar="INSTANT", help="judge as of 2026-12-31T09:00:00Z")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read one password from standard input and try it on files whose password is not stored",
        )
        parser.add_argument("--ask", action="store_true", help="also ask eHealth what it knows of each certificate")


def _renewing(commands: Any) -> None:
    renew = commands.add_parser("renew", help="renew a keystore with an eID, or go on with a renewal that was stopped")
    renew.add_argument("keystore", type=Path, metavar="KEYSTORE", help="the keystore that is about to expire")
    renew.add_argument("--yes", action="store_true", help="do not ask whether this is the right keystore")
    renew.add_argument("--accept-contract", action="store_true", help="accept the contract (it is still printed)")
    renew.add_argument("--pin-stdin", action="store_true", help="read the eID's PIN from standard input")
    renew.add_argument("--no-wait", action="store_true", help="stop once eHealth has the request (exit code 75)")
    renew.add_argument(
        "--activate", action="store_true", help="let the new encryption key take over at the end: no other PC needs it"
    )
    renew.add_argument(
        "--anew", action="store_true", help="put aside a request that eHealth refused, and begin again with a new key"
    )
    _in_a_window(renew, "renew")
    renew.set_defaults(run=command("agent.cli.renewing", "renew"))
    activate = commands.add_parser(
        "activate", help="let the new encryption key take over, once every PC has the new keystore"
    )
    activate.add_argument("keystore", type=Path, metavar="KEYSTORE", help="the old or the new keystore")
    activate.set_defaults(run=command("agent.cli.renewing", "activate"))
    for parser in (renew, activate):
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the keystore's password from standard input (its first line; a PIN comes after it)",
        )
    history = commands.add_parser("history", help="what the agent did, newest first")
    history.add_argument("--limit", type=_count, default=50, metavar="N", help="how many lines (default: 50)")
    history.add_argument("--json", action="store_true", help="a list of objects instead of lines")
    _in_a_window(history, "history")
    history.set_defaults(run=command("agent.cli.renewing", "history"))


def _in_a_window(parser: argparse.ArgumentParser, name: str) -> None:
    """The same command with a window: another function carries it out."""
    run = command("agent.cli.windows", name)
    parser.add_argument("--window", dest="run", action="store_const", const=run, help="in a window")


def _resident(commands: Any) -> None:
    run = commands.add_parser("run", help="watch and remind until stopped, with an icon in the tray")
    run.add_argument("--no-tray", action="store_true", help="without an icon: reminders and log only")
    run.set_defaults(run=command("agent.cli.running", "run"))
    resume = commands.add_parser("resume", help="go on with renewals that need nobody (the resident does it by itself)")
    resume.set_defaults(run=command("agent.cli.resuming", "resume"))
    autostart = commands.add_parser("autostart", help="whether the agent starts when you log in")
    autostart.add_argument("action", choices=("enable", "disable", "status"))
    autostart.set_defaults(run=command("agent.cli.running", "autostart"))


def _rest(commands: Any) -> None:
    password = commands.add_parser("password", help="store or forget a keystore's password in this computer's vault")
    actions = password.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    for name, text in (("set", "store it, after it opened the keystore"), ("forget", "remove it from the vault")):
        action = actions.add_parser(name, help=text)
        action.add_argument("keystore", type=Path, metavar="KEYSTORE")
        action.set_defaults(run=command("agent.cli.passwords", f"{name}_password"))
        if name == "set":
            action.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    settings = commands.add_parser("settings", help="a window for folders, passwords, quiet hours, language")
    settings.set_defaults(run=command("agent.cli.windows", "settings"))
    demo = commands.add_parser("demo", help="a rehearsal in a temporary folder: nothing of this computer is touched")
    demo.add_argument("--keep", action="store_true", help="keep the temporary folder and say where it is")
    demo.set_defaults(run=command("agent.cli.demo", "demo"))
    sandbox = commands.add_parser("sandbox", help="a stand-in for the eHealth services, on this computer only")
    import_module("agent.sandbox.commands").add_arguments(sandbox, _Parser)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not an instant such as 2026-12-31T09:00:00Z") from problem
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
