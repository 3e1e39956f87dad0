"""What a keystore file says of itself before any key is opened.

Kept apart from `core.keystore` so that the resident, which knows no key, can read it without cryptography.
Source: spec/keystore.md, Reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

from agent.core.holder import Holder

Fingerprint = NewType("Fingerprint", str)
"""Lower-case hex of the SHA-256 over a certificate's DER: the same certificate, wherever a copy of it lies."""


class Profile(Enum):
    """Which algorithms protect a written file."""

    COMPATIBLE = "compatible"  # PBE-SHA1-3DES and HMAC-SHA-1: every reader there is
    MODERN = "modern"  # PBES2 AES-256 with PBKDF2-HMAC-SHA256 and a SHA-256 MAC: not the official client


@dataclass(frozen=True, slots=True)
class Glance:
    """What a file says of itself without any private key being opened. Instants are aware UTC.

    Attributes:
        subject: of the authentication certificate, RFC 2253 with `=` and `,` inside values escaped.
        holder: None while pending, and for a certificate that is not eHealth's.
        pending: the authentication entry holds the dummy certificate of a request that was not yet answered.
        encryption_keys: how many key entries have a certificate for keyEncipherment and dataEncipherment.
    """

    subject: str
    holder: Holder | None
    not_before: datetime
    not_after: datetime
    fingerprint: Fingerprint
    pending: bool
    encryption_keys: int
