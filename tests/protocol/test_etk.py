"""The challenge is answered when it is right, the certificate is exact, and a token is believed when it is signed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import IssuedCertificateError
from agent.protocol import etk
from tests.protocol.conftest import NOW, Authority, issue, name

SERIAL = bytes.fromhex("ff00112233445566778899aabbccddee")


def challenge(public_key: rsa.RSAPublicKey, serial: bytes = SERIAL, digest: bytes | None = None) -> bytes:
    return public_key.encrypt(serial, padding.PKCS1v15()) + (digest or sha256(serial[:16]).digest())


# ── The challenge ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_serial_number_is_unsigned_and_big_endian(rsa_key: rsa.RSAPrivateKey) -> None:
    assert etk.serial_number_of(challenge(rsa_key.public_key()), rsa_key) == int("ff00112233445566778899aabbccddee", 16)


def test_only_the_first_sixteen_bytes_count(rsa_key: rsa.RSAPrivateKey) -> None:
    assert etk.serial_number_of(challenge(rsa_key.public_key(), SERIAL + b"more"), rsa_key) == int.from_bytes(SERIAL)


def test_leading_zeros_are_part_of_what_is_hashed(rsa_key: rsa.RSAPrivateKey) -> None:
    serial = bytes(15) + b"\x07"
    assert etk.serial_number_of(challenge(rsa_key.public_key(), serial), rsa_key) == 7


def test_a_challenge_that_is_not_right_is_not_answered(
    rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    good = challenge(rsa_key.public_key())
    wrong = {
        "for another key": challenge(other_rsa_key.public_key()),
        "another hash": challenge(rsa_key.public_key(), digest=sha256(b"other").digest()),
        "hash of more than sixteen bytes": challenge(
            rsa_key.public_key(), SERIAL + b"more", sha256(SERIAL + b"more").digest()
        ),
        "too short a number": challenge(rsa_key.public_key(), SERIAL[:15]),
        "cut off": good[:-1],
        "longer": good + b"\0",
        "only the hash": good[-32:],
        "nothing": b"",
        "damaged": bytes([good[0] ^ 1]) + good[1:],
    }
    for problem, received in wrong.items():
        with pytest.raises(IssuedCertificateError, match="not made for the new encryption key") as raised:
            etk.serial_number_of(received, rsa_key)
        assert raised.value.check == "11", problem


# ── The certificate for the encryption key ───────────────────────────────────────────────────────────────────────────


def test_the_certificate_is_made_as_the_official_client_makes_it(
    golden: Callable[[str], bytes], rsa_key: rsa.RSAPrivateKey
) -> None:
    theirs_der = golden("etk-encryption-certificate.der")
    theirs = x509.load_der_x509_certificate(theirs_der)
    (authentication,) = (
        each
        for each in etk.read_etk(golden("etk.der")).certificates
        if each.subject == theirs.subject and each.issuer != theirs.issuer
    )
    public_key = theirs.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    ours = etk.encryption_certificate_der(public_key, theirs.serial_number, authentication, rsa_key)
    assert x509.load_der_x509_certificate(ours).tbs_certificate_bytes == theirs.tbs_certificate_bytes


def test_names_keep_their_very_bytes(rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey) -> None:
    """Any string type in any order, several attributes in one RDN: what compares equal must be equal."""
    subject = x509.Name(
        [
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "A", _ASN1Type.PrintableString),
                    x509.NameAttribute(NameOID.COMMON_NAME, "É, =+", _ASN1Type.UTF8String),
                ]
            ),
            x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "x", _ASN1Type.BMPString)]),
        ]
    )
    authentication = (
        x509.CertificateBuilder(name("CA"), subject, rsa_key.public_key(), 1, NOW, NOW.replace(year=2055))
        .sign(other_rsa_key, hashes.SHA384())
    )  # fmt: skip
    made = etk.encryption_certificate_der(other_rsa_key.public_key(), 5, authentication, rsa_key)
    parsed, own = (asn1_x509.Certificate.load(der) for der in (made, authentication.public_bytes(Encoding.DER)))
    assert parsed.subject.dump() == parsed.issuer.dump() == own.subject.dump()
    assert parsed["tbs_certificate"]["validity"].dump() == own["tbs_certificate"]["validity"].dump()
    certificate = x509.load_der_x509_certificate(made)
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA384)
    rsa_key.public_key().verify(
        certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA384()
    )


def test_the_certificate_is_for_encryption_alone(authority: Authority, rsa_key: rsa.RSAPrivateKey) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    authentication = issue("Practice", key, "Authority", authority.key)
    made = etk.encryption_certificate_der(rsa_key.public_key(), 2**128 - 1, authentication, key)
    certificate = x509.load_der_x509_certificate(made)
    assert certificate.version is x509.Version.v3
    assert certificate.serial_number == 2**128 - 1
    assert certificate.public_key() == rsa_key.public_key()
    (usage,) = certificate.extensions
    assert usage.critical
    assert usage.value == x509.KeyUsage(False, False, True, True, False, False, False, False, False)
    key.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))


def test_a_key_that_cannot_sign_certificates_here_is_refused(rsa_key: rsa.RSAPrivateKey, authority: Authority) -> None:
    with pytest.raises(ValueError, match="neither RSA nor EC"):
        etk.encryption_certificate_der(
            rsa_key.public_key(), 1, authority.certificate, ed25519.Ed25519PrivateKey.generate()
        )


# ── The token ────────────────────────────────────────────────────────────────────────────────────────────────────────


def token(
    content: bytes,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    certificates: list[x509.Certificate],
    signed_digest: bytes | None = None,
    with_attributes: bool = True,
) -> bytes:
    """A token that `key` signs; its certificate is the first of `certificates`."""
    own = asn1_x509.Certificate.load(certificates[0].public_bytes(Encoding.DER))
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [signed_digest or sha256(content).digest()]},
        ]
    )
    data = attributes.dump() if with_attributes else content
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": {"algorithm": "rsassa_pkcs1v15" if is_rsa else "sha256_ecdsa"},
        "signature": key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, rsa.RSAPrivateKey)
        else key.sign(data, ec.ECDSA(hashes.SHA256())),
    }
    if with_attributes:
        info["signed_attrs"] = attributes
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data", "content": content},
            "certificates": [asn1_x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in certificates],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def refused(etk_der: bytes) -> IssuedCertificateError:
    with pytest.raises(IssuedCertificateError) as raised:
        etk.read_etk(etk_der)
    return raised.value


def test_the_official_token_is_read(golden: Callable[[str], bytes]) -> None:
    read = etk.read_etk(golden("etk.der"))
    assert read.encryption_certificate.public_bytes(Encoding.DER) == golden("etk-encryption-certificate.der")
    assert read.signer in read.certificates
    assert "ETK signer" in read.signer.subject.rfc4514_string()
    assert len(read.certificates) == 4


@pytest.mark.parametrize("with_attributes", [True, False])
def test_tokens_signed_with_rsa_and_ec_are_read(
    with_attributes: bool, authority: Authority, rsa_key: rsa.RSAPrivateKey
) -> None:
    content = authority.certificate.public_bytes(Encoding.DER)
    for key in (rsa_key, ec.generate_private_key(ec.SECP256R1())):
        signer = issue("ETK signer", key, "Authority", authority.key)
        read = etk.read_etk(token(content, key, [signer, authority.certificate], with_attributes=with_attributes))
        assert (read.encryption_certificate, read.signer) == (authority.certificate, signer)


def test_a_token_that_another_key_signed_is_refused(
    authority: Authority, rsa_key: rsa.RSAPrivateKey, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    signer = issue("ETK signer", rsa_key, "Authority", authority.key)
    error = refused(token(authority.certificate.public_bytes(Encoding.DER), other_rsa_key, [signer]))
    assert (error.check, error.problem) == ("7", "the encryption token's signature does not hold")


def test_a_token_whose_attributes_speak_of_another_content_is_refused(
    authority: Authority, rsa_key: rsa.RSAPrivateKey
) -> None:
    signer = issue("ETK signer", rsa_key, "Authority", authority.key)
    content = authority.certificate.public_bytes(Encoding.DER)
    assert refused(token(content, rsa_key, [signer], sha256(b"other").digest())).check == "7"


def test_a_token_without_its_signers_certificate_is_refused(authority: Authority, rsa_key: rsa.RSAPrivateKey) -> None:
    signer = issue("ETK signer", rsa_key, "Authority", authority.key)
    signed = cms.ContentInfo.load(token(authority.certificate.public_bytes(Encoding.DER), rsa_key, [signer]))
    signed["content"]["certificates"] = [asn1_x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))]
    assert refused(signed.dump(force=True)).check == "7"


def test_a_signed_something_that_is_no_certificate_is_refused(authority: Authority, rsa_key: rsa.RSAPrivateKey) -> None:
    signer = issue("ETK signer", rsa_key, "Authority", authority.key)
    assert refused(token(b"hello", rsa_key, [signer])).check == "6"


@pytest.mark.parametrize("etk_der", [b"", b"0", b"\x30\x00", b"\x30\x80", bytes(100)], ids=repr)
def test_what_is_no_token_is_refused(etk_der: bytes) -> None:
    assert refused(etk_der).check == "7"


def test_a_certificate_alone_is_no_token(authority: Authority) -> None:
    assert refused(authority.certificate.public_bytes(Encoding.DER)).problem == "the encryption token cannot be read"


def test_a_certificate_of_a_version_that_there_is_not_is_refused(
    authority: Authority, rsa_key: rsa.RSAPrivateKey
) -> None:
    signer = issue("ETK signer", rsa_key, "Authority", authority.key)
    content = authority.certificate.public_bytes(Encoding.DER)
    strange = content.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020157"))
    assert strange != content
    assert refused(token(strange, rsa_key, [signer])).check == "6"
    assert refused(token(content, rsa_key, [signer, authority.certificate]).replace(content, strange)).check == "7"


@settings(max_examples=400)
@given(data=st.data())
def test_a_damaged_token_is_refused_or_says_the_same(data: st.DataObject, golden: Callable[[str], bytes]) -> None:
    original = golden("etk.der")
    damaged = bytearray(original)
    position = data.draw(st.integers(0, 120) | st.integers(0, len(damaged) - 1))
    damaged[position : position + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        read = etk.read_etk(bytes(damaged))
    except IssuedCertificateError:
        return
    assert read.encryption_certificate == etk.read_etk(original).encryption_certificate
