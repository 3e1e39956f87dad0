"""Change a keystore's password: the same keys, every one proved again, under another password."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.core.glance import Fingerprint, Profile
from agent.core.password import password_problem
from agent.core.x509 import fingerprint
from agent.errors import PasswordRefused, RenewalBusy, VaultUnavailable
from agent.pipeline.run import authentication_of
from agent.pipeline.under_way import under_way
from agent.ports import Event, Outside
from agent.secret import Secret
from agent.text import _


@dataclass(frozen=True)
class Protected:
    """What became of it.

    Attributes:
        copies: paths of other files with the same certificate; their password is as it was.
        vault_problem: why the vault still has the old password, where it does.
    """

    copies: tuple[str, ...]
    vault_problem: VaultUnavailable | None


def change_password(path: Path, old: Secret, new: Secret, outside: Outside, profile: Profile) -> Protected:
    """Write the keystore at `path` anew under the password `new`. The old file is there until the new one is proved.

    Raises: WrongPassword and the other KeystoreErrors, PasswordRefused, RenewalBusy. The file is then as before.
    """
    problem = password_problem(new.reveal())
    if problem is not None:
        raise PasswordRefused(str(path), problem)
    keystore = outside.keystores.read(path, old)
    mark = fingerprint(authentication_of(keystore, path).certificate)
    with outside.lock.hold(mark, path):
        if under_way(outside, path) is not None:  # its files have the old password too
            raise RenewalBusy(str(path))
        was_kept, vault_problem = _is_kept(path, outside)
        outside.keystores.write(path, keystore, new, profile)
        if was_kept:
            vault_problem = _kept(path, new, outside)
    event = Event(outside.clock.now(), "password", _("The password was changed."), str(path))
    outside.journal.note(event)
    return Protected(_copies(path, mark, outside), vault_problem)


def _is_kept(path: Path, outside: Outside) -> tuple[bool, VaultUnavailable | None]:
    try:
        return outside.vault.password(path) is not None, None
    except VaultUnavailable as problem:
        return False, problem


def _kept(path: Path, new: Secret, outside: Outside) -> VaultUnavailable | None:
    try:
        outside.vault.keep(path, new)
    except VaultUnavailable as problem:
        return problem
    return None


def _copies(path: Path, mark: Fingerprint, outside: Outside) -> tuple[str, ...]:
    seen = outside.journal.observations().values()
    return tuple(
        sorted(each.path for each in seen if each.glance and each.glance.fingerprint == mark and each.path != str(path))
    )
