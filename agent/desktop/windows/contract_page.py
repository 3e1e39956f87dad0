"""The contract: who signs it for whom, its text to the end, and only then *Accept*."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from agent.core.holder_words import environment_name, holder_name, holder_number
from agent.core.registration import ContactData, LocalizedText
from agent.desktop.windows.contract_text import Style, pieces
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Choice, ContractShown
from agent.desktop.windows.parts import PageFrame, with_mnemonic
from agent.desktop.windows.theme import BODY, STRONG
from agent.text import LANGUAGE_NAMES, _, spoken

_LINES = 12


class ContractDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: ContractShown, reply: Reply) -> None:
        super().__init__(frame, _("The contract"))
        frame.headline(self.title)
        frame.facts(
            [
                (_("Signs"), page.signer.full_name),
                (_("For"), f"{holder_name(page.holder)}, {holder_number(page.holder)}"),
                (_("Environment"), environment_name(page.environment)),
            ]
        )
        if page.contact is not None:
            self._show_contact(page.contact, reply)
        self._choose_language(page.texts)
        self._hint = frame.paragraph(_("Read the contract to its end to accept it."), "Caption.TLabel", 0)
        self._hint.pack_configure(side="bottom")
        self._text, self._bar = self._area()  # last: it gives way on a small screen
        self._accept = frame.primary(_("&Accept and sign"), lambda: reply.answer(Choice.GO_ON))
        frame.secondary(_("&Use another eID"), lambda: reply.answer(Choice.OTHER_CARD))
        frame.way_out(_("&Decline"), lambda: reply.answer(Choice.DECLINE))
        self._accept.state(["disabled"])
        frame.first(self._text)
        self._show(_in_my_language(page.texts))

    def _show_contact(self, contact: ContactData, reply: Reply) -> None:
        """What eHealth gets, and the way to change it."""
        px, width = self.frame.look.px, self.frame.width
        row = ttk.Frame(self.frame.body)
        row.pack(fill="x", pady=(0, px(8)))
        name, underline = with_mnemonic(_("&Change…"))
        change = ttk.Button(row, text=name, underline=underline, command=lambda: reply.answer(Choice.CONTACT))
        change.pack(side="right", padx=(px(16), 0))
        reached = _("After this renewal eHealth reaches the practice at {email} and {phone}")
        said = reached.format(email=contact.email_private, phone=contact.phone_private)
        wrap = px(width) - change.winfo_reqwidth() - px(16)
        ttk.Label(row, text=said, wraplength=wrap, justify="left").pack(side="left", anchor="w")

    def _choose_language(self, texts: tuple[LocalizedText, ...]) -> None:
        """The other languages, on request."""
        if len(texts) < 2:
            return
        row = ttk.Frame(self.frame.body)
        row.pack(anchor="w", pady=(0, self.frame.look.px(8)))
        self._language = tk.StringVar(row, value=_in_my_language(texts).language)
        for each in texts:
            name = LANGUAGE_NAMES.get(each.language[:2], each.language)
            button = ttk.Radiobutton(row, text=name, value=each.language, variable=self._language)
            button.configure(command=lambda text=each: self._show(text))  # type: ignore[misc]
            button.pack(side="left", padx=(0, self.frame.look.px(16)))

    def _area(self) -> tuple[tk.Text, ttk.Scrollbar]:
        px = self.frame.look.px
        box = ttk.Frame(self.frame.body)
        box.pack(fill="both", expand=True, pady=(0, px(8)))
        text = tk.Text(box, wrap="word", width=1, height=_LINES, font=BODY, padx=px(8), pady=px(8), relief="solid")
        text.configure(borderwidth=1, highlightthickness=px(2), cursor="arrow", takefocus=True)
        bar = ttk.Scrollbar(box, command=text.yview)
        text.configure(yscrollcommand=self._scrolled)
        bar.pack(side="right", fill="y")
        text.pack(side="left", fill="both", expand=True)
        text.tag_configure(Style.HEADING.name, font=STRONG)
        text.tag_configure(Style.STRONG.name, font=STRONG)
        for key, amount, unit in (
            ("<Up>", -1, "units"),
            ("<Down>", 1, "units"),
            ("<Prior>", -1, "pages"),
            ("<Next>", 1, "pages"),
            ("<space>", 1, "pages"),
        ):
            text.bind(key, lambda _event, amount=amount, unit=unit: self._scroll(amount, unit))  # type: ignore[misc]
        text.bind("<Home>", lambda _event: self._move(0.0))
        text.bind("<End>", lambda _event: self._move(1.0))
        text.bind("<Tab>", lambda _event: self._leave(text.tk_focusNext()))
        text.bind("<Shift-Tab>", lambda _event: self._leave(text.tk_focusPrev()))
        return text, bar

    def _show(self, contract: LocalizedText) -> None:
        self._text.configure(state="normal")
        self._text.delete("1.0", "end")
        for piece in pieces(contract.text):
            gap = piece.text[: len(piece.text) - len(piece.text.lstrip("\n"))]
            self._text.insert("end", gap, Style.PLAIN.name, piece.text[len(gap) :], piece.style.name)
        self._text.configure(state="disabled")
        self._text.yview_moveto(0.0)

    # ── Scrolling ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _scrolled(self, first: float | str, last: float | str) -> None:
        self._bar.set(float(first), float(last))
        if float(last) >= 1.0 and self._text.winfo_viewable():
            self._accept.state(["!disabled"])
            self._hint.configure(text="")

    def _scroll(self, amount: int, unit: str) -> str:
        self._text.yview_scroll(amount, unit)  # type: ignore[call-overload]
        return "break"

    def _move(self, fraction: float) -> str:
        self._text.yview_moveto(fraction)
        return "break"

    @staticmethod
    def _leave(widget: tk.Misc | None) -> str:
        if widget is not None:
            widget.focus_set()
        return "break"


def _in_my_language(texts: tuple[LocalizedText, ...]) -> LocalizedText:
    """In the window's language, else the first there is."""
    return next((each for each in texts if each.language[:2] == spoken()), texts[0])
