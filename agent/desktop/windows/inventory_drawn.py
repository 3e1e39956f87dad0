"""How the inventory's own pages are drawn."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from agent.core.holder_words import holder_number
from agent.core.inventory import Place, Row
from agent.core.inventory_words import advice, heading, is_only_counted, place_name, summary
from agent.core.reminders import file_name
from agent.desktop.windows import renewal_pages
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.inventory_pages import InventoryAsked, InventoryShown
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import WIDTH, PageFrame
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look
from agent.text import _, in_digits

_ROWS = 7
_SIGNS = {Place.WATCHED: "✓", Place.REPLACED: "✓", Place.OVER: "✓", Place.REQUESTED: "…", Place.ENDED: "✗"}


class InventoryAskedDrawn(Drawn):
    def __init__(self, frame: PageFrame, _page: InventoryAsked, reply: Reply) -> None:
        super().__init__(frame, _("Inventory"))
        frame.headline(_("Which certificates do you manage?"))
        frame.paragraph(heading())
        frame.paragraph(_("Beside them you see which keystores are on this computer, and what is missing where."))
        frame.primary(_("&Go on"), lambda: reply.answer(Choice.GO_ON))
        frame.way_out(_("&Not now"), reply.close)


class InventoryShownDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: InventoryShown, reply: Reply) -> None:
        super().__init__(frame, _("Inventory"))
        self._rows = [row for row in page.rows if not is_only_counted(row)]
        frame.headline(_("Certificates that {name} manages").format(name=page.person))
        for line in summary(page.rows):
            frame.paragraph(line, below=4)
        columns = _("Here"), _("Whose"), _("Valid until")
        self.table = Table(frame.body, frame.look, columns, wide=1, width=WIDTH - 24, rows=_ROWS)
        self._chosen = ttk.Frame(frame.body)
        if self._rows:
            self.table.pack(fill="both", expand=True, pady=(frame.look.px(8), frame.look.px(12)))
            self._chosen.pack(fill="x")
        self.table.tree.bind("<<TreeviewSelect>>", lambda _event: self._describe())
        self.table.fill([_cells(row) for row in self._rows])
        frame.primary(_("&Close"), reply.close)
        frame.secondary(_("For &another eID"), lambda: reply.answer(Choice.OTHER_CARD))
        frame.escape = reply.close
        frame.first(self.table.tree)

    def _describe(self) -> None:
        for child in self._chosen.winfo_children():
            child.destroy()
        if self.table.chosen is None:
            return
        look, row = self.frame.look, self._rows[self.table.chosen]
        for text, style in (
            (f"{row.name}  ·  {holder_number(row.holder)}", "Strong.TLabel"),
            (advice(row), "TLabel"),
            (", ".join(sorted({file_name(path) for path in row.paths})), "Caption.TLabel"),
        ):
            label = ttk.Label(self._chosen, text=text, style=style, wraplength=look.px(WIDTH), justify="left")
            label.pack(anchor="w", pady=(0, look.px(4)))


def _cells(row: Row) -> tuple[str, ...]:
    sign = "!" if row.needs_somebody and row.place is not Place.ENDED else _SIGNS.get(row.place, "!")
    return f"{sign}  {place_name(row)}", row.name, in_digits(row.ends) if row.ends else ""


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    match page:
        case InventoryAsked():
            return InventoryAskedDrawn(PageFrame(parent, look), page, reply)
        case InventoryShown():
            return InventoryShownDrawn(PageFrame(parent, look), page, reply)
        case _:
            return renewal_pages.draw(page, parent, look, reply)
