"""How the pages about the next renewal are drawn."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from dataclasses import replace
from tkinter import ttk
from typing import TYPE_CHECKING

from agent.core.doctor import Check, Topic, verdict
from agent.core.finding import Finding
from agent.core.holder_words import environment_name, holder_number
from agent.core.readiness import READY, Said
from agent.core.reminders import name_of
from agent.desktop.windows import renewal_pages
from agent.desktop.windows.checks_area import ChecksArea, Group, by_part
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import Command, PageFrame, with_mnemonic
from agent.desktop.windows.ready_pages import ContactSaid, ReadyShown, WhomAsked, what_was_said
from agent.desktop.windows.theme import Look
from agent.text import N_, _, ngettext

if TYPE_CHECKING:
    from agent.watch.ready import Ready

_LINES = 15
_OF_A_KEYSTORE = Topic.SIGNATURE, Topic.PASSWORDS, Topic.CONTACT
_ALREADY_SAID = {
    Said.RIGHT: N_("It was said here that this is still right."),
    Said.WRONG: N_("It was said here that this is not right any more: the renewal begins with it."),
    Said.NOTHING: N_("Is that still right?"),
}


class ReadyShownDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: ReadyShown, reply: Reply) -> None:
        super().__init__(frame, _(READY))
        self._reply, self._asked_of = reply, ""
        frame.headline(self.title)
        self._said = frame.paragraph("")
        self._contact = ttk.Frame(frame.body)
        self._draw_contact()
        self.area = ChecksArea(frame.body, frame.look, _LINES)  # last: it gives way on a small screen
        self.area.box.pack(fill="both", expand=True)
        self._again = frame.primary(_("Check &again"), lambda: reply.answer(Choice.TRY_AGAIN))
        self._whom = frame.secondary(_("&Whom the eID may act for…"), lambda: reply.answer(Choice.WHOM))
        frame.way_out(_("&Close"), reply.close)
        frame.first(self.area.text)
        self._fill(page)
        if page.acting:  # it was asked just before this
            self.area.text.see("end")

    def updated(self, page: Page) -> bool:
        if isinstance(page, ReadyShown):
            self._fill(page)
            return True
        return False

    def _fill(self, page: ReadyShown) -> None:
        self._said.configure(text=_("Looking …") if page.is_looking else verdict(page.checks))
        self._again.state(["disabled" if page.is_looking else "!disabled"])
        self._whom.state(["!disabled" if page.can_ask_for_whom else "disabled"])
        self.area.show(_groups(page))
        self._fill_contact(page)

    # ── Contact data ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _draw_contact(self) -> None:
        px, width = self.frame.look.px, self.frame.look.px(self.frame.width)
        self._reached = ttk.Label(self._contact, wraplength=width, justify="left")
        self._reached.pack(anchor="w", pady=(0, px(4)))
        self._question = ttk.Label(self._contact, style="Strong.TLabel", wraplength=width, justify="left")
        self._question.pack(anchor="w", pady=(0, px(8)))
        row = ttk.Frame(self._contact)
        row.pack(fill="x")
        self._offer(row, _("Still &right"), lambda: self._say(is_right=True))
        self._offer(row, _("&Not right any more"), lambda: self._say(is_right=False))

    def _offer(self, row: ttk.Frame, text: str, command: Command) -> None:
        name, underline = with_mnemonic(text)
        button = ttk.Button(row, text=name, underline=underline, command=command)
        button.pack(side="left", padx=(0, self.frame.look.px(8)))

    def _say(self, is_right: bool) -> None:
        self._reply.answer(ContactSaid(self._asked_of, is_right))

    def _fill_contact(self, page: ReadyShown) -> None:
        found = page.asks_of
        if found is None or found.contact is None:
            self._contact.pack_forget()
            return
        self._asked_of = found.finding.observation.path
        text = _("eHealth reaches the responsible person at {email} and {phone}.")
        said = text.format(email=found.contact.email_private, phone=found.contact.phone_private)
        if len(page.findings) > 1:
            said = _("{name}: {state}").format(name=name_of(found.finding), state=said)
        self._reached.configure(text=said)
        self._question.configure(text=_(_ALREADY_SAID[what_was_said(found)]))
        self._contact.pack(side="bottom", fill="x", pady=(self.frame.look.px(12), 0), before=self.area.box)


def _groups(page: ReadyShown) -> list[Group]:
    """Each keystore, then this computer."""
    of_keystores = [
        Group(_heading(finding), _of_a_keystore(position, page), finding.reason)
        for position, finding in enumerate(page.findings)
    ]
    waiting = [topic for position, topic in enumerate(page.topics) if position not in page.here]
    return [*of_keystores, *by_part(page.of_this_computer, waiting)]


def _heading(finding: Finding) -> str:
    holder = finding.observation.glance.holder if finding.observation.glance else None
    whose = [name_of(finding), *([holder_number(holder)] if holder else [])]
    return "  ·  ".join([*whose, environment_name(finding.observation.environment)])


def _of_a_keystore(position: int, page: ReadyShown) -> Sequence[Check | Topic]:
    if position < len(page.own):
        return _said_below(page.own[position])
    return _OF_A_KEYSTORE if page.is_looking else ()


def _said_below(found: Ready) -> list[Check]:
    """What only the person knows is asked for in this window."""
    if not found.is_to_be_confirmed:
        return list(found.own)
    todo = _("Say below whether they are still right.")
    return [replace(each, todo=todo) if each.topic is Topic.CONTACT else each for each in found.own]


class WhomAskedDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: WhomAsked, reply: Reply) -> None:
        super().__init__(frame, _("Whom the eID may act for"))
        frame.headline(_("Whom may the eID act for?"))
        frame.paragraph(_("eHealth is asked for whom the owner of the eID may request certificates."))
        costs = ngettext(
            "That costs the PIN, once.",
            "That costs the PIN {count} times, once for each environment.",
            page.environments,
        )
        frame.paragraph(costs.format(count=page.environments), "Strong.TLabel")
        frame.paragraph(_("Nothing is requested, and nothing of the answer is kept."))
        frame.primary(_("&Go on"), lambda: reply.answer(Choice.GO_ON))
        frame.way_out(_("&Back"), lambda: reply.answer(Choice.BACK))


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    match page:
        case ReadyShown():
            return ReadyShownDrawn(PageFrame(parent, look), page, reply)
        case WhomAsked():
            return WhomAskedDrawn(PageFrame(parent, look), page, reply)
        case _:
            return renewal_pages.draw(page, parent, look, reply)
