from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.asked import Asked
from tests.journeys.practice import Practice


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A group of nurses whose keystore has 45 days left."""
    return Practice(tmp_path)


@pytest.fixture
def asked(practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Somebody at that practice's terminal."""
    return Asked(practice, monkeypatch, capsys)
