"""The stand-in certificate of a pending keystore."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from agent.core.dummy import dummy_certificate, is_dummy

NOW = datetime(2026, 11, 23, 11, 23, 18, tzinfo=UTC)


def test_it_is_the_official_clients_dummy(tmp_path: Path) -> None:
    dummy = dummy_certificate(rsa.generate_private_key(65537, 2048), NOW)
    assert is_dummy(dummy)
    assert dummy.not_valid_before_utc == datetime(2026, 11, 22, 11, 23, 18, tzinfo=UTC)
    assert dummy.not_valid_after_utc == datetime(2026, 11, 22, 11, 24, 18, tzinfo=UTC)
    usage = dummy.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.key_encipherment, usage.value.data_encipherment) == (True, True, True)
    path = tmp_path / "dummy.pem"
    path.write_bytes(dummy.public_bytes(Encoding.PEM))
    command = ["openssl", "x509", "-in", str(path), "-noout", "-serial", "-subject"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.split("\n")[:2] == ["serial=00", "subject=C = Dummy"]
