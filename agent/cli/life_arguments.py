"""The options of what is done to a certificate that is there: renewed, completed, revoked, activated, recovered."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from agent.cli.parsing import command, signing, with_window
from agent.core.registration import RevocationReason
from agent.text import _


def add_commands(commands: Any) -> None:
    """Those with a keystore of one's own, in the order in which ``--help`` shows them."""
    _renew(commands)
    _complete(commands)
    _revoke(commands)
    _activate(commands)
    _recover(commands)


def _renew(commands: Any) -> None:
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
    _activation(renew)
    renew.add_argument(
        "--anew",
        action="store_true",
        help=_("put aside a request that eHealth refused, and begin again with a new key"),
    )
    with_window(renew, "renew", "yes", "email", "phone", "accept_contract", "pin_stdin", "password_stdin", "no_wait")
    renew.set_defaults(run=command("agent.cli.renewing", "renew"))
    signing(renew)
    _password(renew)


def _complete(commands: Any) -> None:
    complete = commands.add_parser(
        "complete", help=_("bring a request to its end that was begun here or with another program")
    )
    complete.add_argument(
        "keystore", nargs="?", type=Path, metavar="KEYSTORE", help=_("the keystore that waits (default: the newest)")
    )
    complete.add_argument("--no-wait", action="store_true", help=_("stop where eHealth is not ready (exit code 75)"))
    complete.set_defaults(run=command("agent.cli.completing", "complete"))
    with_window(complete, "complete", "no_wait", "password_stdin")
    _password(complete)


def _revoke(commands: Any) -> None:
    revoke = commands.add_parser("revoke", help=_("take a certificate back, with an eID"))
    revoke.add_argument("keystore", type=Path, metavar="KEYSTORE", help=_("the keystore of the certificate"))
    revoke.add_argument(
        "--reason", type=_reason, metavar="REASON", help=", ".join(each.value for each in RevocationReason)
    )
    revoke.add_argument("--yes", action="store_true", help=_("do not ask whether this is the right keystore"))
    revoke.set_defaults(run=command("agent.cli.revoking", "revoke"))
    with_window(revoke, "revoke", "reason", "yes", "accept_contract", "pin_stdin", "password_stdin")
    signing(revoke)
    _password(revoke)


def _activate(commands: Any) -> None:
    activate = commands.add_parser(
        "activate", help=_("let the new encryption key take over, once every PC has the new keystore")
    )
    activate.add_argument("keystore", type=Path, metavar="KEYSTORE", help=_("the old or the new keystore"))
    with_window(activate, "activate", "password_stdin")
    activate.set_defaults(run=command("agent.cli.activating", "activate"))
    _password(activate)


def _recover(commands: Any) -> None:
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
    _activation(recover)
    recover.add_argument("--accept-contract", action="store_true", help=_("accept the contract (it is still printed)"))
    recover.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the old password, where it is known, and a new one, where it is needed, from standard input"),
    )
    recover.add_argument(
        "--pin-stdin", action="store_true", help=_("read the eID's PIN from standard input, after the passwords")
    )
    with_window(
        recover,
        "recover",
        *("forget", "email", "phone", "yes", "no_wait", "accept_contract", "password_stdin", "pin_stdin"),
    )
    recover.set_defaults(run=command("agent.cli.recovering", "recover"))


def _password(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the keystore's password from standard input (its first line; a PIN comes after it)"),
    )


def _activation(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--activate",
        action="store_true",
        help=_("let the new encryption key take over at the end: no other PC needs it"),
    )


def _reason(text: str) -> RevocationReason:
    try:
        return RevocationReason(text)
    except ValueError as problem:
        reasons = ", ".join(each.value for each in RevocationReason)
        message = _("{text!r} is none of {reasons}").format(text=text, reasons=reasons)
        raise ArgumentTypeError(message) from problem
