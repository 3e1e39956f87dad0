"""Where two threads meet: the renewal puts up pages and waits for answers, the window shows and answers them."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from math import inf

from agent.desktop.windows.pages import Answer, Matter, Page

_BREATH_S = 0.2
"""How soon a waiting renewal sees that the window was closed."""


class WindowClosed(Exception):
    """The person closed the window: the renewal stops where it is, and goes on from there another time."""


class Unanswered(Exception):
    """No answer came in time."""


class Stage:
    """One renewal on one side, one window on the other."""

    def __init__(self) -> None:
        self._shown: queue.SimpleQueue[Page | Matter] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Page, Answer]] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._end: Callable[[], object] = lambda: None

    # ── The renewal's side ───────────────────────────────────────────────────────────────────────────────────────────

    def show(self, page: Page | Matter) -> None:
        """Raises: WindowClosed."""
        self.check_open()
        self._shown.put(page)

    def ask(self, page: Page) -> Answer:
        """Show `page` and wait for its answer. Raises: WindowClosed."""
        self.show(page)
        return self.answer_to(page)

    def answer_to(self, page: Page, seconds: float = inf) -> Answer:
        """The answer to a page that is up. Raises: Unanswered where none came in time, WindowClosed."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check_open()
            try:
                about, answer = self._answers.get(timeout=min(left, _BREATH_S))
            except queue.Empty:
                continue
            if about is page:  # a second click on a page that is gone answers nothing
                return answer
        raise Unanswered

    def check_open(self) -> None:
        """Raises: WindowClosed."""
        if self._closed.is_set():
            raise WindowClosed

    def at_close(self, end: Callable[[], object]) -> None:
        """Have `end` called when the window is closed: it stops what this side may be waiting for outside of here."""
        self._end = end

    # ── The window's side ────────────────────────────────────────────────────────────────────────────────────────────

    def next_page(self) -> Page | Matter | None:
        """What was put up since the last call, one at a time; None where nothing was."""
        try:
            return self._shown.get_nowait()
        except queue.Empty:
            return None

    def answer(self, page: Page, answer: Answer) -> None:
        self._answers.put((page, answer))

    def close(self) -> None:
        self._closed.set()
        self._end()
