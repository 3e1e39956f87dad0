from __future__ import annotations

from pathlib import Path

import pytest

from tests.desktop.watched import Resident


@pytest.fixture
def resident(tmp_path: Path) -> Resident:
    return Resident(tmp_path)
