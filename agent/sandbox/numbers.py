"""Types of holders, and which numbers and services are theirs.

Source: spec/ra-protocol.md, Names and numbers. The names of the check digit algorithms and the division of the base
services are the sandbox's own; eHealth's are not published.

`core.identifiers` has the client's rules for the same numbers. They look alike because the facts are the same; they are
written twice on purpose, so that a mistake in one is found by the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.sandbox.refusals import Code, Refusal

BASE_SERVICES = ("tsa", "consultrn", "codage", "other")
_FEW_SERVICES = ("tsa", "other")


class CheckDigits(StrEnum):
    """How the last two digits of a number follow from those before."""

    NIHII = "NIHII_MOD97"
    CBE = "CBE_MOD97"
    SSIN = "SSIN_MOD97"


@dataclass(frozen=True)
class HolderType:
    """A type of holder. `nl` and `fr` are its names."""

    type: str
    digits: int
    nl: str
    fr: str
    check_digits: CheckDigits | None = None
    base_services: tuple[str, ...] = BASE_SERVICES

    @property
    def pattern(self) -> str:
        return f"[0-9]{{{self.digits}}}"


def _nihii(type_: str, nl: str, fr: str) -> HolderType:
    return HolderType(f"NIHII-{type_}", 8, nl, fr, CheckDigits.NIHII)


PERSON = HolderType("SSIN", 11, "Natuurlijke persoon", "Personne physique", CheckDigits.SSIN)

ORGANIZATIONS = (
    HolderType("CBE", 10, "Onderneming (KBO)", "Entreprise (BCE)", CheckDigits.CBE),
    HolderType("NIHII", 8, "RIZIV-erkende zorgverlener", "Prestataire agréé INAMI", CheckDigits.NIHII),
    HolderType("NIHII11", 11, "RIZIV-nummer met kwalificatie", "Numéro INAMI avec qualification", CheckDigits.NIHII),
    HolderType("EHP", 10, "eHealth-partner", "Partenaire eHealth"),
    HolderType("SITE", 4, "Ziekenhuissite", "Site hospitalier", base_services=_FEW_SERVICES),
    HolderType("CBE-TREAT_CENTER", 10, "Behandelingscentrum", "Centre de traitement", CheckDigits.CBE),
    HolderType("CBE-CONSORTIUM", 10, "Consortium", "Consortium", CheckDigits.CBE),
    HolderType("EHP-CTRL_ORGANISM", 10, "Controleorganisme", "Organisme de contrôle"),
    HolderType("SITESMUR", 10, "MUG-site", "Site SMUR", base_services=_FEW_SERVICES),
    HolderType("SITEPIT", 10, "PIT-site", "Site PIT", base_services=_FEW_SERVICES),
    _nihii("GROUP", "Groep thuisverpleegkundigen", "Groupement d'infirmiers à domicile"),
    _nihii("PHARMACY", "Apotheek", "Pharmacie"),
    _nihii("LABO", "Laboratorium", "Laboratoire"),
    _nihii("RETIREMENT", "Woonzorgcentrum", "Maison de repos"),
    _nihii("OTD_PHARMACY", "Tariferingsdienst", "Office de tarification"),
    _nihii("HOSPITAL", "Ziekenhuis", "Hôpital"),
    _nihii("PALLIATIVE_CARE", "Palliatieve zorg", "Soins palliatifs"),
    _nihii("OFFICE_DENTISTS", "Tandartspraktijk", "Cabinet de dentistes"),
    _nihii("MEDICAL_HOUSE", "Wijkgezondheidscentrum", "Maison médicale"),
    _nihii("OFFICE_DOCTORS", "Artsenpraktijk", "Cabinet de médecins"),
    _nihii("GROUP_DOCTORS", "Groepering van artsen", "Groupement de médecins"),
    _nihii("OF_BAND", "Bandagistenpraktijk", "Cabinet de bandagistes"),
    _nihii("PSYCH_HOUSE", "Psychiatrisch verzorgingstehuis", "Maison de soins psychiatriques"),
    _nihii("PROT_ACC", "Beschut wonen", "Habitation protégée"),
    _nihii("HOME_SERVICES", "Dienst voor thuisverzorging", "Service de soins à domicile"),
    _nihii("OF_PHYSIOS", "Kinesitherapiepraktijk", "Cabinet de kinésithérapeutes"),
    _nihii("GUARD_POST", "Wachtpost", "Poste de garde"),
    _nihii("BELRAI", "BelRAI-organisatie", "Organisation BelRAI"),
    _nihii("BELRAI_SCREEN", "BelRAI Screener-organisatie", "Organisation BelRAI Screener"),
    _nihii("GROUP_MIDWIVES", "Groep vroedvrouwen", "Groupement de sages-femmes"),
    _nihii("AMBU_SERVICE", "Ambulancedienst", "Service d'ambulance"),
    _nihii("LEGAL_PSY", "Forensisch psychiatrisch centrum", "Centre de psychiatrie légale"),
    _nihii("REEDUCATION", "Revalidatiecentrum", "Centre de rééducation"),
    _nihii("SORTING_CENTER", "Schakelcentrum", "Centre de tri"),
)

_BY_TYPE = {one.type: one for one in (PERSON, *ORGANIZATIONS)}


def holder_type(type_: str) -> HolderType | None:
    return _BY_TYPE.get(type_)


def check_number(type_: str, number: str, test_numbers: bool) -> HolderType:
    """Raises: Refusal where the type is unknown, or the number is none of its (check digits spared in tests)."""
    known = holder_type(type_)
    if known is None:
        raise Refusal(Code.IDENTIFIER_TYPE_UNKNOWN, "No certificates are issued to this type of identifier", type=type_)
    if not re.fullmatch(known.pattern, number, re.ASCII):
        raise Refusal(Code.IDENTIFIER_FORMAT, f"A {type_} number has {known.digits} digits", value=number)
    if not test_numbers and not has_right_check_digits(known.check_digits, number):
        raise Refusal(Code.IDENTIFIER_CHECK_DIGITS, f"The check digits of this {type_} number are wrong", value=number)
    return known


def has_right_check_digits(algorithm: CheckDigits | None, number: str) -> bool:
    match algorithm:
        case CheckDigits.NIHII:
            return int(number[6:8]) == 97 - int(number[:6]) % 97
        case CheckDigits.CBE:
            return int(number[8:]) == 97 - int(number[:8]) % 97
        case CheckDigits.SSIN:
            born = (number[:9], f"2{number[:9]}")
            return any(int(number[9:]) == 97 - int(digits) % 97 for digits in born)
    return True
