"""The command line: what can be asked, in words that ``--help`` shows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from agent import __version__
from agent.cli import life_arguments
from agent.cli.parsing import Parser, command, count, instant, open_the_window, signing, with_window
from agent.text import _


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """The command and its options; `run` is the function that carries it out."""
    parser = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.prog = f"{parser.prog} {arguments.command}"
        parser.error(_("{option}: no such option").format(option=" ".join(unknown)))
    if getattr(arguments, "window", False):
        open_the_window(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ehealth-agent",
        description=_("Watches the eHealth keystores of a practice and renews them with an eID."),
        epilog=_("Each command explains itself: ehealth-agent COMMAND --help"),
    )
    parser.add_argument(
        "--version", action="version", version=f"ehealth-agent {__version__}", help=_("show the version and exit")
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help=_("config file (default: this user's own)"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    _watching(commands)
    _requesting(commands)
    _requesting_for_a_foreigner(commands)
    life_arguments.add_commands(commands)
    _looking_ahead(commands)
    _taking_inventory(commands)
    _passing_on(commands)
    _showing_history(commands)
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
    with_window(status, "status", "paths", "now", "password_stdin", "ask")
    for parser in (check, status):
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=_("files or folders (default: config)"))
        parser.add_argument("--now", type=instant, metavar="INSTANT", help=_("judge as of 2026-12-31T09:00:00Z"))
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
    signing(request)
    with_window(request, "request", *import_module("agent.cli.request_arguments").TERMINAL_ONLY)
    request.set_defaults(run=command("agent.cli.requesting", "request"))


def _requesting_for_a_foreigner(commands: Any) -> None:
    parser = commands.add_parser(
        "request-foreigner",
        help=_("request a certificate for a person with a BIS number and no eID, or go on with that"),
    )
    import_module("agent.cli.foreigner_arguments").add_arguments(parser)
    with_window(parser, "request_foreigner", *import_module("agent.cli.foreigner_arguments").TERMINAL_ONLY)
    parser.set_defaults(run=command("agent.cli.requesting_foreigner", "request_foreigner"))


def _taking_inventory(commands: Any) -> None:
    parser = commands.add_parser(
        "inventory", help=_("all certificates that a person manages, beside the keystores here; costs one PIN")
    )
    import_module("agent.cli.inventory_arguments").add_arguments(parser)
    with_window(parser, "inventory", "json", "pin_stdin")
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
    with_window(passes, "pass_on", "calendar")
    passes.set_defaults(run=command("agent.cli.passing_on", "pass_on"))


def _looking_ahead(commands: Any) -> None:
    ready = commands.add_parser(
        "ready", help=_("what would stand in the way of the next renewal; exit codes as doctor's")
    )
    ready.add_argument("keystore", nargs="?", type=Path, metavar="KEYSTORE", help=_("one keystore (default: all)"))
    ready.add_argument(
        "--qualities", action="store_true", help=_("also ask eHealth whom the eID's owner may act for: costs a PIN")
    )
    ready.add_argument("--json", action="store_true", help=_("an object instead of lines"))
    ready.set_defaults(run=command("agent.cli.readying", "ready"))
    with_window(ready, "ready", "json", "qualities")


def _showing_history(commands: Any) -> None:
    history = commands.add_parser("history", help=_("what the agent did, newest first"))
    history.add_argument("--limit", type=count, default=50, metavar="N", help=_("how many lines (default: 50)"))
    history.add_argument("--json", action="store_true", help=_("a list of objects instead of lines"))
    with_window(history, "history", "limit", "json")
    history.set_defaults(run=command("agent.cli.renewing", "history"))


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
    actions = password.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
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
            with_window(action, "change_password", "password_stdin")
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
    with_window(doctor, "doctor", "json", "report")
    demo = commands.add_parser("demo", help=_("a rehearsal in a temporary folder: nothing of this computer is touched"))
    demo.add_argument("--keep", action="store_true", help=_("keep the temporary folder and say where it is"))
    demo.set_defaults(run=command("agent.cli.demo", "demo"))
    sandbox = commands.add_parser("sandbox", help=_("a stand-in for the eHealth services, on this computer only"))
    import_module("agent.sandbox.commands").add_arguments(sandbox, Parser)
