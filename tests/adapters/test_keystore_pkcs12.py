"""Keystores on a real file system."""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.adapters import keystore_pkcs12 as adapter
from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.core.glance import Profile
from agent.core.keystore import KeyEntry, Keystore
from agent.errors import (
    Damaged,
    Hostile,
    KeystoreBusy,
    KeystoreError,
    KeystoreNotFound,
    KeystoreUnreadable,
    NotPkcs12,
    PasswordRefused,
    WriteFailed,
    WrongPassword,
)
from agent.pkcs12.write import write
from agent.secret import Secret
from tests.pkcs12.made import PASSWORD, chain, is_same, key, keystore

SECRET = Secret(PASSWORD)
KEYSTORES = Pkcs12Keystores()
NAME = "NIHII-GROUP=71234567 20260101-090000.p12"

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX file system")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a test where nothing happens meanwhile."""
    monkeypatch.setattr(adapter, "_PAUSE_S", 0.01)
    monkeypatch.setattr(adapter, "_BUSY_FOR_S", 0.05)


@pytest.fixture(scope="module")
def good() -> bytes:
    return write(keystore(), PASSWORD)


@pytest.fixture
def path(tmp_path: Path, good: bytes) -> Path:
    path = tmp_path / NAME
    path.write_bytes(good)
    return path


def _names(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


# ── Finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_found_are_the_files_whose_name_matches_in_order(tmp_path: Path) -> None:
    for name in ("b.p12", "A.P12", "c.acc-p12", "d.p12.pending", "e.pfx", "f.p12.d"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.p12").mkdir()
    (tmp_path / "folder.p12" / "below.p12").write_bytes(b"x")
    missing = tmp_path / "missing"
    found = KEYSTORES.found([tmp_path, missing, tmp_path], ["*.p12", "*.acc-p12"])
    assert [Path(stamp.path).name for stamp in found] == ["A.P12", "b.p12", "c.acc-p12"]
    assert found == [KEYSTORES.stamp(Path(stamp.path)) for stamp in found]
    assert KEYSTORES.found([tmp_path], []) == []


def test_a_stamp_changes_with_the_file(path: Path) -> None:
    before = KEYSTORES.stamp(path)
    assert KEYSTORES.stamp(path) == before
    os.utime(path, ns=(1, 1))
    assert KEYSTORES.stamp(path) != before


def test_a_relative_path_has_an_absolute_stamp(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert KEYSTORES.stamp(Path(path.name)) == KEYSTORES.stamp(path)
    assert KEYSTORES.found([Path()], ["*.p12"]) == [KEYSTORES.stamp(path)]


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    for look in (KEYSTORES.stamp, lambda path: KEYSTORES.glance(path, SECRET)):
        for path in (tmp_path / "none.p12", tmp_path / "none" / "none.p12", tmp_path / "nul\0l.p12"):
            with pytest.raises(KeystoreNotFound) as caught:
                look(path)
            assert caught.value.path == str(path)


@posix
def test_a_link_to_nothing_is_found_and_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "link.p12").symlink_to(tmp_path / "gone.p12")
    (stamp,) = KEYSTORES.found([tmp_path], ["*.p12"])
    with pytest.raises(KeystoreNotFound):
        KEYSTORES.glance(Path(stamp.path), SECRET)


@posix
def test_a_link_is_followed(tmp_path: Path, path: Path) -> None:
    link = tmp_path / "link.p12"
    link.symlink_to(path)
    assert KEYSTORES.glance(link, SECRET) == KEYSTORES.glance(path, SECRET)


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_glance_and_read_give_what_the_file_holds(path: Path) -> None:
    assert KEYSTORES.glance(path, SECRET).encryption_keys == 2
    assert is_same(KEYSTORES.read(path, SECRET), keystore())


def test_an_error_names_the_file(path: Path) -> None:
    with pytest.raises(WrongPassword, match=NAME):
        KEYSTORES.glance(path, Secret("other"))


def test_folders_pipes_and_devices_are_called_so_and_do_not_hang(tmp_path: Path) -> None:
    with pytest.raises(KeystoreUnreadable, match="folder"):
        KEYSTORES.glance(tmp_path, SECRET)
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe.p12")
        for path in (tmp_path / "pipe.p12", Path("/dev/zero")):
            with pytest.raises(KeystoreUnreadable, match="pipe or a device"):
                KEYSTORES.glance(path, SECRET)


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_read_access_is_unreadable(path: Path) -> None:
    path.chmod(0)
    with pytest.raises(KeystoreUnreadable, match="permission denied"):
        KEYSTORES.glance(path, SECRET)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.p12"
    with path.open("wb") as file:
        file.truncate(2**40 if sys.platform == "linux" else 2**24)
    with pytest.raises(Hostile):
        KEYSTORES.glance(path, SECRET)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_half_written_file_is_looked_at_again_until_it_is_whole(
    tmp_path: Path, good: bytes, part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / NAME
    path.write_bytes(good[: int(len(good) * part)])
    later = iter([good[: int(len(good) * 0.95)], good])
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_bytes(next(later)))
    assert KEYSTORES.glance(path, SECRET).encryption_keys == 2


def test_a_truncated_file_that_stays_so_is_called_broken_after_one_more_look(
    tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    path = tmp_path / NAME
    path.write_bytes(good[:3000])
    with pytest.raises(NotPkcs12, match="truncated"):
        KEYSTORES.glance(path, SECRET)
    assert len(pauses) == 1


def test_a_file_that_never_stops_changing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"\x30")
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_bytes(path.read_bytes() + b"x"))
    with pytest.raises(NotPkcs12):
        KEYSTORES.read(path, SECRET)


def test_readers_see_the_old_or_the_new_keystore_and_nothing_between(path: Path) -> None:
    other = Keystore(keystore().keys[:2], keystore().certificates)
    problems: list[KeystoreError] = []
    seen: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            try:
                seen.add(KEYSTORES.glance(path, SECRET).encryption_keys)
            except KeystoreError as problem:
                problems.append(problem)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for whole in (other, keystore(), other):
            KEYSTORES.write(path, whole, SECRET)
    finally:
        done.set()
        watcher.join()
    assert problems == []
    assert seen <= {1, 2}


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("profile", Profile)
def test_a_written_keystore_reads_back_and_nothing_is_left_beside_it(tmp_path: Path, profile: Profile) -> None:
    KEYSTORES.write(tmp_path / NAME, keystore(), SECRET, profile)
    assert is_same(KEYSTORES.read(tmp_path / NAME, SECRET), keystore())
    assert _names(tmp_path) == [NAME]


@posix
def test_a_new_keystore_is_its_owners_alone_and_an_old_one_keeps_its_rights(tmp_path: Path, path: Path) -> None:
    path.chmod(0o640)
    new = tmp_path / "new.p12"
    KEYSTORES.write(path, keystore(), SECRET)
    KEYSTORES.write(new, keystore(), SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


@posix
def test_writing_through_a_link_changes_the_file_and_keeps_the_link(tmp_path: Path, path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = elsewhere / NAME
    link.symlink_to(path)
    KEYSTORES.write(link, keystore(1), SECRET)
    assert link.is_symlink()
    assert is_same(KEYSTORES.read(path, SECRET), keystore(1))


def test_what_is_being_written_has_a_name_that_no_other_program_picks_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    real = adapter._prove

    def prove(beside: Path, *rest: object) -> None:
        names.append(beside.name)
        assert path.read_bytes(), "the old keystore is there meanwhile"
        real(beside, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(adapter, "_prove", prove)
    KEYSTORES.write(path, keystore(), SECRET)
    (name,) = names
    assert not name.lower().endswith("p12")
    assert "71234567" not in name


def _disk_full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace", "create"])
def test_a_full_disk_leaves_the_old_keystore_and_nothing_else(
    path: Path, good: bytes, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match step:
        case "fsync":
            monkeypatch.setattr(os, "fsync", _disk_full)
        case "replace":
            monkeypatch.setattr(Path, "replace", _disk_full)
        case "create":
            monkeypatch.setattr(os, "open", _disk_full)
    with pytest.raises(WriteFailed, match="no space left"):
        KEYSTORES.write(path, keystore(1), SECRET)
    monkeypatch.undo()
    assert path.read_bytes() == good
    assert _names(path.parent) == [NAME]


def test_a_key_that_does_not_work_never_reaches_its_place(path: Path, good: bytes) -> None:
    broken = Keystore((KeyEntry("authentication", key("other"), chain()),))
    with pytest.raises(WriteFailed, match="cannot be used"):
        KEYSTORES.write(path, broken, SECRET)
    assert path.read_bytes() == good
    assert _names(path.parent) == [NAME]


def test_bytes_that_the_disk_changed_never_reach_their_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = adapter._create

    def create(beside: Path, data: bytes, mode: int) -> None:
        real(beside, data[:-1] + bytes([data[-1] ^ 1]), mode)

    monkeypatch.setattr(adapter, "_create", create)
    before = path.read_bytes()
    with pytest.raises(WriteFailed):
        KEYSTORES.write(path, keystore(1), SECRET)
    assert path.read_bytes() == before


def test_a_refused_password_changes_nothing(path: Path, good: bytes) -> None:
    with pytest.raises(PasswordRefused) as caught:
        KEYSTORES.write(path, keystore(), Secret("pässwörd"))
    assert caught.value.path == str(path)
    assert path.read_bytes() == good


def test_a_folder_that_is_not_there_is_a_failed_write(tmp_path: Path) -> None:
    with pytest.raises(WriteFailed):
        KEYSTORES.write(tmp_path / "none" / NAME, keystore(), SECRET)
    (tmp_path / NAME).mkdir()
    with pytest.raises(WriteFailed):
        KEYSTORES.write(tmp_path / NAME, keystore(), SECRET)


class _HeldOpen(PermissionError):
    """As Windows says it."""

    winerror = 32


def _held_open_for(times: int, act: Callable[..., object]) -> Callable[..., object]:
    left = iter(range(times))

    def held(*arguments: object) -> object:
        if next(left, None) is not None:
            raise _HeldOpen(errno.EACCES, "The process cannot access the file")
        return act(*arguments)

    return held


def test_a_target_that_is_held_open_for_a_moment_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", _held_open_for(2, Path.replace))
    KEYSTORES.write(path, keystore(1), SECRET)
    assert KEYSTORES.glance(path, SECRET).encryption_keys == 1


def test_a_target_that_stays_held_open_is_busy(path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "replace", _held_open_for(1000, Path.replace))
    with pytest.raises(KeystoreBusy):
        KEYSTORES.write(path, keystore(1), SECRET)
    assert path.read_bytes() == good
    assert _names(path.parent) == [NAME]


# ── Its final name ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["hard links", "no hard links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if request.param == "no hard links":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("links")
def test_put_in_place_gives_the_name_and_takes_the_old_one(path: Path, good: bytes) -> None:
    pending = path.with_name(NAME + ".pending")
    path.rename(pending)
    KEYSTORES.put_in_place(pending, path)
    assert _names(path.parent) == [NAME]
    KEYSTORES.put_in_place(pending, path)  # again, after a crash
    assert path.read_bytes() == good


@pytest.mark.usefixtures("links")
def test_put_in_place_never_replaces_another_file(path: Path, good: bytes) -> None:
    pending = path.with_name(NAME + ".pending")
    pending.write_bytes(b"new")
    with pytest.raises(WriteFailed, match="another file"):
        KEYSTORES.put_in_place(pending, path)
    assert path.read_bytes() == good
    assert pending.read_bytes() == b"new"


@posix
def test_put_in_place_goes_on_after_a_crash_between_link_and_unlink(path: Path, good: bytes) -> None:
    pending = path.with_name(NAME + ".pending")
    os.link(path, pending)
    KEYSTORES.put_in_place(pending, path)
    assert _names(path.parent) == [NAME]
    assert path.read_bytes() == good


def test_put_in_place_of_nothing_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(KeystoreNotFound):
        KEYSTORES.put_in_place(tmp_path / "a", tmp_path / "b")


def test_remove_takes_a_file_away_and_does_not_mind_when_it_is_gone(path: Path) -> None:
    assert KEYSTORES.exists(path)
    KEYSTORES.remove(path)
    KEYSTORES.remove(path)
    assert not KEYSTORES.exists(path)


def test_damage_is_told_apart_from_another_kind_of_file(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / NAME
    path.write_bytes(good.replace(bytes.fromhex("2a864886f70d010706"), bytes.fromhex("2a864886f70d010703"), 1))
    with pytest.raises(Damaged):
        KEYSTORES.glance(path, SECRET)
