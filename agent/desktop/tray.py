"""The tray icon: pystray, imported only where there is a display. Without a tray the agent goes on."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from agent.core.menu import SEPARATOR, Act, Choice, Item, Mark, Sign
from agent.core.reminders import Reminder
from agent.text import _

NAME = "ehealth-certificate-agent"
STATUS = Choice(Act.STATUS)

_FIRST_TRIES, _FIRST_PAUSE_S, _PAUSE_S = 5, 5.0, 60.0
_SIZE = 64

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Face:
    """All that the tray shows."""

    sign: Sign
    tooltip: str
    menu: tuple[Item, ...]


def first_face() -> Face:
    """Before anything is known. A menu without a line is no menu for AppIndicator, which then shows no icon either."""
    text = _("Looking at the keystores …")
    return Face(Sign(Mark.BUSY), text, (Item(text),))


class Tray(Protocol):
    def tell(self, choose: Callable[[Choice], None], missing: Callable[[], None]) -> None:
        """Whom to tell, from other threads.

        Args:
            choose: what the person chose.
            missing: there is no tray, after having waited for one as long as a login takes; called once.
        """

    def run(self, begin: Callable[[], None]) -> None:
        """Show the icon until `stop`. Only in the main thread.

        Args:
            begin: done once, in a thread of its own, as soon as the icon is there, or is not to be had yet.
        """

    def show(self, face: Face) -> None:
        """From any thread."""

    def notify(self, reminder: Reminder) -> bool:
        """A notification of the tray's own. False where it has none."""

    def stop(self) -> None:
        """From any thread."""


def has_screen() -> bool:
    """This session has one, as far as its environment tells; without one there can be neither icon nor window."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class NoTray:
    """For who wants none, and where there is no screen."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def tell(self, choose: Callable[[Choice], None], missing: Callable[[], None]) -> None:
        pass

    def run(self, begin: Callable[[], None]) -> None:
        threading.Thread(target=begin, name="begin", daemon=True).start()
        self._stopped.wait()

    def show(self, face: Face) -> None:
        pass

    def notify(self, reminder: Reminder) -> bool:  # noqa: ARG002
        return False

    def stop(self) -> None:
        self._stopped.set()


class SystemTray:
    def __init__(self) -> None:
        self._choose: Callable[[Choice], None] = lambda _choice: None
        self._missing: Callable[[], None] = lambda: None
        self._begin: Callable[[], None] | None = None
        self._face = first_face()
        self._icon: Any = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def tell(self, choose: Callable[[Choice], None], missing: Callable[[], None]) -> None:
        self._choose, self._missing = choose, missing

    def run(self, begin: Callable[[], None]) -> None:
        self._begin = begin
        tries = 0
        had_icon = False
        while not self._stopped.is_set():
            icon, has_display = self._found()
            if icon is not None:
                had_icon, tries = True, 0
                if hasattr(icon, "when_alone"):
                    icon.when_alone(_FIRST_TRIES * _FIRST_PAUSE_S, self._missing)
                icon.run(setup=self._setup)
                self._icon = None
            elif tries == _FIRST_TRIES:
                if had_icon and not has_display:
                    _log.info("The display is gone: the session has ended.")
                    return
                if not had_icon:
                    self._missing()
            self._begin_once()
            tries += 1
            self._stopped.wait(_FIRST_PAUSE_S if tries <= _FIRST_TRIES else _PAUSE_S)

    def show(self, face: Face) -> None:
        with self._lock:
            icon, before, self._face = self._icon, self._face, face
            if icon is None or not icon.visible:
                return
            icon.title = face.tooltip
            if face.sign != before.sign:
                icon.icon = self._drawn(_SIZE, is_dark_panel())
            if face.menu != before.menu:
                icon.menu = self._menu(face.menu)

    def notify(self, reminder: Reminder) -> bool:
        icon = self._icon
        if icon is None or not icon.HAS_NOTIFICATION:
            return False
        return icon.notify(reminder.text, reminder.title) is not False  # pystray's own do not say

    def stop(self) -> None:
        icon, was_stopped = self._icon, self._stopped.is_set()
        self._stopped.set()
        if icon is not None and not was_stopped:  # not in the icon's own thread: it may be what was just clicked on
            threading.Thread(target=icon.stop, name="stop", daemon=True).start()

    def _found(self) -> tuple[Any, bool]:
        """An icon where there is a tray for it, and whether there is a display at all."""
        icon_class, has_display = _icon_class()
        if icon_class is None:
            return None, has_display
        with self._lock:
            picture = self._drawn(_SIZE, is_dark_panel())
            self._icon = icon_class(NAME, picture, self._face.tooltip, self._menu(self._face.menu))
            self._icon.drawn = self._drawn
        return self._icon, True

    def _setup(self, icon: Any) -> None:
        with self._lock:
            icon.visible = True
        self._begin_once()
        if getattr(icon, "is_left_alone", False):
            icon.stop()

    def _begin_once(self) -> None:
        begin, self._begin = self._begin, None
        if begin is not None:
            threading.Thread(target=begin, name="begin", daemon=True).start()

    def _drawn(self, size: int, dark_panel: bool) -> Any:
        from agent.desktop.icon import picture

        return picture(self._face.sign, size, dark_panel)

    def _menu(self, items: Sequence[Item]) -> Any:
        """The lines, and one that nobody sees: what a click on the icon itself does."""
        import pystray

        click = pystray.MenuItem("", lambda: self._choose(STATUS), default=True, visible=False)
        return pystray.Menu(*map(self._entry, items), click)

    def _entry(self, item: Item) -> Any:
        import pystray

        if item == SEPARATOR:
            return pystray.Menu.SEPARATOR
        text = item.text.replace("&", "&&") if sys.platform == "win32" else item.text
        if item.items:
            return pystray.MenuItem(text, pystray.Menu(*map(self._entry, item.items)))
        choice = item.choice
        if choice is None:
            return pystray.MenuItem(text, None, enabled=False)
        return pystray.MenuItem(text, lambda: self._choose(choice))


def _icon_class() -> tuple[Any, bool]:
    """The kind of icon that this desktop's tray shows, None where there is no tray, and whether there is a display."""
    pystray = _pystray()
    if pystray is None:
        return None, False
    if pystray.Icon.__module__ in ("pystray._gtk", "pystray._appindicator"):
        from agent.desktop.tray_gtk import mended

        return mended(pystray.Icon), True
    if pystray.Icon.__module__ != "pystray._xorg":
        return pystray.Icon, True
    from Xlib.error import DisplayError

    from agent.desktop.tray_x11 import X11Icon, has_tray

    try:
        return (X11Icon, True) if has_tray() else (None, True)
    except (DisplayError, OSError):
        return None, False


_KINDS = {"_gtk": "GTK", "_appindicator": "AppIndicator", "tray_x11": "X11", "_win32": "Windows", "_darwin": "macOS"}


def tray_kind() -> str | None:
    """The kind of tray that shows icons here, by name; None where there is none."""
    icon_class, _has_display = _icon_class()
    if icon_class is None:
        return None
    module = str(icon_class.__module__).rpartition(".")[2]
    return _KINDS.get(module, module)


def _pystray() -> ModuleType | None:
    """The library with a backend that works here, or None: on import it looks for a display."""
    try:
        import pystray
    except Exception as problem:  # noqa: BLE001 - each backend lets through what its own libraries raise
        _log.debug("No tray: %s", problem)
        return None
    return pystray  # type: ignore[no-any-return]


def is_dark_panel() -> bool:
    """The panel is dark, as far as the system tells; most are."""
    if sys.platform == "win32":
        import winreg

        place = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, place) as key:
                return not winreg.QueryValueEx(key, "SystemUsesLightTheme")[0]
        except OSError:
            return True
    return True
