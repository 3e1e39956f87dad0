"""What a desktop has, looked at in a child; and who would show a notification."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from agent.adapters import notify_server
from agent.desktop import look
from agent.desktop.instance import Instance, is_running


@pytest.fixture
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a desktop")
def test_without_a_desktop_there_is_neither_tray_nor_window(no_desktop: None) -> None:
    seen = look.desktop_seen()
    assert (seen.tray, seen.tk) == (None, None)
    assert seen.no_windows
    assert seen.windows_hint


@pytest.mark.parametrize("script", ["print('nonsense')", "import sys; sys.exit(1)", "import os; os.abort()"])
def test_a_child_that_breaks_is_no_desktop(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "COMMAND", (sys.executable, "-c", script))
    seen = look.desktop_seen()
    assert (seen.tray, seen.tk) == (None, None)
    assert "did not come to an end" in seen.no_windows


def test_a_python_without_tk_is_told_from_a_missing_display(monkeypatch: pytest.MonkeyPatch) -> None:
    said = '{"tray": "X11", "tk": null, "problem": null}'
    monkeypatch.setattr(look, "COMMAND", (sys.executable, "-c", f"print('{said}')"))
    seen = look.desktop_seen()
    assert seen.tray == "X11"
    assert "tkinter is missing" in seen.no_windows


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system shows notifications itself")
def test_without_a_bus_or_notify_send_nothing_shows_notifications(
    no_desktop: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/notify-send")
    assert notify_server.notification_server() is None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    assert notify_server.notification_server() is None
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert notify_server.notification_server() is None


def test_whether_a_resident_runs_is_seen_by_its_lock(tmp_path: Path) -> None:
    lock = tmp_path / "resident.lock"
    assert not is_running(lock)
    assert not lock.exists()
    resident = Instance(lock)
    assert is_running(lock)
    resident.let_go()
    assert not is_running(lock)
