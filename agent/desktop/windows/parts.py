"""What the windows are made of: a page with a headline, wrapping texts, facts, banners and a row of buttons."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator, Sequence
from tkinter import ttk
from typing import Any

from agent.desktop.windows.theme import BODY, Look

WIDTH = 620
"""Of a page's texts, in pixels at 100 %."""

Command = Callable[[], object]


def with_mnemonic(text: str) -> tuple[str, int]:
    """``&Renew`` as the text to show and the position of the letter to underline; -1 where there is none."""
    position = text.find("&")
    return (text, -1) if position < 0 else (text[:position] + text[position + 1 :], position)


class PageFrame(ttk.Frame):
    """A page: texts from top to bottom, buttons below. The width is fixed, the height is what the content needs.

    Attributes:
        width: of its texts, in pixels at 100 %.
    """

    def __init__(self, parent: tk.Misc, look: Look, width: int = WIDTH) -> None:
        super().__init__(parent, padding=(look.px(24), look.px(12), look.px(24), look.px(20)))
        self.look, self.width, self._width = look, width, look.px(width)
        self.body = ttk.Frame(self, width=self._width)
        self.body.pack(fill="both", expand=True)
        self._strut(self.body)
        self._buttons = ttk.Frame(self)
        self._buttons.pack(side="bottom", fill="x", pady=(look.px(16), 0), before=self.body)
        self._first: tk.Widget | None = None
        self.default: ttk.Button | None = None
        self.escape: Command | None = None

    def _strut(self, parent: tk.Misc) -> None:
        tk.Frame(parent, width=self._width, height=0).pack()

    # ── Texts ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def headline(self, text: str) -> ttk.Label:
        return self.paragraph(text, "Subtitle.TLabel", 8)

    def paragraph(self, text: str, style: str = "TLabel", below: int = 8) -> ttk.Label:
        label = ttk.Label(self.body, text=text, style=style, wraplength=self._width, justify="left")
        label.pack(anchor="w", fill="x", pady=(0, self.look.px(below)))
        return label

    def line(self, sign: str, text: str = "", below: int = 4) -> Line:
        """A line of a list, with a hanging sign."""
        line = Line(self.body, self.look.px(22), self._width)
        line.pack(anchor="w", fill="x", pady=(0, self.look.px(below)))
        line.say(sign, text)
        return line

    def warning(self, text: str) -> ttk.Label:
        """What must not be overlooked: said by sign, words and ground."""
        padding = 2 * self.look.px(8)
        label = self.paragraph(f"⚠  {text}", "Warning.TLabel", 12)
        ground, ink = (
            self.look.warning_colours
        )  # said again: on what is there before the window, the theme puts its own
        label.configure(wraplength=self._width - padding, background=ground, foreground=ink)
        return label

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and values in two columns."""
        grid = ttk.Frame(self.body)
        grid.pack(anchor="w", fill="x", pady=(0, self.look.px(12)))
        grid.columnconfigure(1, weight=1)
        names = [ttk.Label(grid, text=name, style="Caption.TLabel") for name, _ in rows]
        widest = max(label.winfo_reqwidth() for label in names) if names else 0
        left = self._width - widest - self.look.px(16)
        for row, (label, (_, value)) in enumerate(zip(names, rows, strict=True)):
            label.grid(row=row, column=0, sticky="nw", padx=(0, self.look.px(16)), pady=self.look.px(2))
            ttk.Label(grid, text=value, wraplength=left).grid(row=row, column=1, sticky="w", pady=self.look.px(2))

    # ── Fields ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def secret_entry(self, name: str) -> ttk.Entry:
        """A field whose text is never shown, and in no Tk variable."""
        label, underline = with_mnemonic(name)
        caption = ttk.Label(self.body, text=label, underline=underline)
        caption.pack(anchor="w")
        entry = ttk.Entry(self.body, show="●", width=24, font=BODY)
        entry.pack(anchor="w", pady=(self.look.px(4), self.look.px(12)))
        self.first(entry)
        return entry

    def check(self, text: str, variable: tk.BooleanVar) -> ttk.Checkbutton:
        label, underline = with_mnemonic(text)
        box = ttk.Checkbutton(self.body, text=label, underline=underline, variable=variable)
        box.pack(anchor="w", pady=(0, self.look.px(8)))
        return box

    # ── Buttons and keys ─────────────────────────────────────────────────────────────────────────────────────────────

    def primary(self, text: str, command: Command) -> ttk.Button:
        """The button that Return presses. Rightmost."""
        self.default = self._button(text, command, "Accent.TButton", "right")
        if self._first is None:
            self._first = self.default
        return self.default

    def secondary(self, text: str, command: Command) -> ttk.Button:
        return self._button(text, command, "TButton", "right")

    def way_out(self, text: str, command: Command) -> ttk.Button:
        """The button that Escape presses. Leftmost."""
        self.escape = command
        return self._button(text, command, "TButton", "left")

    def _button(self, text: str, command: Command, style: str, side: Any) -> ttk.Button:
        label, underline = with_mnemonic(text)
        button = ttk.Button(self._buttons, text=label, underline=underline, command=command, style=style)
        gap = self.look.px(8)
        button.pack(side=side, padx=(gap, 0) if side == "right" else (0, gap))
        return button

    def first(self, widget: tk.Widget) -> None:
        """Where the keyboard is when the page comes up."""
        self._first = widget

    def take_keyboard(self) -> None:
        """To what comes first; to no button where nothing is asked: one Return too many closes no window."""
        (self._first or self).focus_set()


class Line(ttk.Frame):
    """A sign and a text beside it, whose further lines begin where the first does."""

    def __init__(self, parent: tk.Misc, indent: int, width: int) -> None:
        super().__init__(parent)
        self._sign = ttk.Label(self)
        self._text = ttk.Label(self, wraplength=width - indent, justify="left")
        self.columnconfigure(0, minsize=indent)
        self._sign.grid(row=0, column=0, sticky="nw")
        self._text.grid(row=0, column=1, sticky="w")

    def say(self, sign: str, text: str, style: str = "TLabel") -> None:
        self._sign.configure(text=sign, style=style)
        self._text.configure(text=text, style=style)


def fit(root: tk.Tk, look: Look, width: int, height: int) -> None:
    """A window of this width, as high as its content but at least `height` and never past the screen's edge."""
    room = root.winfo_screenheight() - look.px(80)  # a title bar, and a panel
    width, height = look.px(width), min(look.px(height), room)
    root.minsize(width, height)
    root.maxsize(width, max(room, height))


def keys(root: tk.Tk, page: Callable[[], PageFrame | None]) -> None:
    """The keyboard of a window: Return, Escape, and Alt with an underlined letter.

    Return presses the button that has the keyboard, else the page's own.
    """

    def pressed(_event: Any) -> None:
        shown = page()
        focused = root.focus_get()
        if isinstance(focused, ttk.Button | ttk.Checkbutton):
            focused.invoke()
        elif shown is not None and shown.default is not None:
            shown.default.invoke()

    def left(_event: Any) -> None:
        shown = page()
        if shown is not None and shown.escape is not None:
            shown.escape()

    root.bind("<Return>", pressed)
    root.bind("<KP_Enter>", pressed)
    root.bind("<Escape>", left)
    root.bind("<Alt-Key>", lambda event: _by_letter(root, event.keysym.lower()))


def _by_letter(root: tk.Tk, letter: str) -> str | None:
    """Press the button that shows this letter underlined, or go to the field that its label names."""
    for widget in visible(root):
        if mnemonic(widget) != letter:
            continue
        if isinstance(widget, ttk.Button | ttk.Checkbutton | ttk.Radiobutton):
            widget.invoke()
        elif (field := widget.tk_focusNext()) is not None:
            field.focus_set()
        return "break"
    return None


def visible(widget: tk.Misc) -> Iterator[tk.Misc]:
    """Everything that is to be seen in `widget`."""
    for child in widget.winfo_children():
        if child.winfo_viewable():
            yield child
            yield from visible(child)


def mnemonic(widget: tk.Misc) -> str | None:
    """The letter that is underlined, in lower case."""
    if not isinstance(widget, ttk.Button | ttk.Checkbutton | ttk.Radiobutton | ttk.Label):
        return None
    text, underline = str(widget.cget("text")), int(widget.cget("underline"))
    return text[underline].lower() if 0 <= underline < len(text) else None
