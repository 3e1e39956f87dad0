"""Copies of a keystore that is gone: looked for where people keep them, and proved by password."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from agent.core.finding import Observation
from agent.core.glance import Glance
from agent.core.holder import Holder, holder_by_name
from agent.errors import KeystoreError, VaultUnavailable, WrongPassword
from agent.ports import FileStamp, Keystores, Vault
from agent.secret import Secret
from agent.watch.look import WORKING_FILES

PATTERNS = ("*p12*", "*.pfx")
"""Copies are renamed: ``… (1).p12``, ``….p12.bak``, ``Copy of ….p12``."""

MOST_FILES = 400
"""A look that somebody waits for."""


@dataclass(frozen=True)
class Copies:
    """What was found.

    Attributes:
        proved: copies with the same certificate, each with the password that opens it; the newest file first.
        closed: keystores that no known password opens, those first whose name is like that of the lost one.
    """

    proved: tuple[tuple[Path, Secret], ...] = ()
    closed: tuple[Path, ...] = ()


def copies_of(
    lost: Observation, places: Iterable[Path], keystores: Keystores, vault: Vault, more: Sequence[Secret] = ()
) -> Copies:
    """Look for copies of the keystore `lost` in `places`, not below them.

    Args:
        more: passwords to try, beside those that the vault has for the lost file and for the copy.
    """
    stamps = [each for each in keystores.found(places, PATTERNS) if _may_be_one(each, lost.path)]
    known = [*more, *_kept(vault, Path(lost.path))]
    proved: list[tuple[Path, Secret]] = []
    closed: list[Path] = []
    for stamp in sorted(stamps, key=lambda each: -each.modified_ns)[:MOST_FILES]:
        path = Path(stamp.path)
        found = _tried(path, [*known, *_kept(vault, path)], lost, keystores)
        if isinstance(found, Secret):
            proved.append((path, found))
        elif found is _CLOSED:
            closed.append(path)
    return Copies(tuple(proved), tuple(sorted(closed, key=lambda path: not _is_named_alike(path, lost))))


def written_at(path: Path, keystores: Keystores) -> datetime:
    """When a file was last written, aware UTC: by that people know a copy. Raises: KeystoreError."""
    return datetime.fromtimestamp(keystores.stamp(path).modified_ns / 10**9, UTC)


def _may_be_one(stamp: FileStamp, lost: str) -> bool:
    return stamp.path != lost and stamp.size > 0 and not stamp.path.endswith(WORKING_FILES)


def _kept(vault: Vault, path: Path) -> list[Secret]:
    try:
        password = vault.password(path)
    except VaultUnavailable:
        return []
    return [] if password is None else [password]


_CLOSED, _NO_COPY = object(), object()


def _tried(path: Path, passwords: Sequence[Secret], lost: Observation, keystores: Keystores) -> object:
    """The password that opens it, where it is a copy; else `_CLOSED`, for a whole keystore, or `_NO_COPY`."""
    for password in passwords or [Secret("")]:
        try:
            glance = keystores.glance(path, password)
        except WrongPassword:
            continue
        except KeystoreError:
            return _NO_COPY
        return password if _is_same(glance, lost) else _NO_COPY
    return _CLOSED


def _is_same(glance: Glance, lost: Observation) -> bool:
    """By its certificate; where that was never seen here, by whose it is."""
    if lost.glance is not None:
        return glance.fingerprint == lost.glance.fingerprint
    holder = holder_by_name(Path(lost.path))
    is_own = glance.holder is not None and holder is not None and replace(glance.holder, name=None) == holder
    return is_own and not glance.pending


def _is_named_alike(path: Path, lost: Observation) -> bool:
    if Path(lost.path).stem.casefold() in path.name.casefold():
        return True
    holder: Holder | None = lost.glance.holder if lost.glance else holder_by_name(Path(lost.path))
    return holder is not None and f"{holder.type}={holder.number}".casefold() in path.name.casefold()
