from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.practice import Practice


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A group of nurses whose keystore has 45 days left."""
    return Practice(tmp_path)
