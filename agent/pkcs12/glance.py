"""What a file says of itself, without opening a key: quickly, because a check reads every file.

No private key is opened and no RSA check is paid: only the password's proof and the certificates.
Source: spec/keystore.md, Reading.
"""

from __future__ import annotations

from cryptography import x509

from agent.core.dn import Name, holder_of, rfc2253
from agent.core.glance import Glance
from agent.core.keystore import AUTHENTICATION
from agent.core.x509 import fingerprint_of_der, name_of
from agent.errors import Damaged
from agent.pkcs12.container import Bag, CertificateBag, KeyBag, opened, structured
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
    bags = container.all_bags(password)
    return structured(lambda: _glance(bags))


def keys_held(data: bytes) -> int | None:
    """How many keys a file holds, without its password; None where even that is encrypted.

    Args:
        data: the whole file.
    Raises: NotPkcs12, Damaged, Hostile, with an empty path.
    """
    readable = [safe for safe in opened(data).safes if isinstance(safe, list)]
    return sum(isinstance(bag, KeyBag) for safe in readable for bag in safe) or None


def _glance(bags: list[Bag]) -> Glance:
    paired = _paired(bags)
    leaf = _authentication(bags, paired)
    certificate = leaf.certificate
    name = name_of(certificate.subject)
    return Glance(
        subject=rfc2253(name),
        holder=holder_of(name),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint_of_der(leaf.certificate_der),
        pending=name == _DUMMY and certificate.serial_number == 0,
        # The dummy certificate of a pending keystore has the same usage, and is none.
        encryption_keys=sum(
            _is_for_encryption(bag.certificate) for bag in paired if bag.certificate_der != leaf.certificate_der
        ),
    )


def _paired(bags: list[Bag]) -> list[CertificateBag]:
    """The certificate of each key that has one."""
    certificates = [bag for bag in bags if isinstance(bag, CertificateBag)]
    found = (certificate_of(bag, certificates) for bag in bags if isinstance(bag, KeyBag))
    return [bag for bag in found if bag is not None]


def _authentication(bags: list[Bag], paired: list[CertificateBag]) -> CertificateBag:
    """By alias; without one, the newest that is eHealth's own work; else whatever has a key."""
    for bag in (*paired, *bags):
        if isinstance(bag, CertificateBag) and (bag.alias or "").casefold() == AUTHENTICATION:
            return bag
    issued = [bag for bag in paired if is_issued_to_holder(bag.certificate)]
    if not paired:
        raise Damaged("", _("it holds no key with a certificate"))
    return max(issued or paired, key=lambda bag: bag.certificate.not_valid_after_utc)


def _is_for_encryption(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.key_encipherment and usage.data_encipherment
