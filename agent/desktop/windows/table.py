"""A table in a window: columns, rows, a scrollbar."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter import ttk

from agent.desktop.windows.theme import Look


class Table(ttk.Frame):
    """Rows of texts, chosen with the keyboard or the mouse.

    Args:
        columns: title and width, in pixels at 100 %; the last takes what is left.
    """

    def __init__(self, parent: tk.Misc, look: Look, columns: Sequence[tuple[str, int]], rows: int) -> None:
        super().__init__(parent)
        names = [str(number) for number in range(len(columns))]
        self.tree = ttk.Treeview(self, columns=names, show="headings", height=rows, selectmode="browse")
        for name, (title, width) in zip(names, columns, strict=True):
            self.tree.heading(name, text=title, anchor="w")
            self.tree.column(name, width=look.px(width), stretch=name == names[-1], anchor="w")
        bar = ttk.Scrollbar(self, command=self.tree.yview)
        self.tree.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        self.tree.pack(side="left", fill="both", expand=True)

    def fill(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Show `rows`; the row that was chosen stays so, by its position."""
        chosen = self.chosen
        self.tree.delete(*self.tree.get_children())
        for number, row in enumerate(rows):
            self.tree.insert("", "end", iid=str(number), values=row)
        if rows:
            self.choose(min(chosen or 0, len(rows) - 1))

    @property
    def chosen(self) -> int | None:
        """The chosen row's position."""
        chosen = self.tree.selection()
        return int(chosen[0]) if chosen else None

    def choose(self, row: int) -> None:
        self.tree.selection_set(str(row))
        self.tree.focus(str(row))
        self.tree.see(str(row))
