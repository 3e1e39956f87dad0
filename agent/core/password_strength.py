"""How long a password for a keystore would hold out: a hint while it is chosen, never a refusal.

Measured against somebody who has a copy of the file and one graphics card. The official program protects a keystore
with 1,024 rounds of SHA-1, of which such a card does some 20,000 million a second: ten million guesses, rounded down.
How many guesses a password takes is estimated by zxcvbn, told beforehand what a Belgian practice thinks of first.

zxcvbn keeps its lists of words in memory (13 MB): this module is imported where a password is chosen, nowhere else.
Source: zxcvbn (Wheeler, USENIX Security 2016); spec/keystore.md, Reading (iterations).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from zxcvbn import zxcvbn

from agent.text import N_, _


class Strength(Enum):
    """How soon somebody with a copy of the file has guessed the password."""

    MINUTES = N_("Very weak: somebody with a copy of the file may guess it in minutes.")
    DAYS = N_("Weak: somebody with a copy of the file may guess it in days.")
    MONTHS = N_("Fair: somebody with a copy of the file may guess it in months.")
    YEARS = N_("Strong: somebody with a copy of the file needs years to guess it.")


class Weakness(Enum):
    """What makes it so easy."""

    COMMON = N_("It is, or nearly is, one that many people use.")
    OWN = N_("It has a word that is guessed first in a practice.")
    WORD = N_("A single word with something behind it is soon guessed.")
    ROW = N_("It follows the keys or the alphabet, or repeats itself.")
    DATE = N_("It has a date or a year.")


_ADVICE = N_("Longer is stronger: add a word or two.")


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is said about a password. Nothing of the password is in it."""

    strength: Strength
    weakness: Weakness | None

    @property
    def sentence(self) -> str:
        """In the chosen language; with the reason and what to do, where it is not strong."""
        parts: list[str] = [self.strength.value]
        if self.strength is not Strength.YEARS:
            parts += [self.weakness.value] if self.weakness else []
            parts.append(_ADVICE)
        return " ".join(map(_, parts))


_GUESSES_A_SECOND = 1e7
_HOUR, _MONTH, _YEAR = 3600, 30 * 86400, 365 * 86400
_LIMITS = ((_HOUR, Strength.MINUTES), (_MONTH, Strength.DAYS), (2 * _YEAR, Strength.MONTHS))
_LOOKED_AT = 72
"""Signs that zxcvbn takes at most. A longer password is at least as strong as its beginning."""


def password_strength(password: str, own_words: Iterable[str] = ()) -> Estimate:
    """How strong `password` is.

    Args:
        own_words: what everybody knows of this practice: its name, number, e-mail address.
    """
    if not password:
        return Estimate(Strength.MINUTES, None)
    told = [part for text in own_words for part in (text, *re.findall(r"\w{3,}", text))]
    found: dict[str, Any] = zxcvbn(password[:_LOOKED_AT], [*told, *_OF_PRACTICES.split()])
    seconds = float(found["guesses"]) / _GUESSES_A_SECOND
    strength = next((strength for limit, strength in _LIMITS if seconds < limit), Strength.YEARS)
    return Estimate(strength, _weakness(found["sequence"]))


def _weakness(matches: Iterable[dict[str, Any]]) -> Weakness | None:
    """That of the longest part that follows a pattern."""
    patterned = [match for match in matches if match["pattern"] != "bruteforce" and len(match["token"]) > 2]
    longest = max(patterned, key=lambda match: len(match["token"]), default=None)
    match longest:
        case {"pattern": "dictionary", "dictionary_name": "passwords"}:
            return Weakness.COMMON
        case {"pattern": "dictionary", "dictionary_name": "user_inputs"}:
            return Weakness.OWN
        case {"pattern": "dictionary"}:
            return Weakness.WORD
        case {"pattern": "spatial" | "sequence" | "repeat"}:
            return Weakness.ROW
        case {"pattern": "date" | "regex"}:
            return Weakness.DATE
    return None


_OF_PRACTICES = """
wachtwoord paswoord motdepasse passwort kennwort geheim secret welkom bienvenue willkommen bonjour soleil zon
zomer winter lente herfst ete hiver printemps automne sommer fruehling herbst
januari februari maart april mei juni juli augustus september oktober november december
janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
ehealth ehealthbox keystore certificaat certificat zertifikat mycarenet recipe vitalink riziv inami
mutualiteit mutualite ziekenfonds praktijk cabinet praxis apotheek pharmacie apotheke apotheker pharmacien
dokter docteur arzt huisarts medecin verpleging verpleegkundige infirmier infirmiere pflege thuisverpleging
thuiszorg soins zorg zorgen patient gezondheid sante gesundheid labo laboratorium laboratoire kine kinesist
tandarts dentiste zahnarzt vroedvrouw belgie belgique belgien vlaanderen wallonie antwerpen gent brugge
brussel bruxelles leuven liege namur mons hasselt charleroi eupen anderlecht clubbrugge standard
"""
"""What zxcvbn's English lists do not know, the likeliest first."""
