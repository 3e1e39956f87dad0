from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from agent.core import eid
from agent.core.person import Person
from agent.errors import NotAnEid, SignatureCertificateEnds, SignatureCertificateExpired, SignatureCertificateMissing

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)
_KEY = ec.generate_private_key(ec.SECP256R1())
_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def certificate(
    *,
    subject: dict[x509.ObjectIdentifier, str] | None = None,
    issuer: dict[x509.ObjectIdentifier, str] | None = None,
    usages: tuple[str, ...] | None = ("content_commitment",),
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey = _KEY,
    not_after: datetime = NOW + timedelta(days=1),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject or {NameOID.COMMON_NAME: "leaf"}))
        .issuer_name(_name(issuer or {NameOID.COMMON_NAME: "issuer"}))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(not_after)
    )
    if usages is not None:
        usage = x509.KeyUsage(**{name: name in usages for name in _USAGES})
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(_KEY, hashes.SHA256())


def _name(attributes: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes.items()])


# ── Who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

_ALICE = {
    NameOID.COUNTRY_NAME: "BE",
    NameOID.COMMON_NAME: "Alice de la Tour (Signature)",
    NameOID.SURNAME: "de la Tour",
    NameOID.GIVEN_NAME: "Alice Maria",
    NameOID.SERIAL_NUMBER: "85073100229",
}


def test_the_person_is_read_from_the_attributes_and_not_from_the_cn() -> None:
    assert eid.person_of(certificate(subject=_ALICE)) == Person("85073100229", "Alice Maria", "de la Tour")


def test_a_person_may_have_no_given_names() -> None:
    subject = {oid: value for oid, value in _ALICE.items() if oid != NameOID.GIVEN_NAME}
    person = eid.person_of(certificate(subject=subject))
    assert person.first_names is None
    assert person.full_name == "de la Tour"


@pytest.mark.parametrize(
    "changed",
    [{NameOID.SERIAL_NUMBER: "85073100228"}, {NameOID.SERIAL_NUMBER: "BE-1"}, {NameOID.SERIAL_NUMBER: "8507310022"}],
    ids=str,
)
def test_a_number_that_is_no_national_number_makes_it_no_eid(changed: dict[x509.ObjectIdentifier, str]) -> None:
    with pytest.raises(NotAnEid):
        eid.person_of(certificate(subject=_ALICE | changed))


@pytest.mark.parametrize("missing", [NameOID.SERIAL_NUMBER, NameOID.SURNAME])
def test_a_certificate_without_number_or_surname_is_no_eid(missing: x509.ObjectIdentifier) -> None:
    with pytest.raises(NotAnEid):
        eid.person_of(certificate(subject={oid: value for oid, value in _ALICE.items() if oid != missing}))


# ── Which ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("usages", "signs", "authenticates"),
    [
        (("content_commitment",), True, False),
        (("digital_signature",), False, True),
        (("digital_signature", "content_commitment"), False, True),
        (("content_commitment", "key_encipherment"), False, False),
        (("key_cert_sign", "crl_sign"), False, False),
        (None, False, False),
    ],
)
def test_key_usage_tells_signature_from_authentication(
    usages: tuple[str, ...] | None, signs: bool, authenticates: bool
) -> None:
    leaf = certificate(usages=usages)
    assert (eid.is_for_signature(leaf), eid.is_for_authentication(leaf)) == (signs, authenticates)


def test_the_chain_is_in_order_whatever_order_the_card_has() -> None:
    root = certificate(subject={NameOID.COMMON_NAME: "root"}, issuer={NameOID.COMMON_NAME: "root"})
    authority = certificate(subject={NameOID.COMMON_NAME: "issuer"}, issuer={NameOID.COMMON_NAME: "root"})
    leaf, stranger = certificate(), certificate(subject={NameOID.COMMON_NAME: "stranger"})
    assert eid.chain_of(leaf, [root, stranger, leaf, authority]) == (leaf, authority, root)
    assert eid.chain_of(leaf, [stranger, root]) == (leaf,)


def test_issuers_that_go_in_circles_end() -> None:
    one = certificate(subject={NameOID.COMMON_NAME: "one"}, issuer={NameOID.COMMON_NAME: "two"})
    two = certificate(subject={NameOID.COMMON_NAME: "two"}, issuer={NameOID.COMMON_NAME: "one"})
    assert eid.chain_of(one, [two, one]) == (one, two)


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_without_signature_certificate_is_told_apart_from_an_expired_one() -> None:
    with pytest.raises(SignatureCertificateMissing):
        eid.signature_certificate((), NOW)
    chain_der = (certificate(not_after=NOW - timedelta(days=1)).public_bytes(Encoding.DER),)
    with pytest.raises(SignatureCertificateExpired) as raised:
        eid.signature_certificate(chain_der, NOW)
    assert str(raised.value) == "The signature certificate on this eID ended on 5 May 2031."


def test_the_last_second_of_validity_still_signs() -> None:
    leaf = certificate(not_after=NOW)
    assert eid.signature_certificate((leaf.public_bytes(Encoding.DER),), NOW) == leaf
    with pytest.raises(SignatureCertificateExpired):
        eid.signature_certificate((leaf.public_bytes(Encoding.DER),), NOW + timedelta(seconds=1))


def test_a_certificate_that_ends_before_the_planned_day_has_a_sentence_of_its_own() -> None:
    leaf = certificate(not_after=NOW + timedelta(days=9))
    chain_der = (leaf.public_bytes(Encoding.DER),)
    assert eid.signature_certificate(chain_der, NOW, planned=NOW + timedelta(days=9)) == leaf
    with pytest.raises(SignatureCertificateEnds) as raised:
        eid.signature_certificate(chain_der, NOW, planned=NOW + timedelta(days=10))
    assert str(raised.value) == (
        "The signature certificate on this eID ends on 15 May 2031, before it is needed on 16 May 2031."
    )
    with pytest.raises(SignatureCertificateExpired):  # what is so already comes first
        eid.signature_certificate(chain_der, NOW + timedelta(days=10), planned=NOW + timedelta(days=20))


# ── What it signed ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda curve: curve.name)
def test_ec_signatures_are_r_and_s_of_the_curves_length(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    leaf, half = certificate(key=key), key.key_size // 8
    der = key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    raw = b"".join(number.to_bytes(half) for number in decode_dss_signature(der))
    assert eid.is_signed(leaf, raw, b"data")
    assert not eid.is_signed(leaf, raw, b"other")
    assert not eid.is_signed(leaf, der, b"data")
    assert not eid.is_signed(leaf, raw[:-1], b"data")
    assert not eid.is_signed(leaf, b"", b"data")


def test_rsa_signatures_are_pkcs1_v15_over_sha256() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    leaf = certificate(key=key)
    assert eid.is_signed(leaf, key.sign(b"data", padding.PKCS1v15(), hashes.SHA256()), b"data")
    assert not eid.is_signed(leaf, key.sign(b"data", padding.PKCS1v15(), hashes.SHA384()), b"data")
    assert not eid.is_signed(leaf, bytes(256), b"data")


def test_a_key_that_no_eid_has_signs_nothing() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert not eid.is_signed(certificate(key=key), key.sign(b"data"), b"data")
