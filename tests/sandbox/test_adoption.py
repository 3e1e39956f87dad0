"""Keystores made by others are renewed here."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from agent.core.holder import Holder
from agent.core.keystore import Keystore
from agent.core.person import Person
from agent.core.registration import CertificateStatus, TokenStatus
from agent.pkcs12.read import read
from agent.protocol import etk, etkdepot
from agent.protocol.xmldsig import KeySigner
from agent.sandbox.services import Sandbox
from tests.sandbox.client import SHARED, Client, Clock, ec_key, rsa_key

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")

AUTUMN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _keystore(name: str) -> Keystore:
    folder = SHARED / "keystores"
    manifest = json.loads((folder / "manifest.json").read_text())
    password = next(str(entry["password"]) for entry in manifest if entry["file"] == name)
    return read((folder / name).read_bytes(), password)


def _adopted(sandbox: Sandbox, name: str) -> KeySigner:
    keystore = _keystore(name)
    entry = keystore.authentication
    assert entry is not None
    tokens = [key.certificate for key in keystore.keys if key is not entry]
    sandbox.adopt(entry.certificate, entry.chain, tokens)
    sandbox.adopt(entry.certificate, entry.chain, tokens)  # twice is once
    assert len(sandbox.state.registrations) == 1
    return KeySigner(entry.private_key, entry.chain)


def test_keystore_of_the_official_client_is_renewed(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    clock.instant = AUTUMN
    old = _adopted(sandbox, "NIHII-GROUP=71234567 20240107-120000.p12")
    info = client.info(old)
    assert (info.status, info.token_status) == (CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE)
    assert info.replaceable
    assert info.holder == Holder("NIHII-GROUP", "71234567", None, "TEST GROEP EEN")
    client.holder, client.contact = info.holder, info.contact
    assert client.request(rsa_key(0), services=info.base_services).replaces == info.public_key_identifier
    new = client.collect(rsa_key(0))
    assert new.chain[0].subject == old.chain[0].subject
    assert client.token(new).to_be_activated


def test_newest_encryption_key_is_the_one_in_force(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    clock.instant = AUTUMN
    name = "NIHII-GROUP=71234567 20261024-101501.p12"
    _adopted(sandbox, name)
    newest = [entry for entry in _keystore(name).keys if entry.alias != "authentication"][-1]
    found = client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(Holder("NIHII-GROUP", "71234567")))
    assert etk.read_etk(found).encryption_certificate == newest.certificate


def test_person_whose_names_only_the_certificate_tells(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    """Renewed under the name as registered, by the eID with that number."""
    clock.instant = datetime(2029, 9, 1, tzinfo=UTC)
    old = _adopted(sandbox, "SSIN=80010100164 20261024-102000.p12")
    info = client.info(old)
    client.person = Person("80010100164", "Test", "Persoon")
    client.holder = info.holder
    signer = client.eid(ends=datetime(2032, 1, 1, tzinfo=UTC), private_key=ec_key())
    assert client.request(rsa_key(0), signer=signer).replaces == info.public_key_identifier


def test_what_is_no_ehealth_certificate_is_not_adopted(client: Client, sandbox: Sandbox) -> None:
    chain = client.eid().chain
    with pytest.raises(ValueError, match="not an eHealth authentication certificate"):
        sandbox.adopt(chain[0], chain)
    assert not sandbox.state.registrations
