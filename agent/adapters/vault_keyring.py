"""Passwords in the operating system's own store, through keyring; there or nowhere.

Which store keyring picks is for the system and its user to say. A pick that is not a vault of the operating system (a
plain file, nothing at all) is refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import VaultUnavailable
from agent.ports import Vault
from agent.secret import Secret
from agent.text import N_, _

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "ehealth-certificate-agent"

_SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
_VAULTS = {
    _SECRET_SERVICE,
    "keyring.backends.libsecret.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
}


class KeyringVault(Vault):
    """A password is kept for user `account` of the service `SERVICE`. keyring is imported when it is first needed."""

    def password(self, path: Path) -> Secret | None:
        with _opened() as vault:
            text = vault.get_password(SERVICE, account(path))
        return None if text is None else Secret(text)

    def keep(self, path: Path, password: Secret) -> None:
        with _opened() as vault:
            vault.set_password(SERVICE, account(path), password.reveal())

    def forget(self, path: Path) -> bool:
        with _opened() as vault:
            if vault.get_password(SERVICE, account(path)) is None:
                return False
            vault.delete_password(SERVICE, account(path))
        return True


def account(path: Path) -> str:
    """The file's absolute path; in lower case and with backslashes on Windows, where all spellings are one file."""
    return os.path.normcase(path.absolute())


@contextmanager
def _opened() -> Iterator[KeyringBackend]:
    """The vault, and the translation of whatever goes wrong with it."""
    try:
        yield _vault()
    except VaultUnavailable:
        raise
    except Exception as problem:
        # Only the kind is told: the text is a library's, and may speak of what was stored.
        kind = type(problem).__name__
        text = _PROBLEMS[kind] if kind in _PROBLEMS else _("it failed: {kind}").format(kind=kind)
        raise VaultUnavailable(text) from problem


_PROBLEMS = {
    "KeyringLocked": N_("it is locked"),
    "InitError": N_("it did not open"),
    "PasswordSetError": N_("it refused the password"),
    "PasswordDeleteError": N_("it did not give the password up"),
}


def _vault() -> KeyringBackend:
    import keyring

    picked = keyring.get_keyring()
    for backend in getattr(picked, "backends", [picked]):  # keyring's chainer has several, the best first
        name = f"{type(backend).__module__}.{type(backend).__qualname__}"
        if name in _VAULTS:
            if name == _SECRET_SERVICE:
                _check_unlocked()
            return backend  # type: ignore[no-any-return]
    raise VaultUnavailable(_("there is none that keeps passwords safe"))


def _check_unlocked() -> None:
    """A locked Secret Service would ask for its password in a window and wait, where perhaps nobody sits."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        try:
            is_locked = secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default").is_locked()
        except secretstorage.ItemNotFoundException as problem:
            raise VaultUnavailable(_("it was not set up yet")) from problem
    if is_locked:
        raise VaultUnavailable(_("it is locked"))
