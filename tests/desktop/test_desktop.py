"""The resident on a real desktop: `ehealth-agent run` under Xvfb, with a tray and a notification daemon."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.journal_sqlite import SqliteJournal
from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.watch.look import Look
from installer.screen import x_server
from tests.desktop.seat import AMBER, Seat, needs_a_desktop
from tests.desktop.session import home, session, until
from tests.fakes import FakeClock, MemoryVault
from tests.journeys.practice import PASSWORD, Practice

_HEAVY = ("cryptography", "PyKCS11", "keyring", "lxml", "asn1crypto", "httpx", "ssl", "plyer", "tkinter", "rich")


@dataclass
class Resident:
    """A user whose keystore has 45 days left; its password is not asked for, because the last look knows the file."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ |= home(self.folder)
        practice = Practice(self.folder, clock=FakeClock(datetime.now(UTC) + timedelta(minutes=5)))
        keystores = practice.path.parent
        self.state = self.folder / "data" / "ehealth-certificate-agent"
        vault = MemoryVault({practice.path: PASSWORD})
        Look(Pkcs12Keystores(), vault, SqliteJournal(self.state / "journal.sqlite3")).in_folders([keystores], ["*.p12"])
        config = self.folder / "config" / "ehealth-certificate-agent" / "config.toml"
        config.parent.mkdir()
        nowhere = "http://127.0.0.1:9"
        config.write_text(
            f"[watch]\nfolders = ['{keystores}']\n"
            "[reminders]\nquiet_from = '00:00'\nquiet_until = '00:00'\n"
            f"[services]\nproduction = '{nowhere}'\nacceptance = '{nowhere}'\n"
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-X", "faulthandler", "-m", "agent", "run", *arguments]

    @contextmanager
    def running(self, environ: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Ends it as a session does, and holds it to ending well."""
        child = subprocess.Popen(self.command(*arguments), env=environ)
        try:
            until(lambda: self.said("starts."), "it starts")
            yield child
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
            assert self.said("The agent ends.")
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGABRT)  # tells where each thread is
                child.wait()

    @property
    def log(self) -> str:
        path = self.state / "agent.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def said(self, text: str) -> bool:
        return text in self.log


@pytest.fixture
def resident(tmp_path: Path) -> Resident:
    return Resident(tmp_path)


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


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
@pytest.mark.parametrize("arguments", [(), ("--no-tray",)])
def test_without_display_d_bus_and_keyring_it_watches_and_says_so(
    resident: Resident, arguments: tuple[str, ...]
) -> None:
    with resident.running(resident.environ, *arguments):
        until(lambda: resident.said("Told: eHealth certificate: 45 days left"), "the reminder is in the log")
        until(lambda: resident.said("The window could not be opened"), "nobody could be told otherwise")
        second = subprocess.run(
            resident.command("--no-tray"), env=resident.environ, capture_output=True, text=True, check=False
        )
        assert second.stdout == "The agent is already running.\n"


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
