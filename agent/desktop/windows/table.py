"""A table in a window: columns, rows, a scrollbar."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import font, ttk

from agent.desktop.windows.theme import BODY, Look


def clipped(text: str, width: int, measure: Callable[[str], int]) -> str:
    """`text`, shortened to what is not wider than `width`; an ellipsis says so."""
    if measure(text) <= width:
        return text
    shorter = (f"{text[:end].rstrip()}…" for end in range(len(text) - 1, 0, -1))
    return next((each for each in shorter if measure(each) <= width), "…")


class Table(ttk.Frame):
    """Rows of texts, chosen with the keyboard or the mouse. Columns are as wide as their texts.

    Args:
        columns: their titles.
        wide: the position of the column that has what the others leave; a text that does not fit ends in an ellipsis.
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
        self._rows: Sequence[tuple[str, ...]] = ()
        self._fit()
        self.tree.bind("<Configure>", lambda _event: self._clip())
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
        self._rows = rows
        self._fit()
        self._clip()
        if rows:
            self.choose(min(chosen or 0, len(rows) - 1))

    def _fit(self) -> None:
        written = font.nametofont(BODY, self)
        left = self._width
        for name in self.tree["columns"]:
            if name != self._wide:
                texts = {self._titles[int(name)], *(row[int(name)] for row in self._rows)}
                width = max(map(written.measure, texts)) + self._look.px(24)
                self.tree.column(name, width=width, minwidth=width)
                left -= width
        self.tree.column(self._wide, width=left)

    def _clip(self) -> None:
        measure = font.nametofont(BODY, self).measure
        width = self.tree.column(self._wide, "width") - self._look.px(16)
        for number, row in enumerate(self._rows):
            self.tree.set(str(number), self._wide, clipped(row[int(self._wide)], width, measure))

    @property
    def chosen(self) -> int | None:
        """The chosen row's position."""
        chosen = self.tree.selection()
        return int(chosen[0]) if chosen else None

    def choose(self, row: int) -> None:
        self.tree.selection_set(str(row))
        self.tree.focus(str(row))
        self.tree.see(str(row))
