"""The resident on a real desktop: `ehealth-agent run` under Xvfb, with a tray and a notification daemon."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from installer.screen import x_server
from tests.desktop.seat import AMBER, WARNING, Seat, debians_gtk, needs_a_desktop
from tests.desktop.session import session, until
from tests.desktop.watched import Resident

STATUS = "eHealth certificates"

_HEAVY = (
    *("cryptography", "PyKCS11", "keyring", "lxml", "asn1crypto", "httpx", "ssl", "plyer", "tkinter", "rich"),
    *("phonenumbers", "email_validator", "zxcvbn", "_hashlib"),
)


@needs_a_desktop
def test_a_day_on_the_desktop(resident: Resident) -> None:
    """Icon, tooltip, reminder; a click and a second start show the status, which ends the agent and starts it again."""
    with (
        x_server("1024x768x24") as display,
        session(
            resident.environ | {"DISPLAY": display},
            "dunst",
            "trayer --edge top --align right --width 30 --height 32",
        ) as environ,
        resident.running(environ) as child,
    ):
        seat = Seat(environ)
        until(lambda: "GROEP DE BRUG: 45 days left" in seat.windows(), "the icon has its tooltip")
        until(lambda: resident.said("Told: eHealth certificate: 45 days left"), "the reminder is due")
        until(lambda: "Currently displayed: 1" in seat.asked("dunstctl", "count"), "dunst shows it")
        seat.asked("dunstctl", "close-all")
        assert seat.notifications() == ["eHealth certificate: 45 days left"]
        seat.point(AMBER)
        assert subprocess.run(resident.command(), env=environ, check=False, timeout=60).returncode == 0
        until(lambda: status_windows(seat) == 1, "a second start shows the status")
        seat.click(1)
        until(lambda: status_windows(seat) == 2, "a click shows the status")
        seat.press_in(STATUS, "Escape")
        until(lambda: status_windows(seat) == 1, "one is closed")
        seat.press_in(STATUS, "alt+q")
        until(lambda: child.poll() == 0, "the status window ends it")
        until(lambda: seat.sees(WARNING, anywhere=True), "it says that nobody watches")
        seat.press_in(STATUS, "alt+s")
        until(lambda: "45 days left" in seat.windows(), "the status window starts it again")
        until(lambda: not seat.sees(WARNING, anywhere=True), "somebody watches again")
        seat.press_in(STATUS, "alt+q")
        until(lambda: resident.log.count("The agent ends.") == 2, "it ends again")


def status_windows(seat: Seat) -> int:
    return seat.names().count(STATUS)


@needs_a_desktop
def test_a_tray_may_come_late_and_go(resident: Resident) -> None:
    with (
        x_server("1024x768x24") as display,
        session(resident.environ | {"DISPLAY": display}, "dunst") as environ,
        resident.running(environ),
    ):
        seat = Seat(environ)
        until(lambda: resident.said("Told: eHealth certificate"), "it reminds without a tray")
        for _ in range(2):
            tray = subprocess.Popen(["trayer"], env=environ, stderr=subprocess.DEVNULL)
            until(lambda: "45 days left" in seat.windows(), "it finds the tray")
            tray.terminate()
            tray.wait()
            until(lambda: "45 days left" not in seat.windows(), "the icon goes with the tray")


@needs_a_desktop
def test_passing_on_from_the_menu_of_a_gtk_tray(resident: Resident, tmp_path: Path) -> None:
    """The menu is opened with the mouse and gone through with the keyboard; the message is in the clipboard."""
    resident.environ |= debians_gtk(tmp_path / "gtk", "gtk")
    with (
        x_server("1024x768x24") as display,
        session(
            resident.environ | {"DISPLAY": display}, "dunst", "trayer --edge top --align left --height 32"
        ) as environ,
        resident.running(environ),
    ):
        seat = Seat(environ)
        seat.point(AMBER)
        seat.click(3)
        seat.press("Down", "Down", "Return")
        until(lambda: "For the person with the eID" in "\n".join(seat.names()), "the message is shown")
        until(lambda: "certificate of GROEP DE BRUG" in pasted(seat), "the message can be pasted elsewhere")


def pasted(seat: Seat) -> str:
    """The clipboard, as another program has it."""
    return seat.asked(sys.executable, "-c", "import tkinter; print(tkinter.Tk().clipboard_get())")


def test_it_knows_no_secret_and_stays_small() -> None:
    """All that it imports, in a process that did nothing else."""
    program = (
        "import sys; sys.modules['ssl'] = None\n"
        "import agent.cli.running, agent.desktop.resident, agent.desktop.hints, agent.desktop.scheduler\n"
        "import agent.adapters.journal_sqlite, agent.adapters.clock_system, agent.adapters.notify_plyer\n"
        "import agent.desktop.icon, agent.desktop.memory, agent.wiring\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.partition(".")[0] in _HEAVY and name != "ssl"] == []
