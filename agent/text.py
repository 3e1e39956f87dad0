"""The interface's language: Dutch, French, German or English, from gettext catalogues in ``agent/locale``.

English is the language of the sources. `_` translates now; `N_` marks a text that is translated where it is shown.
"""

from __future__ import annotations

import gettext
import locale
from datetime import date, datetime
from pathlib import Path

DOMAIN = "agent"
FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("nl", "fr", "de", "en")

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


def system_language() -> str:
    """The two letters of the system's language, ``en`` where it is none of ours."""
    wanted = (locale.getlocale()[0] or locale.getdefaultlocale()[0] or "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"


def _(text: str) -> str:
    """`text` in the chosen language."""
    return _chosen.gettext(text) if text else text


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count`, in the chosen language."""
    return _chosen.ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """`text` as it is, marked for translation."""
    return text


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
    if isinstance(day, datetime):
        day = day.astimezone().date()
    return _("{day} {month} {year}").format(day=day.day, month=_(_MONTHS[day.month - 1]), year=day.year)
