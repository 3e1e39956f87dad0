"""An eID in a SoftHSM2 token: real PKCS#11, with the labels and ids that eID software shows.

What SoftHSM cannot do (ask for the PIN itself, block it, lose its card) is in `test_card_pkcs11.py`.
Source: spec/eid.md, A3; spec/desktop.md, SoftHSM2.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.core.person import Person
from agent.ports import CardKey
from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation, PrivateKey, new_key

PIN = "4213"

ALICE = Person("85073100229", "Alice Maria", "Peeters")
BOB = Person("00010100105", None, "Maes")

_IDS = {CardKey.AUTHENTICATION: "02", CardKey.SIGNATURE: "03"}
_CA_ID, _ROOT_ID = "04", "06"

_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True)
class SoftHsmEid:
    """A token. `env` is what a process needs to see it; `ca_pem` the roots that its certificates lead to."""

    module_path: Path
    pin: str
    ca_pem: bytes
    env: Mapping[str, str]


def module_path() -> Path:
    """SoftHSM's library; skips the test where it or its tools are missing."""
    found = next((Path(place) for place in _MODULES if Path(place).is_file()), None)
    if found is None or not shutil.which("softhsm2-util"):
        pytest.skip("softhsm2 is not installed")
    if not shutil.which("pkcs11-tool"):
        pytest.skip("pkcs11-tool (package opensc) is not installed")
    return found


def empty_reader(folder: Path) -> SoftHsmEid:
    """SoftHSM without a token. (It always shows one that is not initialized.)"""
    (folder / "tokens").mkdir(parents=True)
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    return SoftHsmEid(module_path(), PIN, b"", {"SOFTHSM2_CONF": str(config)})


def make_token(
    folder: Path,
    pki: Pki,
    generation: Generation,
    person: Person = ALICE,
    *,
    keys: Sequence[CardKey] = tuple(CardKey),
    validity: tuple[datetime, datetime] | None = None,
    label: str = "BELPIC",
) -> SoftHsmEid:
    """A token in `folder` that looks like `person`'s eID.

    Args:
        keys: those that have a certificate. Both private keys are there in any case, as on a real card.
        validity: of the personal certificates, aware UTC; ten years around today where not given.
    """
    reader = empty_reader(folder)
    env, tool = dict(reader.env), ["pkcs11-tool", "--module", str(reader.module_path), "--login", "--pin", PIN]
    _run(env, "softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "87654321", "--pin", PIN)
    today = datetime.now(UTC)
    not_before, not_after = validity or (today - timedelta(days=1826), today + timedelta(days=1826))
    objects: dict[tuple[str, str], x509.Certificate] = {}
    for key in CardKey:
        private_key = new_key(generation)
        (folder / "key.p8").write_bytes(_pkcs8(private_key))
        _run(
            env,
            *("softhsm2-util", "--token", label, "--pin", PIN, "--import", str(folder / "key.p8")),
            *("--label", key.value, "--id", _IDS[key]),
        )
        leaf, authority, root = pki.eid_chain(person, key, private_key.public_key(), not_before, not_after)
        objects |= {("CA", _CA_ID): authority, ("Root", _ROOT_ID): root}
        if key in keys:
            objects[key.value, _IDS[key]] = leaf
    for (name, id_), certificate in objects.items():
        (folder / "object.der").write_bytes(certificate.public_bytes(Encoding.DER))
        _run(env, *tool, "--write-object", str(folder / "object.der"), "--type", "cert", "--label", name, "--id", id_)
    ca_pem = b"".join(root.public_bytes(Encoding.PEM) for root in pki.eid_roots)
    return SoftHsmEid(reader.module_path, PIN, ca_pem, env)


def _pkcs8(private_key: PrivateKey) -> bytes:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _run(env: Mapping[str, str], *command: str) -> None:
    path = {"PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin"}
    subprocess.run(command, check=True, capture_output=True, env={**path, **env})
