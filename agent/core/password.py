"""What a new keystore password must be like. How strong it is says `password_strength`, as a hint.

Source: spec/ra-protocol.md, Names and numbers; the manual of the official program; spec/keystore.md (Java and ASCII).
"""

from __future__ import annotations

from agent.text import _

_SHORTEST = 8


def password_problem(password: str) -> str | None:
    """What is wrong with `password` for a new keystore, for people; None where it will do."""
    if not (password.isascii() and password.isprintable()):
        return _("it has an accented letter or a sign that other programs cannot read")
    if len(password) < _SHORTEST:
        return _("it is shorter than {count} characters").format(count=_SHORTEST)
    if not any(character.isdigit() for character in password):
        return _("it has no digit")
    if password.replace(" ", "").isalnum():
        return _("it has no symbol, such as - or !")
    return None
