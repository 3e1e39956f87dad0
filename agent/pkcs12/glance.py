"""What a file says of itself, without opening a key: quickly, because a check reads every file.

No private key is opened and no RSA check is paid: only the password's proof and the certificates.
Source: spec/keystore.md, Reading.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from agent.core.dn import Name, holder_of, rfc2253
from agent.core.glance import Glance
from agent.core.keystore import AUTHENTICATION
from agent.core.x509 import fingerprint, name_of
from agent.errors import Damaged
from agent.pkcs12.container import Bag, CertificateBag, Container, EncryptedSafe, KeyBag, opened, structured
from agent.pkcs12.pairing import certificate_of, is_issued_to_holder
from agent.text import _

_DUMMY = Name((("C", "Dummy"),))


def glance_of(data: bytes, password: str) -> Glance:
    """Read the authentication certificate and count the encryption keys.

    Args:
        data: the whole file.
    Raises: NotPkcs12, Damaged, Hostile, WrongPassword, with an empty path.
    """
    container = opened(data)
    container.prove(password)
    with warnings.catch_warnings():  # the dummy certificate's serial number and country are against the rules
        warnings.simplefilter("ignore")
        return structured(lambda: _glance(container, password))


def _glance(container: Container, password: str) -> Glance:
    bags = [bag for safe in container.safes for bag in _quick_bags(container, safe, password)]
    if any(certificate is None for _, certificate in _pairs(bags)):
        # The quick way does not tell local key ids; some writers pair by nothing else.
        bags = [bag for safe in container.safes for bag in container.bags(safe, password)]
    pairs = _pairs(bags)
    certificate = _authentication(bags, [bag for _, bag in pairs if bag is not None])
    name = name_of(certificate.subject)
    return Glance(
        subject=rfc2253(name),
        holder=holder_of(name),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
        pending=name == _DUMMY and certificate.serial_number == 0,
        # The dummy certificate of a pending keystore has the same usage, and is none.
        encryption_keys=sum(
            _is_for_encryption(bag.certificate)
            for _, bag in pairs
            if bag is not None and bag.certificate != certificate
        ),
    )


def _quick_bags(container: Container, safe: list[Bag] | EncryptedSafe, password: str) -> Iterable[Bag]:
    """The bags of a safe. RC2, which the official client uses, is left to `load_pkcs12`: 40 times as fast as ours.

    That cannot look for a bomb inside the encrypted part first; but the integrity code was right, so only who knows
    the password can have put one there.
    """
    if not isinstance(safe, EncryptedSafe) or safe.scheme.cipher != "RC2" or container.mac is None:
        return container.bags(safe, password)
    if "\0" in password:  # cryptography does not survive it
        return container.bags(safe, password)
    try:
        loaded = pkcs12.load_pkcs12(safe.alone_der(), password.encode())
    except ValueError:
        return container.bags(safe, password)
    if loaded.key is not None:
        return container.bags(safe, password)
    return [
        CertificateBag(found.friendly_name.decode() if found.friendly_name else None, None, False, found.certificate)
        for found in loaded.additional_certs
    ]


def _pairs(bags: list[Bag]) -> list[tuple[KeyBag, CertificateBag | None]]:
    certificates = [bag for bag in bags if isinstance(bag, CertificateBag)]
    return [(bag, certificate_of(bag, certificates)) for bag in bags if isinstance(bag, KeyBag)]


def _authentication(bags: list[Bag], paired: list[CertificateBag]) -> x509.Certificate:
    """By alias; without one, the newest that is eHealth's own work; else whatever has a key."""
    for bag in (*paired, *bags):
        if isinstance(bag, CertificateBag) and (bag.alias or "").casefold() == AUTHENTICATION:
            return bag.certificate
    candidates = [bag.certificate for bag in paired]
    issued = [certificate for certificate in candidates if is_issued_to_holder(certificate)]
    if not candidates:
        raise Damaged("", _("it holds no key with a certificate"))
    return max(issued or candidates, key=lambda certificate: certificate.not_valid_after_utc)


def _is_for_encryption(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.key_encipherment and usage.data_encipherment
