"""The renewal's window: draws the pages that the renewal's thread puts up, and hands the answers back."""

from __future__ import annotations

import threading
import tkinter as tk
from collections.abc import Callable
from functools import partial
from tkinter import ttk
from typing import TYPE_CHECKING

from agent.core.holder import Environment
from agent.core.holder_words import environment_name, holder_name, holder_number
from agent.core.reminders import file_name
from agent.desktop.windows import parts
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Answer, Busy, Matter, Page, Stopped, Trouble
from agent.desktop.windows.renewal_pages import draw
from agent.desktop.windows.session import Session, Wish
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look, every, new_window
from agent.text import N_, _, written

if TYPE_CHECKING:
    from agent.ports import Clock, Outside

_TICK_MS = 50
_SECOND_MS = 1000
_FAREWELL_S = 5.0
"""What a step gets to end in once the window is closed. One that takes longer is cut off, which harms nothing."""


def renew_in_a_window(wish: Wish, outside: Callable[[], Outside], clock: Clock) -> None:
    """Show the window until the person closes it.

    Args:
        outside: makes the outside, in the renewal's thread.
    Raises: DisplayMissing.
    """
    from agent.desktop.windows.request_drawn import draw as draw_any  # a person without eID goes on there

    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=Session(wish, outside, stage).run, draw=draw_any)


def show_session(
    root: tk.Tk,
    look: Look,
    stage: Stage,
    clock: Clock,
    *,
    run: Callable[[], None],
    draw: Callable[[Page, tk.Misc, Look, Reply], Drawn],
) -> None:
    """Show in a window what `run` puts on the stage, in a thread of its own, until the person closes it."""
    session = threading.Thread(target=run, name="renewal", daemon=True)
    window = RenewalWindow(root, look, stage, clock, lambda: session.ident is None or session.is_alive(), draw=draw)
    session.start()
    root.mainloop()
    window.stage.close()
    session.join(_FAREWELL_S)


class RenewalWindow:
    """One page at a time, below a header that says whose keystore it is about.

    Args:
        lives: whether the renewal's thread does, or has not yet begun to.
        draw: draws a page.
    """

    def __init__(
        self,
        root: tk.Tk,
        look: Look,
        stage: Stage,
        clock: Clock,
        lives: Callable[[], bool],
        *,
        draw: Callable[[Page, tk.Misc, Look, Reply], Drawn] = draw,
    ) -> None:
        self.root, self.look, self.stage, self.clock = root, look, stage, clock
        self._lives, self._draw = lives, draw
        self.is_open = True
        self.page: Page = Busy(N_("One moment"))
        self.drawn: Drawn | None = None
        self._header = ttk.Frame(root)
        self._header.pack(fill="x")
        parts.fit(root, look, parts.WIDTH + 48, 420)
        root.protocol("WM_DELETE_WINDOW", self.close)
        parts.keys(root, lambda: self.drawn.frame if self.drawn else None)
        self.show(self.page)
        root.deiconify()
        every(root, _TICK_MS, self.catch_up)
        every(root, _SECOND_MS, self._second_passed)

    # ── What the renewal says ────────────────────────────────────────────────────────────────────────────────────────

    def catch_up(self) -> None:
        """Draw what was put up since the last time."""
        lives = self._lives()  # asked first: what it put up before it ended is drawn
        while (said := self.stage.next_page()) is not None:
            if isinstance(said, Matter):
                self._draw_header(said)
            else:
                self.show(said)
        if not lives and not isinstance(self.page, Trouble):
            self.show(Trouble(Stopped()))

    def _second_passed(self) -> None:
        if self.drawn is not None:
            self.drawn.second_passed(self.clock.now())

    def show(self, page: Page) -> None:
        """Draw `page`; one of the same kind is brought up to date in place."""
        old, self.page = self.drawn, page
        if old is not None and old.updated(page):
            old.second_passed(self.clock.now())
            return
        drawn = self._draw(page, self.root, self.look, Reply(self.answer, self.close))
        drawn.frame.pack(fill="both", expand=True)
        self.drawn = drawn
        if old is not None:
            old.frame.destroy()
        self.root.title(f"{drawn.title} – {_('eHealth certificate')}")
        drawn.second_passed(self.clock.now())
        self.root.update_idletasks()  # Tk gives the keyboard to what is on the screen; to anything else, later
        drawn.frame.take_keyboard()

    def _draw_header(self, matter: Matter) -> None:
        for child in self._header.winfo_children():
            child.destroy()
        strip = ttk.Frame(self._header, padding=(self.look.px(24), self.look.px(12), self.look.px(24), 0))
        strip.pack(fill="x")
        say = partial(ttk.Label, strip, wraplength=self.look.px(parts.WIDTH))
        if matter.environment is Environment.ACCEPTANCE:
            padding = 2 * self.look.px(8)
            warning = ttk.Label(
                strip,
                text=f"⚠  {_('Acceptance environment: a certificate for tests, not for real work.')}",
                style="Warning.TLabel",
                wraplength=self.look.px(parts.WIDTH) - padding,
            )
            warning.pack(fill="x", pady=(0, self.look.px(8)))
        if matter.holder is not None:
            say(text=holder_name(matter.holder), style="Strong.TLabel").pack(anchor="w")
        details = [holder_number(matter.holder)] if matter.holder else [file_name(matter.path) or _("New certificate")]
        details.append(environment_name(matter.environment))
        if matter.not_after is not None:
            details.append(_("valid until {day}").format(day=written(matter.not_after)))
        say(text="  ·  ".join(details), style="Caption.TLabel").pack(anchor="w")
        ttk.Separator(strip).pack(fill="x", pady=(self.look.px(8), 0))

    # ── What the person says ─────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, answer: Answer) -> None:
        self.stage.answer(self.page, answer)

    def close(self) -> None:
        self.is_open = False
        self.stage.close()
        self.root.destroy()
