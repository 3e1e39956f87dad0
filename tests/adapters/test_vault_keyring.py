from __future__ import annotations

import ntpath
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, fail, null
from keyring.errors import InitError, KeyringLocked, PasswordSetError

from agent.adapters import vault_keyring
from agent.adapters.vault_keyring import KeyringVault, account
from agent.errors import VaultUnavailable
from agent.secret import Secret

PATH = Path("/k/old.p12")


class PlaintextKeyring(KeyringBackend):
    """As keyrings.alt has one."""

    priority = 0.5

    def __init__(self, file: Path) -> None:
        self.file = file

    def get_password(self, service: str, username: str) -> str | None:
        return self.file.read_text() if self.file.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.file.write_text(password)


class Failing(SecretService.Keyring):
    """The name of a vault, and an error for every call."""

    def __init__(self, problem: Exception) -> None:
        self.problem = problem

    def get_password(self, service: str, username: str) -> str | None:
        raise self.problem

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.problem


Failing.__module__, Failing.__qualname__ = "keyring.backends.SecretService", "Keyring"


@pytest.fixture(autouse=True)
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_keyring, "_check_unlocked", lambda: None)


def picks(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


@pytest.mark.parametrize("kind", [fail.Keyring, null.Keyring])
def test_no_vault_is_told_and_not_taken_for_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, kind: type[KeyringBackend]
) -> None:
    picks(monkeypatch, kind())
    with pytest.raises(VaultUnavailable, match="there is none that keeps passwords safe"):
        KeyringVault().password(PATH)
    with pytest.raises(VaultUnavailable):
        KeyringVault().forget(PATH)


@pytest.mark.parametrize("chained", [False, True])
def test_a_plain_file_is_never_written_or_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, chained: bool) -> None:
    plain = PlaintextKeyring(tmp_path / "passwords")
    picks(monkeypatch, SimpleNamespace(backends=[plain]) if chained else plain)
    with pytest.raises(VaultUnavailable):
        KeyringVault().keep(PATH, Secret("Canary-1!"))
    with pytest.raises(VaultUnavailable):
        KeyringVault().password(PATH)
    assert not plain.file.exists()


def test_of_several_stores_the_vault_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    picks(monkeypatch, SimpleNamespace(backends=[PlaintextKeyring(tmp_path / "passwords"), Failing(KeyringLocked())]))
    with pytest.raises(VaultUnavailable, match="it is locked"):
        KeyringVault().password(PATH)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (KeyringLocked("Failed to unlock"), "it is locked"),
        (InitError("no bus"), "it did not open"),
        (PasswordSetError("Canary-1!"), "it refused the password"),
        (OSError("Canary-1!"), "it failed: OSError"),
    ],
)
def test_each_failure_has_a_sentence_that_tells_no_secret(
    monkeypatch: pytest.MonkeyPatch, problem: Exception, told: str
) -> None:
    picks(monkeypatch, Failing(problem))
    with pytest.raises(VaultUnavailable) as unavailable:
        KeyringVault().keep(PATH, Secret("Canary-1!"))
    assert unavailable.value.problem == told
    assert "Canary" not in f"{unavailable.value!s}{unavailable.value!r}"


def test_a_relative_path_is_the_same_keystore(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert account(Path("old.p12")) == account(tmp_path / "old.p12")


def test_on_windows_every_spelling_of_a_path_is_the_same_keystore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "normcase", ntpath.normcase)
    assert account(Path("/K/Old.P12")) == account(Path("/k/old.p12")) == "\\k\\old.p12"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a session without a vault")
def test_without_a_session_bus_there_is_no_vault(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\n"
        "from agent.adapters.vault_keyring import KeyringVault\n"
        "from agent.errors import VaultUnavailable\n"
        "try: KeyringVault().password(Path('/k/old.p12'))\n"
        "except VaultUnavailable as problem: print(problem.problem)\n"
    )
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=environment | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "there is none that keeps passwords safe\n"


def test_keyring_is_imported_only_when_it_is_needed() -> None:
    script = "import sys; import agent.adapters.vault_keyring; print('keyring' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
