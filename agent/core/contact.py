"""Contact data: phone numbers and e-mail addresses, from what somebody typed to what the service wants.

Phone numbers are written ``0032…``: 00, country code, number; those without a country are Belgian. The plans of the
world's numbers are the library's; what fits no plan is a doubt, because plans grow. Addresses are judged by their form
alone: nothing is looked up. The schema has no limits of its own for either.
Source: spec/ra-protocol.md, Names and numbers; the manual (phone number); ITU-T E.164; RFC 5321, 5322.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from agent.core.typed import Mistyped, visible
from agent.text import N_


def _without_invisible(typed: str) -> str:
    """Text from a page or a message may bring marks along that nobody sees."""
    return "".join(sign for sign in typed if unicodedata.category(sign) != "Cf")


# ── Phone numbers ────────────────────────────────────────────────────────────────────────────────────────────────────


class PhoneFault(Enum):
    """What can be wrong with a phone number."""

    EMPTY = N_("The phone number is missing.")
    SIGN = N_("“{sign}” does not belong in a phone number.")
    TOO_SHORT = N_("The phone number is not complete yet.")
    TOO_LONG = N_("The phone number has too many digits.")
    COUNTRY = N_("No country has phone numbers that begin like this. A Belgian number begins with 0, +32 or 0032.")
    UNKNOWN = N_("No such phone number is known: is a digit mistyped?")


class PhoneRefused(Mistyped):
    """What was typed is no phone number."""

    fault: PhoneFault


_HOME = "BE"
_MOST_DIGITS = 15
"""Of a number with its country (E.164)."""


def phone_number(typed: str) -> str:
    """``0032470123456`` from ``0470/12.34.56``, ``+32 (0)470 12 34 56`` and the like. Raises: PhoneRefused."""
    text = "".join(sign for sign in _without_invisible(typed) if not (sign.isspace() or _is_between(sign)))
    text = re.sub(r"^\+{2,}", "+", text).replace("(0)", "0").replace("(", "").replace(")", "")
    if not text.lstrip("+"):
        raise PhoneRefused(PhoneFault.EMPTY, unfinished=True)
    if sign := re.search("[^0-9]", text.removeprefix("+")):
        raise PhoneRefused(PhoneFault.SIGN, sign=visible(sign[0]))
    number = _read(text)
    national = phonenumbers.national_significant_number(number)
    written = f"00{number.country_code}{national}"
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_LONG:
            raise PhoneRefused(PhoneFault.TOO_LONG)
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY | ValidationResult.INVALID_LENGTH:
            raise PhoneRefused(PhoneFault.TOO_SHORT, unfinished=True)
        case ValidationResult.INVALID_COUNTRY_CODE:
            raise PhoneRefused(PhoneFault.COUNTRY)
    if len(written) > len("00") + _MOST_DIGITS:
        raise PhoneRefused(PhoneFault.TOO_LONG)
    if not phonenumbers.is_valid_number(number):
        raise PhoneRefused(PhoneFault.UNKNOWN, unfinished=_may_grow(number, national), doubtful=written)
    return written


def _is_between(sign: str) -> bool:
    """Stands between the digits of a number, for the eye."""
    return sign in "./−·" or unicodedata.category(sign) == "Pd"


def _read(text: str) -> PhoneNumber:
    """Raises: PhoneRefused."""
    try:
        return phonenumbers.parse(text, _HOME)
    except NumberParseException as error:
        match error.error_type:
            case NumberParseException.INVALID_COUNTRY_CODE:
                unfinished = len(text.lstrip("+0")) < _LONGEST_COUNTRY_CODE
                raise PhoneRefused(PhoneFault.COUNTRY, unfinished=unfinished) from error
            case NumberParseException.TOO_LONG:
                raise PhoneRefused(PhoneFault.TOO_LONG) from error
            case _:
                raise PhoneRefused(PhoneFault.TOO_SHORT, unfinished=True) from error


_LONGEST_COUNTRY_CODE = 3


def _may_grow(number: PhoneNumber, national: str) -> bool:
    """Whether one more digit makes a number that is possible, as with a mobile one whose last digit is to come."""
    longer = PhoneNumber(country_code=number.country_code, national_number=int(f"{national}0"))
    return phonenumbers.is_possible_number(longer)


# ── E-mail addresses ─────────────────────────────────────────────────────────────────────────────────────────────────


class EmailFault(Enum):
    """What can be wrong with an e-mail address."""

    EMPTY = N_("The e-mail address is missing.")
    SPACE = N_("There is a space in the e-mail address.")
    NO_AT = N_("There is no @ in the e-mail address yet.")
    SEVERAL = N_("There is more than one @: give one e-mail address.")
    SIGN = N_("“{sign}” cannot be in an e-mail address.")
    DOMAIN = N_("What follows the @ is not complete: it has a dot in it, as in example.be.")
    FORM = N_("This is no e-mail address: is a sign missing, or one too many?")


class EmailRefused(Mistyped):
    """What was typed is no e-mail address."""

    fault: EmailFault


def email_address(typed: str) -> str:
    """The address in ASCII; a domain with accents as it is on the wire. Raises: EmailRefused."""
    text = re.sub("^mailto:", "", _without_invisible(typed).strip(), flags=re.IGNORECASE)
    if not text:
        raise EmailRefused(EmailFault.EMPTY, unfinished=True)
    if any(sign.isspace() for sign in text):
        raise EmailRefused(EmailFault.SPACE)
    if "@" not in text:
        raise EmailRefused(EmailFault.NO_AT, unfinished=True)
    local, domain = text.split("@", 1)
    if "@" in domain:
        raise EmailRefused(EmailFault.SEVERAL)
    if sign := re.search(r"[^A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]", local) or re.search(r"[^\w.-]|_", domain):
        raise EmailRefused(EmailFault.SIGN, sign=visible(sign[0]))
    if not all((*domain.partition("."), local)):
        raise EmailRefused(EmailFault.DOMAIN if local else EmailFault.FORM, unfinished=bool(local))
    try:
        validated = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise EmailRefused(EmailFault.FORM, unfinished=domain.endswith(".")) from error
    return validated.ascii_email or validated.normalized
