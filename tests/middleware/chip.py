"""The card's own part: keys that never leave it, and the PIN's states.

Source: spec/eid.md, C5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_private_key

from agent.sandbox.software_card import PrivateKey
from tests.middleware.values import Chip

TRIES = 3

CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS = 0x01, 0x40
CKM_ECDSA, CKM_ECDSA_SHA256 = 0x1041, 0x1044
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Word(Enum):
    """What the card says to a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    BLOCKED = "blocked"


@dataclass
class LiveChip:
    """A card as it now is.

    Attributes:
        told: what it says of each PIN; `signed`: the keys that it signed with.
    """

    chip: Chip
    told: Callable[[Word], None]
    signed: Callable[[str], None]
    tries_left: int = field(init=False)
    _is_open: bool = False  # for the Authentication key
    _was_open: bool = False
    _is_fresh: bool = False  # the PIN came just now: one signature with the Signature key

    def __post_init__(self) -> None:
        self.tries_left = self.chip.tries_left

    def verify(self, pin: str) -> Word:
        word = self._word(pin)
        self.told(word)
        return word

    def _word(self, pin: str) -> Word:
        if not self.tries_left:
            return Word.BLOCKED
        if pin != self.chip.pin:
            self.tries_left -= 1
            self.reset()
            return Word.WRONG if self.tries_left else Word.BLOCKED
        self.tries_left = TRIES
        self._was_open, self._is_open, self._is_fresh = self._is_open, True, True
        return Word.RIGHT

    def reset(self) -> None:
        """LOG OFF, a reset, or the card was taken out."""
        self._is_open = self._was_open = self._is_fresh = False

    def other_command(self) -> None:
        """Anything between the PIN and the signature ends the right to use the Signature key."""
        self._is_fresh = False

    def may_sign(self, label: str) -> bool:
        return {"Card": True, "Authentication": self._is_open, "Signature": self._is_fresh}[label]

    def sign(self, label: str, mechanism: int, data: bytes) -> bytes:
        assert self.may_sign(label), "a card signs nothing without its PIN"
        if label == "Signature":
            self._is_open, self._is_fresh = self._was_open, False
        self.signed(label)
        return _signature(_private_key(dict(self.chip.keys)[label]), mechanism, data)


@cache
def _private_key(pkcs8_der: bytes) -> PrivateKey:
    key = load_der_private_key(pkcs8_der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def signature_length(pkcs8_der: bytes) -> int:
    key = _private_key(pkcs8_der)
    return key.key_size // 8 * (1 if isinstance(key, rsa.RSAPrivateKey) else 2)


def _signature(key: PrivateKey, mechanism: int, data: bytes) -> bytes:
    """What a card does with each mechanism; r‖s for EC."""
    if isinstance(key, rsa.RSAPrivateKey):
        if mechanism == CKM_SHA256_RSA_PKCS:
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        assert data.startswith(_SHA256_DIGEST_INFO), "CKM_RSA_PKCS is given a DigestInfo"
        return key.sign(data[-32:], padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    sha256 = ec.ECDSA(hashes.SHA256() if mechanism == CKM_ECDSA_SHA256 else Prehashed(hashes.SHA256()))
    return b"".join(number.to_bytes(key.key_size // 8) for number in decode_dss_signature(key.sign(data, sha256)))
