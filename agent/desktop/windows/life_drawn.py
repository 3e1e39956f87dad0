"""How the pages of completing, revoking, another password and activating are drawn."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from pathlib import Path
from tkinter import ttk
from typing import TYPE_CHECKING, Any

from agent.core.depot import others_encrypt_for
from agent.core.password import password_problem
from agent.core.password_words import CHANGED, COPY, TELL_SOFTWARE
from agent.core.reminders import file_name
from agent.core.renewal import Step
from agent.core.revocation import ALREADY, DONE, KEEP_IT, NO_WAY_BACK, REASONS, RENEW_INSTEAD, WHAT_STOPS
from agent.desktop.launch import open_folder
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.life_pages import (
    Activated,
    BeforeActivating,
    BeforeRevoking,
    BegunFound,
    Completed,
    OtherPassword,
    PasswordChanged,
    ReasonGiven,
    Revoked,
)
from agent.desktop.windows.pages import Choice, NewPasswordGiven, Page
from agent.desktop.windows.parts import PageFrame
from agent.desktop.windows.renewal_pages import explain_activation
from agent.desktop.windows.request_drawn import draw as draw_shared
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look
from agent.secret import Secret
from agent.text import _, moment

if TYPE_CHECKING:
    pass


class _BegunFound(Drawn):
    def __init__(self, frame: PageFrame, page: BegunFound, reply: Reply) -> None:
        super().__init__(frame, _("Which request is to be completed?"))
        frame.headline(self.title)
        rows = min(len(page.begun), 8)
        table = Table(frame.body, frame.look, (_("For"), _("Begun on")), wide=0, width=frame.width - 24, rows=rows)
        table.pack(fill="x", pady=(0, frame.look.px(8)))
        self._told = frame.paragraph("", "Caption.TLabel")
        table.tree.bind("<<TreeviewSelect>>", lambda _event: self._tell(page, table), add="+")
        table.fill([(each.whose, moment(each.since)) for each in page.begun])
        frame.paragraph(_("The newest is chosen; it is brought to its end once you say so."))
        frame.first(table.tree)
        frame.primary(_("Co&mplete this one"), lambda: reply.answer(page.begun[table.chosen or 0]))
        frame.way_out(_("&Close"), reply.close)

    def _tell(self, page: BegunFound, table: Table) -> None:
        chosen = page.begun[table.chosen or 0]
        self._told.configure(text=f"{chosen.whose}\n{chosen.path.parent / file_name(str(chosen.path))}")


class _Completed(Drawn):
    def __init__(self, frame: PageFrame, page: Completed, reply: Reply) -> None:
        super().__init__(frame, _("Completed"))
        path = Path(page.renewal.new_path)
        frame.headline(f"✓  {self.title}")
        waits = page.renewal.step is Step.ACTIVATE
        if not waits:
            frame.paragraph(_("Your computer is now ready to use eHealth applications."), "Strong.TLabel")
        frame.facts([(_("Keystore"), file_name(str(path))), (_("Folder"), str(path.parent))])
        frame.paragraph(_("What remains:"), "Strong.TLabel", 4)
        frame.line("•", _("Point your software to it, on every computer that uses it."))
        frame.primary(_("&Close"), reply.close)
        if waits:
            explain_activation(frame)
            frame.secondary(_("&Let the new encryption key take over"), lambda: reply.answer(Choice.ACTIVATE))
        frame.way_out(_("Open &folder"), lambda: open_folder(path.parent))
        frame.escape = reply.close


class _BeforeRevoking(Drawn):
    def __init__(self, frame: PageFrame, page: BeforeRevoking, reply: Reply) -> None:
        super().__init__(frame, _("Revoke this certificate?"))
        frame.headline(self.title)
        frame.warning(_(NO_WAY_BACK))
        for line in WHAT_STOPS:
            frame.line("•", _(line))
        frame.paragraph(_(KEEP_IT))
        if page.can_be_renewed:
            frame.paragraph(_(RENEW_INSTEAD).rstrip(" \u00a0:") + ".", "Strong.TLabel")
        frame.paragraph(_("Why?"), "Strong.TLabel", 4)
        self._reasons = list(REASONS)
        self.chosen = tk.IntVar(frame, value=-1)
        first: ttk.Radiobutton | None = None
        for number, reason in enumerate(self._reasons):
            button = ttk.Radiobutton(
                frame.body, text=_(REASONS[reason]), value=number, variable=self.chosen, command=self._reason_given
            )
            button.pack(anchor="w", pady=(0, frame.look.px(4)))
            first = first or button
        revoke = _("&Revoke")
        if page.can_be_renewed:
            frame.primary(_("Renew &instead"), lambda: reply.answer(Choice.RENEW))
            self._revoke = frame.secondary(revoke, lambda: self._given(reply))
        else:
            self._revoke = frame.secondary(revoke, lambda: self._given(reply))
        self._revoke.state(["disabled"])
        frame.way_out(_("&Close"), reply.close)
        if first is not None:
            frame.first(first)

    def _reason_given(self) -> None:
        self._revoke.state(["!disabled"])

    def _given(self, reply: Reply) -> None:
        if self.chosen.get() >= 0:
            reply.answer(ReasonGiven(self._reasons[self.chosen.get()]))


class _Revoked(Drawn):
    def __init__(self, frame: PageFrame, page: Revoked, reply: Reply) -> None:
        super().__init__(frame, _("Revoked"))
        frame.headline(f"✓  {self.title}")
        frame.paragraph(_(ALREADY) if page.was_before else _(DONE), "Strong.TLabel")
        frame.paragraph(_(KEEP_IT))
        frame.primary(_("&Close"), reply.close)
        frame.escape = reply.close


class OtherPasswordDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: OtherPassword, reply: Reply) -> None:
        super().__init__(frame, _("Another password for this keystore"))
        self._own_words = page.own_words
        frame.headline(self.title)
        frame.paragraph(_("Choose at least 8 characters with a digit and a symbol, without accented letters."))
        if page.problem is not None:
            frame.paragraph(f"✗  {page.problem}", "Strong.TLabel")
        self.entry = frame.secret_entry(_("&New password:"))
        self._says = frame.paragraph("", "Caption.TLabel")
        self.again = frame.secret_entry(_("The same &again:"))
        for event in ("<Key>", "<<Paste>>", "<<Cut>>"):
            self.entry.bind(event, lambda _event: frame.after_idle(self.look), add="+")
        frame.paragraph(_("Until it is changed, everything stays as it is."), "Caption.TLabel")
        frame.first(self.entry)
        frame.primary(_("Change the &password"), lambda: self._given(reply))
        frame.way_out(_("&Close"), reply.close)

    def look(self) -> None:
        """Say how strong it is, while it is typed."""
        if not self.frame.winfo_exists():
            return
        from agent.core.password_strength import password_strength

        typed = self.entry.get()
        problem = password_problem(typed) if typed else None
        said = f"…  {problem}" if problem else password_strength(typed, self._own_words).sentence if typed else ""
        self._says.configure(text=said)

    def _given(self, reply: Reply) -> None:
        given = NewPasswordGiven(Secret(self.entry.get()), Secret(self.again.get()))
        for entry in (self.entry, self.again):
            entry.delete(0, "end")
        reply.answer(given)


class _PasswordChanged(Drawn):
    def __init__(self, frame: PageFrame, page: PasswordChanged, reply: Reply) -> None:
        super().__init__(frame, _("The password is changed"))
        frame.headline(f"✓  {self.title}")
        frame.paragraph(_(CHANGED).format(name=file_name(str(page.path))))
        frame.paragraph(_(TELL_SOFTWARE), "Strong.TLabel")
        if page.vault_problem is not None:
            frame.paragraph(f"✗  {page.vault_problem}", "Strong.TLabel", 4)
            frame.paragraph(page.vault_problem.advice)
        for copy in page.copies[:6]:
            frame.line("!", _(COPY).format(path=copy))
        if len(page.copies) > 6:
            frame.line("…", str(len(page.copies) - 6))
        frame.primary(_("&Close"), reply.close)
        frame.escape = reply.close


class _BeforeActivating(Drawn):
    def __init__(self, frame: PageFrame, page: BeforeActivating, reply: Reply) -> None:
        super().__init__(frame, _("Let the new encryption key take over"))
        frame.headline(self.title)
        frame.paragraph(others_encrypt_for(page.now), "Strong.TLabel")
        frame.line("•", _("Copy the new keystore to every computer that uses the old one."))
        frame.line("•", _("Point your software to the new file, on each of them."))
        explain_activation(frame)
        frame.primary(_("&Let the new encryption key take over"), lambda: reply.answer(Choice.GO_ON))
        frame.way_out(_("&Not now"), reply.close)


class _Activated(Drawn):
    def __init__(self, frame: PageFrame, page: Activated, reply: Reply) -> None:
        super().__init__(frame, _("Ready"))
        frame.headline(f"✓  {self.title}")
        frame.paragraph(_("Your computer is now ready to use eHealth applications."), "Strong.TLabel")
        frame.paragraph(others_encrypt_for(page.before, is_past=True))
        frame.paragraph(others_encrypt_for(page.now))
        frame.paragraph(_("The old keystore stays beside it."))
        frame.primary(_("&Close"), reply.close)
        frame.escape = reply.close


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    BegunFound: _BegunFound,
    Completed: _Completed,
    BeforeRevoking: _BeforeRevoking,
    Revoked: _Revoked,
    OtherPassword: OtherPasswordDrawn,
    PasswordChanged: _PasswordChanged,
    BeforeActivating: _BeforeActivating,
    Activated: _Activated,
}


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    if type(page) in _DRAWN:
        return _DRAWN[type(page)](PageFrame(parent, look), page, reply)
    return draw_shared(page, parent, look, reply)
