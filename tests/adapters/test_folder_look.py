from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from agent.adapters.folder_look import folder_look


def local(_folder: Path) -> bool:
    return False


def test_a_folder_that_can_be_used_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.p12").touch()
    seen = folder_look(tmp_path, lambda folder: folder == tmp_path)
    assert (seen.is_there, seen.can_read, seen.can_write, seen.is_share) == (True, True, True, True)
    assert seen.free_bytes is not None
    assert [path.name for path in tmp_path.iterdir()] == ["a.p12"]


def test_one_that_is_not_there_and_one_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not folder_look(tmp_path / "nowhere", local).is_there
    assert not folder_look(tmp_path / "file", local).is_there


def test_what_the_system_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_arguments: Any, **_more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "disk_usage", refuses)
    assert folder_look(tmp_path, local).free_bytes is None
    monkeypatch.setattr(tempfile, "TemporaryFile", refuses)
    assert not folder_look(tmp_path, local).can_write
    monkeypatch.setattr(os, "scandir", refuses)
    assert not folder_look(tmp_path, local).can_read
