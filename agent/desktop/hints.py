"""Changed files, as the operating system tells of them. Only a hint: on a share it tells nothing."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Set
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

_CHANGES = frozenset({"created", "modified", "moved", "deleted"})
_SHARES = frozenset({"cifs", "smb3", "smbfs", "nfs", "nfs4", "fuse.sshfs", "fuse.gvfsd-fuse", "9p", "vboxsf", "davfs"})

_log = logging.getLogger(__name__)


class Hints:
    def __init__(self) -> None:
        self._handler = _Handler()
        self._observer = Observer()
        self._watched: dict[Path, tuple[int, int]] = {}

    def tell(self, changed: Callable[[], None]) -> None:
        """`changed` is called from another thread, often several times for one change."""
        self._handler.changed = changed

    def follow(self, folders: Iterable[Path], file: Path) -> None:
        """Watch these folders and this one file; what came, or came back, since the last call is taken up.

        Of the file's folder nothing else counts: on Windows and macOS the journal and the log lie beside the config.
        """
        wanted = set(folders)
        self._handler.folders, self._handler.file = {str(folder) for folder in wanted}, str(file)
        self._follow({*wanted, file.parent})

    def _follow(self, folders: Iterable[Path]) -> None:
        there = {folder: identity for folder in folders if (identity := _identity(folder)) is not None}
        if there == self._watched:
            return
        self._observer.unschedule_all()
        self._watched = {}
        for folder, identity in there.items():
            try:
                self._observer.schedule(self._handler, str(folder))
            except OSError as problem:  # no handles left: the periodic look is still there
                _log.warning("Changes in %s are not told (%s); it is looked at each hour.", folder, problem.strerror)
            else:
                self._watched[folder] = identity
        if not self._observer.is_alive():
            self._observer.start()

    def stop(self) -> None:
        if self._observer.is_alive():
            self._observer.stop()


class _Handler(FileSystemEventHandler):
    changed: Callable[[], None] | None = None
    folders: Set[str] = frozenset()
    file = ""

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Opening and closing a file, as our own look does, is no change."""
        if event.event_type in _CHANGES and self.changed is not None:
            paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
            if any(path == self.file or str(Path(path).parent) in self.folders for path in paths):
                self.changed()


def _identity(folder: Path) -> tuple[int, int] | None:
    """Of a folder that is there, so that one that was made anew is told from it."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_share(folder: Path) -> bool:
    """It lies on another computer, as far as this one tells."""
    if sys.platform == "win32":
        import ctypes

        remote = 4
        return str(folder).startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == remote
    if sys.platform == "darwin":
        return folder.parts[1:2] == ("Volumes",)
    return _file_system(folder) in _SHARES


def _file_system(folder: Path) -> str:
    """As /proc/mounts names it; empty where that is not known."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    places = [(fields[1].replace("\\040", " "), fields[2]) for mount in mounts if len(fields := mount.split()) > 2]
    above = [(place, kind) for place, kind in places if folder.is_relative_to(place)]
    return max(above, key=lambda each: len(each[0]), default=("", ""))[1]
