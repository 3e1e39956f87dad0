"""What must hold before anything that came back is used.

Of the certificate:
    (1) its key is the one that was requested
    (2) its subject is that of the one it replaces; a first one names the holder it was asked for
    (3) it is valid now, and longer than the one it replaces
    (4) it is a certificate for an end user that may sign
    (5) its chain leads up: each certificate is signed by the next, a CA
Of the encryption token:
    (6) it contains the certificate that was sent
    (7) it is signed
Of the finished keystore:
    (8) the authentication key is the certificate's
    (9) every encryption key of the old keystore is there, under its alias
    (10) the new encryption key is there, last, under its serial number
Of the challenge that comes before the encryption token:
    (11) it was made for the new encryption key

No list of eHealth's own roots exists outside the platform: trust in an issued certificate comes from the TLS channel it
came through, and from (1) to (5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.core.dn import Name, holder_of, is_name_of
from agent.core.holder import Holder
from agent.core.keystore import KeyEntry, Keystore
from agent.core.x509 import name_of
from agent.errors import IssuedCertificateError
from agent.text import _

CLOCK_TOLERANCE = timedelta(days=1)
"""How far this computer's clock may be off before a fresh certificate counts as not yet valid."""


def check_certificate(
    chain: Sequence[x509.Certificate],
    requested_key: PublicKeyTypes,
    holder: Holder | None,
    replaced: x509.Certificate | None,
    now: datetime,
) -> None:
    """Checks (1) to (5) of a delivered certificate, leaf first in `chain`.

    Args:
        holder: whom a first certificate was asked for; None where another program asked, and only the key tells.
        replaced: the certificate it replaces, or None for a first one.
    Raises: IssuedCertificateError.
    """
    if not chain:
        raise IssuedCertificateError("1", _("no certificate came"))
    leaf = chain[0]
    if not is_same_key(leaf.public_key(), requested_key):  # (1)
        raise IssuedCertificateError("1", _("it belongs to another key"))
    if not _names_rightly(name_of(leaf.subject), holder, replaced):  # (2)
        raise IssuedCertificateError("2", _("it names another holder"))
    if leaf.not_valid_before_utc > now + CLOCK_TOLERANCE or leaf.not_valid_after_utc <= now:  # (3)
        raise IssuedCertificateError("3", _("it is not valid today; look whether this computer's date is right"))
    if replaced is not None and leaf.not_valid_after_utc <= replaced.not_valid_after_utc:
        raise IssuedCertificateError("3", _("it does not last longer than the one it replaces"))
    if _is_authority(leaf) or not _may_sign(leaf):  # (4)
        raise IssuedCertificateError("4", _("it is no certificate to identify with"))
    for issued, issuer in pairwise(chain):  # (5)
        if not (_is_authority(issuer) and is_issued_by(issued, issuer)):
            raise IssuedCertificateError("5", _("its chain does not hold together"))


def _names_rightly(subject: Name, holder: Holder | None, replaced: x509.Certificate | None) -> bool:
    if replaced is not None:
        return subject.is_same(name_of(replaced.subject))
    return is_name_of(subject, holder) if holder is not None else holder_of(subject) is not None


def is_issued_by(issued: x509.Certificate, issuer: x509.Certificate) -> bool:
    """The issuer's name and signature fit."""
    try:
        issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def check_token(registered: x509.Certificate, sent: x509.Certificate) -> None:
    """Check (6): the token's content is the certificate that was sent. Raises: IssuedCertificateError."""
    if registered != sent:
        raise IssuedCertificateError("6", _("the encryption token holds another certificate"))


def check_finished(keystore: Keystore, old_keys: Sequence[KeyEntry], new_key: PublicKeyTypes) -> None:
    """Checks (8) to (10) of a keystore that is about to get its name.

    Args:
        old_keys: the encryption keys that the old keystore has.
        new_key: the public half of the new encryption key.
    Raises: IssuedCertificateError.
    """
    authentication = keystore.authentication
    if authentication is None or not is_same_key(
        authentication.private_key.public_key(), authentication.certificate.public_key()
    ):  # (8)
        raise IssuedCertificateError("8", _("the authentication key does not fit its certificate"))
    by_alias = {entry.alias.casefold(): entry for entry in keystore.keys}
    for old in old_keys:  # (9)
        kept = by_alias.get(old.alias.casefold())
        if kept is None or not is_same_key(kept.private_key.public_key(), old.private_key.public_key()):
            raise IssuedCertificateError("9", _("the old encryption key {alias} is missing").format(alias=old.alias))
    last = keystore.keys[-1]
    is_new = is_same_key(last.certificate.public_key(), new_key) and is_encryption(last.certificate)
    if not is_new or last.alias != str(last.certificate.serial_number):  # (10)
        raise IssuedCertificateError("10", _("the new encryption key is not where readers look for it"))


def is_same_key(one: PublicKeyTypes, other: PublicKeyTypes) -> bool:
    return _spki(one) == _spki(other)


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def is_encryption(certificate: x509.Certificate) -> bool:
    """For keyEncipherment and dataEncipherment: readers unseal messages with its key."""
    usage = _key_usage(certificate)
    return usage is not None and usage.key_encipherment and usage.data_encipherment


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = _key_usage(certificate)
    return usage is None or usage.digital_signature


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
