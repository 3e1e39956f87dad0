"""The whole way on a real desktop: from the reminder, by the tray's menu and the keyboard, to a green icon.

All is real but eHealth and the chip: this agent's programs, panel, notification daemon, password vault, PKCS#11.
eHealth is the sandbox on loopback, the eID a SoftHSM2 token.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.sandbox.software_card import Generation
from installer.screen import x_server
from tests.desktop.seat import AMBER, GREEN, Seat, debians_gtk, needs_a_desktop
from tests.desktop.session import home, session, until
from tests.journeys.practice import PASSWORD
from tests.journeys.test_terminal import AGENT, Desk

_KEYRING = "sh -c 'exec gnome-keyring-daemon --foreground --unlock --components=secrets < \"$HOME/keyring\"'"
_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_XFCE = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
"""


_NEVER_QUIET = "[reminders]\nquiet_from = '00:00'\nquiet_until = '00:00'\n"


@dataclass(frozen=True)
class Panel:
    """Where the icon is. `button` of the mouse opens its menu."""

    backend: str
    command: str
    button: int

    def tooltip(self, seat: Seat) -> str:
        """Of the icon: the name of its window; over D-Bus where it has none."""
        if self.backend == "gtk":
            return seat.windows()
        name, _, path = _property(seat, _WATCHER, "/StatusNotifierWatcher", "RegisteredStatusNotifierItems").partition(
            "/"
        )
        return _property(seat, name, f"/{path}", "Title", _ITEM)


def _property(seat: Seat, name: str, path: str, wanted: str, interface: str = _WATCHER) -> str:
    get = "org.freedesktop.DBus.Properties.Get"
    command = ["dbus-send", "--print-reply", f"--dest={name}", path, get, f"string:{interface}", f"string:{wanted}"]
    found = re.search(r'string "(.*)"', seat.asked(*command))
    return found[1] if found else ""


TRAYER = Panel("gtk", "trayer --edge top --align left --height 32", 3)
XFCE = Panel("appindicator", "xfce4-panel", 1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Generation.P_384)
    with desk.config.open("a") as config:
        config.write(_NEVER_QUIET)
    yield desk
    desk.close()


class EarlyDesk(Desk):
    """Half a year before the end."""

    days_left = 170


@pytest.fixture
def early_desk(tmp_path: Path) -> Iterator[Desk]:
    desk = EarlyDesk(tmp_path, Generation.P_384)
    with desk.config.open("a") as config:
        config.write(_NEVER_QUIET)
    yield desk
    desk.close()


@contextmanager
def seated(desk: Desk, panel: Panel) -> Iterator[Seat]:
    """A person at a desktop with this panel; the password of the keystore is in the vault."""
    own = desk.folder / "home"
    own.mkdir()
    environ = home(own) | dict(desk.card.env) | debians_gtk(desk.folder / "gtk", panel.backend)
    (own / "keyring").write_text("test")
    xfce = own / "config" / "xfce4" / "xfconf" / "xfce-perchannel-xml" / "xfce4-panel.xml"
    xfce.parent.mkdir(parents=True)
    xfce.write_text(_XFCE)
    with (
        x_server("1280x800x24") as display,
        session(environ | {"DISPLAY": display}, _KEYRING, "dunst", "xfwm4 --compositor=off", panel.command) as inside,
    ):
        seat = Seat(inside)
        until(lambda: _owned(seat, "org.freedesktop.secrets"), "the vault is open")
        store = [*AGENT, "--config", str(desk.config), "password", "set", str(desk.keystore), "--password-stdin"]
        told = subprocess.run(store, env=inside, input=PASSWORD.reveal(), text=True, capture_output=True, check=False)
        assert told.returncode == 0, told.stderr
        try:
            yield seat
        except AssertionError:
            seat.keep_picture(desk.folder / "failed.png")
            raise


def _owned(seat: Seat, name: str) -> bool:
    call = "org.freedesktop.DBus.NameHasOwner"
    return "boolean true" in seat.asked(
        "dbus-send", "--print-reply", "--dest=org.freedesktop.DBus", "/", call, f"string:{name}"
    )


@contextmanager
def resident(desk: Desk, seat: Seat) -> Iterator[None]:
    """`ehealth-agent run`, which ends well when it is told to."""
    errors = desk.folder / "errors"
    with errors.open("wb") as file:
        child = subprocess.Popen([*AGENT, "--config", str(desk.config), "run"], env=seat.environ, stderr=file)
        try:
            yield
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
        finally:
            child.kill()
            child.wait()
    assert "Traceback" not in errors.read_text()


def _needs(panel: Panel) -> None:
    wanted = ("gnome-keyring-daemon", "xfwm4", "dbus-send", panel.command.split()[0])
    if missing := [name for name in wanted if shutil.which(name) is None]:
        pytest.skip(f"needs {', '.join(missing)}")


@needs_a_desktop
@pytest.mark.parametrize("panel", [TRAYER, XFCE], ids=lambda panel: panel.backend)
def test_from_the_reminder_to_a_green_icon(desk: Desk, panel: Panel) -> None:
    _needs(panel)
    with seated(desk, panel) as seat, resident(desk, seat):
        until(lambda: seat.sees(AMBER), "the icon counts the days")
        until(lambda: "GROEP DE BRUG: 45 days left" in panel.tooltip(seat), "it has its words")
        seat.point(AMBER)
        until(seat.sees_a_tooltip, "they are shown")
        seat.asked("dunstctl", "close-all")
        until(lambda: seat.notifications() == ["eHealth certificate: 45 days left"], "the practice is reminded")

        seat.click(panel.button)
        seat.press("Down", "Return")
        until(lambda: seat.has_the_keyboard("Renew this certificate"), "the window has the keyboard")
        seat.press("Tab", "shift+Tab", "Return")
        until(lambda: seat.has_the_keyboard("The contract"), "the eID was read")
        seat.press("End")
        until(lambda: _goes_to(seat, "alt+a", "The PIN of the eID"), "it was read to its end, and is accepted")
        seat.type(desk.card.pin)
        seat.press("Return")
        until(lambda: seat.has_the_keyboard("Renewed"), "the new keystore is there")
        seat.press("Tab", "space")
        until(lambda: seat.has_the_keyboard("Ready"), "the new encryption key has taken over")
        seat.press("Return")

        until(lambda: seat.sees(GREEN), "all is well")
        until(lambda: " days left" in panel.tooltip(seat) and "45 days" not in panel.tooltip(seat), "until when")
    (new,) = (path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    renewed = Pkcs12Keystores().read(new, PASSWORD).authentication
    assert renewed is not None
    assert renewed.certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1090)


@needs_a_desktop
def test_half_a_year_ahead_from_the_quiet_reminder_to_the_person_s_word(early_desk: Desk) -> None:
    desk = early_desk
    _needs(TRAYER)
    command = [*AGENT, "--config", str(desk.config)]
    with ExitStack() as stack:
        seat = stack.enter_context(seated(desk, TRAYER))
        seat.asked(*command, "check")  # as on the day before
        stack.enter_context(resident(desk, seat))
        until(lambda: seat.sees(GREEN), "nothing is urgent")
        until(lambda: _is_told(seat, "Before the next renewal"), "it is told quietly")

        seat.point(GREEN)
        seat.click(TRAYER.button)
        seat.press("Down", "Return")
        until(lambda: seat.has_the_keyboard("Ready for the next renewal?"), "the window has the keyboard")
        until(lambda: _goes_to(seat, "alt+w", "Whom the eID may act for"), "all has been looked at")
        seat.press("Return")
        until(lambda: seat.has_the_keyboard("The PIN of the eID"), "the eID was read")
        seat.type(desk.card.pin)
        seat.press("Return")
        until(lambda: seat.has_the_keyboard("Ready for the next renewal?"), "eHealth has answered")
        seat.press("alt+r", "Escape")
        until(lambda: "Ready" not in seat.windows(), "it is closed")
        told = json.loads(seat.asked(*command, "ready", "--json"))
    (contact,) = (check for check in told["checks"] if check["topic"] == "ehealth.contact")
    assert contact["mark"] == "fine", contact


def _is_told(seat: Seat, title: str) -> bool:
    seat.asked("dunstctl", "close-all")
    return title in seat.notifications()


def _goes_to(seat: Seat, key: str, title: str) -> bool:
    """The key does nothing before the page allows it."""
    seat.press(key)
    return seat.has_the_keyboard(title)
