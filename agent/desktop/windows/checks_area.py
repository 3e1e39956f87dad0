"""Checks as people read them: in groups, each with its sign, and below it what to do. It fills while they come."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from dataclasses import dataclass
from tkinter import font, ttk

from agent.core.doctor import Check, Mark, Part, Topic, sign
from agent.desktop.windows.theme import BODY, STRONG, Look
from agent.text import _

_GOES_ON = "…"


@dataclass(frozen=True)
class Group:
    """What stands below one heading. A topic without its check is still looked at.

    Attributes:
        about: a line about the heading itself; may be empty.
    """

    heading: str
    lines: Sequence[Check | Topic]
    about: str = ""


def by_part(checks: Sequence[Check], waiting: Sequence[Topic]) -> list[Group]:
    """What was found and what is still looked at, where it belongs, in the order in which it is told."""
    order = list(Topic)
    entries = [(check.topic, check) for check in checks] + [(topic, topic) for topic in waiting]
    groups = []
    for part in Part:
        own = sorted((each for each in entries if each[0].part is part), key=lambda each: order.index(each[0]))
        if own:
            groups.append(Group(_(part.value), [line for _topic, line in own]))
    return groups


class ChecksArea:
    """A text that scrolls, by keyboard too.

    Attributes:
        box: what is packed.
        text: what has the keyboard.
    """

    def __init__(self, parent: tk.Misc, look: Look, lines: int) -> None:
        px = look.px
        self.box = ttk.Frame(parent)
        text = self.text = tk.Text(
            self.box, wrap="word", width=1, height=lines, font=BODY, padx=px(8), pady=px(8), relief="solid"
        )
        text.configure(borderwidth=1, highlightthickness=px(2), cursor="arrow", takefocus=True)
        bar = ttk.Scrollbar(self.box, command=text.yview)
        text.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        text.pack(side="left", fill="both", expand=True)
        written = font.nametofont(STRONG, text)
        indent = max(written.measure(" ".join(sign(mark))) for mark in Mark) + px(16)
        text.tag_configure("heading", font=STRONG, spacing1=px(10), spacing3=px(4))
        for name, own in (("line", BODY), ("stops", STRONG)):
            text.tag_configure(name, font=own, tabs=(indent,), lmargin2=indent, spacing3=px(2))
        text.tag_configure("todo", tabs=(indent,), lmargin1=indent, lmargin2=indent, spacing3=px(6))
        for key, amount in (("<Up>", -1), ("<Down>", 1)):
            text.bind(key, lambda _event, amount=amount: self._scroll(amount))  # type: ignore[misc]
        text.bind("<Tab>", lambda _event: self._leave(text.tk_focusNext()))
        text.bind("<Shift-Tab>", lambda _event: self._leave(text.tk_focusPrev()))

    def show(self, groups: Sequence[Group]) -> None:
        """In place of what was there; what one reads stays where it is."""
        top = self.text.yview()[0]
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        for group in groups:
            self._show_group(group)
        self.text.configure(state="disabled")
        self.text.yview_moveto(top)

    def _show_group(self, group: Group) -> None:
        self.text.insert("end", f"{group.heading}\n", "heading")
        if group.about:
            self.text.insert("end", f"{group.about}\n", "line")
        for line in group.lines:
            if isinstance(line, Topic):
                self.text.insert("end", f"{_GOES_ON}\t{line.title}\n", "line")
                continue
            style = "stops" if line.mark is Mark.STOPS else "line"
            self.text.insert("end", f"{' '.join(sign(line.mark))}\t{line.said}\n", style)
            if line.todo:
                self.text.insert("end", f"→ {line.todo}\n", "todo")

    def _scroll(self, amount: int) -> str:
        self.text.yview_scroll(amount, "units")
        return "break"

    @staticmethod
    def _leave(widget: tk.Misc | None) -> str:
        if widget is not None:
            widget.focus_set()
        return "break"
