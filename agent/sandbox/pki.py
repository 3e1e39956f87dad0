"""The sandbox's own authorities: eHealth-like and eID-like. Every name says that it is neither.

    eHealth:  root → issuing CA → authentication certificates (36 months); root → signer of encryption tokens
    eID:      root → Citizen CA → Authentication and Signature certificates; an RSA and a P-384 generation

Made once per state folder: private keys in ``keys/`` (0600), certificates in ``pki/`` for whoever wants to judge.
Source: spec/eid.md B; spec/ra-protocol.md, ETK; golden/ (extensions).
"""

from __future__ import annotations

import os
from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from agent.core.dn import Name
from agent.core.person import Person
from agent.core.x509 import x509_name
from agent.ports import CardKey

AuthorityKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
LeafKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

VALIDITY_MONTHS = 36

SURNAME, SERIAL_NUMBER, GIVEN_NAME = "2.5.4.4", "2.5.4.5", "2.5.4.42"

_NOT_EHEALTH = (("C", "BE"), ("O", "SANDBOX - NOT EHEALTH"))
_NOT_AN_EID = (("C", "BE"), ("L", "Brussels"), ("O", "SANDBOX - NOT A REAL EID"))
_NAMES = {
    "ehealth_root": Name((*_NOT_EHEALTH, ("CN", "SANDBOX eHealth-like Root CA"))),
    "ehealth_issuing": Name((*_NOT_EHEALTH, ("CN", "SANDBOX eHealth-like Issuing CA"))),
    "token_signer": Name((*_NOT_EHEALTH, ("CN", "SANDBOX eHealth-like ETK signer"))),
    "eid_root_rsa": Name((*_NOT_AN_EID, ("CN", "SANDBOX Belgium-like Root CA (RSA)"))),
    "citizen_ca_rsa": Name((*_NOT_AN_EID, ("CN", "SANDBOX Citizen CA"), (SERIAL_NUMBER, "202601"))),
    "eid_root_ec": Name((*_NOT_AN_EID, ("CN", "SANDBOX Belgium-like Root CA (EC)"))),
    "citizen_ca_ec": Name((*_NOT_AN_EID, ("CN", "SANDBOX Citizen CA"), (SERIAL_NUMBER, "202602"))),
}


@dataclass(frozen=True)
class Authority:
    """A certificate that signs, and its key."""

    certificate: x509.Certificate
    key: AuthorityKey


@dataclass(frozen=True)
class Pki:
    """All authorities of one state folder."""

    ehealth_root: Authority
    ehealth_issuing: Authority
    token_signer: Authority
    eid_root_rsa: Authority
    citizen_ca_rsa: Authority
    eid_root_ec: Authority
    citizen_ca_ec: Authority

    @property
    def ehealth_chain(self) -> tuple[x509.Certificate, ...]:
        """What stands above an authentication certificate: the issuing CA, the root."""
        return self.ehealth_issuing.certificate, self.ehealth_root.certificate

    @property
    def eid_roots(self) -> tuple[x509.Certificate, ...]:
        return self.eid_root_rsa.certificate, self.eid_root_ec.certificate

    def authentication_certificate(
        self, subject: Name, public_key: rsa.RSAPublicKey, not_before: datetime, not_after: datetime
    ) -> x509.Certificate:
        """An eHealth-like authentication certificate. Instants are aware UTC."""
        issuer = self.ehealth_issuing
        usage = _key_usage(digital_signature=True, content_commitment=True, key_encipherment=True)
        return (
            _builder(subject, issuer.certificate, public_key, not_before, not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(issuer.key, _digest(issuer.key))
        )

    def eid_chain(
        self, person: Person, key: CardKey, public_key: LeafKey, not_before: datetime, not_after: datetime
    ) -> tuple[x509.Certificate, ...]:
        """The certificate for one of a card's two keys with its Citizen CA and root, leaf first. Aware UTC."""
        rsa_generation = isinstance(public_key, rsa.RSAPublicKey)
        issuer = self.citizen_ca_rsa if rsa_generation else self.citizen_ca_ec
        root = self.eid_root_rsa if rsa_generation else self.eid_root_ec
        usage = _key_usage(digital_signature=key is CardKey.AUTHENTICATION, content_commitment=key is CardKey.SIGNATURE)
        leaf = (
            _builder(_citizen(person, key), issuer.certificate, public_key, not_before, not_after)
            .add_extension(usage, critical=True)
            .sign(issuer.key, _digest(issuer.key))
        )
        return leaf, issuer.certificate, root.certificate


def _citizen(person: Person, key: CardKey) -> Name:
    """The subject of an eID certificate. Source: spec/eid.md B."""
    first_name = (person.first_names or "").split(" ")[0]
    names = [("C", "BE"), ("CN", f"{first_name} {person.surname} ({key.value})".strip()), (SURNAME, person.surname)]
    if person.first_names:
        names.append((GIVEN_NAME, person.first_names))
    return Name((*names, (SERIAL_NUMBER, person.ssin)))


def months_later(instant: datetime, months: int = VALIDITY_MONTHS) -> datetime:
    """The same day of the month, `months` later or (negative) earlier; that month's last day where it is shorter."""
    year, month = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    return instant.replace(year=year, month=month + 1, day=min(instant.day, monthrange(year, month + 1)[1]))


def open_pki(folder: Path, now: datetime) -> Pki:
    """The authorities that live in `folder`; made there the first time, valid from ten years before `now`."""
    keys, certificates = folder / "keys", folder / "pki"
    names = [field.name for field in fields(Pki)]
    if not all((certificates / f"{name}.pem").exists() for name in names):
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        certificates.mkdir(parents=True, exist_ok=True)
        made = _new_pki(now)
        for name in names:
            authority: Authority = getattr(made, name)
            _write_private(keys / f"{name}.pem", authority.key)
            pem = authority.certificate.public_bytes(serialization.Encoding.PEM)
            (certificates / f"{name}.pem").write_bytes(pem)
    return Pki(*(_read(keys / f"{name}.pem", certificates / f"{name}.pem") for name in names))


def _new_pki(now: datetime) -> Pki:
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(days=3652)
    end = start + timedelta(days=3652 * 4)

    def authority(name: str, key: AuthorityKey, issuer: Authority | None = None) -> Authority:
        builder = (
            _builder(_NAMES[name], issuer.certificate if issuer else None, key.public_key(), start, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else None), critical=True)
            .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        )
        return Authority(builder.sign(issuer.key if issuer else key, _digest(issuer.key if issuer else key)), key)

    ehealth_root = authority("ehealth_root", _rsa())
    eid_root_rsa, eid_root_ec = authority("eid_root_rsa", _rsa()), authority("eid_root_ec", _p384())
    signer_key = _rsa()
    signer = (
        _builder(_NAMES["token_signer"], ehealth_root.certificate, signer_key.public_key(), start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(digital_signature=True, content_commitment=True), critical=True)
        .sign(ehealth_root.key, _digest(ehealth_root.key))
    )
    return Pki(
        ehealth_root=ehealth_root,
        ehealth_issuing=authority("ehealth_issuing", _rsa(), ehealth_root),
        token_signer=Authority(signer, signer_key),
        eid_root_rsa=eid_root_rsa,
        citizen_ca_rsa=authority("citizen_ca_rsa", _rsa(), eid_root_rsa),
        eid_root_ec=eid_root_ec,
        citizen_ca_ec=authority("citizen_ca_ec", _p384(), eid_root_ec),
    )


def _builder(
    subject: Name, issuer: x509.Certificate | None, public_key: LeafKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    """Everything but what tells an authority from a person. `issuer` is None for a root."""
    name = x509_name(subject)
    issuer_key = issuer.public_key() if issuer else public_key
    assert isinstance(issuer_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(public_key)
        .serial_number(int.from_bytes(b"\x40" + os.urandom(15)))
        .not_valid_before(not_before.replace(microsecond=0))
        .not_valid_after(not_after.replace(microsecond=0))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def encryption_key_usage() -> x509.KeyUsage:
    """Of an encryption certificate."""
    return _key_usage(key_encipherment=True, data_encipherment=True)


def _key_usage(**wanted: bool) -> x509.KeyUsage:
    every = {
        "digital_signature": False,
        "content_commitment": False,
        "key_encipherment": False,
        "data_encipherment": False,
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    return x509.KeyUsage(**{**every, **wanted})


def _digest(key: AuthorityKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) else hashes.SHA256()


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _p384() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


def _write_private(path: Path, key: AuthorityKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)


def _read(key_path: Path, certificate_path: Path) -> Authority:
    pem = key_path.read_bytes()  # made here and worth nothing elsewhere: no need to prove it, which takes long
    key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return Authority(x509.load_pem_x509_certificate(certificate_path.read_bytes()), key)
