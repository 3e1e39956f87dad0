"""A practice in a temporary folder, with the sandbox as eHealth: what the demo plays with."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import Certificate

from agent import wiring
from agent.core.holder import Environment, Holder
from agent.core.keystore import KeyEntry
from agent.core.person import Person
from agent.pipeline.files import finished_path
from agent.ports import Outside
from agent.sandbox.services import Sandbox
from agent.sandbox.software_card import SoftwareCard
from agent.sandbox.web import SandboxServer
from agent.secret import Secret

HOLDER = Holder("NIHII-GROUP", "71234523", None, "DEMO GROEP VAN VERPLEEGKUNDIGEN")
SIGNER = Person("80010100107", "Demo", "Verantwoordelijke")
PASSWORD = Secret("Rehearsal-1")
PIN = Secret("1234")
DAYS_LEFT = 45
_PAUSE_S = 0.15


class RehearsalClock:
    """Real time, but waiting passes at once; agent and sandbox live by the same clock."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def wait(self, seconds: float) -> None:
        time.sleep(min(seconds, _PAUSE_S))
        self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Rehearsal:
    """A practice with one keystore in its renewal window."""

    folder: Path
    keystore: Path
    clock: RehearsalClock
    outside: Outside
    server_address: str


@contextmanager
def rehearsal(keep: bool) -> Iterator[Rehearsal]:
    """Everything that a renewal needs, in a folder of its own that is gone afterwards unless `keep`."""
    folder = Path(tempfile.mkdtemp(prefix="ehealth-demo-"))
    clock = RehearsalClock()
    sandbox = Sandbox(folder / "ehealth", clock.now)
    try:
        with SandboxServer(sandbox) as server:
            keystore = _keystore(folder, sandbox, clock)
            outside = wiring.rehearsal(folder / "agent", server.address, _card(sandbox, clock), clock)
            yield Rehearsal(folder, keystore, clock, outside, server.address)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _keystore(folder: Path, sandbox: Sandbox, clock: RehearsalClock) -> Path:
    not_after = clock.now() + timedelta(days=DAYS_LEFT, minutes=1)
    keystore = sandbox.issue_old(HOLDER, not_after)
    issued = not_after - timedelta(days=1096)
    official = folder / "practice" / "ehealth" / "keystore"
    official.mkdir(parents=True)
    path = finished_path(official, HOLDER, Environment.PRODUCTION, issued)
    wiring.keystores().write(path, keystore, PASSWORD)
    return path


def _card(sandbox: Sandbox, clock: RehearsalClock) -> SoftwareCard:
    begun = clock.now() - timedelta(days=365)
    ends = begun + timedelta(days=3650)
    return SoftwareCard(lambda key, public_key: sandbox.pki.eid_chain(SIGNER, key, public_key, begun, ends), PIN)


def sealed(message: bytes, recipient: Certificate) -> bytes:
    """A message that only the holder of `recipient`'s key can read: CMS EnvelopedData, DER."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(message).add_recipient(recipient)
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def unsealed(sealed_der: bytes, entry: KeyEntry) -> bytes:
    """The message again. Raises: ValueError where the key is not the recipient's."""
    assert isinstance(entry.private_key, rsa.RSAPrivateKey)
    return pkcs7.pkcs7_decrypt_der(sealed_der, entry.certificate, entry.private_key, [])
