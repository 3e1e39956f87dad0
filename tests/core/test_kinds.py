"""Kinds of organizations are found by whatever part of them somebody knows."""

from __future__ import annotations

import pytest

from agent.core.kinds import by_name, matching, name_of_kind
from agent.core.registration import LocalizedText, OrganizationType
from agent.sandbox.numbers import ORGANIZATIONS
from agent.text import speak

KINDS = [
    OrganizationType((LocalizedText("nl", one.nl), LocalizedText("fr", one.fr)), one.type, one.pattern, (), ())
    for one in ORGANIZATIONS
]


def found(typed: str) -> list[str]:
    return [kind.identifier_type for kind in matching(KINDS, typed)]


@pytest.mark.parametrize(
    ("typed", "types"),
    [
        ("thuisverpleeg", ["NIHII-GROUP"]),
        ("groep thuis", ["NIHII-GROUP"]),
        ("infirmiers", ["NIHII-GROUP"]),
        ("NIHII-GROUP", ["NIHII-GROUP"]),
        ("nihii group", ["NIHII-GROUP"]),
        ("hopital", ["NIHII-HOSPITAL"]),
        ("KBO", ["CBE"]),
        ("cbe", ["CBE"]),
        ("bce", ["CBE"]),
        ("d'infirmiers à domicile", ["NIHII-GROUP"]),
        ("OTD_PHARMACY", ["NIHII-OTD_PHARMACY"]),
        ("zzz", []),
    ],
)
def test_a_part_of_a_name_in_any_language_or_of_the_type_finds_it(typed: str, types: list[str]) -> None:
    assert found(typed) == types


def test_nothing_typed_finds_all_by_name() -> None:
    assert found("") == [kind.identifier_type for kind in by_name(KINDS)]


def test_what_begins_like_it_comes_first() -> None:
    beginning, others = found("groep")[:3], found("groep")[3:]
    assert beginning == ["NIHII-GROUP", "NIHII-GROUP_MIDWIVES", "NIHII-GROUP_DOCTORS"]
    assert others == []
    assert found("labo") == ["NIHII-LABO"]
    assert found("dienst") == ["NIHII-HOME_SERVICES", "NIHII-AMBU_SERVICE", "NIHII-OTD_PHARMACY"]


def test_names_are_in_the_persons_language_where_ehealth_has_it() -> None:
    group = next(kind for kind in KINDS if kind.identifier_type == "NIHII-GROUP")
    speak("fr")
    assert name_of_kind(group) == "Groupement d'infirmiers à domicile"
    speak("de")
    assert name_of_kind(group) == "Groep thuisverpleegkundigen"
    speak("en")
    assert name_of_kind(OrganizationType((), "NEW-TYPE", None, (), ())) == "NEW-TYPE"
