"""What the public depot serves now: for which key the world encrypts messages to a holder. Free, and unsigned."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from agent.core.depot import Served
from agent.core.holder import Environment, Holder
from agent.core.x509 import public_key_identifier
from agent.errors import WrongReply
from agent.pipeline.platform import Platform
from agent.ports import Outside
from agent.protocol import etk, etkdepot

_SHOWN = 16


def served(holder: Holder, environment: Environment, outside: Outside) -> Served | None:
    """None where the depot has no token for `holder`. Raises: ServiceError, IssuedCertificateError."""
    try:
        certificate = served_certificate(holder, Platform(outside.services, outside.clock, environment))
    except WrongReply:
        return None
    return Served(shown(certificate.public_key()), certificate.not_valid_after_utc)


def served_certificate(holder: Holder, platform: Platform) -> x509.Certificate:
    """The certificate of the key that the world encrypts for. Raises: ServiceError, IssuedCertificateError."""
    return etk.read_etk(platform.ask(etkdepot.GET_ETK, etkdepot.GetEtk(holder))).encryption_certificate


def shown(public_key: CertificatePublicKeyTypes) -> str:
    """A key as people compare it: the beginning of its identifier, in groups of four."""
    identifier = str(public_key_identifier(public_key))[:_SHOWN]
    return " ".join(identifier[at : at + 4] for at in range(0, len(identifier), 4))
