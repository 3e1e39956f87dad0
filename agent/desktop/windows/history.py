"""The history window: what the agent did, newest first."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from pathlib import Path

from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look, new_window
from agent.ports import Event
from agent.text import _, moment

WIDTH = 760
_ROWS = 14


def show_history(events: Sequence[Event]) -> None:
    """Show the window until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    HistoryWindow(root, look, events)
    root.mainloop()


class HistoryWindow:
    def __init__(self, root: tk.Tk, look: Look, events: Sequence[Event]) -> None:
        self.root, self._events = root, events
        root.title(_("History – eHealth certificates"))
        fit(root, look, WIDTH + 48, 420)
        self.frame = frame = PageFrame(root, look, WIDTH)
        frame.headline(_("History"))
        self._whole = frame.paragraph("" if events else _("Nothing has happened yet."), below=8)
        self._whole.pack_configure(side="bottom")
        self.table = Table(frame.body, look, (_("When"), _("What happened")), wide=1, width=WIDTH - 24, rows=_ROWS)
        self.table.pack(fill="both", expand=True, pady=(0, look.px(8)))
        self.table.tree.bind("<<TreeviewSelect>>", lambda _event: self._describe())
        self.table.fill([(moment(event.at), event.text) for event in events])
        frame.primary(_("&Close"), root.destroy)
        frame.way_out(_("Co&py all"), self._copy)
        frame.escape = root.destroy
        frame.first(self.table.tree)
        keys(root, lambda: frame)
        frame.pack(fill="both", expand=True)
        root.deiconify()
        frame.take_keyboard()

    def _describe(self) -> None:
        if self.table.chosen is not None:
            self._whole.configure(text=_line(self._events[self.table.chosen]))

    def _copy(self) -> None:
        self.root.clipboard_clear()
        self.root.clipboard_append("\n".join(map(_line, self._events)))


def _line(event: Event) -> str:
    about = [Path(event.path).name] if event.path else []
    facts = [f"{name}={value}" for name, value in event.facts]
    return "  ".join([moment(event.at), event.text, *about, *facts])
