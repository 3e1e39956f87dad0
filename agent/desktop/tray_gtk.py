"""pystray's icons over GTK, mended: people see the tooltip, and nothing in it needs a notification daemon.

pystray 0.19.5 calls the daemon when an icon begins and when it ends, so that without one, or without D-Bus, the program
ended with it; it gives a GTK icon a title, which only screen readers read, and an AppIndicator no words at all for its
picture; and it takes Ctrl-C for itself. Whether a panel shows the icon it does not say.

Source: freedesktop.org, Desktop Notifications Specification; System Tray Protocol;
libayatana-appindicator, `connected`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gi.repository import GLib
from pystray._util.gtk import mainloop
from pystray._util.notify_dbus import Notifier


class _Mended:
    """What both have in common."""

    title: str
    _icon_path: str | None
    _mark_ready: Callable[[], None]
    _remove_fs_icon: Callable[[], None]

    def notify(self, message: str, title: str | None = None) -> bool:
        """False where no daemon takes it. From any thread."""
        try:
            Notifier().notify(title or self.title, message, self._icon_path)
        except (GLib.Error, OSError):
            return False
        return True

    def when_alone(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` once where no panel shows the icon after so long."""

        def look() -> bool:
            if not self._is_docked():
                act()
            return False

        GLib.timeout_add(round(seconds * 1000), look)

    def _is_docked(self) -> bool:
        from Xlib.error import DisplayError

        from agent.desktop.tray_x11 import has_tray

        try:
            return has_tray()
        except (DisplayError, OSError):
            return False

    def _initialize(self) -> None:
        self._mark_ready()

    def _finalize(self) -> None:
        self._remove_fs_icon()


def mended(backend: Any) -> Any:
    """The icon class of `backend`, pystray's, with the above."""
    return {"pystray._gtk": _gtk, "pystray._appindicator": _appindicator}[backend.__module__](backend)


def _gtk(backend: Any) -> Any:
    class GtkIcon(_Mended, backend):  # type: ignore[misc]
        @mainloop  # type: ignore[untyped-decorator]
        def _update_title(self) -> None:
            self._status_icon.set_title(self.title)
            self._status_icon.set_tooltip_text(self.title)

    return GtkIcon


def _appindicator(backend: Any) -> Any:
    class AppIndicatorIcon(_Mended, backend):  # type: ignore[misc]
        @mainloop  # type: ignore[untyped-decorator]
        def _update_title(self) -> None:
            self._appindicator.set_title(self.title)
            if self._icon_path:
                self._appindicator.set_icon_full(self._icon_path, self.title)

        def _is_docked(self) -> bool:
            """In a panel of its own kind, or in one for X11, which libayatana-appindicator falls back to."""
            return bool(self._appindicator.get_property("connected")) or super()._is_docked()

    return AppIndicatorIcon
