"""The interface's language: Dutch, French, German or English, from gettext catalogues in ``agent/locale``.

English is the language of the sources. `_` translates now; `N_` marks a text that is translated where it is shown.
``installer/bootstrap.py translations`` gathers the marked texts and compiles the catalogues.
"""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

DOMAIN = "agent"
FOLDER = Path(__file__).parent / "locale"
LANGUAGE_NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)

_chosen: gettext.NullTranslations = gettext.NullTranslations()
_spoken = "en"


def speak(language: str) -> None:
    """From here on, texts are in `language`: one of `LANGUAGES`, or ``auto`` for the system's own."""
    global _chosen, _spoken  # noqa: PLW0603 - a process speaks one language
    _spoken = system_language() if language == "auto" else language
    _chosen = gettext.translation(DOMAIN, FOLDER, [_spoken], fallback=True)


def spoken() -> str:
    """The chosen language, one of `LANGUAGES`."""
    return _spoken


# ── The system's language ────────────────────────────────────────────────────────────────────────────────────────────


def system_language() -> str:
    """The two letters of the system's language, ``en`` where it is none of ours."""
    wishes = (wish[:2].lower() for wish in _wishes())
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


def _wishes() -> Iterator[str]:
    """The languages that this user asks for, the dearest first: the environment's, else the operating system's."""
    category = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None)
    if category is not None:
        if category.partition(".")[0] not in ("C", "POSIX"):  # there gettext has no regard for LANGUAGE either
            yield from os.environ.get("LANGUAGE", "").split(":")
        yield category
    elif sys.platform == "win32":
        import ctypes

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        yield _WINDOWS_LANGUAGES.get(number & 0x3FF, "")  # without the country
    elif sys.platform == "darwin":
        yield from _mac_languages()


_WINDOWS_LANGUAGES = {0x13: "nl", 0x0C: "fr", 0x07: "de", 0x09: "en"}


def _mac_languages() -> list[str]:
    """A program that is started from the Finder or at login has no LANG."""
    import plistlib

    try:
        with Path("~/Library/Preferences/.GlobalPreferences.plist").expanduser().open("rb") as file:
            return [str(each) for each in plistlib.load(file).get("AppleLanguages", [])]
    except (OSError, ValueError):
        return []


# ── Texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _(text: str) -> str:
    """`text` in the chosen language."""
    return _chosen.gettext(text) if text else text


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count`, in the chosen language."""
    return _chosen.ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """`text` as it is, marked for translation."""
    return text


# ── Dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def written(day: date) -> str:
    """The date as the chosen language writes it: ``16 April 2026``. An instant is written as this computer's day."""
    return _in_words(_own_day(day), _spoken)


@cache
def _in_words(day: date, _language: str) -> str:
    """Kept, because a check of many keystores says few days many times."""
    text = _("1 {month} {year}") if day.day == 1 else _("{day} {month} {year}")  # French has a word for the first
    return text.format(day=day.day, month=_(_MONTHS[day.month - 1]), year=day.year)


def in_digits(day: date) -> str:
    """The date for a table, always as wide: ``2026-04-16``, ``16/04/2026``. An instant as this computer's day."""
    day = _own_day(day)
    return _("{year:04}-{month:02}-{day:02}").format(day=day.day, month=day.month, year=day.year)


def moment(instant: datetime) -> str:
    """Day and minute by this computer's clock, in digits."""
    return f"{in_digits(instant)} {instant.astimezone():%H:%M}"


def lasting(duration: timedelta) -> str:
    """How long something takes, for people: ``6 h 20 min``, ``19 min 40 s``, ``8 s``. Never less than nothing."""
    seconds = max(0, round(duration.total_seconds()))
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=seconds % 60)
    return _("{seconds} s").format(seconds=seconds)


def _own_day(day: date) -> date:
    return day.astimezone().date() if isinstance(day, datetime) else day
