"""The fields of a form: what is typed is looked at while it is typed, and one sentence below says what is wrong.

Quietly, while typing on may still put it right; else with a sign. Of what is only doubted the person may say that it is
right.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter import ttk

from agent.core.kinds import matching, name_of_kind
from agent.core.registration import OrganizationType
from agent.core.typed import Mistyped
from agent.desktop.windows.parts import PageFrame, with_mnemonic
from agent.desktop.windows.request_pages import Typed
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import BODY
from agent.text import _

Rule = Callable[[str], str | None]

_KIND_ROWS = 4


class CheckedField:
    """A field with its name above and its sentence below.

    Args:
        rule: makes the value of what was typed; None is a value too, for a field that may stay empty.
        hint: what is said while it is empty.
        told: what is said of the value.
    """

    def __init__(
        self, frame: PageFrame, name: str, given: Typed, rule: Rule, *, hint: str, told: Callable[[str], str] = str
    ) -> None:
        self._frame, self._rule, self._hint, self._told = frame, rule, hint, told
        self._is_loud = False
        px = frame.look.px
        box = ttk.Frame(frame.body)
        box.pack(fill="x", pady=(0, px(6)))
        text, underline = with_mnemonic(name)
        ttk.Label(box, text=text, underline=underline).pack(anchor="w")
        self._text = tk.StringVar(box, value=given.text)
        self.entry = ttk.Entry(box, textvariable=self._text, font=BODY)
        self.entry.pack(fill="x", pady=(px(2), px(1)))
        self._says = ttk.Label(box, style="Caption.TLabel", wraplength=px(frame.width), justify="left")
        self._says.pack(anchor="w", fill="x")
        self._insisted = tk.BooleanVar(box, value=given.insisted)
        self._insist = ttk.Checkbutton(box, text=_("It is right as it stands"), variable=self._insisted)
        self._insist.configure(command=self.look)
        self._insist.bind("<Return>", lambda _event: self._insist_or_go_on())
        self._text.trace_add("write", lambda *_written: self._written())
        self.entry.bind("<FocusOut>", lambda _event: self._left())
        self.look()

    @property
    def typed(self) -> Typed:
        return Typed(self._text.get(), self._insisted.get())

    @property
    def is_right(self) -> bool:
        problem = self._problem()
        return problem is None or (problem.doubtful is not None and self._insisted.get())

    def ask_for_it(self) -> None:
        """Say what is wrong, and give the field the keyboard; or the box, where the person can insist."""
        self._is_loud = True
        self.look()
        problem = self._problem()
        (self._insist if problem is not None and problem.doubtful is not None else self.entry).focus_set()

    def look(self, hint: str | None = None) -> None:
        """Say how it is now. `hint`: another one from here on."""
        self._hint = self._hint if hint is None else hint
        problem = self._problem()
        sign, text, style = self._sentence(problem)
        self._says.configure(text=f"{sign}  {text}" if sign else text, style=style)
        if problem is not None and problem.doubtful is not None and not self._is_quiet(problem):
            self._insist.pack(anchor="w")
        else:
            self._insist.pack_forget()

    def _sentence(self, problem: Mistyped | None) -> tuple[str, str, str]:
        if problem is None:
            value = self._rule(self._text.get())
            return ("✓", self._told(value), "Caption.TLabel") if value else ("", self._hint, "Caption.TLabel")
        if self._is_quiet(problem):
            is_empty = not self._text.get().strip() and problem.doubtful is None
            return ("", self._hint, "Caption.TLabel") if is_empty else ("…", str(problem), "Caption.TLabel")
        return "✗" if problem.doubtful is None else "?", str(problem), "Strong.TLabel"

    def _is_quiet(self, problem: Mistyped) -> bool:
        return problem.unfinished and not self._is_loud and not self._insisted.get()

    def _problem(self) -> Mistyped | None:
        try:
            self._rule(self._text.get())
        except Mistyped as problem:
            return problem
        return None

    def _written(self) -> None:
        self._is_loud = False
        self._insisted.set(False)
        self.look()

    def _insist_or_go_on(self) -> str:
        """Return ticks the box, and the next time does what it does everywhere."""
        if not self._insisted.get():
            self._insist.invoke()
        elif self._frame.default is not None:
            self._frame.default.invoke()
        return "break"

    def _left(self) -> None:
        """Whoever goes on to the next field believes that this one is finished."""
        if self._text.get().strip() and self.entry.winfo_viewable():
            self._is_loud = True
            self.look()


def ask_for_first_wrong(fields: Sequence[CheckedField]) -> bool:
    """Whether all fields are right; else the first that is not has the keyboard."""
    wrong = [field for field in fields if not field.is_right]
    for field in reversed(wrong):
        field.ask_for_it()
    return not wrong


class KindChooser:
    """The kinds of organizations, looked through by any part of a name or type.

    Args:
        chosen: is called when another kind is.
    """

    def __init__(
        self,
        frame: PageFrame,
        kinds: Sequence[OrganizationType],
        search: str,
        type_: str | None,
        chosen: Callable[[], None],
    ) -> None:
        self._kinds, self._chosen = kinds, chosen
        self._shown: Sequence[OrganizationType] = ()
        self.kind = next((kind for kind in kinds if kind.identifier_type == type_), None)
        px = frame.look.px
        text, underline = with_mnemonic(_("&Kind of organization (type a part of it to search):"))
        ttk.Label(frame.body, text=text, underline=underline).pack(anchor="w")
        self._search = tk.StringVar(frame, value=search)
        self.entry = ttk.Entry(frame.body, textvariable=self._search, font=BODY)
        self.entry.pack(fill="x", pady=(px(2), px(4)))
        titles = (_("Kind"), _("Type"))
        self.table = Table(frame.body, frame.look, titles, wide=0, width=frame.width - 24, rows=_KIND_ROWS)
        self.table.pack(fill="both", expand=True)
        self._says = ttk.Label(frame.body, style="Caption.TLabel", wraplength=px(frame.width), justify="left")
        self._says.pack(anchor="w", fill="x", pady=(px(2), px(6)))
        self._search.trace_add("write", lambda *_written: self._fill())
        self.entry.bind("<Down>", lambda _event: self._into_table())
        self.table.tree.bind("<<TreeviewSelect>>", lambda _event: self._selected())
        self._fill()

    @property
    def search(self) -> str:
        return self._search.get()

    def ask_for_it(self) -> None:
        self._says.configure(text="✗  " + _("Choose the kind of organization."), style="Strong.TLabel")
        self.entry.focus_set()

    def _fill(self) -> None:
        self._shown = matching(self._kinds, self._search.get())
        self.table.fill([(name_of_kind(kind), kind.identifier_type) for kind in self._shown])
        if len(self._shown) == 1:
            self.kind = self._shown[0]
        if self.kind in self._shown:
            self.table.choose(list(self._shown).index(self.kind))
        else:
            self.kind = None
            self.table.tree.selection_set(())
        self._tell()

    def _into_table(self) -> str:
        if self._shown:
            self.table.choose(self.table.chosen or 0)
            self.table.tree.focus_set()
        return "break"

    def _selected(self) -> None:
        row = self.table.chosen
        kind = self._shown[row] if row is not None and row < len(self._shown) else None
        if kind != self.kind:
            self.kind = kind
            self._tell()

    def _tell(self) -> None:
        if self.kind is not None:
            text = f"✓  {name_of_kind(self.kind)}  ·  {self.kind.identifier_type}"
        elif self._shown:
            text = _("The arrow keys choose one.")
        else:
            text = "✗  " + _("No kind is called so.")
        self._says.configure(text=text, style="Caption.TLabel")
        self._chosen()
