"""The status window: every keystore, and the tray's menu as buttons, for desktops whose tray has none."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tkinter import ttk

from agent.core.finding import Finding, State
from agent.core.holder_words import environment_name, holder_number
from agent.core.menu import Act, Choice, Item, apart, items_of, menu, more, pending_line
from agent.core.reminders import file_name, name_of, subject_of
from agent.core.renewal import Renewal
from agent.desktop.windows.parts import PageFrame, fit, keys
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look, every, new_window
from agent.desktop.windows.words import state_words
from agent.ports import Clock
from agent.text import _, in_digits, moment, ngettext

WIDTH = 872
_ROWS = 6
_REFRESH_MS = 1000
_OF_A_ROW = frozenset(
    {
        Act.RENEW,
        Act.REQUEST,
        Act.COMPLETE,
        Act.RECOVER,
        Act.ACTIVATE,
        Act.PASSWORD,
        Act.READY,
        Act.REVOKE,
        Act.PASS_ON,
        Act.LATER,
    }
)
_BESIDE_THE_HEADLINE = (Act.REQUEST, Act.HELP)


@dataclass(frozen=True)
class Known:
    """What the journal says now."""

    findings: Sequence[Finding]
    renewals: Sequence[Renewal]


@dataclass(frozen=True)
class Watcher:
    """The resident."""

    is_there: Callable[[], bool]
    end: Callable[[], object]
    start: Callable[[], object]


@dataclass(frozen=True)
class Deeds:
    """What stands behind the window.

    Attributes:
        known: reads the journal.
        carry_out: does what was chosen in the menu.
        is_looking: whether a check is running.
        acts: what can be carried out; the menu's other lines are left out.
        watcher: whom *Quit* ends, where the tray has no menu for it.
    """

    known: Callable[[], Known]
    carry_out: Callable[[Choice], object]
    is_looking: Callable[[], bool]
    acts: frozenset[Act]
    watcher: Watcher


def show_status(deeds: Deeds, clock: Clock) -> None:
    """Show the window until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    StatusWindow(root, look, deeds, clock)
    root.mainloop()


class StatusWindow:
    def __init__(self, root: tk.Tk, look: Look, deeds: Deeds, clock: Clock) -> None:
        self.root, self.look, self._deeds, self._clock = root, look, deeds, clock
        self._known = Known((), ())
        self._apart: Sequence[Renewal] = ()
        self._is_watched: bool | None = None
        self.frame = frame = PageFrame(root, look, WIDTH)
        root.title(_("eHealth certificates"))
        fit(root, look, WIDTH + 48, 520)
        headline = frame.headline(_("eHealth certificates"))
        self._unwatched = frame.warning(
            _("The agent is not running: nobody watches over these certificates until it is started again.")
        )
        self._found = frame.paragraph("")
        columns = _("State"), _("Whose"), _("Valid until"), _("Safe until")
        self.table = Table(frame.body, look, columns, wide=1, width=WIDTH - 24, rows=_ROWS)
        self.table.pack(fill="both", expand=True, pady=(0, look.px(12)))
        self.table.tree.bind("<<TreeviewSelect>>", lambda _event: self._describe())
        self._chosen = ttk.Frame(frame.body)
        self._chosen.pack(fill="x", before=self.table, side="bottom")
        self._end = frame.way_out(_("&Quit the agent"), deeds.watcher.end)
        self._start = frame.way_out(_("&Start the agent"), deeds.watcher.start)
        self._close = frame.way_out(_("&Close"), root.destroy)
        self._show_watcher(deeds.watcher.is_there())
        headline.pack_configure(pady=(look.px(6), look.px(8)))  # as high as the buttons beside it
        beside = ttk.Frame(frame.body)
        beside.place(in_=headline, relx=1.0, rely=0.5, anchor="e")
        for text, item in self._always():
            if item.choice is not None and item.choice.act in _BESIDE_THE_HEADLINE:
                button = ttk.Button(beside, text=text, command=lambda item=item: self._act(item))  # type: ignore[misc]
                button.pack(side="right", padx=(look.px(8), 0))
            else:
                frame.secondary(text, lambda item=item: self._act(item))  # type: ignore[misc]
        frame.first(self.table.tree)
        keys(root, lambda: frame)
        frame.pack(fill="both", expand=True)
        every(root, _REFRESH_MS, self.refresh)
        root.deiconify()
        frame.take_keyboard()

    def refresh(self) -> None:
        """Read the journal again."""
        known = self._deeds.known()
        if known != self._known:
            self._known = known
            self._apart = apart(known.findings, known.renewals)
            rows = [self._row(finding) for finding in known.findings]
            self.table.fill([*rows, *map(self._row_of_request, self._apart)])
        self._found.configure(text=self._what_is_found())
        self._show_watcher(self._deeds.watcher.is_there())

    def _show_watcher(self, is_there: bool) -> None:
        """Nobody is asked whether to quit: what it means is said, and it can be taken back."""
        if is_there == self._is_watched:
            return
        self._is_watched = is_there
        gone, shown = (self._start, self._end) if is_there else (self._end, self._start)
        gone.pack_forget()
        shown.pack(side="left", padx=(0, self.look.px(8)), after=self._close)
        if is_there:
            self._unwatched.pack_forget()
        else:
            self._unwatched.pack(anchor="w", fill="x", pady=(0, self.look.px(12)), before=self._found)

    def _what_is_found(self) -> str:
        if self._deeds.is_looking():
            return _("Looking at the keystores …")
        count = sum(each.state is not State.MISSING for each in self._known.findings)
        if not count:
            return "" if self._apart else _("No keystore was found. Set the folders in the settings.")
        return ngettext("{count} keystore was found.", "{count} keystores were found.", count).format(count=count)

    def _row(self, finding: Finding) -> tuple[str, ...]:
        sign, state, _advice = state_words(finding, self._clock.now())
        glance = finding.observation.glance
        until = "" if glance is None or glance.pending else in_digits(glance.not_after)
        safe = in_digits(finding.last_safe_day) if finding.last_safe_day else ""
        return f"{sign}  {state}", name_of(finding), until, safe

    @staticmethod
    def _row_of_request(renewal: Renewal) -> tuple[str, ...]:
        sign = "✗" if renewal.ended_because else "…"
        return f"{sign}  {_('requested')}", renewal.holder.name or holder_number(renewal.holder), "", ""

    # ── The chosen keystore ──────────────────────────────────────────────────────────────────────────────────────────

    def _describe(self) -> None:
        for child in self._chosen.winfo_children():
            child.destroy()
        chosen, findings = self.table.chosen, self._known.findings
        if chosen is None:
            return
        if chosen < len(findings):
            self._describe_finding(findings[chosen])
        elif self._apart:
            self._describe_request(self._apart[chosen - len(findings)])

    def _describe_request(self, renewal: Renewal) -> None:
        """One that has no file among those above."""
        where = Path(renewal.path)
        begun = _("It was begun on {begun}.").format(begun=moment(renewal.started))
        whose = f"{holder_number(renewal.holder)}  ·  {environment_name(renewal.environment)}"
        texts = (
            (pending_line(renewal), "Strong.TLabel"),
            (renewal.ended_because or begun, "TLabel"),
            (whose, "Caption.TLabel"),
            (str(where.parent / file_name(renewal.path)), "Caption.TLabel"),
        )
        self._tell(texts, [item for item in items_of(renewal) if self._acts(item) & _OF_A_ROW & self._deeds.acts])

    def _describe_finding(self, finding: Finding) -> None:
        texts = (
            (_whose(finding), "Strong.TLabel"),
            (finding.reason, "TLabel"),
            (state_words(finding, self._clock.now())[2], "TLabel"),
            (finding.observation.path, "Caption.TLabel"),
        )
        self._tell(texts, self._items(finding))

    def _tell(self, texts: Iterable[tuple[str, str]], items: Iterable[Item]) -> None:
        """Lines, each with its style, and buttons below them."""
        wrap = self.look.px(WIDTH)
        for text, style in texts:
            label = ttk.Label(self._chosen, text=text, style=style, wraplength=wrap, justify="left")
            label.pack(anchor="w", pady=(0, self.look.px(4)))
        row = ttk.Frame(self._chosen)
        row.pack(fill="x", pady=(self.look.px(4), 0))
        for item in items:
            self._button(row, item)

    def _items(self, finding: Finding) -> list[Item]:
        """The menu's lines for this keystore alone."""
        if finding.superseded_by:
            return []
        path = finding.observation.path.removesuffix(".pending")
        own = [each for each in self._known.renewals if each.fingerprint == subject_of(finding) or each.path == path]
        of_row = _OF_A_ROW & self._deeds.acts
        items = [
            item
            for item in menu([finding], own, self._clock.now())
            if self._acts(item) & of_row and (item.choice is None or item.choice.path or item.choice.act is Act.LATER)
        ]
        seldom = tuple(item for item in more(finding, self._known.renewals) if self._acts(item) & of_row)
        return [*items, Item(_("More"), items=seldom)] if seldom else items

    @staticmethod
    def _acts(item: Item) -> set[Act]:
        inner = {each.choice.act for each in item.items if each.choice}
        return inner | ({item.choice.act} if item.choice else set())

    def _button(self, row: ttk.Frame, item: Item) -> None:
        if item.items:
            button: ttk.Widget = self._submenu(row, item)
        else:
            style = "Accent.TButton" if self._acts(item) & {Act.RENEW, Act.RECOVER} else "TButton"
            button = ttk.Button(row, text=item.text, command=lambda: self._act(item), style=style)
        button.pack(side="left", padx=(0, self.look.px(8)))

    def _submenu(self, row: ttk.Frame, item: Item) -> ttk.Menubutton:
        button = ttk.Menubutton(row, text=item.text)
        choices = tk.Menu(button, tearoff=False)
        for each in item.items:
            choices.add_command(label=each.text, command=lambda each=each: self._act(each))  # type: ignore[misc]
        button.configure(menu=choices)
        return button

    # ── What is there always ─────────────────────────────────────────────────────────────────────────────────────────

    def _always(self) -> list[tuple[str, Item]]:
        """The menu's lines that speak of no keystore; the first is rightmost."""
        shown = menu([], [], self._clock.now())
        wanted = [item for item in shown if item.choice and item.choice.act in self._deeds.acts]
        return [(item.text, item) for item in reversed(wanted)]

    def _act(self, item: Item) -> None:
        assert item.choice is not None, "only choices have buttons"
        self._deeds.carry_out(item.choice)


def _whose(finding: Finding) -> str:
    holder = finding.observation.glance.holder if finding.observation.glance else None
    number = f"  ·  {holder_number(holder)}" if holder is not None else ""
    return f"{name_of(finding)}{number}  ·  {environment_name(finding.observation.environment)}"
