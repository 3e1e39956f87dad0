"""The message for the person with the eID: shown, and copied already.

On X11 what was copied is gone once its window is: so this one stays until the person closes it, and says so.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tkinter import ttk

from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.theme import BODY, Look, new_window
from agent.errors import AgentError
from agent.text import _

WIDTH = 640
_LINES = 16


@dataclass(frozen=True)
class Passing:
    """What stands behind the window.

    Attributes:
        save: writes the calendar file and says where. Raises: AgentError.
        open_file: shows it in the desktop's own calendar; False where there is none.
    """

    text: str
    save: Callable[[], Path]
    open_file: Callable[[Path], bool]


def show_message(passing: Passing) -> None:
    """Show the window until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    PassOnWindow(root, look, passing)
    root.mainloop()


class PassOnWindow:
    def __init__(self, root: tk.Tk, look: Look, passing: Passing) -> None:
        self.root, self._passing = root, passing
        root.title(_("For the person with the eID"))
        fit(root, look, WIDTH + 48, 420)
        self.frame = frame = PageFrame(root, look, WIDTH)
        frame.headline(_("For the person with the eID"))
        frame.paragraph(_("✓  This text is copied. Paste it into a mail or a message, and send it."), "Strong.TLabel")
        frame.paragraph(_("Close this window after you have pasted it: what was copied may go with the window."))
        self._told = frame.paragraph("", below=0)
        self._told.pack_configure(side="bottom")
        self._area(look)
        self._copy_button = frame.primary(_("Copy &again"), self._copy)
        self._open_button = frame.secondary(_("&Open the calendar file"), self._open)
        self._save_button = frame.secondary(_("&Save as a calendar file"), self.save)
        self._open_button.pack_forget()
        self._path: Path | None = None
        frame.way_out(_("&Close"), root.destroy)
        keys(root, lambda: frame)
        frame.pack(fill="both", expand=True)
        root.deiconify()
        frame.take_keyboard()
        self._copy()

    def _area(self, look: Look) -> None:
        """The text, to read and to choose parts of, not to change."""
        box = ttk.Frame(self.frame.body)
        box.pack(fill="both", expand=True, pady=(0, look.px(8)))
        text = tk.Text(box, wrap="word", width=1, height=_LINES, font=BODY, padx=look.px(8), pady=look.px(8))
        text.configure(relief="solid", borderwidth=1, highlightthickness=look.px(2), cursor="arrow")
        text.insert("1.0", self._passing.text)
        text.configure(state="disabled")
        bar = ttk.Scrollbar(box, command=text.yview)
        text.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        text.pack(side="left", fill="both", expand=True)

    def _copy(self) -> None:
        self.root.clipboard_clear()
        self.root.clipboard_append(self._passing.text)

    def save(self) -> None:
        """Write the calendar file, and offer to open it."""
        try:
            self._path = path = self._passing.save()
        except AgentError as problem:
            self._told.configure(text=f"✗  {problem} {problem.advice}")
            return
        place = f"{path.parent.name} / {path.name}"
        self._told.configure(
            text=_("✓  Saved: {place}. Send it along, or open it to have the day in your own calendar.").format(
                place=place
            )
        )
        self._save_button.pack_forget()
        self._open_button.pack(side="right", padx=(self.frame.look.px(8), 0))
        self._open_button.focus_set()

    def _open(self) -> None:
        if self._path is not None and not self._passing.open_file(self._path):
            text = _("This desktop has no program for it. The file is here: {path}").format(path=self._path)
            self._told.configure(text=text)
