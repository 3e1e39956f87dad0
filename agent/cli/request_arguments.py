"""The options of `request`: everything that its questions ask, for scripts."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from agent.text import _

TERMINAL_ONLY = (
    *("type", "number", "name", "application_id", "email", "phone", "email_general", "phone_general", "service"),
    *("yes", "keep_password", "sheet", "no_wait", "anew", "password_stdin", "accept_contract", "pin_stdin"),
)
"""The names of the options that a window does not go by: it asks."""


def add_arguments(request: ArgumentParser) -> None:
    """What is given here is not asked."""
    for name, value, meaning in (
        (
            "type",
            "TYPE",
            _("for whom: the type as in the certificate, such as NIHII-GROUP or CBE; SSIN: the owner of the eID"),
        ),
        ("number", "NUMBER", _("the organization's number; spaces, dots and dashes do not matter")),
        ("name", "NAME", _("its name as in the Belgian Official Gazette")),
        ("application-id", "ID", _("tells several certificates of one organization apart (default: none)")),
        ("email", "EMAIL", _("e-mail address of the responsible person")),
        ("phone", "PHONE", _("phone number of the responsible person")),
        ("email-general", "EMAIL", _("e-mail address of the organization (default: none)")),
        ("phone-general", "PHONE", _("phone number of the organization (default: none)")),
    ):
        request.add_argument(f"--{name}", metavar=value, help=meaning)
    request.add_argument(
        "--service", action="append", default=[], metavar="SERVICE", help=_("a base service, such as tsa; repeatable")
    )
    request.add_argument(
        "--folder", type=Path, metavar="FOLDER", help=_("where the keystore comes (default: the first that is watched)")
    )
    request.add_argument(
        "--environment",
        choices=("production", "acceptance"),
        default="production",
        help=_("acceptance is for tests (default: production)"),
    )
    request.add_argument("--yes", action="store_true", help=_("ask no confirmation, and keep what is only doubtful"))
    request.add_argument("--keep-password", action="store_true", help=_("store the password in this computer's vault"))
    request.add_argument("--sheet", type=Path, metavar="FILE", help=_("write a sheet for the safe (HTML, no password)"))
    request.add_argument("--no-wait", action="store_true", help=_("stop once eHealth has the request (exit code 75)"))
    request.add_argument(
        "--anew", action="store_true", help=_("put aside a request that eHealth refused, and make it with a new key")
    )
    request.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the new password from standard input (its first line; a PIN comes after it)"),
    )
