"""Every window and page, in every language and at two scales: nothing is clipped, no letter is taken twice."""

from __future__ import annotations

import tkinter as tk
from collections import Counter
from tkinter import font, ttk

import pytest

from agent.desktop.windows.parts import mnemonic, visible
from agent.desktop.windows.table import Table
from agent.text import LANGUAGES, speak
from installer.gallery import gallery

_SMALLEST_SCREEN = {1.0: (1024, 768 - 80), 1.5: (1920, 1080 - 80)}
"""At each scale, with room for a panel and a title bar."""

_SCROLLS = (tk.Text, tk.Listbox, ttk.Treeview, ttk.Scrollbar, ttk.Entry)


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_clipped_and_no_letter_is_taken_twice(language: str, scale: float, screen: str) -> None:
    speak(language)
    problems: list[str] = []
    count = 0
    for count, (name, root) in enumerate(gallery(scale), 1):  # noqa: B007
        root.update()
        problems += [f"{name}: {problem}" for problem in (*_clipped(root, scale), *_letters(root), *_cells(root))]
    assert not problems, "\n".join(problems)
    assert count > 50


def _clipped(root: tk.Tk, scale: float) -> list[str]:
    problems = []
    for widget in visible(root):
        given = widget.winfo_width(), widget.winfo_height()
        wanted = widget.winfo_reqwidth(), widget.winfo_reqheight()
        if not isinstance(widget, _SCROLLS) and (given[0] < wanted[0] or given[1] < wanted[1]) and _says(widget):
            problems.append(f"{_says(widget)!r} wants {wanted} and has {given}")
        right = widget.winfo_rootx() + given[0] - root.winfo_rootx()
        bottom = widget.winfo_rooty() + given[1] - root.winfo_rooty()
        if right > root.winfo_width() or bottom > root.winfo_height():
            problems.append(f"{widget} {_says(widget)!r} ends at {right}, {bottom}, outside the window")
    width, height = _SMALLEST_SCREEN[scale]
    if root.winfo_width() > width or root.winfo_height() > height:
        problems.append(f"{root.winfo_width()} x {root.winfo_height()} is more than the smallest screen")
    return problems


def _says(widget: tk.Misc) -> str:
    return str(widget.cget("text")) if "text" in widget.keys() else ""  # noqa: SIM118 - a widget is no dict


def _letters(root: tk.Tk) -> list[str]:
    taken = Counter(letter for widget in visible(root) if (letter := mnemonic(widget)))
    for tabs in (widget for widget in visible(root) if isinstance(widget, ttk.Notebook)):
        for tab in tabs.tabs():  # type: ignore[no-untyped-call]
            shown = tabs.tab(tab)  # type: ignore[no-untyped-call]
            taken[str(shown["text"])[int(shown["underline"])].lower()] += 1
    return [f"Alt-{letter} is taken {times} times" for letter, times in taken.items() if times > 1]


def _cells(root: tk.Tk) -> list[str]:
    """Texts in tables that do not fit; what an ellipsis cuts short is told in whole below the table."""
    problems = []
    written = font.nametofont("SunValleyBodyFont", root)
    for tree in (widget.tree for widget in visible(root) if isinstance(widget, Table)):
        for column in tree["columns"]:
            room = int(tree.column(column, "width"))
            rows = tree.get_children()
            texts = [str(tree.heading(column, "text")), *(str(tree.set(row, column)) for row in rows)]
            problems += [f"{text!r} does not fit in its column" for text in texts if written.measure(text) > room - 8]
    return problems
