from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.adapters.lock_file import FileLocks
from agent.core.glance import Fingerprint
from agent.errors import JournalError, RenewalBusy

ONE = Fingerprint("0f" * 32)
PATH = Path("/k/old.p12")

HOLD = """
import sys
from pathlib import Path
from agent.adapters.lock_file import FileLocks
from agent.core.glance import Fingerprint
with FileLocks(Path(sys.argv[1])).hold(Fingerprint(sys.argv[2]), Path("/k/old.p12")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path, ONE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(RenewalBusy), FileLocks(tmp_path).hold(ONE, PATH):
            pytest.fail("held by two processes")
        other.kill()
    with FileLocks(tmp_path).hold(ONE, PATH):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_locks_are_for_this_users_eyes(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "state" / "locks")
    with locks.hold(ONE, PATH):
        for folder in (locks.folder, locks.folder.parent):
            assert folder.stat().st_mode & 0o777 == 0o700
        assert [file.stat().st_mode & 0o777 for file in locks.folder.iterdir()] == [0o600]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, where a folder should be")
    with pytest.raises(JournalError, match="cannot be used"), FileLocks(tmp_path / "state" / "locks").hold(ONE, PATH):
        pytest.fail("held without a file")
