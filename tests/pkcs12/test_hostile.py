"""Files that would block a computer are refused before anything is derived, and broken ones never surprise."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos
from asn1crypto import pkcs12 as asn1
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from agent.core.glance import Profile
from agent.errors import Damaged, Hostile, KeystoreError, NotPkcs12
from agent.pkcs12 import container, der, kdf, pbe
from agent.pkcs12.container import content_info_der, opened, pfx_der
from agent.pkcs12.glance import glance_of
from agent.pkcs12.read import read
from agent.pkcs12.write import write
from tests.pkcs12.made import PASSWORD, chain, is_same, key, keystore
from tests.pkcs12.samples import FOLDER, needs_samples, samples

_LOOK = """
import resource, sys
from agent.errors import KeystoreError
from agent.pkcs12.{module} import {function}
resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20, 600 * 2**20))
data = open(sys.argv[1], "rb").read()
try:
    {function}(data, sys.stdin.read())
except KeystoreError as error:
    print(type(error).__name__)
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)  # getrusage's figure comes along from the parent
"""


@needs_samples
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as Linux does")
@pytest.mark.parametrize("entry", samples("error"))
@pytest.mark.parametrize(("module", "function"), [("glance", "glance_of"), ("read", "read")])
def test_a_bad_file_costs_little_memory_and_time(entry: dict[str, Any], module: str, function: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK.format(module=module, function=function), str(FOLDER / entry["file"])],
        check=False,
        input=entry["password"],
        capture_output=True,
        text=True,
        timeout=20,
        cwd=Path(__file__).parents[2],
    )
    kind, megabytes = done.stdout.split()
    assert kind in ("NotPkcs12", "Hostile", "Damaged"), done.stderr
    assert int(megabytes) < 200


def _edited(profile: Profile, where: str, iterations: int) -> bytes:
    """A good file with another iteration count in one place."""
    pfx = asn1.Pfx.load(write(keystore(), PASSWORD, profile))
    keys, certificates = pfx.authenticated_safe
    if where == "mac":
        pfx["mac_data"]["iterations"] = iterations
        return bytes(pfx.dump(force=True))
    if where == "key":
        bags = asn1.SafeContents.load(keys["content"].native)
        algorithm = bags[1]["bag_value"]["encryption_algorithm"]
        _set_iterations(algorithm, iterations)
        keys["content"] = bags.dump(force=True)
    else:
        _set_iterations(certificates["content"]["encrypted_content_info"]["content_encryption_algorithm"], iterations)
    safe = asn1.AuthenticatedSafe([keys, certificates])
    pfx["auth_safe"]["content"] = safe.dump(force=True)
    return bytes(pfx.dump(force=True))


def _set_iterations(algorithm: algos.EncryptionAlgorithm, iterations: int) -> None:
    parameters = algorithm["parameters"]
    if algorithm["algorithm"].native == "pbes2":
        parameters["key_derivation_func"]["parameters"]["iteration_count"] = iterations
    else:
        parameters["iterations"] = iterations


@pytest.mark.parametrize("iterations", [5_000_001, 2**31 - 1, 2**64, 2**2000])
@pytest.mark.parametrize("where", ["mac", "key", "certificates"])
@pytest.mark.parametrize("profile", Profile)
def test_an_iteration_bomb_is_refused_wherever_it_hides(
    profile: Profile, where: str, iterations: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = _edited(profile, where, iterations)

    def derive(*_: object, **__: object) -> bytes:
        raise AssertionError("a key was derived")

    monkeypatch.setattr(kdf, "derived", derive)
    monkeypatch.setattr(hashlib, "pbkdf2_hmac", derive)
    for look in (glance_of, read):
        with pytest.raises(Hostile, match="rounds of password hashing"):
            look(data, PASSWORD)


def test_five_million_rounds_are_allowed() -> None:
    opened(_edited(Profile.COMPATIBLE, "mac", 5_000_000))


def test_many_counts_that_are_each_allowed_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_ITERATIONS_TOGETHER", 45_000)  # five times ten thousand are in there
    with pytest.raises(Hostile):
        opened(write(keystore(), PASSWORD))


@pytest.mark.parametrize("iterations", [0, -1])
def test_a_count_below_one_is_damage(iterations: int) -> None:
    with pytest.raises(Damaged):
        opened(_edited(Profile.COMPATIBLE, "mac", iterations))


def test_a_bomb_inside_the_encrypted_part_is_found_when_that_opens() -> None:
    shrouded = der.sequence(
        der.sequence(
            der.tlv(der.OID, der.oid("1.2.840.113549.1.12.1.3")),
            der.sequence(der.tlv(der.OCTET_STRING, b"saltsalt"), der.integer_der(2**31 - 1)),
        ),
        der.tlv(der.OCTET_STRING, bytes(16)),
    )
    bag = der.sequence(der.tlv(der.OID, container.SHROUDED_KEY_BAG), der.tlv(der.CONTEXT_0, shrouded))
    safe = container.EncryptedSafe.sealed(der.sequence(bag), pbe.new_pbes1_3des(1), PASSWORD)
    content = der.sequence(content_info_der(container.ENCRYPTED_DATA, safe.encrypted_data_der()))
    data = pfx_der(content, pbe.new_mac("sha1", content, PASSWORD, 1).der())
    for look in (glance_of, read):
        with pytest.raises(Hostile):
            look(data, PASSWORD)


def test_scrypt_and_other_unknown_kinds_are_refused_by_their_number() -> None:
    scheme = der.sequence(
        der.tlv(der.OID, der.oid("1.2.840.113549.1.5.13")),
        der.sequence(
            der.sequence(der.tlv(der.OID, der.oid("1.3.6.1.4.1.11591.4.11")), der.sequence()),
            der.sequence(der.tlv(der.OID, der.oid("2.16.840.1.101.3.4.1.42")), der.tlv(der.OCTET_STRING, bytes(16))),
        ),
    )
    info = der.sequence(der.tlv(der.OID, container.DATA), scheme, der.tlv(der.IMPLICIT_0, bytes(16)))
    safe = content_info_der(container.ENCRYPTED_DATA, der.sequence(der.integer_der(0), info))
    with pytest.raises(Damaged, match=r"1\.3\.6\.1\.4\.1\.11591\.4\.11"):
        opened(pfx_der(der.sequence(safe)))


def test_a_file_over_ten_mebibytes_is_refused() -> None:
    with pytest.raises(Hostile, match="10 MiB"):
        opened(bytes(10 * 2**20 + 1))


@pytest.mark.parametrize("definite", [True, False], ids=["definite", "indefinite"])
def test_a_crowd_of_elements_is_refused(definite: bool) -> None:
    crowd = b"\x05\x00" * 1_000_000
    content = der.sequence(crowd) if definite else b"\x30\x80" + crowd + b"\0\0"
    with pytest.raises(Hostile, match="elements"):
        opened(pfx_der(content))


def test_safes_within_safes_end_somewhere() -> None:
    safe = der.sequence()
    for _ in range(20):
        safe = der.sequence(der.sequence(der.tlv(der.OID, container.SAFE_BAG), der.tlv(der.CONTEXT_0, safe)))
    with pytest.raises(Hostile, match="within one another"):
        opened(pfx_der(der.sequence(content_info_der(container.DATA, der.tlv(der.OCTET_STRING, safe)))))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\xce\xce\xce\xce" + bytes(100), "JCEKS"),
        (b"Bag Attributes\n-----BEGIN CERTIFICATE-----\n", "PEM text"),
        (b"PK\x03\x04 not a keystore", "other"),
        (bytes(100), "other"),
        (b"\x30\x05\x02\x01\x03\x30\x00", "other"),
        (b"\x30\x80\x02\x01\x03", "truncated"),
        (b"\x30\x84\xff\xff\xff\xff", "truncated"),
        (chain()[0].public_bytes(Encoding.DER), "other"),
    ],
)
def test_other_files_are_called_by_their_name(data: bytes, found: str) -> None:
    with pytest.raises(NotPkcs12) as caught:
        opened(data)
    assert caught.value.found == found


# ── BER ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _indefinite(data: bytes) -> bytes:
    """The same with indefinite lengths everywhere, and long octet strings in pieces, as Bouncy Castle streams them."""
    out = b""
    for tag, start, stop in der.elements(data, 0, len(data)):
        if tag & 0x20:
            out += bytes((tag, 0x80)) + _indefinite(data[start:stop]) + b"\0\0"
        elif tag == der.OCTET_STRING and stop - start > 1000:
            pieces = [der.tlv(tag, data[at : min(at + 1000, stop)]) for at in range(start, stop, 1000)]
            out += b"\x24\x80" + b"".join(pieces) + b"\0\0"
        elif tag == der.IMPLICIT_0:
            out += b"\xa0\x80" + der.tlv(der.OCTET_STRING, data[start:stop]) + b"\0\0"
        else:
            out += der.tlv(tag, data[start:stop])
    return out


def test_indefinite_lengths_are_read_the_same() -> None:
    content = _indefinite(opened(write(keystore(), PASSWORD)).content)
    data = _indefinite(pfx_der(content, pbe.new_mac("sha1", content, PASSWORD, 1).der()))
    assert is_same(read(data, PASSWORD), keystore())
    assert glance_of(data, PASSWORD).encryption_keys == 2


# ── Mutations ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("profile", Profile)
def test_flipped_cut_and_doubled_bytes_only_ever_give_keystore_errors(profile: Profile) -> None:
    dice = random.Random(2026)  # the same files every time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent.pkcs12.write._ITERATIONS", dict.fromkeys(Profile, 3))
        good = write(keystore(), PASSWORD, profile)
    structure = [at for at in range(len(good)) if at < 60 or at > len(good) - 80]
    for round_ in range(400):
        data = bytearray(good)
        for _ in range(dice.randint(1, 3)):
            at = dice.choice(structure) if round_ % 2 else dice.randrange(len(data))
            data[at % len(data)] ^= 1 << dice.randrange(8)
        if round_ % 5 == 0:
            at = dice.randrange(len(data))
            data[at:at] = data[at : at + dice.randint(1, 40)]
        if round_ % 7 == 0:
            del data[dice.randrange(len(data)) :]
        for look in (glance_of, read):
            try:
                look(bytes(data), PASSWORD)
            except KeystoreError:
                continue


def test_broken_structure_below_a_right_integrity_code_only_gives_keystore_errors() -> None:
    """Whoever knows the password can sign any nonsense."""
    dice = random.Random(12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent.pkcs12.write._ITERATIONS", dict.fromkeys(Profile, 3))
        good = opened(write(keystore(), PASSWORD)).content
    for _ in range(400):
        content = bytearray(good)
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        data = pfx_der(bytes(content), pbe.new_mac("sha1", bytes(content), PASSWORD, 1).der())
        for look in (glance_of, read):
            try:
                look(data, PASSWORD)
            except KeystoreError:
                continue


def test_no_error_ever_shows_the_password() -> None:
    secret = "Zeer-Geheim-1"
    data = serialize_key_and_certificates(b"a", key("other"), None, None, BestAvailableEncryption(secret.encode()))
    for look in (glance_of, read):
        with pytest.raises(KeystoreError) as caught:
            look(data, secret)
        assert secret not in f"{caught.value!r}{caught.value}{caught.value.facts}"
