"""The names of persons, as typed where no eID says them: as in their passport, with whatever letters they have there.

Source: spec/ra-protocol.md, Names and numbers; the schema of commons core v2.
"""

from __future__ import annotations

import unicodedata
from enum import Enum

from agent.core.organization_name import in_certificate
from agent.core.typed import Mistyped, visible
from agent.text import N_


class PersonNameFault(Enum):
    """What can be wrong with a person's name."""

    EMPTY = N_("The name is missing. Give it as in the passport or the identity card.")
    SIGN = N_("“{sign}” cannot be in a person's name.")
    NO_LETTER = N_("The name needs at least one letter.")


class PersonNameRefused(Mistyped):
    """What was typed is no name of a person."""

    fault: PersonNameFault


def person_name(typed: str) -> str:
    """The name with single spaces, letters with their accents in one piece. Raises: PersonNameRefused."""
    text = unicodedata.normalize("NFC", " ".join(typed.split()))
    if not text:
        raise PersonNameRefused(PersonNameFault.EMPTY, unfinished=True)
    if sign := next((sign for sign in text if not _fits(sign)), None):
        raise PersonNameRefused(PersonNameFault.SIGN, sign=visible(sign))
    if not any(sign.isalpha() for sign in in_certificate(text)):
        raise PersonNameRefused(PersonNameFault.NO_LETTER, unfinished=True)
    return text


def _fits(sign: str) -> bool:
    """Letters with what stands on them, spaces, dots, dashes and apostrophes."""
    return unicodedata.category(sign)[0] in "LM" or sign in " .'’‘-‐,·ʼ"
