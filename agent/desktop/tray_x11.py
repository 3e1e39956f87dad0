"""pystray's X11 icon, mended: clicks arrive, the panel's own colour is behind it, and it ends when the tray does.

python-xlib 0.33 is not made for two threads on one connection: it leaves unsent what one has to send while another has
just sent something, and does not wake one that waits for an answer when another returns early: the icon stayed blank,
or hung. So other threads than the icon's own speak to it by a connection of their own, and all is sent, and known to
have arrived, before an event is waited for.

pystray 0.19.5 asks for no button events, pastes a picture without its transparency, fails at a title that is not
Latin-1, keeps a window that nobody sees after the tray went away, and keeps threads waiting that speak to an icon which
has ended. Source: spec/desktop.md, Libraries;
freedesktop.org, System Tray Protocol.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import Xlib.display
import Xlib.error
import Xlib.protocol.event
import Xlib.X
from PIL import Image
from pystray import _xorg

from agent.desktop.icon import on_panel

_EVENTS = Xlib.X.ExposureMask | Xlib.X.StructureNotifyMask | Xlib.X.ButtonPressMask
_GREY = (128, 128, 128)
_MOST_SPEAKERS = 8
"""Threads that may speak to the icon while it ends; there are two or three."""


class _Over:
    """In place of the queue of answers, once nobody answers any more: what is asked then counts as done."""

    def get(self) -> bool:
        return True


def has_tray() -> bool:
    """Some panel shows icons. Raises: Xlib.error.DisplayError where there is no display."""
    display = Xlib.display.Display()
    try:
        atom = display.intern_atom(f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}")
        return bool(display.get_selection_owner(atom) != Xlib.X.NONE)
    finally:
        display.close()


class X11Icon(_xorg.Icon):  # type: ignore[misc]
    """`drawn` gives the picture for a size and a panel, dark or not."""

    drawn: Callable[[int, bool], Image.Image] | None = None
    title: str
    _title: str
    _icon_data: Any
    _queue: Any
    _systray_manager: Any
    _thread: threading.Thread | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        flush = self._display.flush

        def flush_in_own_thread() -> None:
            if self._is_own_thread():
                flush()

        self._display.flush = flush_in_own_thread

    def _is_own_thread(self) -> bool:
        return self._thread in (None, threading.current_thread())

    def _send_message(self, window: Any, client_type: int, *data: int) -> None:
        if self._is_own_thread():
            super()._send_message(window, client_type, *data)
            return
        words = (Xlib.X.CurrentTime, *data, 0, 0, 0, 0)[:5]
        message = Xlib.protocol.event.ClientMessage(window=window.id, client_type=client_type, data=(32, words))
        speaker = Xlib.display.Display(self._display.get_display_name())
        try:
            speaker.send_event(window, message, event_mask=Xlib.X.NoEventMask)
            speaker.sync()
        finally:
            speaker.close()

    @property
    def is_left_alone(self) -> bool:
        """The tray went away before the icon was in it."""
        return self._systray_manager is None

    def _create_window(self) -> Any:
        title, self._title = self._title, ""
        window = super()._create_window()
        self._title = title
        self._give_title(window)
        window.change_attributes(event_mask=_EVENTS, background_pixmap=Xlib.X.ParentRelative)
        return window

    def _update_title(self) -> None:
        self._give_title(self._window)

    def _give_title(self, window: Any) -> None:
        """In UTF-8; and in Latin-1, as far as that goes, for who reads nothing else."""
        window.set_wm_name(self.title.encode("latin-1", "replace"))
        own, utf8 = self._display.get_atom("_NET_WM_NAME"), self._display.get_atom("UTF8_STRING")
        window.change_text_property(own, utf8, self.title.encode())

    def _dock_window(self) -> None:
        """Once: a window that is docked again is taken off the screen first."""
        if self._systray_manager is None:
            super()._dock_window()

    def _mainloop(self) -> None:
        super()._mainloop()
        answers, self._queue = self._queue, _Over()
        for _ in range(_MOST_SPEAKERS):
            answers.put(True)

    def _events(self) -> Iterator[Any]:
        while True:
            self._display.sync()
            yield self._display.next_event()

    def _on_button_press(self, event: Any) -> None:  # noqa: ARG002
        """Any button: there is no menu that another one could open."""
        self()

    def _on_destroy_notify(self, event: Any) -> None:  # noqa: ARG002
        self._window.destroy()  # ends `run`; who started it looks for another tray
        self._display.flush()

    def _assert_icon_data(self, width: int, height: int) -> None:
        if self.drawn is None or (self._icon_data and self._icon_data.size == (width, height)):
            return
        panel = self._panel()
        size = min(width, height)
        picture = self.drawn(size, sum(panel) < 3 * 128)
        whole = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        whole.paste(picture, ((width - size) // 2, (height - size) // 2))
        self._icon_data = on_panel(whole, panel)
        self._icon_data.tostring = self._icon_data.tobytes  # python-xlib calls it by its old name

    def _panel(self) -> tuple[int, int, int]:
        """The colour of the panel: what the server paints where nothing was drawn."""
        try:
            self._window.clear_area()
            found = self._window.get_image(0, 0, 1, 1, Xlib.X.ZPixmap, 0xFFFFFFFF)
        except Xlib.error.XError:  # not on the screen yet
            return _GREY
        blue, green, red = found.data[:3]
        return red, green, blue
