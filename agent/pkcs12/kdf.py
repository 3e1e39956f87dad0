"""PKCS#12's own key derivation. Source: RFC 7292, appendix B."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from agent.pkcs12 import libcrypto

KEY, IV, INTEGRITY = 1, 2, 3
"""What the derived bytes are for (RFC 7292, B.3)."""


def derived(hash_name: str, password: str, salt: bytes, iterations: int, *, purpose: int, size: int) -> bytes:
    """`size` bytes from a password.

    Args:
        hash_name: as hashlib knows it.
        password: "" is the empty password, which is not the same as none.
    """
    secret = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    fast = libcrypto.derived(hash_name, secret, salt, iterations, purpose=purpose, size=size)
    return _derived(hash_name, secret, salt, iterations, purpose=purpose, size=size) if fast is None else fast


def _derived(hash_name: str, secret: bytes, salt: bytes, iterations: int, *, purpose: int, size: int) -> bytes:
    hash_: Callable[[bytes], Any] = getattr(hashlib, hash_name)
    width = hash_(b"").block_size
    mixed = _filled(salt, width) + _filled(secret, width)
    out = b""
    while True:
        digest: bytes = hash_(bytes((purpose,)) * width + mixed).digest()
        for _ in range(iterations - 1):
            digest = hash_(digest).digest()
        out += digest
        if len(out) >= size:
            return out[:size]
        addend = int.from_bytes(_filled(digest, width)[:width], "big") + 1
        blocks = (int.from_bytes(mixed[i : i + width], "big") + addend for i in range(0, len(mixed), width))
        mixed = b"".join((block & (1 << 8 * width) - 1).to_bytes(width, "big") for block in blocks)


def _filled(octets: bytes, width: int) -> bytes:
    """Repeated up to a multiple of `width`."""
    size = -(-len(octets) // width) * width
    return (octets * (size // len(octets) + 1))[:size] if octets else b""
