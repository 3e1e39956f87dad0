"""One renewal per certificate: a lock file each, held by the operating system for a process and let go when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from agent.core.glance import Fingerprint
from agent.errors import JournalError, RenewalBusy
from agent.ports import Lock


@dataclass(frozen=True)
class FileLocks(Lock):
    """Lock files in `folder`, which is made where it is missing. The files stay: to remove one would open a race."""

    folder: Path

    @contextmanager
    def hold(self, fingerprint: Fingerprint, path: Path) -> Iterator[None]:
        """Raises: RenewalBusy, JournalError where no lock file can be made."""
        lock = FileLock(self.folder / f"{fingerprint}.lock", mode=0o600)
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            lock.acquire(blocking=False)
        except Timeout:
            raise RenewalBusy(str(path)) from None
        except OSError as problem:
            raise JournalError(str(self.folder), (problem.strerror or str(problem)).lower()) from problem
        try:
            yield
        finally:
            lock.release()
