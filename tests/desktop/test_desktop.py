"""The resident on a real desktop: `ehealth-agent run` under Xvfb, with a tray and a notification daemon."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from agent.adapters.journal_sqlite import SqliteJournal
from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.watch.look import Look
from installer.screen import x_server
from tests.desktop.session import home, session, until
from tests.fakes import FakeClock, MemoryVault
from tests.journeys.practice import PASSWORD, Practice

PROGRAMS = ("Xvfb", "dbus-run-session", "dunst", "dunstctl", "notify-send", "trayer", "xdotool", "xwininfo", "import")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
if find_spec("_tkinter") is None:
    MISSING.append("python3-tk")
needs_a_desktop = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")

AMBER = (255, 184, 28)
WARNING = (255, 209, 102)
"""The ground of what must not be overlooked, in a window."""
DEBIANS_GI = Path("/usr/lib/python3/dist-packages/gi")

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

    def windows(self, environ: dict[str, str]) -> str:
        return asked(environ, "xwininfo", "-root", "-tree")


def asked(environ: dict[str, str], *command: str) -> str:
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False).stdout


def shows(environ: dict[str, str], colour: tuple[int, int, int]) -> bool:
    """Somewhere on the screen, as a picture of it tells."""
    from PIL import Image

    picture = Path(environ["HOME"]) / "screen.png"
    subprocess.run(["import", "-window", "root", str(picture)], env=environ, check=True)
    with Image.open(picture) as image:
        colours = [each for _, each in image.convert("RGB").getcolors(1_000_000) or () if isinstance(each, tuple)]
    return any(max(abs(a - b) for a, b in zip(each, colour, strict=True)) < 8 for each in colours)


@pytest.fixture
def resident(tmp_path: Path) -> Resident:
    return Resident(tmp_path)


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
        until(lambda: "GROEP DE BRUG: 45 days left" in resident.windows(environ), "the icon has its tooltip")
        until(lambda: resident.said("Told: eHealth certificate: 45 days left"), "the reminder is due")
        until(lambda: "Currently displayed: 1" in asked(environ, "dunstctl", "count"), "dunst shows it")
        subprocess.run(["dunstctl", "close-all"], env=environ, check=True)
        (shown,) = json.loads(asked(environ, "dunstctl", "history"))["data"][0]
        assert shown["summary"]["data"] == "eHealth certificate: 45 days left"
        until(lambda: shows(environ, AMBER), "days are counted")
        icon = asked(environ, "xdotool", "search", "--onlyvisible", "--name", "GROEP DE BRUG: 45 days").split()[0]
        assert subprocess.run(resident.command(), env=environ, check=False, timeout=60).returncode == 0
        until(lambda: status_windows(environ) == 1, "a second start shows the status")
        subprocess.run(["xdotool", "mousemove", "--window", icon, "12", "12", "click", "1"], env=environ, check=True)
        until(lambda: status_windows(environ) == 2, "a click shows the status")
        press(environ, "alt+q")
        until(lambda: child.poll() == 0, "the status window ends it")
        until(lambda: shows(environ, WARNING), "it says that nobody watches")
        press(environ, "alt+s")
        until(lambda: "45 days left" in resident.windows(environ), "the status window starts it again")
        until(lambda: not shows(environ, WARNING), "somebody watches again")
        press(environ, "alt+q")
        until(lambda: resident.log.count("The agent ends.") == 2, "it ends again")


def press(environ: dict[str, str], key: str) -> None:
    """In a status window."""
    window = asked(environ, "xdotool", "search", "--onlyvisible", "--name", "^eHealth certificates$").split()[0]
    subprocess.run(["xdotool", "windowfocus", "--sync", window, "key", key], env=environ, check=True)


def visible_names(environ: dict[str, str]) -> str:
    windows = asked(environ, "xdotool", "search", "--onlyvisible", "--name", ".+").split()
    return "\n".join(asked(environ, "xdotool", "getwindowname", window) for window in windows)


def status_windows(environ: dict[str, str]) -> int:
    return len(asked(environ, "xdotool", "search", "--onlyvisible", "--name", "^eHealth certificates$").split())


@needs_a_desktop
def test_a_tray_may_come_late_and_go(resident: Resident) -> None:
    with (
        x_server("1024x768x24") as display,
        session(resident.environ | {"DISPLAY": display}, "dunst") as environ,
        resident.running(environ),
    ):
        until(lambda: resident.said("Told: eHealth certificate"), "it reminds without a tray")
        for _ in range(2):
            tray = subprocess.Popen(["trayer"], env=environ, stderr=subprocess.DEVNULL)
            until(lambda: "45 days left" in resident.windows(environ), "it finds the tray")
            tray.terminate()
            tray.wait()
            until(lambda: "45 days left" not in resident.windows(environ), "the icon goes with the tray")


def gtk(folder: Path) -> dict[str, str]:
    """Lets pystray find Debian's GTK, where this Python is of Debian's version."""
    folder.mkdir()
    (folder / "gi").symlink_to(DEBIANS_GI)
    environ = {"PYTHONPATH": str(folder), "PYSTRAY_BACKEND": "gtk"}
    program = "import gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk"
    found = subprocess.run([sys.executable, "-c", program], env=os.environ | environ, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("needs Debian's python3-gi and gir1.2-gtk-3.0, for this version of Python")
    return environ


@needs_a_desktop
def test_the_menu_of_a_gtk_tray(resident: Resident, tmp_path: Path) -> None:
    """Opened with the mouse, gone through with the keyboard: renewing opens its window, and passing on copies."""
    resident.environ |= gtk(tmp_path / "gtk")
    with (
        x_server("1024x768x24") as display,
        session(
            resident.environ | {"DISPLAY": display}, "dunst", "trayer --height 32 --edge bottom --align left"
        ) as environ,
        resident.running(environ),
    ):
        until(lambda: shows(environ, AMBER), "days are counted")
        open_menu = ["xdotool", "mousemove", "16", "752", "click", "3", "sleep", "0.5"]
        subprocess.run(open_menu, env=environ, check=True)
        subprocess.run(["xdotool", "key", "Down", "Return"], env=environ, check=True)
        until(lambda: "password – eHealth certificate" in visible_names(environ), "the window opens")
        subprocess.run(open_menu, env=environ, check=True)
        subprocess.run(["xdotool", "key", "Down", "Down", "Return"], env=environ, check=True)
        until(lambda: "For the person with the eID" in visible_names(environ), "the message is shown")
        until(lambda: "certificate of GROEP DE BRUG" in pasted(environ), "the message can be pasted elsewhere")


def pasted(environ: dict[str, str]) -> str:
    """The clipboard, as another program has it."""
    return asked(environ, sys.executable, "-c", "import tkinter; print(tkinter.Tk().clipboard_get())")


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
