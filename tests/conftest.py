"""What holds for every test: texts are in English, whatever this computer speaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.text import speak


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Also in the processes that a test starts, and after a test in another language."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("LANGUAGE", raising=False)
    speak("en")
    yield
    speak("en")
