"""What holds for every test: texts are in English, whatever this computer speaks. And what many share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from agent.text import speak
from tests.middleware.play import Stage, open_stage

settings.register_profile("agent", deadline=None)  # how long an example takes is the computer's affair
settings.load_profile("agent")

pytest_plugins = ["tests.eid.fixtures"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Also in the processes that a test starts, and after a test in another language."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("LANGUAGE", raising=False)
    speak("en")
    yield
    speak("en")


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The scripted eID software. Each test plays a scene of its own."""
    with tempfile.TemporaryDirectory(prefix="eid") as folder, open_stage(Path(folder)) as stage:
        yield stage
