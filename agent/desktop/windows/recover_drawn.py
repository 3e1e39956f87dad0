"""How the pages of recovering are drawn; those that other windows have too are drawn as there."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.core.recover_case import Case
from agent.core.reminders import file_name, name_of, without_number
from agent.desktop.launch import open_folder
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.life_drawn import draw as draw_life
from agent.desktop.windows.life_pages import Completed
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import PageFrame
from agent.desktop.windows.password_field import PasswordField
from agent.desktop.windows.recover_pages import (
    Advice,
    CopiesFound,
    CopyPasswordWanted,
    NothingWrong,
    Searching,
    Troubled,
    UnlockWanted,
    WorksAgain,
)
from agent.desktop.windows.recover_request_drawn import DRAWN, offer_to_forget
from agent.desktop.windows.renewal_pages import PasswordDrawn
from agent.desktop.windows.request_drawn import draw as draw_request
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look
from agent.desktop.windows.words import state_words
from agent.text import _, moment, ngettext

_MOST_ROWS = 8


class _Troubled(Drawn):
    def __init__(self, frame: PageFrame, page: Troubled, reply: Reply) -> None:
        super().__init__(frame, _("Which keystore is it about?"))
        frame.headline(self.title)
        self._page = page
        titles = _("State"), _("Whose")
        rows = min(len(page.cases), _MOST_ROWS)
        self._table = Table(frame.body, frame.look, titles, wide=1, width=frame.width - 24, rows=rows)
        self._table.pack(fill="x", pady=(0, frame.look.px(8)))
        self._told = frame.paragraph("")
        self._where = frame.paragraph("", "Caption.TLabel")
        self._table.tree.bind("<<TreeviewSelect>>", lambda _event: self._tell(), add="+")
        self._table.fill([self._row(case) for case in page.cases])
        frame.paragraph(_("The one that needs it most is chosen."), "Caption.TLabel", 0)
        frame.first(self._table.tree)
        frame.primary(_("&Go on with this one"), lambda: reply.answer(self._chosen))
        frame.way_out(_("&Close"), reply.close)

    @property
    def _chosen(self) -> Case:
        return self._page.cases[self._table.chosen or 0]

    def _row(self, case: Case) -> tuple[str, str]:
        sign, state, _advice = state_words(case.finding, self._page.now)
        if case.refused is not None:
            sign, state = "✗", _("refused")
        return f"{sign}  {state}", _whose(case)

    def _tell(self) -> None:
        case = self._chosen
        reason = without_number(case.finding.reason)
        self._told.configure(text=f"{_whose(case)}\n{reason}\n{case.remedy(self._page.now).advice}")
        self._where.configure(text=_place(case.path))


def _whose(case: Case) -> str:
    holder = case.holder
    return (holder.name if holder is not None else None) or name_of(case.finding)


def _place(path: Path) -> str:
    return str(path.parent / file_name(str(path)))


class _NothingWrong(Drawn):
    def __init__(self, frame: PageFrame, page: NothingWrong, reply: Reply) -> None:
        super().__init__(frame, _("Nothing has to be recovered"))
        frame.headline(f"✓  {self.title}")
        if page.finding is not None:
            path = Path(page.finding.observation.path)
            frame.paragraph(without_number(page.finding.reason), "Strong.TLabel")
            frame.facts([(_("Keystore"), file_name(str(path))), (_("Folder"), str(path.parent))])
        else:
            frame.paragraph(_("No keystore in these folders is expired, revoked, refused, gone or locked:"))
            for folder in page.folders:
                frame.line("•", str(folder))
            frame.paragraph("", below=0)
            frame.paragraph(_("Is there one somewhere else? Add its folder in the settings, and look again."))
        frame.primary(_("&Close"), reply.close)
        frame.escape = reply.close


class _Advice(Drawn):
    def __init__(self, frame: PageFrame, page: Advice, reply: Reply) -> None:
        super().__init__(frame, _("This keystore cannot be read"))
        frame.headline(f"✗  {self.title}")
        frame.paragraph(without_number(page.reason), "Strong.TLabel")
        frame.paragraph(page.advice)
        frame.facts([(_("Keystore"), file_name(str(page.path))), (_("Folder"), str(page.path.parent))])
        frame.primary(_("&Close"), reply.close)
        frame.way_out(_("Open &folder"), lambda: open_folder(page.path.parent))
        frame.escape = reply.close


class _Unlock(PasswordDrawn):
    def __init__(self, frame: PageFrame, page: UnlockWanted, reply: Reply) -> None:
        super().__init__(frame, page, reply)
        frame.secondary(_("I do &not know it any more"), lambda: reply.answer(Choice.FORGOTTEN))


# ── A copy ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Searching(Drawn):
    def __init__(self, frame: PageFrame, _page: Searching, reply: Reply) -> None:
        super().__init__(frame, _("Looking for a copy"))
        frame.headline(self.title)
        self.bar = self.moving_bar()
        frame.paragraph(
            _(
                "In the folders of the keystores, in Downloads and Documents, on the desktop and in the bin. Each file "
                "that may be a copy is opened and compared: it can take a moment."
            )
        )
        frame.way_out(_("&Close"), reply.close)


class _CopyPassword(Drawn):
    def __init__(self, frame: PageFrame, page: CopyPasswordWanted, reply: Reply) -> None:
        super().__init__(frame, _("Is one of these a copy?"))
        frame.headline(self.title)
        if page.problem is not None:
            frame.paragraph("✗  " + _("This password opens no copy of it."), "Strong.TLabel")
        frame.paragraph(_("Only its password can tell. These files may be copies of the keystore that is gone:"))
        for path in page.closed:
            frame.line("•", _place(path))
        if page.more:
            text = ngettext("and {count} other file", "and {count} other files", page.more)
            frame.line("…", text.format(count=page.more))
        frame.paragraph("", below=0)
        field = PasswordField(frame, reply)
        frame.primary(_("&Try it"), field.give)
        frame.secondary(_("I do &not know it any more"), lambda: reply.answer(Choice.FORGOTTEN))
        frame.way_out(_("&Close"), reply.close)


class _CopiesFound(Drawn):
    def __init__(self, frame: PageFrame, page: CopiesFound, reply: Reply) -> None:
        count = len(page.copies)
        title = ngettext("{count} copy was found", "{count} copies were found", count)
        super().__init__(frame, title.format(count=count))
        frame.headline(f"✓  {self.title}")
        frame.paragraph(_("It opens, and has the same certificate. The copy stays where it is; the newest is chosen."))
        titles = _("Written on"), _("Copy")
        rows = min(count, _MOST_ROWS)
        table = Table(frame.body, frame.look, titles, wide=1, width=frame.width - 24, rows=rows)
        table.pack(fill="x", pady=(0, frame.look.px(8)))
        self._told = frame.paragraph("", "Caption.TLabel")
        table.tree.bind("<<TreeviewSelect>>", lambda _event: self._tell(page, table), add="+")
        table.fill([(moment(each.written), file_name(str(each.path))) for each in page.copies])
        frame.facts([(_("Put back as"), _place(page.path))])
        frame.first(table.tree)
        frame.primary(_("&Put this copy back"), lambda: reply.answer(page.copies[table.chosen or 0]))
        frame.secondary(_("Go on &without it"), lambda: reply.answer(Choice.WITHOUT_COPY))
        offer_to_forget(frame, page.can_be_forgotten, reply)
        frame.way_out(_("&Close"), reply.close)

    def _tell(self, page: CopiesFound, table: Table) -> None:
        self._told.configure(text=_place(page.copies[table.chosen or 0].path))


class _WorksAgain(Drawn):
    def __init__(self, frame: PageFrame, page: WorksAgain, reply: Reply) -> None:
        super().__init__(frame, _("The keystore is back") if page.was_put_back else _("The keystore opens again"))
        path = Path(page.finding.observation.path)
        frame.headline(f"✓  {self.title}")
        if page.was_put_back:
            frame.paragraph(_("Every key in it was proved."))
        frame.paragraph(without_number(page.finding.reason), "Strong.TLabel", 4)
        frame.paragraph(page.advice)
        frame.facts([(_("Keystore"), file_name(str(path))), (_("Folder"), str(path.parent))])
        if page.vault_problem is not None:
            frame.paragraph(f"✗  {page.vault_problem}", "Strong.TLabel", 4)
            frame.paragraph(page.vault_problem.advice)
        if page.goes_on:
            frame.primary(_("&Go on"), lambda: reply.answer(Choice.GO_ON))
            frame.secondary(_("&Close"), reply.close)
        else:
            frame.primary(_("&Close"), reply.close)
        frame.way_out(_("Open &folder"), lambda: open_folder(path.parent))
        frame.escape = reply.close


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    Troubled: _Troubled,
    NothingWrong: _NothingWrong,
    Advice: _Advice,
    UnlockWanted: _Unlock,
    Searching: _Searching,
    CopyPasswordWanted: _CopyPassword,
    CopiesFound: _CopiesFound,
    WorksAgain: _WorksAgain,
    **DRAWN,
}


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    if (drawn := _DRAWN.get(type(page))) is not None:
        return drawn(PageFrame(parent, look), page, reply)
    return (draw_life if isinstance(page, Completed) else draw_request)(page, parent, look, reply)
