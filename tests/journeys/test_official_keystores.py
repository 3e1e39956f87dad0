"""Keystores that the official client made are renewed, and outside judges open what comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from agent.cli.rehearsal import sealed, unsealed
from agent.core.checks import is_encryption
from agent.core.glance import Profile
from agent.core.keystore import Keystore
from agent.core.renewal import Step
from agent.secret import Secret
from tests.fakes import FakeClock
from tests.journeys.practice import Practice

SHARED = Path(__file__).parents[3] / "shared"
PASSWORD = Secret("Azerty123")
LETTER = b"Written before the renewal."

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")

IN_ITS_WINDOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
THREE_YEARS_ON = datetime(2029, 9, 1, 12, tzinfo=UTC)
OFFICIAL = {
    "NIHII-GROUP=71234567 20240107-120000.p12": IN_ITS_WINDOW,
    "NIHII-GROUP=71234567 20261024-101501.p12": THREE_YEARS_ON,
    "NIHII-GROUP=71234567,MYAPP-01 20261024-102200.p12": THREE_YEARS_ON,
    "NIHII-GROUP=71234567 20261024-101502.acc-p12": THREE_YEARS_ON,
    "sun-modern NIHII-GROUP=71234567 20261024-101501.p12": THREE_YEARS_ON,
}


def _practice(tmp_path: Path, name: str) -> tuple[Practice, Path, Keystore]:
    """A practice that has this file, at a sandbox that knows its certificate."""
    practice = Practice(tmp_path, clock=FakeClock(OFFICIAL[name]))
    path = practice.path.parent / name
    shutil.copyfile(SHARED / "keystores" / name, path)
    practice.path.unlink()
    keystore = practice.keystores.read(path, PASSWORD)
    authentication = keystore.authentication
    assert authentication is not None
    others = [entry.certificate for entry in keystore.keys if entry is not authentication]
    practice.sandbox.adopt(authentication.certificate, authentication.chain, others)
    return practice, path, keystore


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_keystore_is_renewed_and_keeps_every_encryption_key(tmp_path: Path, name: str) -> None:
    practice, path, old = _practice(tmp_path, name)
    letters = [sealed(LETTER, entry.certificate) for entry in old.keys if is_encryption(entry.certificate)]

    renewal = practice.renew(path, password=PASSWORD)

    assert renewal.step is Step.DONE
    new = practice.keystores.read(Path(renewal.new_path), PASSWORD)
    assert len(new.keys) == len(old.keys) + 1
    by_alias = {entry.alias: entry for entry in new.keys}
    old_encryption = [entry for entry in old.keys if is_encryption(entry.certificate)]
    assert [unsealed(letter, by_alias[entry.alias]) for letter, entry in zip(letters, old_encryption, strict=True)] == [
        LETTER
    ] * len(letters)
    for entry in new.keys:
        assert isinstance(entry.private_key, rsa.RSAPrivateKey)
        public_key = entry.certificate.public_key()
        assert isinstance(public_key, rsa.RSAPublicKey)
        public_key.verify(
            entry.private_key.sign(LETTER, padding.PKCS1v15(), hashes.SHA256()),
            LETTER,
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    _keytool_agrees(Path(renewal.new_path), new)
    _openssl_agrees(Path(renewal.new_path), new)


def _keytool_agrees(path: Path, keystore: Keystore) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("keytool is not installed")
    listed = _told("keytool", "-list", "-v", "-storetype", "PKCS12", "-keystore", path, "-storepass:env", "PASSWORD")
    aliases = [line.removeprefix("Alias name: ") for line in listed.splitlines() if line.startswith("Alias name: ")]
    expected = [key.alias.lower() for key in keystore.keys] + [each.alias.lower() for each in keystore.certificates]
    assert sorted(aliases) == sorted(expected)
    assert listed.count("Entry type: PrivateKeyEntry") == len(keystore.keys)
    assert listed.count("Entry type: trustedCertEntry") == len(keystore.certificates)


def _openssl_agrees(path: Path, keystore: Keystore) -> None:
    listed = _told("openssl", "pkcs12", "-legacy", "-in", path, "-passin", "env:PASSWORD", "-nodes")
    assert listed.count("BEGIN PRIVATE KEY") == len(keystore.keys)
    for entry in keystore.keys:
        assert f"friendlyName: {entry.alias}" in listed


def _told(*command: str | Path) -> str:
    environment = {**os.environ, "PASSWORD": PASSWORD.reveal(), "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout


def test_every_message_of_a_renewal_is_what_the_schemas_accept(practice: Practice) -> None:
    xsd = SHARED / "spec" / "xsd" / "ehealth-etee" / "XSD"
    files = {
        "urn:be:fgov:ehealth:certra:protocol:v2": "ehealth-certra-schema-protocol-2_0.xsd",
        "urn:be:fgov:ehealth:etkra:protocol:v2": "ehealth-etkra-schema-protocol-2_0.xsd",
        "urn:be:fgov:ehealth:etkdepot:1_0:protocol": "ehealth-etkdepot-schema-protocol-1_0.xsd",
    }
    schemas = {namespace: etree.XMLSchema(etree.parse(xsd / file)) for namespace, file in files.items()}
    practice.renew()
    sent = [etree.fromstring(envelope)[1][0] for envelope in practice.services.envelopes]
    assert len(sent) == len(practice.services.actions) > 10
    for request in sent:
        schemas[etree.QName(request).namespace or ""].assertValid(request)


def test_the_modern_profile_opens_in_java_and_openssl_too(tmp_path: Path) -> None:
    practice, path, _ = _practice(tmp_path, "NIHII-GROUP=71234567 20240107-120000.p12")
    renewal = practice.renew(path, password=PASSWORD, profile=Profile.MODERN)
    new = practice.keystores.read(Path(renewal.new_path), PASSWORD)
    _keytool_agrees(Path(renewal.new_path), new)
    _openssl_agrees(Path(renewal.new_path), new)
