"""Keys, schemas and golden messages that the protocol's tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from agent.protocol.xmldsig import KeySigner

SHARED = Path(__file__).parents[3] / "shared"
NOW = datetime(2030, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def issue(subject: str, key: Key, issuer: str, issuer_key: Key, is_ca: bool = False) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


@dataclass(frozen=True)
class Authority:
    """A CA that makes signers: leaf and CA in their chain."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def signer(self, key: Key) -> KeySigner:
        return KeySigner(key, (issue("Signer", key, "Authority", self.key), self.certificate))


@pytest.fixture(scope="session")
def authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(key, issue("Authority", key, "Authority", key, is_ca=True))


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def other_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def rsa_signer(authority: Authority, rsa_key: rsa.RSAPrivateKey) -> KeySigner:
    return authority.signer(rsa_key)


@pytest.fixture(scope="session")
def ec_signer(authority: Authority) -> KeySigner:
    return authority.signer(ec.generate_private_key(ec.SECP384R1()))


@pytest.fixture(params=["RSA-2048", "EC P-384"])
def signer(request: pytest.FixtureRequest, rsa_signer: KeySigner, ec_signer: KeySigner) -> KeySigner:
    return rsa_signer if request.param == "RSA-2048" else ec_signer


@pytest.fixture(scope="session")
def golden() -> Callable[[str], bytes]:
    """The bytes of a message of the official client."""
    folder = SHARED / "golden"
    if not folder.is_dir():
        pytest.skip("the official client's messages are not beside this checkout")
    return lambda file: (folder / file).read_bytes()


@pytest.fixture(scope="session")
def check_schema() -> Callable[[etree._Element], None]:
    """Fails where an element is not as the services' schema of its namespace says."""
    folder = SHARED / "spec" / "xsd" / "ehealth-etee" / "XSD"
    if not folder.is_dir():
        pytest.skip("the services' schemas are not beside this checkout")
    schemas = {
        namespace: etree.XMLSchema(etree.parse(str(folder / file)))
        for namespace, file in {
            "urn:be:fgov:ehealth:certra:protocol:v2": "ehealth-certra-schema-protocol-2_0.xsd",
            "urn:be:fgov:ehealth:etkra:protocol:v2": "ehealth-etkra-schema-protocol-2_0.xsd",
            "urn:be:fgov:ehealth:etkdepot:1_0:protocol": "ehealth-etkdepot-schema-protocol-1_0.xsd",
        }.items()
    }
    return lambda element: schemas[str(etree.QName(element).namespace)].assertValid(element)
