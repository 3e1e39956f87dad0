"""Every error says what happened and what to do, in every language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import agent
from agent import errors
from agent.desktop.windows import pages
from agent.errors import AgentError, CardFailed, KeystoreUnreadable, RenewalNotOpen, SignatureCertificateExpired
from agent.text import LANGUAGES, speak

SAMPLES: dict[str, object] = {
    "str": "ONE FACT",
    "int": 3,
    "int | None": 3,
    "date": date(2031, 5, 1),
    "date | None": date(2031, 5, 1),
    "tuple[tuple[str, str], ...]": (),
}


def kinds(of: type[AgentError] = AgentError) -> Iterator[type[AgentError]]:
    """Every error that can be shown: those of the agent's own modules that have a title."""
    if hasattr(of, "title") and of.__module__.startswith("agent."):
        yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def an(error: type[AgentError]) -> AgentError:
    facts: list[Any] = [SAMPLES[str(field.type)] for field in fields(error)] if is_dataclass(error) else []
    return error(*facts)


EVERY = sorted(set(kinds()), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: str(kind.__name__))
def test_an_error_has_its_sentences_in_every_language(kind: type[AgentError]) -> None:
    error = an(kind)
    told = {}
    for language in LANGUAGES:
        speak(language)
        told[language] = str(error), error.advice
        assert not set("{}") & set(str(error) + error.advice)
    assert len({advice for _title, advice in told.values()}) == len(LANGUAGES)
    if kind.title != "{where}: {problem}":
        assert len({title for title, _advice in told.values()}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nl", "Het handtekeningcertificaat op deze eID verviel op 1 mei 2031."),
        ("fr", "Le certificat de signature de cette eID a expiré le 1er mai 2031."),
        ("de", "Das Signaturzertifikat auf dieser eID ist am 1. Mai 2031 abgelaufen."),
        ("en", "The signature certificate on this eID ended on 1 May 2031."),
    ],
)
def test_a_date_in_a_sentence_is_written_the_language_s_way(language: str, sentence: str) -> None:
    speak(language)
    assert str(SignatureCertificateExpired(date(2031, 5, 1))) == sentence


def test_facts_from_another_process_and_of_the_system_are_translated_where_they_are_shown() -> None:
    speak("nl")
    assert str(CardFailed("reading the card", "CKR_DEVICE_ERROR 0x30")) == (
        "De eID antwoordde niet zoals verwacht bij het lezen van de kaart (CKR_DEVICE_ERROR 0x30)."
    )
    assert str(KeystoreUnreadable("/k", "permission denied")) == "/k kan niet worden gelezen: geen toegangsrecht."


def test_an_opening_day_that_nobody_knows_is_not_invented() -> None:
    for language in LANGUAGES:
        speak(language)
        assert "None" not in RenewalNotOpen("/k", None).advice


def test_every_source_of_errors_was_looked_at() -> None:
    """The list above is of what was imported; errors live in `agent.errors`, and two in the windows' pages."""
    sources = Path(agent.__file__).parent.rglob("*.py")
    homes = {path for path in sources if "(AgentError)" in path.read_text(encoding="utf-8")}
    assert {home for home in homes if home.parent != Path(errors.__file__).parent} == {Path(pages.__file__)}
