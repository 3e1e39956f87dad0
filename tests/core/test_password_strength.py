"""How strong a password is said to be, and why."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.core.password import password_problem
from agent.core.password_strength import Estimate, Strength, Weakness, password_strength
from agent.text import LANGUAGES, speak


@pytest.mark.parametrize(
    ("password", "strength", "weakness"),
    [
        ("Azerty-123", Strength.MINUTES, Weakness.COMMON),
        ("12345678!", Strength.MINUTES, Weakness.COMMON),
        ("Welkom01!", Strength.MINUTES, Weakness.OWN),
        ("Apotheek2024!", Strength.MINUTES, Weakness.OWN),
        ("Motdepasse1!", Strength.MINUTES, Weakness.OWN),
        ("aaaaaaa1!", Strength.MINUTES, Weakness.ROW),
        ("abcdefg1!", Strength.MINUTES, Weakness.ROW),
        ("12-08-1985", Strength.MINUTES, Weakness.DATE),
        ("x7!", Strength.MINUTES, None),
        ("", Strength.MINUTES, None),
        ("q7!vm92-pLt", Strength.DAYS, None),
        ("q7!vm92-pLtz+K", Strength.MONTHS, None),
        ("q7!vm92-pLtz+Kx", Strength.YEARS, None),
        ("kx9-fiets-maan-roos", Strength.YEARS, None),
    ],
)
def test_strength_and_the_reason_for_it(password: str, strength: Strength, weakness: Weakness | None) -> None:
    assert password_strength(password) == Estimate(strength, weakness)


def test_the_practices_own_name_is_guessed_first() -> None:
    assert password_strength("Zonnekind-42!").strength is Strength.DAYS
    estimate = password_strength("Zonnekind-42!", ["Praktijk Zonnekind, Gent"])
    assert estimate == Estimate(Strength.MINUTES, Weakness.OWN)
    assert password_strength("Zonnekind-42!").strength is Strength.DAYS  # what was told is not remembered


def test_every_sentence_is_there_in_every_language() -> None:
    estimates = [Estimate(strength, weakness) for strength in Strength for weakness in (None, *Weakness)]
    sentences = {}
    for language in LANGUAGES:
        speak(language)
        sentences[language] = {estimate.sentence for estimate in estimates}
        assert len(sentences[language]) == 3 * 6 + 1  # a strong one needs no reason
    assert len(set().union(*sentences.values())) == len(LANGUAGES) * 19


def test_what_to_do_is_said_where_it_is_not_strong() -> None:
    assert password_strength("Azerty-123").sentence == (
        "Very weak: somebody with a copy of the file may guess it in minutes. "
        "It is, or nearly is, one that many people use. Longer is stronger: add a word or two."
    )
    assert password_strength("kx9-fiets-maan-roos").sentence == (
        "Strong: somebody with a copy of the file needs years to guess it."
    )


@settings(deadline=None, max_examples=60)  # its lists of words are read at the first
@given(st.text(max_size=100), st.lists(st.text(max_size=20), max_size=3))
@example("1" * 73, [])
@example("Aa1!" * 50, ["Aa1!"])
@example("İ\u0130ŉß", ["İ"])
def test_any_password_has_an_estimate_without_the_password_in_it(password: str, own_words: list[str]) -> None:
    estimate = password_strength(password, own_words)
    assert estimate.sentence
    if len(password) > 7 and not password.isascii():
        assert password not in repr(estimate)


@settings(deadline=None, max_examples=20)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=20))
def test_two_more_words_never_make_it_weaker(password: str) -> None:
    weaker_first = list(Strength)
    longer = password_strength(f"{password} moerbei-kwartel")
    assert weaker_first.index(longer.strength) >= weaker_first.index(password_strength(password).strength)


def test_the_rules_and_the_hint_are_two_things() -> None:
    assert password_problem("Azerty-123") is None
    assert password_strength("Azerty-123").strength is Strength.MINUTES
    assert password_problem("moerbei kwartel fietspomp") is not None
    assert password_strength("moerbei kwartel fietspomp").strength is Strength.YEARS
