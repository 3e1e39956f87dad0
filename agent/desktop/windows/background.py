"""What takes a moment is done beside the window, so that it does not freeze."""

from __future__ import annotations

import queue
import threading
import tkinter as tk
from collections.abc import Callable
from typing import TypeVar

from agent.desktop.windows.theme import every
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
        try:
            result = results.get_nowait()
        except queue.Empty:
            return
        ticks.destroy()
        then(result)

    ticks = tk.Frame(widget)
    threading.Thread(target=work, daemon=True).start()
    every(ticks, _TICK_MS, look)
