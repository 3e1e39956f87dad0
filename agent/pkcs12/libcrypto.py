"""The libcrypto that Python's hashlib stands on, called directly where it can be.

What a keystore's expiry costs is a thousand rounds of SHA-1, three times, and RC2: libcrypto does both many times as
fast as Python, and other threads run meanwhile. `cryptography` has neither to call. Each function returns None where
this Python's libcrypto cannot be called (it is built in, or has no RC2); the caller then does it in Python.
Source: the manual pages PKCS12_key_gen_uni(3) and RC2_cbc_encrypt(3); a schedule is 64 unsigned ints.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

_DECRYPT = 0
_RC2_SCHEDULE_SIZE = 64 * ctypes.sizeof(ctypes.c_uint)

_Function = Callable[..., int]


def derived(hash_name: str, secret: bytes, salt: bytes, iterations: int, *, purpose: int, size: int) -> bytes | None:
    """PKCS#12's key derivation (RFC 7292, B.2). `secret`: as B.1 writes a password."""
    found = _key_generation(hash_name)
    if found is None:
        return None
    generate, digest = found
    out = ctypes.create_string_buffer(size)
    done = generate(secret, len(secret), salt, len(salt), purpose, iterations, size, out, digest)
    return out.raw if done == 1 else None


def rc2_cbc_decrypted(key: bytes, effective_bits: int, iv: bytes, ciphertext: bytes) -> bytes | None:
    """The plaintext with its padding. `ciphertext` is whole blocks of 8 bytes."""
    found = _rc2()
    if found is None:
        return None
    set_key, crypt = found
    schedule = ctypes.create_string_buffer(_RC2_SCHEDULE_SIZE)
    out = ctypes.create_string_buffer(len(ciphertext))
    set_key(schedule, len(key), key, effective_bits)
    crypt(ciphertext, out, len(ciphertext), schedule, ctypes.create_string_buffer(iv, len(iv)), _DECRYPT)
    return out.raw


@cache
def _key_generation(hash_name: str) -> tuple[_Function, ctypes.c_void_p] | None:
    """PKCS12_key_gen_uni and the EVP_MD."""
    library: Any = _library()
    try:
        generate, digest_by_name = library.PKCS12_key_gen_uni, library.EVP_get_digestbyname
    except AttributeError:
        return None
    digest_by_name.argtypes, digest_by_name.restype = [ctypes.c_char_p], ctypes.c_void_p
    octets, number = ctypes.c_char_p, ctypes.c_int
    generate.argtypes = [octets, number, octets, number, number, number, number, octets, ctypes.c_void_p]
    generate.restype = number
    digest = digest_by_name(hash_name.encode())
    return (generate, ctypes.c_void_p(digest)) if digest else None


@cache
def _rc2() -> tuple[_Function, _Function] | None:
    """RC2_set_key and RC2_cbc_encrypt."""
    library: Any = _library()
    try:
        set_key, crypt = library.RC2_set_key, library.RC2_cbc_encrypt
    except AttributeError:
        return None
    octets, number = ctypes.c_char_p, ctypes.c_int
    set_key.argtypes, set_key.restype = [octets, number, octets, number], None
    crypt.argtypes, crypt.restype = [octets, octets, ctypes.c_long, octets, octets, number], None
    return set_key, crypt


@cache
def _library() -> ctypes.CDLL | None:
    try:
        import _hashlib

        hashlib_file = Path(_hashlib.__file__)
        # Windows finds only what a library has itself; elsewhere, what it is linked with is found as well.
        beside = next(hashlib_file.parent.glob("libcrypto-*.dll"), hashlib_file)
        return ctypes.CDLL(str(beside))
    except (ImportError, OSError, AttributeError):
        return None
