"""Write a keystore that every reader opens with every key, alias, chain and certificate entry.

Source: spec/keystore.md, Writing one that every reader opens.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from agent.core.glance import Profile
from agent.core.keystore import KeyEntry, Keystore
from agent.errors import PasswordRefused, WriteFailed
from agent.pkcs12 import der, pbe
from agent.pkcs12.container import (
    ANY_EXTENDED_KEY_USAGE,
    CERTIFICATE_BAG,
    DATA,
    ENCRYPTED_DATA,
    FRIENDLY_NAME,
    LOCAL_KEY_ID,
    SHROUDED_KEY_BAG,
    TRUSTED_KEY_USAGE,
    X509_CERTIFICATE,
    EncryptedSafe,
    content_info_der,
    pfx_der,
)
from agent.text import _

# Who guesses a password tries whatever is cheapest of integrity code, certificates and keys: so one count for all
# three. The official client's is 1,024. Ten times that is Java's own today, and still nothing for a reader of one file.
# The modern profile has ten times more again: its readers are new programs, and a glance at it stays under 0.1 s.
_ITERATIONS = {Profile.COMPATIBLE: 10_000, Profile.MODERN: 100_000}
_SCHEME: dict[Profile, Callable[[int], pbe.Scheme]] = {
    Profile.COMPATIBLE: pbe.new_pbes1_3des,
    Profile.MODERN: pbe.new_pbes2_aes256,
}
_MAC_HASH = {Profile.COMPATIBLE: "sha1", Profile.MODERN: "sha256"}


def write(keystore: Keystore, password: str, profile: Profile = Profile.COMPATIBLE) -> bytes:
    """A PKCS#12 file, DER. Entries keep their order: the newest encryption key stays last.

    Raises: PasswordRefused, WriteFailed (two entries under one alias), with an empty path.
    """
    if not password or not password.isascii():
        problem = _("it has letters that Java cannot use in a password") if password else _("it is empty")
        raise PasswordRefused("", problem)
    _require_distinct_aliases(keystore)
    iterations = _ITERATIONS[profile]
    new_scheme = _SCHEME[profile]
    keys = b"".join(_key_bag_der(entry, new_scheme(iterations), password) for entry in keystore.keys)
    safe = EncryptedSafe.sealed(der.sequence(*_certificate_bags(keystore)), new_scheme(iterations), password)
    content = der.sequence(
        content_info_der(DATA, der.tlv(der.OCTET_STRING, der.sequence(keys))),
        content_info_der(ENCRYPTED_DATA, safe.encrypted_data_der()),
    )
    return pfx_der(content, pbe.new_mac(_MAC_HASH[profile], content, password, iterations).der())


def _require_distinct_aliases(keystore: Keystore) -> None:
    """Java compares aliases without case and merges what is called the same, without an error."""
    seen: set[str] = set()
    for alias in [entry.alias for entry in keystore.keys] + [entry.alias for entry in keystore.certificates]:
        if not alias:
            raise WriteFailed("", _("an entry has no alias"))
        if alias.casefold() in seen:
            raise WriteFailed("", _("two entries are called {alias}").format(alias=alias))
        seen.add(alias.casefold())


def _key_bag_der(entry: KeyEntry, scheme: pbe.Scheme, password: str) -> bytes:
    pkcs8_der = entry.private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    shrouded = der.sequence(scheme.identifier_der, der.tlv(der.OCTET_STRING, scheme.encrypted(pkcs8_der, password)))
    return _bag_der(SHROUDED_KEY_BAG, shrouded, _alias_der(entry.alias), _local_key_id_der(entry.certificate))


def _certificate_bags(keystore: Keystore) -> list[bytes]:
    """Leaves, then entries, then what only chains need: a certificate can be all three."""
    bags = [
        _certificate_bag_der(entry.certificate, _alias_der(entry.alias), _local_key_id_der(entry.certificate))
        for entry in keystore.keys
    ]
    mark = _attribute_der(TRUSTED_KEY_USAGE, der.tlv(der.OID, ANY_EXTENDED_KEY_USAGE))
    bags += [_certificate_bag_der(entry.certificate, _alias_der(entry.alias), mark) for entry in keystore.certificates]
    there = [entry.certificate for entry in keystore.keys] + [entry.certificate for entry in keystore.certificates]
    for entry in keystore.keys:
        for certificate in entry.chain[1:]:
            if certificate not in there:
                there.append(certificate)
                bags.append(_certificate_bag_der(certificate))
    return bags


def _certificate_bag_der(certificate: x509.Certificate, *attributes: bytes) -> bytes:
    octets = der.tlv(der.OCTET_STRING, certificate.public_bytes(serialization.Encoding.DER))
    value = der.sequence(der.tlv(der.OID, X509_CERTIFICATE), der.tlv(der.CONTEXT_0, octets))
    return _bag_der(CERTIFICATE_BAG, value, *attributes)


def _bag_der(kind: bytes, value: bytes, *attributes: bytes) -> bytes:
    # DER: the members of a SET OF are in the order of their encodings
    set_ = der.tlv(der.SET, *sorted(attributes)) if attributes else b""
    return der.sequence(der.tlv(der.OID, kind), der.tlv(der.CONTEXT_0, value), set_)


def _attribute_der(kind: bytes, value: bytes) -> bytes:
    return der.sequence(der.tlv(der.OID, kind), der.tlv(der.SET, value))


def _alias_der(alias: str) -> bytes:
    return _attribute_der(FRIENDLY_NAME, der.tlv(der.BMP_STRING, alias.encode("utf-16-be")))


def _local_key_id_der(leaf: x509.Certificate) -> bytes:
    """As OpenSSL computes it: what only reads key bags still finds the certificate."""
    return _attribute_der(LOCAL_KEY_ID, der.tlv(der.OCTET_STRING, leaf.fingerprint(hashes.SHA1())))  # noqa: S303
