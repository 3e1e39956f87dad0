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
from agent.core.registration import RevocationReason
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
        parser.error(_("{option}: no such option").format(option=" ".join(unknown)))
    if getattr(arguments, "window", False):
        _open_the_window(arguments)
    return arguments


def config_of(argv: Sequence[str]) -> Path | None:
    """The config file that the command line names; known before anything is said, because it chooses the language."""
    finder = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    finder.add_argument("--config", type=Path)
    try:
        named: Path | None = finder.parse_known_args(argv)[0].config
    except argparse.ArgumentError:  # the command's own parser says so
        return None
    return named


def command(module: str, name: str) -> Callable[[argparse.Namespace], int]:
    """The function `name` of `module`, imported when it runs: a command pays for its own libraries only."""

    def run(arguments: argparse.Namespace) -> int:
        function: Any = getattr(import_module(module), name)
        return int(function(arguments))

    return run


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ehealth-agent",
        description=_("Watches the eHealth keystores of a practice and renews them with an eID."),
        epilog=_("Each command explains itself: ehealth-agent COMMAND --help"),
    )
    parser.add_argument(
        "--version", action="version", version=f"ehealth-agent {__version__}", help=_("show the version and exit")
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=_("config file (default: this user's own)"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    _watching(commands)
    _requesting(commands)
    _renewing(commands)
    _requesting_for_a_foreigner(commands)
    _taking_inventory(commands)
    _passing_on(commands)
    _recovering(commands)
    _resident(commands)
    _rest(commands)
    for each in commands.choices.values():  # where people look for it as well
        each.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def _watching(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help=_("judge keystores, for monitoring: one line each, exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN"),
    )
    check.add_argument("--json", action="store_true", help=_("a list of objects instead of lines"))
    check.set_defaults(run=command("agent.cli.watching", "check"))
    status = commands.add_parser("status", help=_("a table for people: whose, until when, and what to do"))
    status.set_defaults(run=command("agent.cli.watching", "status"))
    _in_a_window(status, "status", "paths", "now", "password_stdin", "ask")
    for parser in (check, status):
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=_("files or folders (default: config)"))
        parser.add_argument("--now", type=_instant, metavar="INSTANT", help=_("judge as of 2026-12-31T09:00:00Z"))
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read one password from standard input and try it on files whose password is not stored"),
        )
        parser.add_argument("--ask", action="store_true", help=_("also ask eHealth what it knows of each certificate"))
    check.add_argument(
        "--ready", action="store_true", help=_("also look whether renewals that are still far off could be done")
    )


def _requesting(commands: Any) -> None:
    request = commands.add_parser(
        "request", help=_("request a new certificate with an eID, for an organization or for yourself")
    )
    import_module("agent.cli.request_arguments").add_arguments(request)
    _signing(request)
    _in_a_window(request, "request", *import_module("agent.cli.request_arguments").TERMINAL_ONLY)
    request.set_defaults(run=command("agent.cli.requesting", "request"))


def _signing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--accept-contract", action="store_true", help=_("accept the contract (it is still printed)"))
    parser.add_argument("--pin-stdin", action="store_true", help=_("read the eID's PIN from standard input"))


def _renewing(commands: Any) -> None:
    renew = commands.add_parser(
        "renew", help=_("renew a keystore with an eID, or go on with a renewal that was stopped")
    )
    renew.add_argument("keystore", type=Path, metavar="KEYSTORE", help=_("the keystore that is about to expire"))
    renew.add_argument(
        "--yes",
        action="store_true",
        help=_("do not ask whether this is the right keystore, nor whether the contact data is still right"),
    )
    changed = _("the responsible person's, where eHealth's is not right any more")
    renew.add_argument("--email", metavar="ADDRESS", help=changed)
    renew.add_argument("--phone", metavar="NUMBER", help=changed)
    renew.add_argument("--no-wait", action="store_true", help=_("stop once eHealth has the request (exit code 75)"))
    renew.add_argument(
        "--activate",
        action="store_true",
        help=_("let the new encryption key take over at the end: no other PC needs it"),
    )
    renew.add_argument(
        "--anew",
        action="store_true",
        help=_("put aside a request that eHealth refused, and begin again with a new key"),
    )
    _in_a_window(renew, "renew", "yes", "email", "phone", "accept_contract", "pin_stdin", "password_stdin", "no_wait")
    renew.set_defaults(run=command("agent.cli.renewing", "renew"))
    complete = commands.add_parser(
        "complete", help=_("bring a request to its end that was begun here or with another program")
    )
    complete.add_argument(
        "keystore", nargs="?", type=Path, metavar="KEYSTORE", help=_("the keystore that waits (default: the newest)")
    )
    complete.add_argument("--no-wait", action="store_true", help=_("stop where eHealth is not ready (exit code 75)"))
    complete.set_defaults(run=command("agent.cli.completing", "complete"))
    _in_a_window(complete, "complete", "no_wait", "password_stdin")
    revoke = commands.add_parser("revoke", help=_("take a certificate back, with an eID"))
    revoke.add_argument("keystore", type=Path, metavar="KEYSTORE", help=_("the keystore of the certificate"))
    revoke.add_argument(
        "--reason", type=_reason, metavar="REASON", help=", ".join(each.value for each in RevocationReason)
    )
    revoke.add_argument("--yes", action="store_true", help=_("do not ask whether this is the right keystore"))
    revoke.set_defaults(run=command("agent.cli.revoking", "revoke"))
    _in_a_window(revoke, "revoke", "reason", "yes", "accept_contract", "pin_stdin", "password_stdin")
    for parser in (renew, revoke):
        _signing(parser)
    activate = commands.add_parser(
        "activate", help=_("let the new encryption key take over, once every PC has the new keystore")
    )
    activate.add_argument("keystore", type=Path, metavar="KEYSTORE", help=_("the old or the new keystore"))
    _in_a_window(activate, "activate", "password_stdin")
    activate.set_defaults(run=command("agent.cli.activating", "activate"))
    for parser in (renew, complete, revoke, activate):
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read the keystore's password from standard input (its first line; a PIN comes after it)"),
        )
    history = commands.add_parser("history", help=_("what the agent did, newest first"))
    history.add_argument("--limit", type=_count, default=50, metavar="N", help=_("how many lines (default: 50)"))
    history.add_argument("--json", action="store_true", help=_("a list of objects instead of lines"))
    _in_a_window(history, "history", "limit", "json")
    history.set_defaults(run=command("agent.cli.renewing", "history"))


def _requesting_for_a_foreigner(commands: Any) -> None:
    parser = commands.add_parser(
        "request-foreigner",
        help=_("request a certificate for a person with a BIS number and no eID, or go on with that"),
    )
    import_module("agent.cli.foreigner_arguments").add_arguments(parser)
    _in_a_window(parser, "request_foreigner", *import_module("agent.cli.foreigner_arguments").TERMINAL_ONLY)
    parser.set_defaults(run=command("agent.cli.requesting_foreigner", "request_foreigner"))


def _taking_inventory(commands: Any) -> None:
    parser = commands.add_parser(
        "inventory", help=_("all certificates that a person manages, beside the keystores here; costs one PIN")
    )
    import_module("agent.cli.inventory_arguments").add_arguments(parser)
    _in_a_window(parser, "inventory", "json", "pin_stdin")
    parser.set_defaults(run=command("agent.cli.taking_inventory", "inventory"))


def _passing_on(commands: Any) -> None:
    passes = commands.add_parser(
        "pass-on", help=_("a message for the person with the eID: what to renew, by when, where and how")
    )
    passes.add_argument(
        "keystore",
        nargs="?",
        type=Path,
        metavar="KEYSTORE",
        help=_("the keystore that it is about (default: the one that expires first)"),
    )
    passes.add_argument(
        "--calendar", type=Path, metavar="FILE", help=_("also write the last safe day as a calendar file (.ics)")
    )
    _in_a_window(passes, "pass_on", "calendar")
    passes.set_defaults(run=command("agent.cli.passing_on", "pass_on"))


def _recovering(commands: Any) -> None:
    ready = commands.add_parser(
        "ready", help=_("what would stand in the way of the next renewal; exit codes as doctor's")
    )
    ready.add_argument("keystore", nargs="?", type=Path, metavar="KEYSTORE", help=_("one keystore (default: all)"))
    ready.add_argument(
        "--qualities", action="store_true", help=_("also ask eHealth whom the eID's owner may act for: costs a PIN")
    )
    ready.add_argument("--json", action="store_true", help=_("an object instead of lines"))
    ready.set_defaults(run=command("agent.cli.readying", "ready"))
    _in_a_window(ready, "ready", "json", "qualities")
    recover = commands.add_parser(
        "recover", help=_("the way back to a working keystore: expired, revoked, refused, gone, password forgotten")
    )
    recover.add_argument(
        "keystore", nargs="?", type=Path, metavar="KEYSTORE", help=_("the keystore, also one that is gone")
    )
    recover.add_argument("--forgotten", action="store_true", help=_("nobody knows its password any more"))
    recover.add_argument("--forget", action="store_true", help=_("it is gone for good: do not speak of it any more"))
    recover.add_argument("--email", metavar="ADDRESS", help=_("the responsible person's, where eHealth cannot tell it"))
    recover.add_argument("--phone", metavar="NUMBER", help=_("the responsible person's, where eHealth cannot tell it"))
    recover.add_argument("--yes", action="store_true", help=_("do not ask whether to do it"))
    recover.add_argument("--no-wait", action="store_true", help=_("stop once eHealth has the request (exit code 75)"))
    recover.add_argument(
        "--activate",
        action="store_true",
        help=_("let the new encryption key take over at the end: no other PC needs it"),
    )
    recover.add_argument("--accept-contract", action="store_true", help=_("accept the contract (it is still printed)"))
    recover.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the old password, where it is known, and a new one, where it is needed, from standard input"),
    )
    recover.add_argument(
        "--pin-stdin", action="store_true", help=_("read the eID's PIN from standard input, after the passwords")
    )
    _in_a_window(
        recover,
        "recover",
        *("forget", "email", "phone", "yes", "no_wait", "accept_contract", "password_stdin", "pin_stdin"),
    )
    recover.set_defaults(run=command("agent.cli.recovering", "recover"))


def _in_a_window(parser: argparse.ArgumentParser, name: str, *terminal_only: str) -> None:
    """The same command with a window: another function carries it out.

    Args:
        terminal_only: what the window does not go by.
    """
    parser.add_argument("--window", action="store_true", help=_("in a window"))
    parser.set_defaults(parser=parser, in_a_window=command("agent.cli.windows", name), terminal_only=terminal_only)


def _open_the_window(arguments: argparse.Namespace) -> None:
    """What is for the terminal alone is refused, so that nobody believes it was heard."""
    parser: argparse.ArgumentParser = arguments.parser
    given = [name for name in arguments.terminal_only if getattr(arguments, name) not in (parser.get_default(name), [])]
    if given:
        words = ["PATH" if name == "paths" else f"--{name.replace('_', '-')}" for name in given]
        parser.error(_("{options}: not together with --window").format(options=", ".join(words)))
    arguments.run = arguments.in_a_window


def _resident(commands: Any) -> None:
    run = commands.add_parser("run", help=_("watch and remind until stopped, with an icon in the tray"))
    run.add_argument("--no-tray", action="store_true", help=_("without an icon: reminders and log only"))
    run.set_defaults(run=command("agent.cli.running", "run"))
    resume = commands.add_parser(
        "resume", help=_("go on with renewals that need nobody (the resident does it by itself)")
    )
    resume.set_defaults(run=command("agent.cli.resuming", "resume"))
    autostart = commands.add_parser("autostart", help=_("whether the agent starts when you log in"))
    autostart.add_argument("action", choices=("enable", "disable", "status"))
    autostart.set_defaults(run=command("agent.cli.running", "autostart"))


def _rest(commands: Any) -> None:
    password = commands.add_parser("password", help=_("store or forget a keystore's password in this computer's vault"))
    actions = password.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    for name, text in (
        ("set", _("store it, after it opened the keystore")),
        ("change", _("protect the keystore with another one")),
        ("forget", _("remove it from the vault")),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("keystore", type=Path, metavar="KEYSTORE")
        action.set_defaults(run=command("agent.cli.passwords", f"{name}_password"))
        if name == "change":
            both = _("read the old and the new password from standard input, a line each")
            action.add_argument("--password-stdin", action="store_true", help=both)
            _in_a_window(action, "change_password", "password_stdin")
        if name == "set":
            action.add_argument("--password-stdin", action="store_true", help=_("read it from standard input"))
    settings = commands.add_parser("settings", help=_("a window for folders, passwords, quiet hours, language"))
    settings.set_defaults(run=command("agent.cli.windows", "settings"))
    doctor = commands.add_parser(
        "doctor",
        help=_("look at everything that a renewal needs: exit code 0 all well, 1 to do, 2 it stops a renewal"),
    )
    doctor.add_argument("--json", action="store_true", help=_("an object instead of lines"))
    doctor.add_argument("--report", type=Path, metavar="FILE", help=_("write a report for a helpdesk, without secrets"))
    doctor.set_defaults(run=command("agent.cli.doctor", "doctor"))
    _in_a_window(doctor, "doctor", "json", "report")
    demo = commands.add_parser("demo", help=_("a rehearsal in a temporary folder: nothing of this computer is touched"))
    demo.add_argument("--keep", action="store_true", help=_("keep the temporary folder and say where it is"))
    demo.set_defaults(run=command("agent.cli.demo", "demo"))
    sandbox = commands.add_parser("sandbox", help=_("a stand-in for the eHealth services, on this computer only"))
    import_module("agent.sandbox.commands").add_arguments(sandbox, _Parser)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(
            _("{text!r} is not an instant such as 2026-12-31T09:00:00Z").format(text=text)
        ) from problem
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _reason(text: str) -> RevocationReason:
    try:
        return RevocationReason(text)
    except ValueError as problem:
        reasons = ", ".join(each.value for each in RevocationReason)
        message = _("{text!r} is none of {reasons}").format(text=text, reasons=reasons)
        raise argparse.ArgumentTypeError(message) from problem


def _count(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(_("{text!r} is not a number from 1 up").format(text=text))
    return int(text)
