"""Keystore files on disk, PKCS#12.

What a half-made file or a held-open one means is decided here; what is inside is `agent.pkcs12`'s.
Source: spec/keystore.md, Where and how they are named · Reading; design/product.md.
"""

from __future__ import annotations

import fnmatch
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from agent.core.glance import Glance, Profile
from agent.errors import (
    Damaged,
    KeystoreBusy,
    KeystoreError,
    KeystoreNotFound,
    KeystoreUnreadable,
    NotPkcs12,
    WriteFailed,
    WrongPassword,
)
from agent.ports import FileStamp, Keystores
from agent.secret import Secret
from agent.text import _

if TYPE_CHECKING:  # what only lists files stays without cryptography
    from agent.core.keystore import Keystore

_PAUSE_S: Final = 0.1
_LOOKS: Final = 6
_BUSY_FOR_S: Final = 2.5
_HELD_OPEN: Final = (5, 32, 33)  # Windows: access denied, sharing violation, lock violation
_MAX_SIZE: Final = 10 * 2**20

_T = TypeVar("_T")


class Pkcs12Keystores(Keystores):
    """Reads and writes through the file system; keeps nothing."""

    def found(self, folders: Iterable[Path], patterns: Sequence[str]) -> list[FileStamp]:
        matches = _matcher(patterns)
        stamps: list[FileStamp] = []
        for folder in sorted(set(map(_absolute, folders))):
            with suppress(OSError):
                prefix = os.path.join(folder, "")  # noqa: PTH118 - ten thousand Paths would cost more than the look
                for path in [prefix + name for name in sorted(os.listdir(folder)) if matches(name)]:  # noqa: PTH208
                    status = _status(path)
                    if status is not None and not stat.S_ISDIR(status.st_mode):
                        stamps.append(_stamp(path, status))
        return stamps

    def stamp(self, path: Path) -> FileStamp:
        with _told(path):
            return _stamp(_absolute(path), path.stat())

    def glance(self, path: Path, password: Secret) -> Glance:
        from agent.pkcs12.glance import glance_of

        return _looked_at(path, lambda data: glance_of(data, password.reveal()))

    def keys_held(self, path: Path) -> int | None:
        from agent.pkcs12.glance import keys_held

        return _looked_at(path, keys_held)

    def read(self, path: Path, password: Secret) -> Keystore:
        from agent.pkcs12.read import read

        return _looked_at(path, lambda data: read(data, password.reveal()))

    def write(self, path: Path, keystore: Keystore, password: Secret, profile: Profile = Profile.COMPATIBLE) -> None:
        from agent.pkcs12.write import write

        target = Path(os.path.realpath(path))  # a link stays one
        beside = target.with_name(f".ehealth-agent-{secrets.token_hex(8)}.new")  # no other program picks that up
        with _told(path, writing=True):
            data = write(keystore, password.reveal(), profile)
            try:
                _create(beside, data, _mode_of(target))
                _prove(beside, keystore, password)
                _patiently(path, lambda: beside.replace(target))
                _flush_folder(target.parent)
            finally:
                with suppress(OSError):
                    beside.unlink(missing_ok=True)

    def put_in_place(self, source: Path, target: Path) -> None:
        with _told(target, writing=True):
            if not source.exists():
                if target.exists():
                    return
                raise KeystoreNotFound(str(source))
            try:
                _patiently(source, lambda: _rename_to_free_name(source, target))
            except FileExistsError:
                if not source.samefile(target):  # the same: it was linked, and the old name not yet taken away
                    raise WriteFailed(str(target), _("another file has that name")) from None
                source.unlink()
            _flush_folder(target.parent)

    def remove(self, path: Path) -> None:
        with _told(path, writing=True):
            _patiently(path, lambda: path.unlink(missing_ok=True))

    def exists(self, path: Path) -> bool:
        return path.exists()


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - a link keeps its own name


def _matcher(patterns: Sequence[str]) -> Callable[[str], object]:
    """Whether a name matches one of `patterns`. Most are ``*.ending``, and a folder may hold ten thousand names."""
    if all(pattern[:1] == "*" and not set("*?[") & set(pattern[1:]) for pattern in patterns):
        endings = tuple(pattern[1:].casefold() for pattern in patterns)
        return lambda name: name.casefold().endswith(endings)
    return re.compile("|".join(map(fnmatch.translate, patterns)), re.IGNORECASE).match


def _stamp(path: str, status: os.stat_result) -> FileStamp:
    # What `FileStamp(…)` does, at half the time: a folder may hold ten thousand files.
    return tuple.__new__(FileStamp, (path, status.st_size, status.st_mtime_ns, status.st_ino))


def _status(path: str) -> os.stat_result | None:
    """None where the file is gone again."""
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError:
        with suppress(OSError):
            return os.lstat(path)  # a link to nothing: whoever opens it will say so
    return None


def _looked_at(path: Path, look: Callable[[bytes], _T]) -> _T:
    """`look` at the bytes of a file; again, where another program seems to be writing it.

    Broken bytes get a second look after a pause, and further ones while they change. Bytes that changed under the first
    look get another one at once.
    """
    with _told(path):
        for looks_left in range(_LOOKS, -1, -1):
            before, data = _content(path)
            try:
                return look(data)
            except (NotPkcs12, Damaged, WrongPassword) as error:
                may_grow = not isinstance(error, WrongPassword)
                if may_grow and looks_left:
                    time.sleep(_PAUSE_S)
                if not looks_left or _same(before, path.stat()):
                    raise
    raise AssertionError("unreachable")


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns, one.st_ino) == (other.st_size, other.st_mtime_ns, other.st_ino)


def _content(path: Path) -> tuple[os.stat_result, bytes]:
    """The file as it was before it was read, and its bytes: of a plain file only, and no more than are looked at."""
    _require_plain(path, path.stat())
    # A file can become something else between two calls; a pipe opened this way does not wait for its writer.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        _require_plain(path, status)
        return status, file.read(min(status.st_size, _MAX_SIZE) + 1)  # room for all that is allowed would cost more


def _require_plain(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise KeystoreUnreadable(str(path), _("it is a folder"))
    if not stat.S_ISREG(status.st_mode):
        raise KeystoreUnreadable(str(path), _("it is a pipe or a device"))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mode_of(target: Path) -> int:
    """Access rights as they were; a new keystore is its owner's alone."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o600


def _create(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    path.chmod(mode)


def _prove(path: Path, keystore: Keystore, password: Secret) -> None:
    """What is on disk opens, holds every entry, and each of its keys works. Raises: WriteFailed."""
    from agent.pkcs12.proof import prove
    from agent.pkcs12.read import read

    try:
        written = read(path.read_bytes(), password.reveal())
        prove(written)
    except KeystoreError as error:
        raise WriteFailed("", _("what was written cannot be used: {problem}").format(problem=error)) from error
    if [(entry.alias, entry.certificate) for entry in written.keys] != [
        (entry.alias, entry.certificate) for entry in keystore.keys
    ] or written.certificates != keystore.certificates:
        raise WriteFailed("", _("what was written is not what was asked for"))


def _rename_to_free_name(source: Path, target: Path) -> None:
    """Raises: FileExistsError."""
    if os.name == "nt":
        source.rename(target)  # refuses a taken name
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a disk or share without hard links: take the name first, then fill it
        with suppress(FileExistsError):
            os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
        if target.stat().st_size:
            raise FileExistsError(target) from None
        source.replace(target)
    else:
        source.unlink()


def _flush_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is. Windows has no such call, some shares refuse it."""
    if os.name == "nt":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _patiently(path: Path, act: Callable[[], object]) -> None:
    """Try again for a while where another program holds the file open. Raises: KeystoreBusy."""
    deadline = time.monotonic() + _BUSY_FOR_S
    while True:
        try:
            act()
            return
        except PermissionError as error:
            if not _is_held_open(error):
                raise
            if time.monotonic() >= deadline:
                raise KeystoreBusy(str(path)) from error
            time.sleep(_PAUSE_S)


# ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_held_open(error: OSError) -> bool:
    return getattr(error, "winerror", None) in _HELD_OPEN


@contextmanager
def _told(path: Path, *, writing: bool = False) -> Iterator[None]:
    """Every error becomes a keystore's, and gets the path that the bytes did not know."""
    try:
        yield
    except KeystoreError as error:
        error.path = error.path or str(path)
        raise
    except OSError as error:
        if _is_held_open(error):
            raise KeystoreBusy(str(path)) from error
        problem = (error.strerror or type(error).__name__).lower()
        if writing:
            raise WriteFailed(str(path), problem) from error
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise KeystoreNotFound(str(path)) from error
        raise KeystoreUnreadable(str(path), problem) from error
    except ValueError as error:  # a null character in a path
        raise KeystoreNotFound(str(path)) from error
