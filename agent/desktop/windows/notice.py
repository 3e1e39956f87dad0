"""A problem that keeps a window from opening, said in a window: who clicks an icon sees no terminal."""

from __future__ import annotations

import tkinter as tk

from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.theme import Look, new_window
from agent.errors import AgentError
from agent.text import _

WIDTH = 480


def show_problem(problem: AgentError) -> None:
    """Show it until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    draw(root, look, problem)
    root.mainloop()


def draw(root: tk.Tk, look: Look, problem: AgentError) -> None:
    root.title(_("This did not work"))
    fit(root, look, WIDTH + 48, 160)
    frame = PageFrame(root, look, WIDTH)
    frame.paragraph(f"✗  {problem}", "Strong.TLabel")
    frame.paragraph(problem.advice)
    frame.primary(_("&Close"), root.destroy)
    frame.escape = root.destroy
    keys(root, lambda: frame)
    frame.pack(fill="both", expand=True)
    root.deiconify()
    frame.take_keyboard()
