"""The help window: it fills as things are found, and hands on what it shows."""

from __future__ import annotations

import threading
import time
import tkinter as tk
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from agent.core.doctor import Check, Mark, Topic, fine
from agent.desktop.windows.doctor import Begun, Behind, DoctorWindow, Tell
from agent.desktop.windows.theme import new_window
from agent.errors import ConfigError
from installer.gallery import failures_of

_PATIENCE_S = 30.0
CLOCK, CARD = fine(Topic.CLOCK, "right"), Check(Topic.CARD, Mark.STOPS, "missing", "Insert it")


class Patient:
    """What is looked at ends when the test says so. `saved` is what was handed on."""

    def __init__(self) -> None:
        self.clock, self.card = threading.Event(), threading.Event()
        self.looks = 0
        self.saved: list[tuple[Path, Sequence[Check]]] = []
        self.problem: ConfigError | None = None

    def examine(self, begun: Begun, tell: Tell) -> None:
        self.looks += 1
        begun([Topic.CARD, Topic.CLOCK])
        self.clock.wait(_PATIENCE_S)
        tell(1, [CLOCK])
        self.card.wait(_PATIENCE_S)
        tell(0, [CARD])

    def save(self, path: Path, checks: Sequence[Check]) -> None:
        if self.problem is not None:
            raise self.problem
        self.saved.append((path, checks))


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def window(screen: str, patient: Patient) -> Iterator[DoctorWindow]:
    root, look = new_window(scale=1.0, is_dark=False)
    failures = failures_of(root)
    behind = Behind(patient.examine, lambda checks: f"{len(checks)} checks", patient.save)
    yield DoctorWindow(root, look, behind)
    patient.clock.set()
    patient.card.set()
    root.destroy()
    assert not failures, failures


def until(root: tk.Tk, is_so: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not is_so():
        root.update()
        time.sleep(0.005)
        assert time.monotonic() < end


def shown(window: DoctorWindow) -> list[str]:
    return window.text.get("1.0", "end").split("\n")[:-2]


def said(window: DoctorWindow) -> str:
    return str(window.said.cget("text"))


def test_it_stands_before_anything_is_found_and_fills_line_by_line(window: DoctorWindow, patient: Patient) -> None:
    assert said(window) == "Looking …"
    until(window.root, lambda: shown(window))
    assert shown(window) == ["The eID", "…\tCard", "eHealth", "…\tClock"]
    patient.clock.set()
    until(window.root, lambda: "…\tClock" not in shown(window))
    assert shown(window) == ["The eID", "…\tCard", "eHealth", "✓ fine\tClock: right"]
    patient.card.set()
    until(window.root, lambda: said(window) == "1 thing stops a renewal.")
    assert shown(window) == ["The eID", "✗ stops\tCard: missing", "→ Insert it", "eHealth", "✓ fine\tClock: right"]


@pytest.fixture
def done(window: DoctorWindow, patient: Patient) -> DoctorWindow:
    patient.clock.set()
    patient.card.set()
    until(window.root, lambda: "stops" in said(window))
    return window


def test_it_looks_again_when_asked(done: DoctorWindow, patient: Patient) -> None:
    patient.card.clear()
    done.root.focus_force()
    done.root.event_generate("<Alt-a>")
    assert said(done) == "Looking …"
    done.root.event_generate("<Alt-a>")  # and not twice
    patient.card.set()
    until(done.root, lambda: "stops" in said(done))
    assert patient.looks == 2


def test_what_it_shows_can_be_copied_and_saved(done: DoctorWindow, patient: Patient, tmp_path: Path) -> None:
    done.root.focus_force()
    done.root.event_generate("<Alt-p>")
    until(done.root, lambda: "clipboard" in said(done))
    assert done.root.clipboard_get() == "2 checks"
    done.save_to(tmp_path / "r.txt")
    until(done.root, lambda: "The report is in" in said(done))
    assert patient.saved == [(tmp_path / "r.txt", [CARD, CLOCK])]
    patient.problem = ConfigError("--report", "no space left")
    done.save_to(tmp_path / "r.txt")
    until(done.root, lambda: "no space left" in said(done))


def test_the_file_is_chosen_in_the_desktops_own_way(
    done: DoctorWindow, patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = ["", str(tmp_path / "chosen.txt")]
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: chosen.pop(0))
    done.root.focus_force()
    done.root.event_generate("<Alt-s>")
    done.root.event_generate("<Alt-s>")
    until(done.root, lambda: patient.saved)
    assert [path for path, _checks in patient.saved] == [tmp_path / "chosen.txt"]
