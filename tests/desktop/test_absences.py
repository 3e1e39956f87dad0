"""No screen, no D-Bus, no tray, no vault: the agent still watches, says what is missing, and its commands work.

A tray that is missing is in `test_tray.py`, and one that comes late in `test_desktop.py`.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.sandbox.software_card import Generation
from installer.screen import x_server
from tests.desktop.seat import AMBER, Seat, needs_a_desktop
from tests.desktop.session import home, session, until
from tests.desktop.watched import Resident
from tests.journeys.practice import PASSWORD
from tests.journeys.test_terminal import AGENT, Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal; terminals are files")

NO_SCREEN = "This session has no screen: there is no icon and no window. The agent watches all the same."
NO_VAULT = "This computer's password vault cannot be used: there is none that keeps passwords safe."


@pytest.mark.parametrize("arguments", [(), ("--no-tray",)])
def test_without_anything_it_watches_and_says_what_is_missing(resident: Resident, arguments: tuple[str, ...]) -> None:
    with resident.running(resident.environ, *arguments):
        until(lambda: resident.said("Told: eHealth certificate: 45 days left"), "the reminder is in the log")
        until(lambda: resident.said("That could be shown nowhere"), "and that it is only there")
        assert resident.log.count(NO_SCREEN) == 1
        second = subprocess.run(
            resident.command(*arguments), env=resident.environ, capture_output=True, text=True, check=False
        )
        assert (second.returncode, second.stdout) == (0, "The agent is already running.\n")
        (keystore,) = resident.keystores.iterdir()
        shutil.copy(keystore, keystore.with_name("copy.p12"))
        until(lambda: resident.said("copy.p12 is not known here. " + NO_VAULT), "it sees the new file")
    assert "ERROR" not in resident.log
    assert "Traceback" not in resident.log


@needs_a_desktop
def test_without_d_bus_a_window_reminds(resident: Resident) -> None:
    """There is an icon, but the desktop takes no notification."""
    with x_server("1024x768x24") as display:
        seat = Seat(resident.environ | {"DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
        tray = subprocess.Popen(["trayer", "--edge", "top", "--height", "32"], env=seat.environ)
        try:
            with resident.running(seat.environ):
                until(lambda: seat.sees(AMBER), "days are counted")
                until(lambda: "eHealth certificates" in seat.names(), "the status is shown")
        finally:
            tray.terminate()
            tray.wait()
    assert "ERROR" not in resident.log


@needs_a_desktop
def test_without_a_screen_of_its_own_the_desktop_still_tells(resident: Resident) -> None:
    """As from a service: the session's bus is known, its screen is not."""
    with (
        x_server("1024x768x24") as display,
        session(resident.environ | {"DISPLAY": display}, "dunst") as environ,
        resident.running({name: value for name, value in environ.items() if name != "DISPLAY"}),
    ):
        seat = Seat(environ)
        until(lambda: "Currently displayed: 1" in seat.asked("dunstctl", "count"), "dunst shows it")
        assert resident.said(NO_SCREEN)


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Terminal:
    """A person at a terminal, in a session without screen, D-Bus and vault."""

    def __init__(self, desk: Desk) -> None:
        own = desk.folder / "home"
        own.mkdir()
        self._desk = desk
        self._environ = home(own) | dict(desk.card.env) | {"COLUMNS": "200"}

    def run(self, *arguments: str | Path, told: Sequence[tuple[str, str]] = ()) -> tuple[int, str]:
        """Type `told`: at each question, what is answered. Gives the exit code, and all that is on the screen."""
        own, its = pty.openpty()
        command = [*AGENT, "--config", str(self._desk.config), *map(str, arguments)]
        child = subprocess.Popen(command, env=self._environ, stdin=its, stdout=its, stderr=its, start_new_session=True)
        os.close(its)
        shown, at, questions = "", 0, list(told)
        end = time.monotonic() + 60
        try:
            while True:
                assert select.select([own], [], [], max(0, end - time.monotonic()))[0], shown
                try:
                    read = os.read(own, 65536)
                except OSError:  # Linux says so of a terminal that nobody has open any more
                    break
                if not read:
                    break
                shown += read.decode(errors="replace")
                if questions and (found := shown.find(questions[0][0], at)) >= 0:
                    at = found + len(questions[0][0])
                    time.sleep(0.1)  # getpass forgets what was typed before it asks
                    os.write(own, f"{questions.pop(0)[1]}\n".encode())
            return child.wait(20), shown.replace("\r\n", "\n")
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                child.wait()
            os.close(own)


def test_a_terminal_alone_is_enough(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Generation.P_384)
    try:
        _a_terminal_is_enough(desk, Terminal(desk))
    finally:
        desk.close()


def _a_terminal_is_enough(desk: Desk, terminal: Terminal) -> None:
    password, name = PASSWORD.reveal(), desk.keystore.name
    code, shown = terminal.run("check")
    assert code == 3
    assert NO_VAULT in shown

    code, shown = terminal.run("status")
    assert code == 0
    assert NO_VAULT in shown
    assert "password set" not in shown, "what cannot be stored is not asked for"

    code, shown = terminal.run("status", "--password-stdin", told=[("the keystore's password: ", password)])
    assert code == 0
    assert "GROEP DE BRUG" in shown
    assert "45 days left" in shown
    assert password not in shown, "nobody reads along"

    answers = [
        (f"Password of {name}: ", password),
        ("Renew this keystore? [y/N] ", "y"),
        ("Has any of that changed? [y/N] ", ""),
        ("Do you accept this contract? [y/N] ", "y"),
        ("PIN of the eID: ", desk.card.pin),
    ]
    code, shown = terminal.run("renew", desk.keystore, "--activate", told=answers)
    assert code == 0, shown
    assert NO_VAULT in shown
    assert "Your computer is now ready to use eHealth applications." in shown
    assert password not in shown
    (new,) = (path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    assert Pkcs12Keystores().read(new, PASSWORD).authentication

    code, shown = terminal.run("check", "--password-stdin", told=[("the keystore's password: ", password)])
    assert code == 0, shown
