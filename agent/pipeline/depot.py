"""What the public depot serves now: for which key the world encrypts messages to a holder. Free, and unsigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.core.holder import Environment, Holder
from agent.core.x509 import public_key_identifier
from agent.errors import WrongReply
from agent.pipeline.platform import Platform
from agent.ports import Outside
from agent.protocol import etk, etkdepot
from agent.text import _, written

_SHOWN = 16


@dataclass(frozen=True)
class Served:
    """The encryption key in force. `not_after` is that of the certificate it came with, aware UTC."""

    key: str
    not_after: datetime

    @property
    def sentence(self) -> str:
        text = _("Others now encrypt for the key {key}, of the certificate until {day}.")
        return text.format(key=self.key, day=written(self.not_after))


def served(holder: Holder, environment: Environment, outside: Outside) -> Served | None:
    """None where the depot has no token for `holder`. Raises: ServiceError."""
    try:
        token_der = Platform(outside.services, outside.clock, environment).ask(
            etkdepot.GET_ETK, etkdepot.GetEtk(holder)
        )
    except WrongReply:
        return None
    certificate = etk.read_etk(token_der).encryption_certificate
    shown = str(public_key_identifier(certificate.public_key()))[:_SHOWN]
    return Served(" ".join(shown[at : at + 4] for at in range(0, len(shown), 4)), certificate.not_valid_after_utc)
