"""The help window: what is wrong here. It stands at once and fills line by line."""

from __future__ import annotations

import queue
import threading
import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tkinter import filedialog

from agent.core.doctor import Check, Topic, verdict
from agent.desktop.windows.background import in_background
from agent.desktop.windows.checks_area import ChecksArea, by_part
from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.theme import Look, every, new_window
from agent.errors import AgentError
from agent.text import _

WIDTH = 760
_LINES = 22
_TICK_MS = 50

Begun = Callable[[Sequence[Topic]], object]
Tell = Callable[[int, Sequence[Check]], object]


@dataclass(frozen=True)
class Behind:
    """What stands behind the window. Neither is called in the window's own thread.

    Attributes:
        examine: looks at everything; tells first what it will look at, then each thing that it found.
        copied: what was found, fit to be sent away.
        save: writes the report. Raises: AgentError.
    """

    examine: Callable[[Begun, Tell], object]
    copied: Callable[[Sequence[Check]], str]
    save: Callable[[Path, Sequence[Check]], object]


def show_doctor(behind: Behind) -> None:
    """Show the window until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    DoctorWindow(root, look, behind)
    root.mainloop()


class DoctorWindow:
    def __init__(self, root: tk.Tk, look: Look, behind: Behind) -> None:
        self.root, self.look, self._behind = root, look, behind
        self._news: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._topics: Sequence[Topic] = ()
        self._found: dict[int, Sequence[Check]] = {}
        self._is_looking = False
        root.title(_("Help – eHealth certificates"))
        fit(root, look, WIDTH + 48, 560)
        self.frame = frame = PageFrame(root, look, WIDTH)
        frame.headline(_("What is wrong here"))
        self.said = frame.paragraph("")
        self._area = ChecksArea(frame.body, look, _LINES)
        self._area.box.pack(fill="both", expand=True, pady=(0, look.px(8)))
        self.text = self._area.text
        self._again = frame.primary(_("Check &again"), self.look_again)
        self._save = frame.secondary(_("&Save report…"), self._save_report)
        self._copy = frame.secondary(_("Co&py"), self._copy_all)
        frame.way_out(_("&Close"), root.destroy)
        frame.first(self.text)
        keys(root, lambda: frame)
        frame.pack(fill="both", expand=True)
        self.look_again()
        every(root, _TICK_MS, self.catch_up)
        root.deiconify()
        frame.take_keyboard()

    @property
    def checks(self) -> list[Check]:
        return [check for position in sorted(self._found) for check in self._found[position]]

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def look_again(self) -> None:
        if self._is_looking:
            return
        self._is_looking, self._topics, self._found = True, (), {}
        self._show()
        threading.Thread(target=self._examine, name="doctor", daemon=True).start()

    def _examine(self) -> None:
        """In a thread of its own; what is new is done in the window's."""

        def begun(topics: Sequence[Topic]) -> None:
            self._news.put(lambda: setattr(self, "_topics", topics))

        def tell(position: int, checks: Sequence[Check]) -> None:
            self._news.put(lambda: self._found.update({position: checks}))

        try:
            self._behind.examine(begun, tell)
        finally:
            self._news.put(lambda: setattr(self, "_is_looking", False))

    def catch_up(self) -> None:
        """Show what is new."""
        is_new = False
        while not self._news.empty():
            self._news.get()()
            is_new = True
        if is_new:
            self._show()

    # ── Showing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        self.said.configure(text=_("Looking …") if self._is_looking else verdict(self.checks))
        for button in (self._again, self._save, self._copy):
            button.state(["disabled" if self._is_looking else "!disabled"])
        waiting = [topic for position, topic in enumerate(self._topics) if position not in self._found]
        self._area.show(by_part(self.checks, waiting))

    # ── Handing on ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _copy_all(self) -> None:
        in_background(self.frame, lambda: self._behind.copied(self.checks), self._copied)

    def _copied(self, text: str | AgentError) -> None:
        self.root.clipboard_clear()
        self.root.clipboard_append(str(text))
        self.said.configure(text=_("It is in the clipboard, without names of users and national numbers."))

    def _save_report(self) -> None:
        chosen = filedialog.asksaveasfilename(
            parent=self.root, title=_("Save report"), initialfile="ehealth-agent.txt", defaultextension=".txt"
        )
        if chosen:
            self.save_to(Path(chosen))

    def save_to(self, path: Path) -> None:
        def saved(result: object) -> None:
            if isinstance(result, AgentError):
                self.said.configure(text=f"✗ {result} {result.advice}")
            else:
                self.said.configure(text=_("The report is in {path}.").format(path=path))

        in_background(self.frame, lambda: self._behind.save(path, self.checks), saved)
