"""What takes a moment is done beside the window, so that it does not freeze."""

from __future__ import annotations

import queue
import threading
import tkinter as tk
from collections.abc import Callable
from typing import TypeVar

from agent.errors import AgentError

T = TypeVar("T")

_TICK_MS = 50


def in_background(widget: tk.Misc, act: Callable[[], T], then: Callable[[T | AgentError], object]) -> None:
    """Do `act` in a thread; `then` gets what came of it, in the window's own thread, while `widget` lives."""
    results: queue.SimpleQueue[T | AgentError] = queue.SimpleQueue()

    def work() -> None:
        try:
            results.put(act())
        except AgentError as problem:
            results.put(problem)

    def look() -> None:
        if not widget.winfo_exists():
            return
        try:
            result = results.get_nowait()
        except queue.Empty:
            widget.after(_TICK_MS, look)
        else:
            then(result)

    threading.Thread(target=work, daemon=True).start()
    look()
