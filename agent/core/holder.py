"""Whose certificate it is, and in which world it is valid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

TYPE_PATTERN = "[A-Z0-9][A-Z0-9_-]*"
APPLICATION_ID_PATTERN = "[0-9A-Z_-]{1,30}"
"""Source: spec/ra-protocol.md, Names and numbers."""


class Environment(Enum):
    """eHealth's two worlds. A certificate of one means nothing in the other."""

    PRODUCTION = "production"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class Holder:
    """The person or organization that a certificate names.

    Attributes:
        type: the identifier's type exactly as in the DN: ``NIHII-GROUP``, ``CBE``, ``SSIN``, or one not known here.
        number: the identifier's value, digits as in the DN.
        application_id: tells several certificates of one organization apart; 1 to 30 of ``0-9 A-Z - _``, or None.
        name: upper-cased and without accents, as in the DN; None where the DN has none.
    Source: spec/ra-protocol.md, Names and numbers.
    """

    type: str
    number: str
    application_id: str | None = None
    name: str | None = None


def holder_by_name(path: PurePath) -> Holder | None:
    """What a name ``<TYPE>=<number>[,<APPLICATION ID>] yyyyMMdd-HHmmss.p12`` says; only a hint: files are renamed."""
    words, sign, _rest = path.name.partition(" ")
    type_, equals, rest = words.partition("=")
    number, _comma, application_id = rest.partition(",")
    if not (sign and equals and type_ and number.isdigit()):
        return None
    return Holder(type_, number, application_id or None)
