"""Where people keep files on this computer, for a look that ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_desktop_path, user_documents_path, user_downloads_path

MOST_FOLDERS = 300


def usual_places() -> list[Path]:
    """The official program's folder, Downloads, Documents, the desktop and the bin, and what lies right below them."""
    home = Path.home()
    own = [
        home / "ehealth" / "keystore",
        home / "ehealth",
        user_downloads_path(),
        user_documents_path(),
        user_desktop_path(),
        home / ".local/share/Trash/files",
        home / ".Trash",
    ]
    places = [*own, *(below for place in own for below in _below(place))]
    return list(dict.fromkeys(places))[:MOST_FOLDERS]


def _below(place: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted(each for each in place.iterdir() if each.is_dir() and not each.is_symlink())
