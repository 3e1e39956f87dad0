"""Whether a window opens here, tried out."""

from __future__ import annotations

import tkinter as tk


def tried() -> tuple[str | None, str | None]:
    """Tk's version, or why no window opens."""
    try:
        root = tk.Tk()
    except tk.TclError as problem:
        return None, str(problem).strip().rstrip(".")
    root.withdraw()
    version = str(root.tk.call("info", "patchlevel"))
    root.destroy()
    return version, None
