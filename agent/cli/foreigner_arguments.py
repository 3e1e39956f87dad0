"""The options of `request-foreigner`: what its questions ask, for scripts; but never the national number."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from agent.text import _

TERMINAL_ONLY = (
    *("surname", "first_names", "email", "phone", "number_stdin", "password_stdin"),
    *("keep_password", "yes", "no_wait", "anew"),
)
"""The names of the options that a window does not go by: it asks."""


def add_arguments(parser: ArgumentParser) -> None:
    """What is given here is not asked."""
    renews = _("replace the certificate of this keystore; its old messages stay readable")
    parser.add_argument("--renew", type=Path, metavar="KEYSTORE", help=renews)
    parser.add_argument("--surname", metavar="NAME", help=_("as in the passport"))
    parser.add_argument("--first-names", metavar="NAMES", help=_("as in the passport"))
    parser.add_argument("--email", metavar="ADDRESS", help=_("where eHealth reaches the person"))
    parser.add_argument("--phone", metavar="NUMBER", help=_("where eHealth reaches the person"))
    parser.add_argument("--number-stdin", action="store_true", help=_("read the BIS number from standard input"))
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help=_("read the new keystore's password from standard input (after the BIS number)"),
    )
    parser.add_argument("--keep-password", action="store_true", help=_("store the password in this computer's vault"))
    parser.add_argument("--yes", action="store_true", help=_("keep what is only doubtful"))
    parser.add_argument("--acceptance", action="store_true", help=_("in the acceptance environment, for tests"))
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help=_("only print the address to log in at")
    )
    parser.add_argument("--no-wait", action="store_true", help=_("stop once the address is known (exit code 75)"))
    parser.add_argument(
        "--anew", action="store_true", help=_("put aside a request that nobody logged in for, and begin again")
    )
