"""A screen that nobody sees, for tests of windows."""

from __future__ import annotations

import gc
import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.desktop.windows.applicant import Applicant
    from tests.desktop.windows.visitor import Seated
    from tests.journeys.practice import Practice

if importlib.util.find_spec("_tkinter") is None:  # the installer says so: the package python3-tk
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    from installer.screen import x_server

    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    with x_server("1920x1080x24") as display:
        yield display


@pytest.fixture
def screen(x_display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """1920x1080, for windows alone."""
    monkeypatch.setenv("DISPLAY", x_display)
    yield x_display
    gc.collect()  # windows end in the thread that they began in
    gc.enable()


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    from tests.journeys.practice import Practice

    return Practice(tmp_path)


@pytest.fixture
def seated(screen: str) -> Iterator[Seated]:
    from tests.desktop.windows.visitor import Seated

    seated = Seated()
    yield seated
    seated.leave()


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Callable[[], Applicant]:
    """Somebody sits down before a window for a new certificate."""
    from tests.desktop.windows.applicant import Applicant

    return lambda: seated(Applicant(practice))
