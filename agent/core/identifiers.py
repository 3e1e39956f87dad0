"""The numbers of organizations and persons: what somebody typed, and whether it can be one.

- Spaces, dots, dashes and slashes are forgiven; so are ``BE`` before an enterprise number, its missing first 0 (as it
  was written before 2005), and the three digits after the first eight of a RIZIV/INAMI number.
- What the service says of a type (`rule_of`) wins over what is known here (`known_rule`): its expression for the form,
  and whether there are check digits at all.
- Check digits that do not fit are a doubt: a digit may be mistyped, but the acceptance environment has such numbers,
  and the service judges.

The sandbox judges by rules of its own (`sandbox.numbers`); neither may be made from the other.
Source: spec/ra-protocol.md, Names and numbers; the manual (RIZIV number, first eight digits); spec/eid.md, B.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum

from agent.core.holder import TYPE_PATTERN, Holder
from agent.core.registration import OrganizationType
from agent.core.typed import Mistyped, visible
from agent.text import N_


class CheckDigits(Enum):
    """How the check digits follow from the digits before them: 97 minus these, modulo 97."""

    NIHII = "NIHII"  # the seventh and eighth, whatever follows
    CBE = "CBE"  # the last two of ten
    SSIN = "SSIN"  # the last two of eleven; with a 2 before the nine for people born from 2000 on


class NumberFault(Enum):
    """What can be wrong with a number."""

    EMPTY = N_("The number is missing.")
    SIGN = N_("“{sign}” is no digit.")
    TOO_SHORT = N_("So far {count} of {digits} digits.")
    TOO_LONG = N_("These are {count} digits; there should be {digits}.")
    FIRST_EIGHT = N_("These are {count} digits; the first {digits} of the RIZIV/INAMI number are enough.")
    FORM = N_("A number of this type looks different: eHealth does not take this one.")
    CHECK_DIGITS = N_("The check digits do not fit: is a digit mistyped?")
    NOT_BIS = N_("This is no BIS number: the month in it would be 20 or 40 higher.")


class NumberRefused(Mistyped):
    """What was typed is no number of the type."""

    fault: NumberFault


_LONGEST = 32
"""Digits of a number whose length nobody told."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What a number of one type is like.

    Attributes:
        type: as in the DN, such as ``NIHII-GROUP``.
        lengths: how many digits it may have, ascending; empty where that is not known.
        check_digits: None where there are none, or none that are known here.
        pattern: the service's own expression, for the whole number; None where it gave none that is understood here.
        bis: only a BIS number will do, which people without a place in the national register have.
    """

    type: str
    lengths: tuple[int, ...]
    check_digits: CheckDigits | None
    pattern: re.Pattern[str] | None = None
    bis: bool = False

    def number(self, typed: str) -> str:
        """The digits of the number that somebody typed. Raises: NumberRefused."""
        text = self._without_prefix(_closed_up(typed))
        if not text:
            raise NumberRefused(NumberFault.EMPTY, unfinished=True)
        if sign := re.search("[^0-9]", text):
            raise NumberRefused(NumberFault.SIGN, sign=visible(sign[0]))
        number = self._completed(text)
        self._check_length(number)
        if self.pattern is not None and not self.pattern.fullmatch(number):
            raise NumberRefused(NumberFault.FORM, unfinished=len(number) < max(self.lengths, default=_LONGEST))
        if self.bis and not is_bis_month(number):
            raise NumberRefused(NumberFault.NOT_BIS)
        if not has_right_check_digits(self.check_digits, number):
            raise NumberRefused(NumberFault.CHECK_DIGITS, doubtful=number)
        return number

    @property
    def _family(self) -> CheckDigits | None:
        """How such a number is written, also where its check digits are not looked at."""
        return _FAMILIES.get(self.type.partition("-")[0])

    def _without_prefix(self, text: str) -> str:
        """Without the country before an enterprise number; its first letter alone is somebody typing it."""
        return re.sub("^BE?", "", text, flags=re.IGNORECASE) if self._family is CheckDigits.CBE else text

    def _completed(self, digits: str) -> str:
        match self._family, self.lengths, len(digits):
            case CheckDigits.NIHII, (8,), 11:
                return digits[:8]
            case CheckDigits.CBE, (10,), 9 if digits[0] not in "01":  # ten digits begin with one of these
                return f"0{digits}"
        return digits

    def _check_length(self, number: str) -> None:
        """Raises: NumberRefused."""
        count, shortest, longest = len(number), min(self.lengths, default=1), max(self.lengths, default=_LONGEST)
        if count < shortest:
            raise NumberRefused(NumberFault.TOO_SHORT, unfinished=True, count=count, digits=shortest)
        if count > longest:
            if self._family is CheckDigits.NIHII and longest == 8:
                unfinished = count < 11  # somebody types all eleven
                raise NumberRefused(NumberFault.FIRST_EIGHT, unfinished=unfinished, count=count, digits=8)
            raise NumberRefused(NumberFault.TOO_LONG, count=count, digits=longest)
        if self.lengths and count not in self.lengths:
            raise NumberRefused(NumberFault.FORM, unfinished=True)


def _closed_up(typed: str) -> str:
    """Without spaces, dots, dashes and slashes, and without what cannot be seen, as text from a page may have it."""
    return "".join(sign for sign in typed if not (sign in "./−·" or unicodedata.category(sign) in _FORGIVEN))


_FORGIVEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd")


# ── Check digits ─────────────────────────────────────────────────────────────────────────────────────────────────────


def has_right_check_digits(rule: CheckDigits | None, number: str) -> bool:
    """Whether `number`, ASCII digits only and of the rule's length, fits. Where there is no rule, any does."""
    match rule:
        case CheckDigits.NIHII:
            return _fits(number[:6], number[6:8])
        case CheckDigits.CBE:
            return _fits(number[:-2], number[-2:])
        case CheckDigits.SSIN:
            return _fits(number[:9], number[9:]) or _fits(f"2{number[:9]}", number[9:])
        case None:
            return True


def _fits(digits: str, check: str) -> bool:
    return int(check) == 97 - int(digits) % 97


def is_national_number(digits: str) -> bool:
    """Whether `digits` are eleven with the right check digits: a national register or a BIS number.

    The date in it is not looked at: BIS numbers have 20 or 40 added to the month, and test numbers have months that are
    none.
    """
    return re.fullmatch("[0-9]{11}", digits) is not None and has_right_check_digits(CheckDigits.SSIN, digits)


def is_bis_month(ssin: str) -> bool:
    """Whether the month in `ssin` is one of a BIS number: 20 or 40 higher; 0 stands for a month that is not known."""
    return int(ssin[2:4]) in (*range(20, 33), *range(40, 53))


# ── Types ────────────────────────────────────────────────────────────────────────────────────────────────────────────

PERSON = NumberRule("SSIN", (11,), CheckDigits.SSIN)
"""Everybody with a Belgian eID: a national register number, or a BIS number."""

FOREIGNER = replace(PERSON, bis=True)
"""A person without Belgian residence; the type in the DN is SSIN as well."""


def has_bis_number(holder: Holder) -> bool:
    """Whether it is a person with a BIS number, who may have no eID; but some have one for foreigners."""
    return holder.type == FOREIGNER.type and len(holder.number) in FOREIGNER.lengths and is_bis_month(holder.number)


_LENGTHS = {
    "CBE": 10,
    "SSIN": 11,
    "NIHII": 8,
    "NIHII11": 11,
    "EHP": 10,
    "SITE": 4,
    "CBE-TREAT_CENTER": 10,
    "CBE-CONSORTIUM": 10,
    "EHP-CTRL_ORGANISM": 10,
    "SITESMUR": 10,
    "SITEPIT": 10,
}
_FAMILIES = {
    "NIHII": CheckDigits.NIHII,
    "NIHII11": CheckDigits.NIHII,
    "CBE": CheckDigits.CBE,
    "SSIN": CheckDigits.SSIN,
}
"""Whose numbers a type has, by what stands before its first dash."""

_FITTING = {CheckDigits.NIHII: range(8, _LONGEST + 1), CheckDigits.CBE: range(10, 11), CheckDigits.SSIN: range(11, 12)}
"""The lengths that check digits make sense for."""


def is_type(text: str) -> bool:
    """Whether `text` can be a type in a DN and in the name of a keystore's file."""
    return re.fullmatch(TYPE_PATTERN, text) is not None


def known_rule(type_: str) -> NumberRule:
    """The rule of a type as far as it is known here, before the service was asked."""
    length = _LENGTHS.get(type_) or (8 if type_.startswith("NIHII-") else None)
    return _rule(type_, (length,) if length else (), _FAMILIES.get(type_.partition("-")[0]))


def rule_of(kind: OrganizationType) -> NumberRule:
    """The rule of a type as the service tells it, completed by what is known here.

    The service's names of algorithms are not published. Where it names one, the type's own check digits are meant; a
    type that is not known here has those whose name is in it, or none that can be checked.
    """
    known = known_rule(kind.identifier_type)
    pattern = _compiled(kind.pattern)
    lengths = (_lengths(pattern) if pattern else ()) or known.lengths
    named = (each for each in CheckDigits if any(each.value in name.upper() for name in kind.check_digit_algorithms))
    check_digits = (known.check_digits or next(named, None)) if kind.check_digit_algorithms else None
    return _rule(known.type, lengths, check_digits, pattern)


def _rule(
    type_: str, lengths: tuple[int, ...], check_digits: CheckDigits | None, pattern: re.Pattern[str] | None = None
) -> NumberRule:
    fits = check_digits is not None and lengths and all(length in _FITTING[check_digits] for length in lengths)
    return NumberRule(type_, lengths, check_digits if fits else None, pattern)


# ── The service's expression ─────────────────────────────────────────────────────────────────────────────────────────

_SAME_IN_BOTH = re.compile(
    r"""(?:
      [0-9A-Za-z]                                         # itself
    | \\[dD./-] | \.                                      # a digit, a dot, any sign
    | \[\^?(?:[0-9A-Za-z](?:-[0-9A-Za-z])?|\\[d.-])+\]    # one of these
    | \((?:\?:)? | \)(?![*+{]) | \|                       # groups, not repeated: that can take for ever
    | [*+?] | \{[0-9]{1,2}(?:,(?:[0-9]{1,2})?)?\}         # how often
    | \^ | \$
    )+""",
    re.VERBOSE,
)
"""What Java and Python read alike, of what an expression for a number needs."""


def _compiled(java: str | None) -> re.Pattern[str] | None:
    """The service's expression, which is in Java's syntax; None where it is not certain to mean the same here."""
    if java is None or not _SAME_IN_BOTH.fullmatch(java):
        return None
    try:
        return re.compile(java, re.ASCII)
    except re.error:
        return None


def _lengths(pattern: re.Pattern[str]) -> tuple[int, ...]:
    """How many digits the expression takes, seen from numbers that repeat one digit."""
    counts = range(1, _LONGEST + 1)
    return tuple(count for count in counts if any(pattern.fullmatch(digit * count) for digit in "0123456789"))
