"""PKCS#12's own key derivation.

A thousand rounds of SHA-1 are what reading a keystore's expiry costs, most of it Python's own. So the rounds are left
to the libcrypto that Python's hashlib stands on, where it can be called: four times as fast, and other threads run
meanwhile. Elsewhere (a Python with libcrypto built in) hashlib goes round.
Source: RFC 7292, appendix B.2.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

KEY, IV, INTEGRITY = 1, 2, 3
"""What the derived bytes are for (RFC 7292, B.3)."""


def derived(hash_name: str, password: str, salt: bytes, iterations: int, *, purpose: int, size: int) -> bytes:
    """`size` bytes from a password.

    Args:
        hash_name: as hashlib knows it.
        password: "" is the empty password, which is not the same as none.
    """
    secret = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    fast = _libcrypto(hash_name)
    if fast is not None:
        out = ctypes.create_string_buffer(size)
        generate, digest = fast
        if generate(secret, len(secret), salt, len(salt), purpose, iterations, size, out, digest) == 1:
            return out.raw
    return _derived(hash_name, secret, salt, iterations, purpose=purpose, size=size)


@cache
def _libcrypto(hash_name: str) -> tuple[Callable[..., int], ctypes.c_void_p] | None:
    """PKCS12_key_gen_uni and the EVP_MD, or None where Python's libcrypto cannot be called."""
    try:
        import _hashlib

        library = ctypes.CDLL(_hashlib.__file__)  # its symbols and those of what it is linked with
        generate, digest_by_name = library.PKCS12_key_gen_uni, library.EVP_get_digestbyname
    except (ImportError, OSError, AttributeError):
        return None
    digest_by_name.argtypes, digest_by_name.restype = [ctypes.c_char_p], ctypes.c_void_p
    text, number = ctypes.c_char_p, ctypes.c_int
    generate.argtypes = [text, number, text, number, number, number, number, text, ctypes.c_void_p]
    generate.restype = number
    digest = digest_by_name(hash_name.encode())
    return (generate, ctypes.c_void_p(digest)) if digest else None


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
