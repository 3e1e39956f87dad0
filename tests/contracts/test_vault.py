from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import VaultUnavailable
from agent.ports import Vault
from agent.secret import Secret
from tests.contracts.keyring_session import MISSING, KeyringSession
from tests.fakes import MemoryVault

OLD, NEW = Path("/k/NIHII-GROUP=71234567 20230301-090000.p12"), Path("/k/é new.p12")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyringSession]:
    if MISSING:
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    session = KeyringSession(tmp_path_factory.mktemp("keyring"))
    yield session
    session.close()


@pytest.fixture(params=["memory", "gnome-keyring"])
def vault(request: pytest.FixtureRequest) -> Iterator[Vault]:
    vault: Vault = MemoryVault() if request.param == "memory" else request.getfixturevalue("session")
    yield vault
    for path in (OLD, NEW):
        vault.forget(path)


def test_what_was_never_kept_is_not_there(vault: Vault) -> None:
    assert vault.password(OLD) is None
    assert vault.forget(OLD) is False


@pytest.mark.parametrize("text", ["Test-1234!", "pässwörd € 🔑", " spaces ", "a" * 500])
def test_a_kept_password_comes_back_as_it_was(vault: Vault, text: str) -> None:
    vault.keep(OLD, Secret(text))
    assert vault.password(OLD) == Secret(text)


def test_each_keystore_has_its_own_password(vault: Vault) -> None:
    vault.keep(OLD, Secret("one"))
    vault.keep(NEW, Secret("two"))
    assert vault.password(OLD) == Secret("one")
    assert vault.password(NEW) == Secret("two")


def test_a_password_is_replaced(vault: Vault) -> None:
    vault.keep(OLD, Secret("one"))
    vault.keep(OLD, Secret("two"))
    assert vault.password(OLD) == Secret("two")


def test_a_forgotten_password_is_gone(vault: Vault) -> None:
    vault.keep(OLD, Secret("one"))
    assert vault.forget(OLD) is True
    assert vault.password(OLD) is None
    assert vault.forget(OLD) is False


def test_a_locked_vault_says_so_and_asks_nobody(session: KeyringSession, tmp_path: Path) -> None:
    locked = KeyringSession(tmp_path)
    try:
        locked.keep(OLD, Secret("one"))
        locked.lock()
        with pytest.raises(VaultUnavailable, match="it is locked"):
            locked.password(OLD)
        with pytest.raises(VaultUnavailable, match="it is locked"):
            locked.keep(OLD, Secret("two"))
    finally:
        locked.close()
