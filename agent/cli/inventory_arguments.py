"""The options of `inventory`."""

from __future__ import annotations

from argparse import ArgumentParser

from agent.text import _


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("an object instead of a table"))
    parser.add_argument("--acceptance", action="store_true", help=_("in the acceptance environment, for tests"))
    parser.add_argument("--pin-stdin", action="store_true", help=_("read the eID's PIN from standard input"))
