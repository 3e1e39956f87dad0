"""Application ids, which tell several certificates of one organization apart.

One to thirty of ``0-9 A-Z - _``; small letters are forgiven. It is optional, and for organizations only.
Source: spec/ra-protocol.md, Names and numbers · The order of calls (GetExistingApplicationIds).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum

from agent.core.typed import Mistyped, visible
from agent.text import N_

_MOST = 30


class ApplicationIdFault(Enum):
    """What can be wrong with an application id."""

    SPACE = N_("There is a space in the application id; use - or _ instead.")
    SIGN = N_("“{sign}” cannot be in an application id: only letters without accents, digits, - and _.")
    TOO_LONG = N_("The application id has {count} signs; {most} are the most.")
    IN_USE = N_("A certificate with the application id {id} is in use. eHealth replaces it in its last 90 days only.")
    NONE_IN_USE = N_(
        "A certificate without application id is in use. eHealth replaces it in its last 90 days only; "
        "for one beside it, give an application id."
    )


class ApplicationIdRefused(Mistyped):
    """What was typed is no application id, or one that is in use."""

    fault: ApplicationIdFault


def application_id(typed: str, in_use: Collection[str | None] = ()) -> str | None:
    """The application id; None where nothing was typed, for a certificate without.

    Args:
        in_use: those of the organization's active certificates, None among them for one without. They are a doubt: the
            certificate may be in its replacement period.
    Raises: ApplicationIdRefused.
    """
    text = re.sub("[a-z]", lambda letter: letter[0].upper(), typed.strip())
    if re.search(r"\s", text):
        raise ApplicationIdRefused(ApplicationIdFault.SPACE)
    if sign := re.search("[^0-9A-Z_-]", text):
        raise ApplicationIdRefused(ApplicationIdFault.SIGN, sign=visible(sign[0]))
    if len(text) > _MOST:
        raise ApplicationIdRefused(ApplicationIdFault.TOO_LONG, count=len(text), most=_MOST)
    if not text:
        if None in in_use:
            raise ApplicationIdRefused(ApplicationIdFault.NONE_IN_USE, unfinished=True, doubtful="")
        return None
    if text in in_use:
        raise ApplicationIdRefused(ApplicationIdFault.IN_USE, unfinished=True, doubtful=text, id=text)
    return text
