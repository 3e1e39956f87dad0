"""Every text is there in every language, and says the same things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from agent.text import LANGUAGES as SPOKEN
from installer import translations
from installer.problem import Problem
from installer.translations import LANGUAGES, TEMPLATE, mo_bytes, mo_path, po_bytes, po_path, translated, updated

AGAIN = "is not up to date: python3 installer/bootstrap.py translations"
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def sources() -> translations.Catalogue:
    return translations.template()


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Each translation, and the English text that it stands for: for plurals, that of several."""
    for message in catalogue:
        if isinstance(message.id, str):
            if message.id:
                yield message.id, str(message.string)
        else:
            yield from ((message.id[1], string) for string in message.string or ("",))


def test_the_agent_speaks_the_languages_of_the_catalogues() -> None:
    assert set(SPOKEN) == {*LANGUAGES, "en"}


def test_the_template_has_just_the_texts_of_the_sources(sources: translations.Catalogue) -> None:
    assert TEMPLATE.read_bytes() == po_bytes(sources), f"{TEMPLATE.name} {AGAIN}"


@every_language
def test_nothing_is_missing_fuzzy_or_unused(language: str, sources: translations.Catalogue) -> None:
    catalogue = translated(language)
    assert translations.untranslated(updated(language, sources)) == []
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert list(catalogue.obsolete) == []
    assert po_path(language).read_bytes() == po_bytes(updated(language, sources)), f"{language} {AGAIN}"


@every_language
def test_what_is_compiled_is_what_was_translated(language: str, sources: translations.Catalogue) -> None:
    assert mo_path(language).read_bytes() == mo_bytes(updated(language, sources)), f"{language} {AGAIN}"


def placeholders(text: str) -> list[str]:
    named = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None]
    return sorted({*named, *re.findall(r"%(?:\(\w+\))?[a-z]", text)})


def rim(text: str) -> tuple[str, str, str]:
    """White space at both ends, and how the text closes."""
    end = re.search(r"([.?!…:]?)(\s*)$", text)
    assert end is not None
    return text[: len(text) - len(text.lstrip())], end[1], end[2]


@every_language
def test_each_translation_has_the_facts_the_ends_and_the_key_of_its_text(language: str) -> None:
    for text, translation in pairs(translated(language)):
        assert placeholders(translation) == placeholders(text), text
        assert rim(translation) == rim(text), text
        assert len(re.findall(r"&\w", translation)) == text.count("&") == translation.count("&"), text


def test_french_signs_do_not_stand_alone_on_a_line() -> None:
    loose = [text for _id, text in pairs(translated("fr")) if re.search(r" [:;?!»]|« ", text)]
    assert loose == []


def test_a_text_that_is_put_together_before_it_is_translated_is_refused() -> None:
    assert list(translations.texts('_("a"); N_("b" "c"); ngettext("d", "e", 2); _(f)', "x")) == ["a", "bc", ("d", "e")]
    assert list(translations.texts("f\"{_('inside')}\"", "x")) == ["inside"]
    for wrong in ('_(f"{a} b")', '_("a" + b)', 'N_("a %s" % b)'):
        with pytest.raises(Problem, match=r"x, line 1: a text is put together"):
            list(translations.texts(wrong, "x"))
