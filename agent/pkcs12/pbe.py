"""Password-based encryption and integrity of PKCS#12: which algorithm, what it costs, and doing it.

Every algorithm identifier is read, and its cost known, before anything is derived from the password.
Source: RFC 7292, appendix B and C; RFC 8018, PBES2.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from agent.errors import Damaged
from agent.pkcs12 import der, kdf, rc2
from agent.pkcs12.der import Element, Malformed
from agent.text import _

_PBES1: Final = {  # cipher, key bytes
    der.oid("1.2.840.113549.1.12.1.3"): ("3DES", 24),
    der.oid("1.2.840.113549.1.12.1.4"): ("3DES", 16),
    der.oid("1.2.840.113549.1.12.1.5"): ("RC2", 16),
    der.oid("1.2.840.113549.1.12.1.6"): ("RC2", 5),
}
_PBES2: Final = der.oid("1.2.840.113549.1.5.13")
_PBKDF2: Final = der.oid("1.2.840.113549.1.5.12")
_CIPHERS: Final = {  # cipher, key bytes
    der.oid("2.16.840.1.101.3.4.1.2"): ("AES", 16),
    der.oid("2.16.840.1.101.3.4.1.22"): ("AES", 24),
    der.oid("2.16.840.1.101.3.4.1.42"): ("AES", 32),
    der.oid("1.2.840.113549.3.7"): ("3DES", 24),
}
_PRFS: Final = {
    der.oid("1.2.840.113549.2.7"): "sha1",
    der.oid("1.2.840.113549.2.8"): "sha224",
    der.oid("1.2.840.113549.2.9"): "sha256",
    der.oid("1.2.840.113549.2.10"): "sha384",
    der.oid("1.2.840.113549.2.11"): "sha512",
}
_DIGESTS: Final = {
    der.oid("1.3.14.3.2.26"): "sha1",
    der.oid("2.16.840.1.101.3.4.2.4"): "sha224",
    der.oid("2.16.840.1.101.3.4.2.1"): "sha256",
    der.oid("2.16.840.1.101.3.4.2.2"): "sha384",
    der.oid("2.16.840.1.101.3.4.2.3"): "sha512",
}


class PasswordFails(Exception):
    """The padding is wrong: another password, or other bytes than were written."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One encryption as its algorithm identifier describes it.

    Attributes:
        identifier_der: the AlgorithmIdentifier as it stands in the file.
        prf: hash of PBKDF2; None for PBES1, whose key and IV both come from PKCS#12's own derivation with SHA-1.
        iv: of PBES2; empty for PBES1.
    """

    identifier_der: bytes
    cipher: str
    key_size: int
    salt: bytes
    iterations: int
    prf: str | None
    iv: bytes

    def decrypted(self, ciphertext: bytes, password: str) -> bytes:
        """A safe, decrypted. Raises: PasswordFails.

        In CBC the IV touches the first block only. Deriving one is half of PBES1's work here, and the first eight bytes
        of a safe can nearly always be told from those that follow.
        """
        block = 16 if self.cipher == "AES" else 8
        if not ciphertext or len(ciphertext) % block:
            raise PasswordFails
        key = self._key(password)
        if self.prf is not None or len(ciphertext) == block:
            return _unpadded(self._cbc(key, self._iv(password), ciphertext), block)
        plain = _unpadded(self._cbc(key, bytes(block), ciphertext), block)
        first = der.first_block_of_sequences(plain)
        if first is None:
            mask = self._iv(password)
            first = bytes(one ^ other for one, other in zip(plain, mask, strict=False))
        return first + plain[len(first) :]

    def _cbc(self, key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
        if self.cipher == "RC2":
            return rc2.decrypted_cbc(key, 8 * self.key_size, iv, ciphertext)
        decryptor = self._cipher(key, iv).decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()

    def encrypted(self, plaintext: bytes, password: str) -> bytes:
        key, iv = self._key(password), self._iv(password)
        padder = padding.PKCS7(8 * len(iv)).padder()
        encryptor = self._cipher(key, iv).encryptor()
        return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()

    def _key(self, password: str) -> bytes:
        if self.prf is not None:
            secret = password.encode("utf-8", "surrogatepass")
            return hashlib.pbkdf2_hmac(self.prf, secret, self.salt, self.iterations, self.key_size)
        return kdf.derived("sha1", password, self.salt, self.iterations, purpose=kdf.KEY, size=self.key_size)

    def _iv(self, password: str) -> bytes:
        if self.prf is not None:
            return self.iv
        return kdf.derived("sha1", password, self.salt, self.iterations, purpose=kdf.IV, size=8)

    def _cipher(self, key: bytes, iv: bytes) -> Cipher[modes.CBC]:
        return Cipher(AES(key) if self.cipher == "AES" else TripleDES((key + key[:8])[:24]), modes.CBC(iv))


def _unpadded(padded: bytes, block: int) -> bytes:
    """Without PKCS#7's padding. Its timing tells nobody anything: who has the file can try passwords at home."""
    size = padded[-1]
    if not 1 <= size <= block or padded[-size:] != bytes((size,)) * size:
        raise PasswordFails
    return padded[:-size]


def scheme_of(data: bytes, identifier: Element, spend: Callable[[int], None]) -> Scheme:
    """Read an AlgorithmIdentifier.

    Args:
        spend: is told the iteration count before anything else is done; raises where it is too high.
    Raises: Malformed, Damaged (an algorithm that is not known here), what `spend` raises.
    """
    which, parameters = _pair(data, identifier)
    oid = der.content(data, which, der.OID)
    identifier_der = der.tlv(der.SEQUENCE, data[identifier[1] : identifier[2]])
    if oid in _PBES1:
        salt, count = _pair(data, parameters)
        iterations = _iterations(data, count, spend)
        cipher, key_size = _PBES1[oid]
        return Scheme(
            identifier_der, cipher, key_size, der.content(data, salt, der.OCTET_STRING), iterations, None, b""
        )
    if oid != _PBES2:
        raise _unknown(oid)
    derivation, encryption = (_pair(data, part) for part in der.inside(data, parameters, der.SEQUENCE))
    if (oid := der.content(data, derivation[0], der.OID)) != _PBKDF2:  # scrypt has a cost of its own: nobody writes it
        raise _unknown(oid)
    salt, count, *rest = der.inside(data, derivation[1], der.SEQUENCE)
    iterations = _iterations(data, count, spend)
    prf = "sha1"
    if rest and rest[-1][0] == der.SEQUENCE:
        oid = der.content(data, der.inside(data, rest[-1], der.SEQUENCE)[0], der.OID)
        if oid not in _PRFS:
            raise _unknown(oid)
        prf = _PRFS[oid]
    if (oid := der.content(data, encryption[0], der.OID)) not in _CIPHERS:
        raise _unknown(oid)
    cipher, key_size = _CIPHERS[oid]
    iv = der.content(data, encryption[1], der.OCTET_STRING)
    if len(iv) != (16 if cipher == "AES" else 8):
        raise Malformed("an initialization vector of the wrong length")
    salt_octets = der.content(data, salt, der.OCTET_STRING)
    return Scheme(identifier_der, cipher, key_size, salt_octets, iterations, prf, iv)


def new_pbes1_3des(iterations: int) -> Scheme:
    """PBE-SHA1-3DES with a fresh salt."""
    salt = os.urandom(20)
    oid = next(oid for oid, known in _PBES1.items() if known == ("3DES", 24))
    identifier = der.sequence(
        der.tlv(der.OID, oid), der.sequence(der.tlv(der.OCTET_STRING, salt), der.integer_der(iterations))
    )
    return Scheme(identifier, "3DES", 24, salt, iterations, None, b"")


def new_pbes2_aes256(iterations: int) -> Scheme:
    """PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, fresh salt and IV."""
    salt, iv = os.urandom(20), os.urandom(16)
    prf = der.sequence(der.tlv(der.OID, der.oid("1.2.840.113549.2.9")), der.tlv(der.NULL))
    derivation = der.sequence(der.tlv(der.OCTET_STRING, salt), der.integer_der(iterations), prf)
    encryption = der.sequence(der.tlv(der.OID, der.oid("2.16.840.1.101.3.4.1.42")), der.tlv(der.OCTET_STRING, iv))
    identifier = der.sequence(
        der.tlv(der.OID, _PBES2), der.sequence(der.sequence(der.tlv(der.OID, _PBKDF2), derivation), encryption)
    )
    return Scheme(identifier, "AES", 32, salt, iterations, "sha256", iv)


# ── Integrity ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Mac:
    """The MacData of a file. `hash_name` as hashlib knows it."""

    hash_name: str
    digest: bytes
    salt: bytes
    iterations: int

    def proves(self, content: bytes, password: str) -> bool:
        return hmac.compare_digest(
            self.digest, mac_digest(self.hash_name, content, password, self.salt, self.iterations)
        )

    def der(self) -> bytes:
        oid = next(oid for oid, name in _DIGESTS.items() if name == self.hash_name)
        algorithm = der.sequence(der.tlv(der.OID, oid), der.tlv(der.NULL))
        return der.sequence(
            der.sequence(algorithm, der.tlv(der.OCTET_STRING, self.digest)),
            der.tlv(der.OCTET_STRING, self.salt),
            der.integer_der(self.iterations),
        )


def mac_of(data: bytes, element: Element, spend: Callable[[int], None]) -> Mac:
    """Read MacData. Raises: as `scheme_of`."""
    info, salt, *count = der.inside(data, element, der.SEQUENCE)
    iterations = _iterations(data, count[0], spend) if count else 1
    algorithm, digest = _pair(data, info)
    oid = der.content(data, der.inside(data, algorithm, der.SEQUENCE)[0], der.OID)
    if oid not in _DIGESTS:
        raise _unknown(oid)
    octets = der.OCTET_STRING
    return Mac(_DIGESTS[oid], der.content(data, digest, octets), der.content(data, salt, octets), iterations)


def new_mac(hash_name: str, content: bytes, password: str, iterations: int) -> Mac:
    salt = os.urandom(20)
    return Mac(hash_name, mac_digest(hash_name, content, password, salt, iterations), salt, iterations)


def mac_digest(hash_name: str, content: bytes, password: str, salt: bytes, iterations: int) -> bytes:
    size = hashlib.new(hash_name).digest_size
    key = kdf.derived(hash_name, password, salt, iterations, purpose=kdf.INTEGRITY, size=size)
    return hmac.digest(key, content, hash_name)


def _pair(data: bytes, element: Element) -> tuple[Element, Element]:
    first, second = der.inside(data, element, der.SEQUENCE)
    return first, second


def _iterations(data: bytes, element: Element, spend: Callable[[int], None]) -> int:
    count = der.integer(data, element)
    if count < 1:
        raise Malformed("an iteration count below one")
    spend(count)
    return count


def _unknown(oid: bytes) -> Damaged:
    problem = _("its protection is of a kind that is not known here ({identifier})")
    return Damaged("", problem.format(identifier=der.dotted(oid)))
