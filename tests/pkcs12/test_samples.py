"""Every sample reads as its manifest says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from agent.core.holder import Holder
from agent.errors import Damaged, Hostile, KeystoreError, NotPkcs12, WrongPassword
from agent.pkcs12.glance import glance_of, keys_held
from agent.pkcs12.proof import prove
from agent.pkcs12.read import read
from tests.pkcs12.samples import data_of, needs_samples, sample, samples

pytestmark = needs_samples

BROKEN = {
    "broken-truncated.p12": (NotPkcs12, "truncated"),
    "broken-jks-renamed.p12": (NotPkcs12, "JKS"),
    "broken-pem-renamed.p12": (NotPkcs12, "PEM text"),
    "broken-zero-bytes.p12": (NotPkcs12, "empty file"),
    "bomb-mac-iter-2147483647.p12": (Hostile, "5,000,000"),
    "bomb-deep-nesting.p12": (Hostile, "nested deeper"),
    "broken-mac-bitflip.p12": (Damaged, "as with a wrong password"),
}


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("entry", samples("readable"))
def test_glance_says_what_the_manifest_says(entry: dict[str, Any]) -> None:
    glance = glance_of(data_of(entry), entry["password"])
    known = entry if "subject" in entry else sample("(a)")  # OpenSSL's and cryptography's hold the same certificate
    assert glance.subject == known["subject"]
    assert glance.not_before == _instant(known["notBefore"])
    assert glance.not_after == _instant(known["notAfter"])
    assert glance.pending == (glance.subject == "C=Dummy")
    serials = [found["alias"] for found in entry.get("entries", []) if found["kind"] == "key"]
    if not glance.pending:
        assert glance.encryption_keys == len([alias for alias in serials if alias != "authentication"])


@pytest.mark.parametrize("entry", [found for found in samples("readable") if "entries" in found.values[0]])
def test_how_many_keys_there_are_is_told_without_the_password(entry: dict[str, Any]) -> None:
    assert keys_held(data_of(entry)) == sum(found["kind"] == "key" for found in entry["entries"])


def test_glance_tells_whose_keystore_it_is() -> None:
    holders = {
        entry["note"]: glance_of(data_of(entry), entry["password"]).holder
        for entry in (sample("(f) SSIN"), sample("(f) applicationId"), sample("(c)"))
    }
    assert list(holders.values()) == [
        Holder("SSIN", "80010100164", None, "PERSOON TEST"),
        Holder("NIHII-GROUP", "71234567", "MYAPP-01", "MAISON MEDICALE NOEL"),
        None,
    ]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # the dummy certificate's is zero
@pytest.mark.parametrize("entry", [found for found in samples("readable") if "entries" in found.values[0]])
def test_read_finds_every_entry_of_the_manifest(entry: dict[str, Any]) -> None:
    keystore = read(data_of(entry), entry["password"])
    found = {(key.alias.lower(), "key", key.certificate.serial_number, len(key.chain)) for key in keystore.keys}
    found |= {(own.alias.lower(), "cert", own.certificate.serial_number, 0) for own in keystore.certificates}
    assert found == {
        (known["alias"].lower(), known["kind"], int(known["serial"]), known.get("chainLength", 0))
        for known in entry["entries"]
    }


@pytest.mark.parametrize("entry", samples("readable"))
def test_every_private_key_that_is_read_works(entry: dict[str, Any]) -> None:
    keystore = read(data_of(entry), entry["password"])
    assert keystore.authentication is not None
    prove(keystore)


@pytest.mark.parametrize("entry", samples("error"))
@pytest.mark.parametrize("look", [glance_of, read])
def test_what_cannot_be_read_says_why(look: Any, entry: dict[str, Any]) -> None:
    kind, words = BROKEN[entry["file"]]
    with pytest.raises(kind) as caught:
        look(data_of(entry), entry["password"])
    assert words in str(caught.value)


@pytest.mark.parametrize("entry", samples("readable"))
@pytest.mark.parametrize("password", ["", "Azerty124", "azerty123", "é€𝄞", "\udce9"])
def test_a_wrong_password_is_told_as_such(entry: dict[str, Any], password: str) -> None:
    if "sun-legacy" in entry["file"] and password:
        pytest.skip("one wrong password is enough for the slow one")
    with pytest.raises(WrongPassword):
        glance_of(data_of(entry), password)


@pytest.mark.parametrize("entry", samples("readable"))
def test_a_password_that_differs_in_a_final_nul_is_caught_by_the_integrity_code(entry: dict[str, Any]) -> None:
    """PBES2 pads passwords with NULs, so the decryption itself does not notice."""
    with pytest.raises((WrongPassword, Damaged)):
        glance_of(data_of(entry), "Azerty123\0")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 10, 100, 1000, 5000])
def test_a_cut_off_file_never_looks_whole(size: int) -> None:
    entry = sample("(a)")
    with pytest.raises(NotPkcs12) as caught:
        glance_of(data_of(entry)[:size], entry["password"])
    assert isinstance(caught.value, KeystoreError)
    assert caught.value.found == ("truncated" if size else "empty file")
