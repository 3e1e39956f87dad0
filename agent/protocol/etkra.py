"""EtkRA v2: encryption tokens. All three requests are signed with the keystore's own authentication key.

Source: spec/ra-protocol.md, ETK; the schema of etkra protocol v2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.protocol.elements import Element, base64_text, boolean, child, octets
from agent.protocol.namespaces import ETKRA
from agent.protocol.operation import Operation, SignedWith, nothing
from agent.protocol.wire import Service

_ACTION = "urn:be:fgov:ehealth:etee:etkra:protocol:v2:"
_tag = ETKRA.tag


@dataclass(frozen=True, slots=True)
class TokenRegistered:
    """The token for the new key. `to_be_activated`: an older one stays in force until ActivateETK."""

    etk_der: bytes
    to_be_activated: bool


def _write_public_key(spki_der: bytes) -> Sequence[Element]:
    return (ETKRA("PublicEncryptionKey", base64_text(spki_der)),)


def _write_certificate(certificate_der: bytes) -> Sequence[Element]:
    return (ETKRA("ToBeRegistered", base64_text(certificate_der)),)


def _read_registered(response: Element) -> TokenRegistered:
    return TokenRegistered(octets(child(response, _tag("ETK"))), boolean(child(response, _tag("ToBeActivated"))))


START_ETK_REGISTRATION = Operation[bytes, bytes](
    "StartETKRegistration",
    Service.ETKRA,
    _ACTION + "startETKRegistration",
    SignedWith.KEYSTORE,
    _write_public_key,
    lambda response: octets(child(response, _tag("Challenge"))),
)
"""Asked with the new SubjectPublicKeyInfo (DER); the answer is the challenge for `etk.serial_number_of`."""

COMPLETE_ETK_REGISTRATION = Operation[bytes, TokenRegistered](
    "CompleteETKRegistration",
    Service.ETKRA,
    _ACTION + "completeETKregistration",
    SignedWith.KEYSTORE,
    _write_certificate,
    _read_registered,
)
"""Asked with the DER of `etk.encryption_certificate_der`."""

ACTIVATE_ETK = Operation[None, None](
    "ActivateETK",
    Service.ETKRA,
    _ACTION + "activateETK",
    SignedWith.KEYSTORE,
    nothing,
    lambda _: None,
)
"""Puts the token of the signing certificate in force, in place of the older one."""
