"""Cards with people on them: keys, certificates of the sandbox's citizen CA, files.

The sandbox takes what they sign. Source: spec/eid.md, B and C2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from agent.core.person import Person
from agent.ports import CardKey
from agent.sandbox.pki import Authority, Pki
from agent.sandbox.software_card import Generation, PrivateKey, new_key
from tests.adapters.softhsm import ALICE, PIN
from tests.eid import identity, pkcs15
from tests.eid.card import APPLETS, AUTHENTICATION, BASIC, SIGNATURE, EidCard
from tests.eid.pin import PinState
from tests.eid.pkcs15 import CertificateFile

_NUMBERS = {CardKey.AUTHENTICATION: AUTHENTICATION, CardKey.SIGNATURE: SIGNATURE}
_FILES = {
    CardKey.AUTHENTICATION: CertificateFile.AUTHENTICATION,
    CardKey.SIGNATURE: CertificateFile.SIGNATURE,
}


@dataclass(frozen=True)
class Kind:
    """What sort of card.

    Attributes:
        certified: the keys that have a certificate; both keys are on every card.
        validity: of the personal certificates, aware UTC; ten years around today where not given.
        is_foreigner: issued by a Foreigner CA, on a foreigner's document.
        for_opensc: an RSA card as there is none: OpenSC lists its certificates without a PIN, and signs with its key
            Signature, under SIGNATURE_ALIAS. Nothing in the agent may depend on that.
    """

    person: Person = ALICE
    generation: Generation = Generation.RSA_2048
    certified: tuple[CardKey, ...] = tuple(CardKey)
    validity: tuple[datetime, datetime] | None = None
    is_foreigner: bool = False
    for_opensc: bool = False


def make_card(pki: Pki, kind: Kind = Kind(), pin: str = PIN) -> EidCard:
    """A card fresh from the municipality. Cards of the same person and generation have the same keys."""
    generation, person = kind.generation, kind.person
    today = datetime.now(UTC)
    validity = kind.validity or (today - timedelta(days=1826), today + timedelta(days=1826))
    issuing = _with_foreigner_ca(pki) if kind.is_foreigner else pki
    private_keys = {_NUMBERS[key]: _key(person, generation, key.value) for key in CardKey}
    held: dict[CertificateFile, x509.Certificate] = {}
    for key in CardKey:
        public_key = private_keys[_NUMBERS[key]].public_key()
        leaf, authority, root = issuing.eid_chain(person, key, public_key, *validity)
        held |= {CertificateFile.CA: authority, CertificateFile.ROOT: root}
        if key in kind.certified:
            held[_FILES[key]] = leaf
    basic_key_der = b""
    if generation is Generation.P_384:
        private_keys[BASIC] = _key(person, generation, "Card")
        basic_key_der = private_keys[BASIC].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    serial = b"SANDBOX" + hashlib.sha256(repr(kind).encode()).digest()[:9]
    register_key, register_certificate = _register(pki, generation)
    document_type = identity.FOREIGNER if kind.is_foreigner else identity.CITIZEN
    files: Mapping[bytes, bytes] = {
        **pkcs15.directory_files(generation, serial, frozenset(held), kind.for_opensc),
        **{file.path: _certificate_file(held.get(file)) for file in CertificateFile},
        pkcs15.RRN_CERTIFICATE: _certificate_file(register_certificate),
        **identity.files(
            person, generation, serial, validity, document_type, lambda data: _signed(register_key, data), basic_key_der
        ),
    }
    state = PinState(pin, APPLETS[generation].commands_between)
    return EidCard(generation, serial, files, private_keys, state, kind.for_opensc)


def _certificate_file(certificate: x509.Certificate | None) -> bytes:
    return pkcs15.certificate_file(certificate.public_bytes(Encoding.DER)) if certificate else pkcs15.ABSENT


@cache
def _key(person: Person, generation: Generation, label: str) -> PrivateKey:
    return new_key(generation)


def _issuer(pki: Pki, generation: Generation) -> Authority:
    return pki.eid_root_rsa if generation is Generation.RSA_2048 else pki.eid_root_ec


def _with_foreigner_ca(pki: Pki) -> Pki:
    """The same authorities, with Foreigner CAs of the same keys in the Citizen CAs' places."""

    def foreigner(citizen_ca: Authority, root: Authority) -> Authority:
        certificate = citizen_ca.certificate
        names = [
            x509.NameAttribute(one.oid, "SANDBOX Foreigner CA" if one.oid == NameOID.COMMON_NAME else one.value)
            for one in certificate.subject
        ]
        return replace(citizen_ca, certificate=_issued(root, names, citizen_ca.key, certificate.extensions))

    return replace(
        pki,
        citizen_ca_rsa=foreigner(pki.citizen_ca_rsa, pki.eid_root_rsa),
        citizen_ca_ec=foreigner(pki.citizen_ca_ec, pki.eid_root_ec),
    )


def _issued(
    root: Authority,
    names: Sequence[x509.NameAttribute[str | bytes]],
    key: PrivateKey,
    extensions: x509.Extensions | None = None,
) -> x509.Certificate:
    """A certificate below `root`, valid as long as it."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
    )
    for extension in extensions or ():
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(root.key, _digest(root.key))


def _register(pki: Pki, generation: Generation) -> tuple[PrivateKey, x509.Certificate]:
    """The register (RRN) that signs the identity files."""
    root = _issuer(pki, generation)
    key = _register_key(generation)
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"), x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX RRN")]
    return key, _issued(root, names, key)


@cache
def _register_key(generation: Generation) -> PrivateKey:
    return new_key(generation)


def _digest(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else hashes.SHA384()


def _signed(key: PrivateKey, data: bytes) -> bytes:
    """As the register signs: PKCS#1 v1.5, or ECDSA in DER."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), _digest(key))
    return key.sign(data, ec.ECDSA(_digest(key)))
