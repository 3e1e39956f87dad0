"""The subject that the sandbox gives to a holder.

Source: spec/ra-protocol.md, Names and numbers; keystores/manifest.json.
"""

from __future__ import annotations

import re
import unicodedata

from agent.core.dn import Name
from agent.core.holder import Holder

_SPECIAL = re.compile(r'([,+"\\<>;])')


def subject_of(holder: Holder, first_names: tuple[str, ...] = ()) -> Name:
    """The DN of `holder`'s certificate, most significant first. A person's first names follow the surname."""
    number = f"{holder.type}={holder.number}"
    person = holder.type == "SSIN"
    names = " ".join((holder.name or "", *(first_names if person else ())))
    units = [("OU", "eHealth-platform Belgium"), ("OU", _plain(names)), ("OU", number)]
    common_name = number
    if holder.application_id:
        units.append(("OU", holder.application_id))
        common_name = f"{number}, {holder.application_id}"
    return Name((("C", "BE"), ("O", "Federal Government"), *units, ("CN", common_name)))


def contract_text(name: Name) -> str:
    """RFC 2253 as the services write it: the `=` inside values is not escaped."""
    return ",".join(f"{key}={_escaped(value)}" for key, value in reversed(name.attributes))


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", value)


def _plain(text: str) -> str:
    """Upper case, accents off."""
    decomposed = unicodedata.normalize("NFD", " ".join(text.split()))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).upper()
