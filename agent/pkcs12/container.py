"""A PKCS#12 file taken apart: integrity code, safes and bags, with what it would cost to open them.

`opened` derives nothing from a password. Whatever it returns was measured first: size, nesting, number of elements and
every iteration count, alone and together.

Errors are born without a path: bytes do not know where they lay.
Source: RFC 7292; spec/keystore.md, Reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias, TypeVar

from cryptography import x509

from agent.core.x509 import certificate_of
from agent.errors import Damaged, Hostile, KeystoreError, NotPkcs12, WrongPassword
from agent.pkcs12 import der, pbe
from agent.pkcs12.der import CONTEXT_0, OCTET_STRING, SEQUENCE, Element, Indefinite, Malformed, Truncated
from agent.text import N_, _

MAX_SIZE: Final = 10 * 2**20
MAX_ITERATIONS: Final = 5_000_000
MAX_ITERATIONS_TOGETHER: Final = 2 * MAX_ITERATIONS
MAX_SAFES_IN_SAFES: Final = 8

DATA: Final = der.oid("1.2.840.113549.1.7.1")
ENCRYPTED_DATA: Final = der.oid("1.2.840.113549.1.7.6")
KEY_BAG: Final = der.oid("1.2.840.113549.1.12.10.1.1")
SHROUDED_KEY_BAG: Final = der.oid("1.2.840.113549.1.12.10.1.2")
CERTIFICATE_BAG: Final = der.oid("1.2.840.113549.1.12.10.1.3")
SAFE_BAG: Final = der.oid("1.2.840.113549.1.12.10.1.6")
X509_CERTIFICATE: Final = der.oid("1.2.840.113549.1.9.22.1")
FRIENDLY_NAME: Final = der.oid("1.2.840.113549.1.9.20")
LOCAL_KEY_ID: Final = der.oid("1.2.840.113549.1.9.21")
TRUSTED_KEY_USAGE: Final = der.oid("2.16.840.1.113894.746875.1.1")  # Java's, on certificate entries
ANY_EXTENDED_KEY_USAGE: Final = der.oid("2.5.29.37.0")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class KeyBag:
    """A private key, still closed. `pkcs8_der` is an EncryptedPrivateKeyInfo where `shrouded`."""

    alias: str | None
    local_key_id: bytes | None
    pkcs8_der: bytes
    shrouded: bool


@dataclass(frozen=True)
class CertificateBag:
    """A certificate, looked at when it is asked for. `trusted`: Java's mark of an entry of its own."""

    alias: str | None
    local_key_id: bytes | None
    trusted: bool
    certificate_der: bytes

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Raises: ValueError."""
        return certificate_of(self.certificate_der)


Bag: TypeAlias = KeyBag | CertificateBag


@dataclass(slots=True)
class Budget:
    """How many iterations a file may ask for."""

    spent: int = 0

    def __call__(self, iterations: int) -> None:
        """Raises: Hostile."""
        self.spent += iterations
        if iterations > MAX_ITERATIONS or self.spent > MAX_ITERATIONS_TOGETHER:
            problem = _("it asks for more than {count:,} rounds of password hashing")
            raise Hostile("", problem.format(count=MAX_ITERATIONS))


@dataclass(frozen=True, slots=True)
class EncryptedSafe:
    scheme: pbe.Scheme
    ciphertext: bytes

    @classmethod
    def sealed(cls, safe_der: bytes, scheme: pbe.Scheme, password: str) -> EncryptedSafe:
        return cls(scheme, scheme.encrypted(safe_der, password))

    def encrypted_data_der(self) -> bytes:
        info = der.sequence(
            der.tlv(der.OID, DATA), self.scheme.identifier_der, der.tlv(der.IMPLICIT_0, self.ciphertext)
        )
        return der.sequence(der.integer_der(0), info)


@dataclass(frozen=True, slots=True)
class Container:
    """A file taken apart. `content` is what the integrity code covers; `safes` are in the file's order."""

    content: bytes
    mac: pbe.Mac | None
    safes: list[list[Bag] | EncryptedSafe]
    budget: Budget = field(repr=False)

    def prove(self, password: str) -> None:
        """Check the integrity code, where there is one.

        A flipped bit in it and a wrong password look the same, until the password turns out to decrypt the rest.
        Raises: WrongPassword, Damaged.
        """
        if self.mac is None or self.mac.proves(self.content, password):
            return
        if any(self._opens(safe, password) for safe in self.safes if isinstance(safe, EncryptedSafe)):
            problem = _("its integrity code fails, as with a wrong password, yet this password decrypts it")
            raise Damaged("", problem)
        raise WrongPassword("")

    def all_bags(self, password: str) -> list[Bag]:
        """The bags of every safe, decrypted where they must be. Raises: WrongPassword, Damaged, Hostile."""
        return [bag for safe in self.safes for bag in self._bags(safe, password)]

    def _bags(self, safe: list[Bag] | EncryptedSafe, password: str) -> list[Bag]:
        if not isinstance(safe, EncryptedSafe):
            return safe
        try:
            plain = safe.scheme.decrypted(safe.ciphertext, password)
        except pbe.PasswordFails:
            if self.mac is None:
                raise WrongPassword("") from None
            raise Damaged("", _("its certificates cannot be decrypted")) from None
        return structured(lambda: _read(plain, self.budget, _bags))

    def _opens(self, safe: EncryptedSafe, password: str) -> bool:
        try:
            return bool(self._bags(safe, password))
        except KeystoreError:
            return False


def opened(data: bytes) -> Container:
    """Take a file apart without a password.

    Raises: NotPkcs12, Damaged, Hostile.
    """
    _recognize(data)
    try:
        try:
            der.first(data)
        except Indefinite:
            data = der.definite(data)
    except Truncated:
        raise NotPkcs12("", N_("truncated")) from None
    except Malformed:
        raise NotPkcs12("", N_("other")) from None
    return structured(lambda: _read(data, Budget(), _container))


def structured(read: Callable[[], _T]) -> _T:
    """`read` bytes that came from outside. Raises: Damaged where they are not as they should be."""
    try:
        return read()
    except (Malformed, ValueError, IndexError) as error:  # an unpacking that does not fit is a ValueError
        raise Damaged("", _("its structure is not that of a PKCS#12 file")) from error


def _recognize(data: bytes) -> None:
    start = data[:4096]
    if len(data) > MAX_SIZE:
        raise Hostile("", _("it is larger than 10 MiB"))
    if not data:
        raise NotPkcs12("", N_("empty file"))
    if start[:4] == b"\xfe\xed\xfe\xed":
        raise NotPkcs12("", "JKS")
    if start[:4] == b"\xce\xce\xce\xce":
        raise NotPkcs12("", "JCEKS")
    if b"-----BEGIN " in start:
        raise NotPkcs12("", N_("PEM text"))
    if data[0] != SEQUENCE:
        raise NotPkcs12("", N_("other"))


def _read(data: bytes, budget: Budget, parse: Callable[[bytes, Element, Budget], _T]) -> _T:
    """Parse the first element of `data`, rewritten where it is BER."""
    spent = budget.spent
    try:
        return parse(data, der.first(data), budget)
    except Indefinite:
        budget.spent = spent
        rewritten = der.definite(data)
        return parse(rewritten, der.first(rewritten), budget)


def _container(data: bytes, pfx: Element, budget: Budget) -> Container:
    try:
        version, info, *mac = der.inside(data, pfx, SEQUENCE)
        if der.integer(data, version) != 3:
            raise NotPkcs12("", N_("other"))
        kind, content = _content_info(data, info)
    except Indefinite:
        raise
    except (Malformed, ValueError):
        raise NotPkcs12("", N_("other")) from None
    if kind != DATA:
        raise Damaged("", _("it is signed instead of protected by a password"))
    code = pbe.mac_of(data, mac[0], budget) if mac else None
    octets = der.content(data, content, OCTET_STRING)
    return Container(octets, code, _read(octets, budget, _safes), budget)


def _content_info(data: bytes, info: Element) -> tuple[bytes, Element]:
    kind, explicit = der.inside(data, info, SEQUENCE)
    (content,) = der.inside(data, explicit, CONTEXT_0)
    return der.content(data, kind, der.OID), content


def _safes(data: bytes, authenticated_safe: Element, budget: Budget) -> list[list[Bag] | EncryptedSafe]:
    safes: list[list[Bag] | EncryptedSafe] = []
    for info in der.inside(data, authenticated_safe, SEQUENCE):
        kind, content = _content_info(data, info)
        if kind == DATA:
            safes.append(_read(der.content(data, content, OCTET_STRING), budget, _bags))
        elif kind == ENCRYPTED_DATA:
            safes.append(_encrypted_safe(data, content, budget))
        else:
            raise Damaged("", _("a part of it is encrypted for a key instead of a password"))
    return safes


def _encrypted_safe(data: bytes, content: Element, budget: Budget) -> EncryptedSafe:
    _version, info, *_more = der.inside(data, content, SEQUENCE)
    _kind, algorithm, octets = der.inside(data, info, SEQUENCE)
    scheme = pbe.scheme_of(data, algorithm, budget)
    if octets[0] == CONTEXT_0:  # in pieces
        return EncryptedSafe(scheme, der.joined(data, octets[1], octets[2]))
    return EncryptedSafe(scheme, der.content(data, octets, der.IMPLICIT_0))


def _bags(data: bytes, safe: Element, budget: Budget, depth: int = 0) -> list[Bag]:
    if depth > MAX_SAFES_IN_SAFES:
        raise Hostile("", _("more than {count} safes within one another").format(count=MAX_SAFES_IN_SAFES))
    found: list[Bag] = []
    for bag in der.inside(data, safe, SEQUENCE):
        kind, explicit, *attributes = der.inside(data, bag, SEQUENCE)
        which = der.content(data, kind, der.OID)
        (value,) = der.inside(data, explicit, CONTEXT_0)
        if which == SAFE_BAG:
            found += _bags(data, value, budget, depth + 1)
            continue
        alias, local_key_id, trusted = _attributes(data, attributes)
        if which in (SHROUDED_KEY_BAG, KEY_BAG):
            shrouded = which == SHROUDED_KEY_BAG
            if shrouded:
                pbe.scheme_of(data, der.inside(data, value, SEQUENCE)[0], budget)
            pkcs8_der = der.sequence(data[value[1] : value[2]])
            found.append(KeyBag(alias, local_key_id, pkcs8_der, shrouded))
        elif which == CERTIFICATE_BAG:
            found.append(CertificateBag(alias, local_key_id, trusted, _certificate_der(data, value)))
    return found  # revocation lists and secrets are none of ours


def _certificate_der(data: bytes, value: Element) -> bytes:
    kind, explicit = der.inside(data, value, SEQUENCE)
    if der.content(data, kind, der.OID) != X509_CERTIFICATE:
        raise Malformed("a certificate that is not X.509")
    (octets,) = der.inside(data, explicit, CONTEXT_0)
    return der.content(data, octets, OCTET_STRING)


def _attributes(data: bytes, attributes: list[Element]) -> tuple[str | None, bytes | None, bool]:
    alias, local_key_id, trusted = None, None, False
    for attribute in der.inside(data, attributes[0], der.SET) if attributes else ():
        kind, values = der.inside(data, attribute, SEQUENCE)
        oid = der.content(data, kind, der.OID)
        if oid == FRIENDLY_NAME:
            alias = der.content(data, der.inside(data, values, der.SET)[0], der.BMP_STRING).decode("utf-16-be") or None
        elif oid == LOCAL_KEY_ID:
            local_key_id = der.content(data, der.inside(data, values, der.SET)[0], OCTET_STRING)
        elif oid == TRUSTED_KEY_USAGE:
            trusted = True
    return alias, local_key_id, trusted


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def content_info_der(kind: bytes, content_der: bytes) -> bytes:
    return der.sequence(der.tlv(der.OID, kind), der.tlv(CONTEXT_0, content_der))


def pfx_der(content: bytes, mac_der: bytes = b"") -> bytes:
    return der.sequence(der.integer_der(3), content_info_der(DATA, der.tlv(OCTET_STRING, content)), mac_der)
