"""RC2 with 40 effective key bits, decryption only: the official client's certificates are encrypted with it.

`cryptography` has no cipher of that strength to call. Not secret in any sense today; it hides certificates, which are
public.
Source: RFC 2268.
"""

from __future__ import annotations

import struct

from agent.pkcs12 import libcrypto

_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_ROTATIONS = (1, 2, 3, 5)
BLOCK = 8


def _expanded(key: bytes, effective_bits: int) -> tuple[int, ...]:
    table = bytearray(key)
    for i in range(len(key), 128):
        table.append(_PI[(table[i - 1] + table[i - len(key)]) & 0xFF])
    size = (effective_bits + 7) // 8
    table[128 - size] = _PI[table[128 - size] & 0xFF >> (8 * size - effective_bits)]
    for i in range(127 - size, -1, -1):
        table[i] = _PI[table[i + 1] ^ table[i + size]]
    return struct.unpack("<64H", table)


def _block(words: list[int], key: tuple[int, ...]) -> None:
    """Decrypt four 16-bit words in place."""
    at = 63
    for mixing_rounds in (5, 6, 5):
        for _ in range(mixing_rounds):
            for i in (3, 2, 1, 0):
                turn = _ROTATIONS[i]
                word = words[i] >> turn | words[i] << 16 - turn
                words[i] = word - key[at] - (words[i - 1] & words[i - 2]) - (~words[i - 1] & words[i - 3]) & 0xFFFF
                at -= 1
        if at > 0:
            for i in (3, 2, 1, 0):
                words[i] = words[i] - key[words[i - 1] & 63] & 0xFFFF


def decrypted_cbc(key: bytes, effective_bits: int, iv: bytes, ciphertext: bytes) -> bytes:
    """The plaintext with its padding. `ciphertext` is whole blocks of 8 bytes."""
    fast = libcrypto.rc2_cbc_decrypted(key, effective_bits, iv, ciphertext)
    return _decrypted_cbc(key, effective_bits, iv, ciphertext) if fast is None else fast


def _decrypted_cbc(key: bytes, effective_bits: int, iv: bytes, ciphertext: bytes) -> bytes:
    schedule = _expanded(key, effective_bits)
    out, before = bytearray(), struct.unpack("<4H", iv)
    for block in struct.iter_unpack("<4H", ciphertext):
        words = list(block)
        _block(words, schedule)
        out += struct.pack("<4H", *(word ^ previous for word, previous in zip(words, before, strict=True)))
        before = block
    return bytes(out)
