"""A page as it stands in a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from tkinter import ttk

from agent.desktop.windows.pages import Answer, Page
from agent.desktop.windows.parts import PageFrame


@dataclass(frozen=True)
class Reply:
    """What a page's buttons do."""

    answer: Callable[[Answer], object]
    close: Callable[[], object]


class Drawn:
    """The widgets of one page. `title` is for the window's own title, which screen readers say."""

    def __init__(self, frame: PageFrame, title: str) -> None:
        self.frame, self.title = frame, title

    def updated(self, page: Page) -> bool:  # noqa: ARG002
        """Whether `page` could be shown by changing these widgets; if not, it is drawn anew."""
        return False

    def second_passed(self, now: datetime) -> None:
        """Bring up to date what counts down. `now` is aware UTC."""

    def moving_bar(self) -> ttk.Progressbar:
        """Says that something is going on."""
        bar = ttk.Progressbar(self.frame.body, mode="indeterminate")
        bar.pack(fill="x", pady=self.frame.look.px(8))
        bar.start(20)
        return bar
