"""The resident on a real desktop: `ehealth-agent run` under Xvfb, with a tray and a notification daemon."""

from __future__ import annotations

import subprocess
import sys

from installer.screen import x_server
from tests.desktop.seat import AMBER, Seat, needs_a_desktop
from tests.desktop.session import session, until
from tests.desktop.watched import Resident

_HEAVY = ("cryptography", "PyKCS11", "keyring", "lxml", "asn1crypto", "httpx", "ssl", "plyer", "tkinter", "rich")


@needs_a_desktop
def test_a_day_on_the_desktop(resident: Resident) -> None:
    """Icon, tooltip, reminder; a click and a second start show the status; it ends when it is told to."""
    with (
        x_server("1024x768x24") as display,
        session(
            resident.environ | {"DISPLAY": display},
            "dunst",
            "trayer --edge top --align right --width 30 --height 32",
        ) as environ,
        resident.running(environ),
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


def status_windows(seat: Seat) -> int:
    return seat.names().count("eHealth certificates")


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
