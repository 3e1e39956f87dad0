"""For which key the world encrypts messages to a holder: what the public depot serves.

Source: spec/ra-protocol.md, ETK.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.text import _, written


@dataclass(frozen=True)
class Served:
    """The encryption key in force. `not_after` is that of the certificate it came with, aware UTC."""

    key: str
    not_after: datetime


def others_encrypt_for(served: Served | None, is_past: bool = False) -> str:
    """What the depot serves, as a sentence. `is_past`: before another key took over."""
    if served is None:
        return _("The depot tells no encryption key for this holder now.")
    text = (
        _("Until now others encrypt for the key {key}, of the certificate until {day}.")
        if is_past
        else _("Others now encrypt for the key {key}, of the certificate until {day}.")
    )
    return text.format(key=served.key, day=written(served.not_after))
