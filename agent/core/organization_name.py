"""The names of organizations: as typed, and as the certificate will have them.

A name is given as in the Belgian Official Gazette, with whatever letters and signs it has there: it travels in XML, and
the DN takes any sign. In the DN it stands in capitals without accents. It is in no file's name.
Source: spec/ra-protocol.md, Names and numbers; the manual (name of the organization); RFC 5280, A.1 (64 letters).
"""

from __future__ import annotations

import unicodedata
from enum import Enum

from agent.core.typed import Mistyped, visible
from agent.text import N_

_MOST = 64
"""Letters of an organizational unit in a certificate: ub-organizational-unit-name."""


class NameFault(Enum):
    """What can be wrong with an organization's name."""

    EMPTY = N_("The name is missing. Give it as in the Belgian Official Gazette.")
    SIGN = N_("“{sign}” cannot be in a name.")
    NO_LETTER = N_("The name needs at least one letter or digit.")
    TOO_LONG = N_("The name has {count} letters; a certificate has room for {most}. Is there a shorter official name?")


class NameRefused(Mistyped):
    """What was typed is no name of an organization."""

    fault: NameFault


def organization_name(typed: str) -> str:
    """The name with single spaces, letters with their accents in one piece. Raises: NameRefused."""
    text = unicodedata.normalize("NFC", " ".join(typed.split()))
    if not text:
        raise NameRefused(NameFault.EMPTY, unfinished=True)
    if sign := next((sign for sign in text if unicodedata.category(sign) in _NO_TEXT), None):
        raise NameRefused(NameFault.SIGN, sign=visible(sign))
    if not any(sign.isalnum() for sign in in_certificate(text)):
        raise NameRefused(NameFault.NO_LETTER, unfinished=True)
    if (count := len(in_certificate(text))) > _MOST:
        raise NameRefused(NameFault.TOO_LONG, doubtful=text, count=count, most=_MOST)
    return text


_NO_TEXT = ("Cc", "Cf", "Cs", "Co", "Cn")
"""What cannot be seen, or is no sign at all; XML has no way to write some of them."""


def in_certificate(name: str) -> str:
    """How the DN has a name: in capitals, without accents (NFD, combining marks dropped).

    For showing it beforehand and for recognizing it. The subject itself is made from the contract's DN.
    """
    decomposed = unicodedata.normalize("NFD", " ".join(name.split()).upper())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
