"""A problem that keeps a window from opening, said in a window: who clicks an icon sees no terminal."""

from __future__ import annotations

from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.theme import new_window
from agent.desktop.windows.words import hint_of, title_of
from agent.errors import AgentError
from agent.text import _

WIDTH = 480


def show_problem(problem: AgentError) -> None:
    """Show it until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    root.title(_("This did not work"))
    fit(root, look, WIDTH + 48, 160)
    frame = PageFrame(root, look, WIDTH)
    frame.paragraph(f"✗  {title_of(problem)}", "Strong.TLabel")
    frame.paragraph(hint_of(problem))
    frame.primary(_("&Close"), root.destroy)
    frame.escape = root.destroy
    keys(root, lambda: frame)
    frame.pack(fill="both", expand=True)
    root.deiconify()
    frame.take_keyboard()
    root.mainloop()
