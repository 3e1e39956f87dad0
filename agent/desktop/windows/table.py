"""A table in a window: columns, rows, a scrollbar."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter import font, ttk

from agent.desktop.windows.theme import BODY, Look


class Table(ttk.Frame):
    """Rows of texts, chosen with the keyboard or the mouse. Columns are as wide as their texts.

    Args:
        columns: their titles.
        wide: the position of the column that has what the others leave; its texts may be cut off.
        width: of all columns, in pixels at 100 %.
    """

    def __init__(
        self, parent: tk.Misc, look: Look, columns: Sequence[str], *, wide: int, width: int, rows: int
    ) -> None:
        super().__init__(parent)
        self._look, self._titles, self._wide, self._width = look, columns, str(wide), look.px(width)
        names = [str(number) for number in range(len(columns))]
        self.tree = ttk.Treeview(self, columns=names, show="headings", height=rows, selectmode="browse")
        for name, title in zip(names, columns, strict=True):
            self.tree.heading(name, text=title, anchor="w")
            self.tree.column(name, anchor="w", stretch=name == self._wide)
        self._fit([])
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
        self._fit(rows)
        if rows:
            self.choose(min(chosen or 0, len(rows) - 1))

    def _fit(self, rows: Sequence[tuple[str, ...]]) -> None:
        written = font.nametofont(BODY, self)
        left = self._width
        for name in self.tree["columns"]:
            if name != self._wide:
                texts = {self._titles[int(name)], *(row[int(name)] for row in rows)}
                width = max(map(written.measure, texts)) + self._look.px(24)
                self.tree.column(name, width=width, minwidth=width)
                left -= width
        self.tree.column(self._wide, width=left)

    @property
    def chosen(self) -> int | None:
        """The chosen row's position."""
        chosen = self.tree.selection()
        return int(chosen[0]) if chosen else None

    def choose(self, row: int) -> None:
        self.tree.selection_set(str(row))
        self.tree.focus(str(row))
        self.tree.see(str(row))
