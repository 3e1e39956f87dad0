"""Read a whole keystore: every key, every chain, every certificate entry.

Source: spec/keystore.md, What is inside, Reading.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from agent.core.keystore import AUTHENTICATION, CertificateEntry, KeyEntry, Keystore, KeystoreKey
from agent.errors import Damaged
from agent.pkcs12.container import Bag, CertificateBag, KeyBag, opened, structured
from agent.pkcs12.pairing import certificate_of, is_issued_to_holder
from agent.text import _


def read(data: bytes, password: str) -> Keystore:
    """All entries of a file, each key compared with its certificate's public key.

    The keys' private numbers are not checked (38 ms each): `agent.pkcs12.proof` does that by using them.

    Args:
        data: the whole file.
    Raises: NotPkcs12, Damaged, Hostile, WrongPassword, with an empty path.
    """
    container = opened(data)
    container.prove(password)
    bags = container.all_bags(password)
    return structured(lambda: _keystore(bags, password))


def _keystore(bags: list[Bag], password: str) -> Keystore:
    certificates = [bag for bag in bags if isinstance(bag, CertificateBag)]
    leaves: list[CertificateBag] = []
    keys: list[KeyEntry] = []
    for bag in bags:
        if isinstance(bag, KeyBag):
            private_key = _private_key(bag, password)
            leaf = _leaf(bag, private_key, certificates)
            leaves.append(leaf)
            alias = bag.alias or leaf.alias or _given_alias(leaf.certificate, bags)
            keys.append(KeyEntry(alias, private_key, _chain(leaf.certificate, certificates)))
    return Keystore(tuple(keys), tuple(_entries(certificates, leaves)))


def _private_key(bag: KeyBag, password: str) -> KeystoreKey:
    secret = password.encode("utf-8", "surrogatepass") if bag.shrouded else None
    try:
        private_key = load_der_private_key(bag.pkcs8_der, secret, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Damaged("", _("the private key {alias!r} cannot be opened").format(alias=bag.alias or "")) from error
    if not isinstance(private_key, KeystoreKey):
        raise Damaged("", _("the private key {alias!r} is neither RSA nor EC").format(alias=bag.alias or ""))
    return private_key


def _leaf(bag: KeyBag, private_key: KeystoreKey, certificates: Sequence[CertificateBag]) -> CertificateBag:
    public_key = private_key.public_key()
    own = [found for found in certificates if found.certificate.public_key() == public_key]
    leaf = (
        certificate_of(bag, own) or next((found for found in own if not found.trusted), None) or next(iter(own), None)
    )
    if leaf is None:
        problem = _("the private key {alias!r} has no certificate that belongs to it")
        raise Damaged("", problem.format(alias=bag.alias or ""))
    return leaf


def _given_alias(leaf: x509.Certificate, bags: list[Bag]) -> str:
    """The alias that the official client would have given: some writers give none."""
    taken = any((bag.alias or "").casefold() == AUTHENTICATION for bag in bags)
    return AUTHENTICATION if is_issued_to_holder(leaf) and not taken else str(leaf.serial_number)


def _chain(leaf: x509.Certificate, certificates: Sequence[CertificateBag]) -> tuple[x509.Certificate, ...]:
    """Leaf first, as far as the file has the issuers."""
    chain = [leaf]
    while chain[-1].issuer != chain[-1].subject:
        issuers = (bag.certificate for bag in certificates if bag.certificate.subject == chain[-1].issuer)
        issuer = next((found for found in issuers if found not in chain and _issued(chain[-1], found)), None)
        if issuer is None:
            break
        chain.append(issuer)
    return tuple(chain)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _entries(certificates: list[CertificateBag], leaves: list[CertificateBag]) -> list[CertificateEntry]:
    """The certificates that stand for themselves.

    Java marks them, and gives aliases to chains as well. Others do not know the mark: there, a certificate with an
    alias that is no key's own is an entry.
    """
    named = [bag for bag in certificates if bag.alias is not None and not any(bag is leaf for leaf in leaves)]
    marked = [bag for bag in named if bag.trusted]
    return [CertificateEntry(bag.alias, bag.certificate) for bag in marked or named if bag.alias is not None]
