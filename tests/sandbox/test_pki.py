"""The authorities, judged by OpenSSL."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from agent.core import dn
from agent.core.eid import is_for_authentication, is_for_signature, person_of
from agent.core.x509 import name_of
from agent.ports import CardKey
from agent.sandbox.pki import months_later, open_pki
from agent.sandbox.services import Sandbox
from tests.sandbox.client import GROUP, NOW, PERSON, Client, ec_key, rsa_key

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


def _openssl(*arguments: str | Path) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _pem(path: Path, *certificates: x509.Certificate) -> Path:
    path.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates))
    return path


def _at(instant: datetime) -> tuple[str, str]:
    return "-attime", str(int(instant.timestamp()))


@needs_openssl
@pytest.mark.parametrize(
    ("leaf", "root"),
    [
        ("ehealth_issuing", "ehealth_root"),
        ("token_signer", "ehealth_root"),
        ("citizen_ca_rsa", "eid_root_rsa"),
        ("citizen_ca_ec", "eid_root_ec"),
    ],
)
def test_openssl_trusts_the_authorities(authorities: Path, leaf: str, root: str) -> None:
    folder = authorities / "pki"
    _openssl("verify", "-x509_strict", *_at(NOW), "-CAfile", folder / f"{root}.pem", folder / f"{leaf}.pem")


@needs_openssl
def test_openssl_trusts_what_they_issue(client: Client, tmp_path: Path) -> None:
    chains = [client.eid(key, private_key=one).chain for key in CardKey for one in (rsa_key(0), ec_key())]
    chains.append(client.certificate(1).chain)
    for leaf, authority, root in chains:
        anchor, between = _pem(tmp_path / "root.pem", root), _pem(tmp_path / "ca.pem", authority)
        judged = _pem(tmp_path / "leaf.pem", leaf)
        _openssl("verify", "-x509_strict", *_at(NOW), "-CAfile", anchor, "-untrusted", between, judged)


@needs_openssl
def test_openssl_verifies_tokens(client: Client, tmp_path: Path) -> None:
    software = client.certificate()
    (tmp_path / "etk.der").write_bytes(client.token(software).etk_der)
    root = _pem(tmp_path / "root.pem", software.chain[-1])
    arguments = ("-inform", "DER", "-in", tmp_path / "etk.der", "-CAfile", root, "-purpose", "any", *_at(NOW))
    _openssl("cms", "-verify", *arguments, "-out", tmp_path / "content.der")
    content = x509.load_der_x509_certificate((tmp_path / "content.der").read_bytes())
    assert content.subject == software.chain[0].subject
    printed = _openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", tmp_path / "etk.der")
    assert printed.count("d.certificate:") == 4, "signer, authentication certificate, issuing CA, root"


def test_every_name_says_that_it_is_a_sandbox(authorities: Path) -> None:
    for authority in vars(open_pki(authorities, NOW)).values():
        subject = dn.rfc2253(name_of(authority.certificate.subject))
        assert "SANDBOX" in subject
        assert "NOT" in subject


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX")
def test_private_keys_are_the_owners_alone(authorities: Path) -> None:
    keys = authorities / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert b"PRIVATE" not in b"".join(path.read_bytes() for path in (authorities / "pki").iterdir())


def test_authorities_are_made_once(authorities: Path) -> None:
    one, two = open_pki(authorities, NOW), open_pki(authorities, NOW + timedelta(days=400))
    assert [each.certificate for each in vars(one).values()] == [each.certificate for each in vars(two).values()]


def test_eid_certificates_are_as_on_a_card(client: Client) -> None:
    for private_key in (rsa_key(0), ec_key()):
        signature = client.eid(CardKey.SIGNATURE, private_key=private_key).chain[0]
        authentication = client.eid(CardKey.AUTHENTICATION, private_key=private_key).chain[0]
        assert is_for_signature(signature)
        assert is_for_authentication(authentication)
        assert person_of(signature) == PERSON
        assert name_of(signature.subject).attributes == (
            ("C", "BE"),
            ("CN", "Test Persoon (Signature)"),
            ("2.5.4.4", "Persoon"),
            ("2.5.4.42", "Test Tweede"),
            ("2.5.4.5", PERSON.ssin),
        )


def test_authentication_certificate_is_as_the_real_ones(client: Client) -> None:
    leaf = client.certificate().chain[0]
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment, usage.value.key_encipherment) == (True,) * 3
    assert leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.CLIENT_AUTH]
    )
    identifier = leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert identifier.hex().upper() == client.sandbox.state.registrations[0].identifier


def test_old_keystore_is_complete_and_registered(sandbox: Sandbox) -> None:
    keystore = sandbox.issue_old(GROUP, NOW + timedelta(days=45))
    authentication, encryption = keystore.keys
    assert authentication.alias == "authentication"
    assert len(authentication.chain) == 3
    assert encryption.alias == str(encryption.certificate.serial_number)
    leaf = authentication.certificate
    assert leaf.not_valid_after_utc == NOW + timedelta(days=45)
    assert leaf.not_valid_before_utc == months_later(NOW + timedelta(days=45), -36)
    assert encryption.certificate.subject == encryption.certificate.issuer == leaf.subject
    assert keystore.certificates[0].alias.startswith(r"CN=NIHII-GROUP\=71234523,OU=")
    assert [entry.certificate for entry in keystore.certificates] == list(authentication.chain)


@given(st.timedeltas(timedelta(days=-9000), timedelta(days=9000)), st.integers(-60, 60))
def test_months_later_is_the_same_day_or_the_months_last(span: timedelta, months: int) -> None:
    instant = NOW + span
    later = months_later(instant, months)
    assert (later.year * 12 + later.month) - (instant.year * 12 + instant.month) == months
    assert later.day == instant.day or (later.day < instant.day and (later + timedelta(days=1)).day == 1)
