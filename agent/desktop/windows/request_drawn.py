"""How the pages of a new certificate are drawn; those that every renewal has too are drawn as there."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tkinter import ttk
from typing import Any

from agent.core.holder_words import holder_name, holder_number
from agent.core.registration import in_language
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Step
from agent.desktop.launch import open_folder
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.foreigner_pages import ForeignerPage
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import PageFrame, with_mnemonic
from agent.desktop.windows.renewal_pages import draw as draw_shared
from agent.desktop.windows.renewal_pages import explain_activation
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Back,
    Begun,
    Conditions,
    ContactWanted,
    Forward,
    ForWhom,
    Made,
    Organizations,
    OrganizationWanted,
    PasswordChosen,
    ServicesWanted,
    TakenUp,
    Whom,
)
from agent.desktop.windows.table import Table
from agent.desktop.windows.theme import Look
from agent.text import _, moment, written


class _Begun(Drawn):
    def __init__(self, frame: PageFrame, page: Begun, reply: Reply) -> None:
        super().__init__(frame, _("A request is under way"))
        frame.headline(self.title)
        if page.is_same:
            frame.paragraph(_("eHealth has a request for this holder already, and takes no second one beside it."))
        else:
            frame.paragraph(_("It was begun and not finished. Nothing of it is lost: it goes on where it stopped."))
        titles = _("For"), _("Begun on"), _("State")
        table = Table(frame.body, frame.look, titles, wide=0, width=frame.width - 24, rows=len(page.requests))
        table.pack(fill="x", pady=(0, frame.look.px(8)))
        table.fill([(self._whose(each), moment(each.started), _state(each)) for each in page.requests])
        _tell_whole(frame, table, [self._whose(each) for each in page.requests])
        table.choose(0)
        frame.first(table.tree)
        frame.primary(_("&Go on with it"), lambda: reply.answer(TakenUp(page.requests[table.chosen or 0])))
        if page.is_same:
            frame.secondary(_("&Back"), lambda: reply.answer(Back(None)))
        else:
            frame.secondary(_("&New request"), lambda: reply.answer(Choice.ANEW))
        frame.way_out(_("&Close"), reply.close)

    @staticmethod
    def _whose(request: Renewal) -> str:
        first_names = request.wanted.first_names if request.wanted is not None else ()
        name = " ".join((*first_names, holder_name(request.holder)))
        return f"{name}, {holder_number(request.holder)}"


def _tell_whole(frame: PageFrame, table: Table, texts: Sequence[str]) -> None:
    """Below the table, the chosen row's text, which may be cut short in it."""
    told = frame.paragraph("")
    table.tree.bind(
        "<<TreeviewSelect>>", lambda _event: told.configure(text=texts[table.chosen or 0] if texts else ""), add="+"
    )


def _state(request: Renewal) -> str:
    if request.ended_because is not None:
        return _("refused")
    match request.step:
        case Step.MAKE_KEY | Step.SUBMIT if request.for_foreigner:
            return _("to be sent")
        case Step.COLLECT if request.for_foreigner:
            return _("waits for the log-in")
        case Step.MAKE_KEY | Step.SIGN:
            return _("to be signed")
        case Step.SEND | Step.COLLECT:
            return _("waits for eHealth")
    return _("nearly ready")


class _Conditions(Drawn):
    def __init__(self, frame: PageFrame, _page: Conditions, reply: Reply) -> None:
        super().__init__(frame, _("A new certificate"))
        frame.headline(self.title)
        frame.paragraph(_("For an organization, or for yourself. By going on you confirm:"), "Strong.TLabel", 4)
        for line in (
            _("I am the person responsible (local manager in CSAM), or request it for myself."),
            _("What I fill in is right. eHealth checks it, which may take some days."),
            _("The keystore and its password stay in safe hands; if not, I have the certificate revoked."),
            _("The eHealth platform's contract, which I read before the PIN, holds in full."),
        ):
            frame.line("•", line)
        frame.paragraph("", below=0)
        frame.paragraph(_("At hand should be:"), "Strong.TLabel", 4)
        for line in (
            _("the eID of that person, its PIN and a card reader;"),
            _("the organization's number, and its name as in the Belgian Official Gazette."),
        ):
            frame.line("•", line)
        frame.paragraph("", below=0)
        frame.paragraph(
            _("A person without Belgian residence, with a BIS number and no eID, takes another way: “No eID…”."),
            "Caption.TLabel",
            0,
        )
        frame.primary(_("&Accept and go on"), lambda: reply.answer(Choice.GO_ON))
        frame.secondary(_("No &eID…"), lambda: reply.answer(Choice.NO_EID))
        frame.way_out(_("&Not now"), reply.close)


class _ForWhom(Drawn):
    def __init__(self, frame: PageFrame, page: ForWhom, reply: Reply) -> None:
        super().__init__(frame, _("For whom is the certificate?"))
        frame.headline(self.title)
        frame.facts([(_("Signs"), page.person.full_name)])
        self._whom = tk.StringVar(frame, value=page.whom.name)
        listed = _("eHealth is asked for the list. That takes the PIN once; signing the request later takes it again.")
        if page.is_listed:
            listed = _("The list is here; it takes no PIN any more.")
        buttons = [
            self._radio(Whom.ANOTHER, _("An &organization"), _("You fill in its kind, its number and its name.")),
            self._radio(Whom.LISTED, _("An organization from eHealth's &list"), listed),
            self._radio(Whom.MYSELF, _("&Myself"), _("As a person, for instance a care provider on their own.")),
        ]
        frame.first(buttons[list(Whom).index(page.whom)])
        frame.primary(_("&Go on"), lambda: reply.answer(Forward(self._chosen)))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(self._chosen)))
        frame.secondary(_("&Use another eID"), lambda: reply.answer(Choice.OTHER_CARD))
        frame.way_out(_("&Close"), reply.close)

    @property
    def _chosen(self) -> Whom:
        return Whom[self._whom.get()]

    def _radio(self, whom: Whom, name: str, what: str) -> ttk.Radiobutton:
        px = self.frame.look.px
        text, underline = with_mnemonic(name)
        button = ttk.Radiobutton(self.frame.body, text=text, underline=underline, variable=self._whom, value=whom.name)
        button.pack(anchor="w")
        label = self.frame.paragraph(what, "Caption.TLabel", 12)
        label.configure(wraplength=px(self.frame.width - 28))
        label.pack_configure(padx=(px(28), 0))
        return button


class _Organizations(Drawn):
    def __init__(self, frame: PageFrame, page: Organizations, reply: Reply) -> None:
        super().__init__(frame, _("For which organization?"))
        frame.headline(self.title)
        if page.organizations:
            self._offer(frame, page, reply)
        else:
            text = _("eHealth knows no organization for which {name} may manage certificates.")
            frame.paragraph(text.format(name=page.person.full_name), "Strong.TLabel")
            frame.paragraph(
                _(
                    "Go back and fill one in, or use another eID. Who may manage certificates is said in CSAM, by the "
                    "organization's access manager."
                )
            )
            frame.primary(_("&Back"), lambda: reply.answer(Back(None)))
        frame.way_out(_("&Close"), reply.close)

    @staticmethod
    def _offer(frame: PageFrame, page: Organizations, reply: Reply) -> None:
        frame.paragraph(_("For these {name} may manage certificates:").format(name=page.person.full_name))
        table = Table(frame.body, frame.look, (_("Name"), _("Number")), wide=0, width=frame.width - 24, rows=8)
        table.pack(fill="both", expand=True)
        names = [in_language(each.name) for each in page.organizations]
        numbers = [f"{each.type} {each.number}" for each in page.organizations]
        table.fill(list(zip(names, numbers, strict=True)))
        _tell_whole(frame, table, names)
        if page.chosen in page.organizations:
            table.choose(page.organizations.index(page.chosen))
        frame.first(table.tree)
        frame.primary(_("&Go on"), lambda: reply.answer(Forward(page.organizations[table.chosen or 0])))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(page.organizations[table.chosen or 0])))


class _Services(Drawn):
    def __init__(self, frame: PageFrame, page: ServicesWanted, reply: Reply) -> None:
        from agent.core.kinds import BASE_SERVICES

        super().__init__(frame, _("Base services"))
        frame.headline(self.title)
        frame.paragraph(_("Which services of the eHealth platform is the certificate also to be used for?"))
        self._ticked = {each: tk.BooleanVar(frame, value=each in page.chosen) for each in page.services}
        for service, variable in self._ticked.items():
            frame.check(_(BASE_SERVICES.get(service, service)), variable)
        frame.paragraph(_("Leave them unticked unless the supplier of your software asks for one."), "Caption.TLabel")
        frame.primary(_("&Go on"), lambda: reply.answer(Forward(self._chosen)))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(self._chosen)))
        frame.way_out(_("&Close"), reply.close)

    @property
    def _chosen(self) -> frozenset[str]:
        return frozenset(service for service, variable in self._ticked.items() if variable.get())


class _Made(Drawn):
    def __init__(self, frame: PageFrame, page: Made, reply: Reply) -> None:
        super().__init__(frame, _("Nearly ready") if page.waits_for_activation else _("Ready"))
        new = Path(page.request.new_path)
        frame.headline(f"✓  {self.title}")
        if not page.waits_for_activation:
            frame.paragraph(_("Your computer is now ready to use eHealth applications."), "Strong.TLabel")
        frame.facts(
            [
                (_("Keystore"), file_name(str(new))),
                (_("Folder"), str(new.parent)),
                (_("Valid until"), written(page.not_after)),
                (_("Password"), self._password(page)),
            ]
        )
        frame.paragraph(_("What remains:"), "Strong.TLabel", 4)
        frame.line("•", _("Print the sheet for the safe, and write the password on it: nobody can look it up."))
        frame.line("•", _("Copy the keystore to every computer that needs it, and point your software to it."))
        if page.waits_for_activation:
            explain_activation(frame)
        text, underline = with_mnemonic(_("&Sheet for the safe"))
        sheet = ttk.Button(frame.body, text=text, underline=underline, command=lambda: reply.answer(Choice.SHEET))
        sheet.pack(anchor="w", pady=(frame.look.px(4), frame.look.px(12)))
        self._tell_of_sheet(frame, page)
        frame.primary(_("&Close"), reply.close)
        if page.waits_for_activation:
            frame.secondary(_("&Let the new encryption key take over"), lambda: reply.answer(Choice.ACTIVATE))
        frame.way_out(_("Open &folder"), lambda: open_folder(new.parent))
        frame.escape = reply.close

    @staticmethod
    def _password(page: Made) -> str:
        if page.is_as_before:
            return _("the same as before")
        if page.is_stored:
            return _("the one you chose; this computer's vault has it too")
        return _("the one you chose; it is stored nowhere")

    @staticmethod
    def _tell_of_sheet(frame: PageFrame, page: Made) -> None:
        if page.problem is not None:
            frame.paragraph(f"✗  {page.problem}", "Strong.TLabel", 4)
            frame.paragraph(page.problem.advice)
        elif page.sheet is not None:
            place = f"{page.sheet.parent.name} / {page.sheet.name}"
            frame.paragraph(_("✓  The sheet is here: {place}. Print it from there.").format(place=place))


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    Begun: _Begun,
    Conditions: _Conditions,
    ForWhom: _ForWhom,
    Organizations: _Organizations,
    ServicesWanted: _Services,
    Made: _Made,
}


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    if (drawn := _DRAWN.get(type(page))) is not None:
        return drawn(PageFrame(parent, look), page, reply)
    if isinstance(page, OrganizationWanted | ApplicationIdWanted | ContactWanted | PasswordChosen):
        from agent.desktop.windows.request_form_drawn import draw_form  # with the rules of its fields

        return draw_form(page, PageFrame(parent, look), reply)
    if isinstance(page, ForeignerPage):
        from agent.desktop.windows.foreigner_drawn import draw_foreigner

        return draw_foreigner(page, PageFrame(parent, look), reply)
    return draw_shared(page, parent, look, reply)
