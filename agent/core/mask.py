"""What may leave the practice: texts without national numbers and without the names of a computer's users.

- A national register or BIS number is eleven digits with the right check digits, written together or in groups. Any
  row of digits that holds one is cut there; now and then that hits an innocent number, which a report can bear.
- What an attribute names as one (``SSIN=``, ``serialNumber=``) goes in any case.
- Home folders become ``~``, this user's and any other's.

Source: spec/eid.md, B (the national number is personal data); spec/keystore.md (it is in names of personal keystores).
"""

from __future__ import annotations

import re

from agent.core.identifiers import is_national_number

LEFT_OUT = "…"

_NAMED = re.compile(
    r"(SSIN(?:-BIS)?|serial_?number|2\.5\.4\.5)(\s*\\?=\s*|\"?\s*:\s*\"?)[0-9]+(?:[./\-]?[0-9]+)*", re.IGNORECASE
)
_HOMES = re.compile(
    r"(?:/home|/Users|/var/home|[A-Za-z]:[\\/]Users|[A-Za-z]:[\\/]Documents and Settings)[\\/]+[^\\/\r\n\"';:]+"
)
_ROOT = re.compile(r"(?<![\w.])/root(?![\w.-])")
_BETWEEN = re.compile(r"[ ./_\-\u00a0\u2009\u202f]{0,2}")
_DIGITS = 11


def masked(text: str, home: str = "", user: str = "") -> str:
    """`text` fit to be sent away.

    Args:
        home: this user's home folder.
        user: this user's name, where it is a part of other paths.
    """
    if len(home) > 1:
        text = re.sub(re.escape(home.rstrip("/\\")) + r"(?![\w.-])", "~", text, flags=re.IGNORECASE)
    text = _ROOT.sub("~", _HOMES.sub("~", text))
    if user:
        text = re.sub(rf"(?<=[/\\]){re.escape(user)}(?=[/\\]|$)", "~", text, flags=re.IGNORECASE | re.MULTILINE)
    return without_national_numbers(text)


def without_national_numbers(text: str) -> str:
    kept: list[str] = []
    position = 0
    while position < len(text):
        end = _national_number_at(text, position)
        if end is None:
            kept.append(text[position])
            position += 1
        else:
            kept.append(LEFT_OUT)
            position = end
    return _NAMED.sub(lambda found: f"{found[1]}{found[2]}{LEFT_OUT}", "".join(kept))


def _national_number_at(text: str, position: int) -> int | None:
    """Where the national number that begins at `position` ends; None where none begins there."""
    digits = ""
    while len(digits) < _DIGITS:
        if position >= len(text) or text[position] not in "0123456789":
            return None
        digits += text[position]
        position += 1
        if len(digits) < _DIGITS and (gap := _BETWEEN.match(text, position)):
            position = gap.end()
    return position if is_national_number(digits) else None
