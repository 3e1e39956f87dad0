"""Which language is spoken, and how it writes dates."""

from __future__ import annotations

import ctypes
import os
import plistlib
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from agent.text import LANGUAGES, _, in_digits, lasting, moment, ngettext, speak, spoken, system_language, written

READY = "Your computer is now ready to use eHealth applications."


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_success_reads_as_in_the_official_program() -> None:
    speak("nl")
    assert _(READY) == "Uw computer is nu klaar om eHealth toepassingen te gebruiken."
    speak("fr")
    assert _(READY) == "Votre ordinateur est maintenant prêt à utiliser les applications eHealth."
    speak("de")
    assert _(READY) == "Ihr Computer ist jetzt bereit, eHealth-Anwendungen zu nutzen."
    speak("en")
    assert _(READY) == READY


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "nl_BE.UTF-8"}, "nl"),
        ({"LANG": "fr_BE.UTF-8", "LC_MESSAGES": "de_BE"}, "de"),
        ({"LANG": "fr_BE.UTF-8", "LC_ALL": "nl"}, "nl"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:nl"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "it:de_DE"}, "de"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "it_IT.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
    ],
)
def test_the_environment_chooses(variables: Mapping[str, str], language: str, environment: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    speak("auto")
    assert (system_language(), spoken()) == (language, language)


@pytest.mark.parametrize(
    ("number", "language"), [(0x0813, "nl"), (0x080C, "fr"), (0x0407, "de"), (0x0809, "en"), (0x0410, "en")]
)
def test_windows_chooses_by_the_language_of_its_own_windows(
    number: int, language: str, environment: pytest.MonkeyPatch
) -> None:
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    environment.setattr(sys, "platform", "win32")
    environment.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert system_language() == language


def test_a_mac_chooses_by_the_languages_of_its_user(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setattr(sys, "platform", "darwin")
    environment.setenv("HOME", os.fspath(tmp_path))
    assert system_language() == "en"
    preferences = tmp_path / "Library" / "Preferences" / ".GlobalPreferences.plist"
    preferences.parent.mkdir(parents=True)
    preferences.write_bytes(plistlib.dumps({"AppleLanguages": ["it-IT", "fr-BE", "nl-BE"]}))
    assert system_language() == "fr"
    preferences.write_bytes(b"\0")
    assert system_language() == "en"


@pytest.mark.parametrize(
    ("language", "words", "first", "digits"),
    [
        ("nl", "24 november 2026", "1 maart 2027", "24-11-2026"),
        ("fr", "24 novembre 2026", "1er mars 2027", "24/11/2026"),
        ("de", "24. November 2026", "1. März 2027", "24.11.2026"),
        ("en", "24 November 2026", "1 March 2027", "2026-11-24"),
    ],
)
def test_dates_are_written_the_language_s_way(language: str, words: str, first: str, digits: str) -> None:
    speak(language)
    assert written(date(2026, 11, 24)) == words
    assert written(date(2027, 3, 1)) == first
    assert in_digits(date(2026, 11, 24)) == digits


def test_a_date_that_was_written_before_is_written_anew_in_another_language() -> None:
    day = date(2026, 8, 3)
    assert written(day) == "3 August 2026"
    speak("fr")
    assert written(day) == "3 août 2026"


@pytest.mark.parametrize(
    ("seconds", "english", "dutch"),
    [
        (-3, "0 s", "0 s"),
        (8.4, "8 s", "8 s"),
        (59.6, "1 min 0 s", "1 min 0 s"),
        (1180, "19 min 40 s", "19 min 40 s"),
        (6 * 3600 + 20 * 60 + 59, "6 h 20 min", "6 u 20 min"),
    ],
)
def test_how_long_something_takes(seconds: float, english: str, dutch: str) -> None:
    speak("en")
    assert lasting(timedelta(seconds=seconds)) == english
    speak("nl")
    assert lasting(timedelta(seconds=seconds)) == dutch


def test_an_instant_is_this_computer_s_day() -> None:
    instant = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    local = instant.astimezone()
    assert written(instant) == written(local.date())
    assert moment(instant) == f"{local:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("language", "none", "one"),
    [("nl", "nog 0 dagen", "nog 1 dag"), ("fr", "encore 0 jour", "encore 1 jour"), ("de", "noch 0 Tage", "noch 1 Tag")],
)
def test_each_language_counts_its_own_way(language: str, none: str, one: str) -> None:
    speak(language)
    counted = [ngettext("{days} day left", "{days} days left", days).format(days=days) for days in (0, 1)]
    assert counted == [none, one]


def test_every_language_has_a_catalogue_but_english() -> None:
    for language in LANGUAGES:
        speak(language)
        assert (_(READY) != READY) == (language != "en")
