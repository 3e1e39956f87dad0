"""The settings' passwords: stored in this computer's vault once they have opened their keystore, or forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tkinter import ttk

from agent.desktop.windows.background import in_background
from agent.desktop.windows.parts import with_mnemonic
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import BODY, Look
from agent.errors import AgentError
from agent.secret import Secret
from agent.text import N_, _

_ROWS, _WIDTH = 5, 560


@dataclass(frozen=True)
class Passwords:
    """What the tab does. Each may raise AgentError, and may take a moment.

    Attributes:
        known: the keystores, and whether the vault has a password for each.
        store: keeps a password that opens the keystore.
        forget: False where there was none.
    """

    known: Callable[[], Sequence[tuple[Path, bool]]]
    store: Callable[[Path, Secret], None]
    forget: Callable[[Path], bool]


class PasswordsTab:
    def __init__(self, tab: ttk.Frame, look: Look, passwords: Passwords) -> None:
        self._tab, self._look, self._passwords = tab, look, passwords
        self._known: Sequence[tuple[Path, bool]] = ()
        self.table = Table(tab, look, (_("Keystore"), _("Password")), wide=0, width=_WIDTH, rows=_ROWS)
        self.table.pack(fill="both", expand=True, pady=(0, look.px(8)))
        self.table.tree.bind("<<TreeviewSelect>>", lambda _event: self._describe())
        row = ttk.Frame(tab)
        row.pack(fill="x")
        text, underline = with_mnemonic(_("Pass&word:"))
        ttk.Label(row, text=text, underline=underline).pack(side="left", padx=(0, look.px(8)))
        self.entry = ttk.Entry(row, show="●", width=20, font=BODY)
        self.entry.pack(side="left", padx=(0, look.px(8)))
        self.entry.bind("<Return>", lambda _event: self._store())
        self._button(row, N_("S&tore"), self._store)
        self._button(row, N_("&Forget"), self._forget)
        self.told = ttk.Label(tab, text="", wraplength=look.px(550), justify="left")
        self.told.pack(anchor="w", pady=(look.px(8), 0))
        self._refresh()

    def _button(self, row: ttk.Frame, name: str, command: Callable[[], object]) -> None:
        text, underline = with_mnemonic(_(name))
        button = ttk.Button(row, text=text, underline=underline, command=command)
        button.pack(side="left", padx=(0, self._look.px(8)))

    def _refresh(self) -> None:
        in_background(self._tab, self._passwords.known, self._show)

    def _show(self, known: Sequence[tuple[Path, bool]] | AgentError) -> None:
        if isinstance(known, AgentError):
            self._tell(known)
            return
        self._known = known
        self.table.fill([(path.name, self._state(is_kept)) for path, is_kept in known])

    @staticmethod
    def _state(is_kept: bool) -> str:
        return "✓  " + _("stored") if is_kept else "?  " + _("not stored")

    def _describe(self) -> None:
        self.told.configure(text=str(self._chosen or ""))

    def _store(self) -> str:
        password, path = Secret(self.entry.get()), self._chosen
        self.entry.delete(0, "end")
        if path is not None and password:
            in_background(self._tab, lambda: self._passwords.store(path, password), self._stored)
        return "break"

    def _stored(self, problem: AgentError | None) -> None:
        if problem is None:
            self.told.configure(text="✓  " + _("Stored in this computer's password vault; it opens the keystore."))
            self._refresh()
        else:
            self._tell(problem)

    def _forget(self) -> None:
        if (path := self._chosen) is not None:
            in_background(self._tab, lambda: self._passwords.forget(path), self._forgotten)

    def _forgotten(self, was_there: bool | AgentError) -> None:
        if isinstance(was_there, AgentError):
            self._tell(was_there)
            return
        self.told.configure(text=_("Forgotten.") if was_there else _("There was no password stored for this keystore."))
        self._refresh()

    def _tell(self, problem: AgentError) -> None:
        self.told.configure(text=f"✗  {problem} {problem.advice}")

    @property
    def _chosen(self) -> Path | None:
        row = self.table.chosen
        return None if row is None else self._known[row][0]
