"""The icon alone, with each of pystray's backends for Linux: where there is no tray, no D-Bus, no daemon; any words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installer.screen import x_server
from tests.desktop.seat import AMBER, Seat, debians_gtk, needs_a_desktop
from tests.desktop.session import home, until

_PROGRAM = """
import sys, threading
import agent.desktop.tray as tray
from agent.core.menu import Item, Mark, Sign
from agent.core.reminders import Reminder

tray._FIRST_PAUSE_S = 0.1
shown = tray.SystemTray()
shown.tell(lambda choice: None, lambda: print('missing', flush=True))

def begin():
    shown.show(tray.Face(Sign(Mark.DAYS, 45), 'ΑΘΗΝΑ – apotheek 药…', (Item('a line'),)))
    print('taken' if shown.notify(Reminder('a', 'b')) else 'not taken', flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), shown.stop())).start()

shown.run(begin)
print('ended')
"""


@contextmanager
def icon(folder: Path, backend: str, tray: str | None) -> Iterator[tuple[Seat, Callable[[], str]]]:
    """An icon that counts days, without D-Bus: a person who may see it, and what the program says next."""
    own = home(folder) | ({"PYSTRAY_BACKEND": backend} if backend == "xorg" else debians_gtk(folder / "gtk", backend))
    errors = folder / "errors"
    with x_server("800x600x24") as display:
        environ = own | {"DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/none"}
        programs = [[sys.executable, "-c", _PROGRAM], *([tray.split()] if tray else [])]
        with errors.open("wb") as file:
            program, *panels = [
                subprocess.Popen(
                    each, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True
                )
                for each in programs
            ]
        assert program.stdin is not None
        assert program.stdout is not None
        try:
            yield Seat(environ), program.stdout.readline
            assert program.communicate(timeout=20)[0].endswith("ended\n")
            assert program.returncode == 0
            assert "Traceback" not in errors.read_text()
        finally:
            for each in (program, *panels):
                each.kill()
                each.communicate()


@needs_a_desktop
@pytest.mark.parametrize("backend", ["xorg", "gtk", "appindicator"])
def test_a_missing_tray_is_noticed(tmp_path: Path, backend: str) -> None:
    with icon(tmp_path, backend, None) as (_, says):
        assert {says(), says()} == {"missing\n", "not taken\n"}


@needs_a_desktop
@pytest.mark.parametrize("backend", ["xorg", "gtk", "appindicator"])
def test_without_d_bus_the_icon_is_there_and_ends_well(tmp_path: Path, backend: str) -> None:
    with icon(tmp_path, backend, "trayer --edge top --height 32") as (seat, says):
        assert says() == "not taken\n"
        until(lambda: seat.sees(AMBER), "the icon counts the days")
        if backend != "appindicator":  # there the words are those of the panel
            until(lambda: "ΑΘΗΝΑ – apotheek 药…" in seat.windows(), "it has its words")


def beside_a_tray(folder: Path, program: str, timeout: int) -> subprocess.CompletedProcess[str]:
    """What a Python program says on a screen with a tray."""
    with x_server("800x600x24") as display:
        environ = home(folder) | {"PYSTRAY_BACKEND": "xorg", "DISPLAY": display}
        tray = subprocess.Popen(["trayer"], env=environ, stderr=subprocess.DEVNULL)
        try:
            until(lambda: "panel" in Seat(environ).windows(), "there is a tray")
            command = [sys.executable, "-c", program]
            return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=timeout, check=False)
        finally:
            tray.terminate()
            tray.wait()


_LATE = """
import threading
import Xlib.display
import agent.desktop.tray as tray

shown = tray.SystemTray()
icon, _ = shown._found()
over = threading.Event()

def late(icon):
    panel = Xlib.display.Display()  # a program of its own, as a tray is
    panel.create_resource_object('window', icon._window.id).destroy()
    panel.sync()
    over.wait()
    icon.visible = True
    print('not kept waiting')

def run():
    icon.run(setup=late)
    over.set()

run()
"""


@needs_a_desktop
def test_who_speaks_to_an_icon_that_has_ended_is_not_kept_waiting(tmp_path: Path) -> None:
    """A tray that leaves while the icon is put into it once kept the agent waiting for ever."""
    said = beside_a_tray(tmp_path, _LATE, timeout=30)
    assert said.stdout == "not kept waiting\n", said.stderr


_MANY = """
import threading
import agent.desktop.tray as tray

shown = tray.SystemTray()
icon, _ = shown._found()

def speak(icon):
    icon.visible = True

    def many(name):
        for count in range(60):
            icon.title = f'{name} {count}'
            icon.icon = shown._drawn(64, False)

    speakers = [threading.Thread(target=many, args=(name,)) for name in 'abc']
    for each in speakers:
        each.start()
    for each in speakers:
        each.join()
    print('all said', flush=True)
    icon.stop()

icon.run(setup=speak)
print('ended')
"""


@needs_a_desktop
def test_many_threads_speak_to_an_icon_and_it_does_not_hang(tmp_path: Path) -> None:
    """One connection for several threads once left the icon's own waiting for an answer that had come."""
    said = beside_a_tray(tmp_path, _MANY, timeout=60)
    assert said.stdout == "all said\nended\n", said.stderr
