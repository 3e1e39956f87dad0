"""A person at the renewal's window, with a keyboard: presses keys, reads what is there."""

from __future__ import annotations

import threading
import time
import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass, field
from tkinter import ttk
from typing import TypeVar

from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Page
from agent.desktop.windows.parts import visible
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.renewal_pages import draw
from agent.desktop.windows.session import Session, Wish
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look, new_window
from installer.gallery import failures_of
from tests.fakes import FakeClock
from tests.journeys.practice import Practice

_PATIENCE_S = 30.0
CARD_POLL_S = 0.02
_KEYSYMS = {
    "-": "minus",
    "!": "exclam",
    " ": "space",
    ".": "period",
    ",": "comma",
    "@": "at",
    "/": "slash",
    "+": "plus",
    "&": "ampersand",
    "'": "apostrophe",
    '"': "quotedbl",
    "û": "ucircumflex",
}

P = TypeVar("P", bound=Page)


class Visitor:
    """Sits before a window in which the practice's keystore is renewed."""

    def __init__(self, practice: Practice, wish: Wish | None = None) -> None:
        stage = Stage()
        session = Session(wish or Wish(practice.path), lambda: practice.outside, stage, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw)

    def _sit_down(
        self,
        practice: Practice,
        stage: Stage,
        run: Callable[[], None],
        draw: Callable[[Page, tk.Misc, Look, Reply], Drawn],
    ) -> None:
        self.root, look = new_window(scale=1.0, is_dark=False)
        self._failures = failures_of(self.root)
        self._thread = thread = threading.Thread(target=run, name="renewal", daemon=True)
        self.window = RenewalWindow(
            self.root, look, stage, practice.clock, lambda: thread.ident is None or thread.is_alive(), draw=draw
        )
        thread.start()

    # ── Sees ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def until(self, kind: type[P], is_it: Callable[[P], object] = lambda _page: True) -> P:
        """Wait for a page of this kind."""
        end = time.monotonic() + _PATIENCE_S
        while not (isinstance(self.window.page, kind) and is_it(self.window.page)):
            self._let_pass()
            assert time.monotonic() < end, f"there is still {self.window.page}: {self.text}"
        self._let_pass()
        return self.window.page

    def _let_pass(self) -> None:
        self.root.update()
        time.sleep(0.005)
        assert not self._failures, self._failures

    @property
    def text(self) -> str:
        """All that can be read, a line for each widget."""
        self.root.update()
        shown = [each for each in visible(self.root) if isinstance(each, ttk.Label | ttk.Button)]
        return "\n".join(str(each.cget("text")) for each in shown)

    # ── Does ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def press(self, *keys: str) -> None:
        """Keys as Tk calls them, such as ``Return`` or ``Alt-r``, where the keyboard is."""
        for key in keys:
            self.keyboard().event_generate(f"<{key}>")
            self.root.update()

    def keyboard(self) -> tk.Misc:
        """What has it."""
        self.root.winfo_pointerx()  # the screen answers: what it said before, such as that a page is gone, is here
        self.root.update()
        if self.root.focus_get() is None and self.window.drawn is not None:  # no window manager gives it
            self.root.focus_force()
            self.window.drawn.frame.take_keyboard()
            self.root.update()
        where = self.root.focus_get()
        assert isinstance(where, tk.Misc)
        return where

    def type(self, text: str) -> None:
        self.press(*(f"KeyPress-{_KEYSYMS.get(character, character)}" for character in text))

    def accept(self) -> None:
        """Go to the contract's end, and accept."""
        self.press("End", "Alt-a")

    def close(self) -> None:
        self.window.close()

    def leave(self) -> None:
        """Close the window, and wait for what it began."""
        if self.window.is_open:
            self.close()
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive()
        assert not self._failures, self._failures


V = TypeVar("V", bound=Visitor)


class Seated:
    """Those who have sat down before a window; it is closed at the end."""

    def __init__(self) -> None:
        self._visitors: list[Visitor] = []

    def __call__(self, visitor: V) -> V:
        self._visitors.append(visitor)
        return visitor

    def leave(self) -> None:
        for visitor in self._visitors:
            visitor.leave()


@dataclass
class PatientClock(FakeClock):
    """Time passes only once somebody says so."""

    passes: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        self.passes.wait(_PATIENCE_S)
        super().wait(seconds)
