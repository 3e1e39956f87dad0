"""Names of files that Windows, macOS and Linux all take, also on a share.

Source: Microsoft, Naming Files, Paths, and Namespaces; the longest name of a file in bytes is 255 on Linux.
"""

from __future__ import annotations

import re
import unicodedata

_MOST_BYTES = 255
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)


def is_file_name(text: str) -> bool:
    """Whether a file can have this name everywhere."""
    return bool(
        text
        and not _NOT_IN_NAMES.search(text)
        and not _DEVICES.fullmatch(text)
        and not text.endswith((" ", "."))
        and not text.startswith(" ")
        and len(text.encode()) <= _MOST_BYTES
    )


def as_file_name(text: str, ending: str = "") -> str:
    """`text` as the name of a file: every letter kept, ``_`` for a sign that cannot stand there, cut where too long.

    Args:
        ending: of the file, with its dot; kept whole.
    """
    room = _MOST_BYTES - len(ending.encode())
    name = _cut(_NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", text)).strip(" "), room) or "_"
    return (_cut(f"_{name}", room) if _DEVICES.fullmatch(name) else name) + ending


def _cut(name: str, most_bytes: int) -> str:
    return name.encode()[:most_bytes].decode(errors="ignore").rstrip(" .")
