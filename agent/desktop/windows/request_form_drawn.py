"""The pages of a new certificate that are typed into: the organization, the application id, contact data, password."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.core.application_id import application_id
from agent.core.contact import email_address, phone_number
from agent.core.organization_name import in_certificate, organization_name
from agent.core.password import password_problem
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Page
from agent.desktop.windows.parts import PageFrame
from agent.desktop.windows.request_fields import CheckedField, KindChooser, ask_for_first_wrong
from agent.desktop.windows.request_form import number_rule, optional
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Back,
    ContactChange,
    ContactGiven,
    ContactWanted,
    Forward,
    OrganizationGiven,
    OrganizationWanted,
    PasswordChosen,
    PasswordPicked,
)
from agent.secret import Secret
from agent.text import _


class OrganizationDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: OrganizationWanted, reply: Reply) -> None:
        super().__init__(frame, _("The organization"))
        frame.headline(self.title)
        self._page = page
        self._kinds: KindChooser | None = None
        self._number: CheckedField | None = None
        given = page.given
        if page.listed is not None:
            frame.facts([(_("Number"), f"{page.listed.type} {page.listed.number}")])
        else:
            self._kinds = KindChooser(frame, page.kinds, given.search, given.type, self._other_kind)
            self._number = CheckedField(frame, _("N&umber:"), given.number, self._number_of_kind, hint="")
            self._other_kind()
        hint = _("Exactly as in the Belgian Official Gazette.")
        told = _("In the certificate: {name}")
        self._name = CheckedField(
            frame,
            _("&Name:"),
            given.name,
            organization_name,
            hint=hint,
            told=lambda name: told.format(name=in_certificate(name)),
        )
        frame.first(self._kinds.entry if self._kinds is not None and self._kinds.kind is None else self.fields[0].entry)
        frame.primary(_("&Go on"), lambda: self._forward(reply))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(self._given)))
        frame.way_out(_("&Close"), reply.close)

    @property
    def fields(self) -> list[CheckedField]:
        return [self._number, self._name] if self._number is not None else [self._name]

    @property
    def _given(self) -> OrganizationGiven:
        if self._kinds is None or self._number is None:
            before = self._page.given
            return OrganizationGiven(before.type, before.number, self._name.typed, before.search)
        kind = self._kinds.kind
        type_ = kind.identifier_type if kind is not None else None
        return OrganizationGiven(type_, self._number.typed, self._name.typed, self._kinds.search)

    def _number_of_kind(self, typed: str) -> str | None:
        """Before the kind is known, there is no rule."""
        kind = self._kinds.kind if self._kinds is not None else None
        return number_rule(kind.identifier_type, self._page.kinds).number(typed) if kind is not None else None

    def _other_kind(self) -> None:
        if self._number is None or self._kinds is None:
            return
        kind = self._kinds.kind
        if kind is None:
            hint = _("Choose the kind first.")
        elif kind.identifier_type.startswith("NIHII-"):
            hint = _("The first eight digits of the RIZIV/INAMI number.")
        elif kind.identifier_type.startswith("CBE"):
            hint = _("The enterprise number (KBO/BCE), ten digits.")
        else:
            hint = _("As eHealth knows the organization.")
        self._number.look(hint)

    def _forward(self, reply: Reply) -> None:
        is_right = ask_for_first_wrong(self.fields)
        if self._kinds is not None and self._kinds.kind is None:
            self._kinds.ask_for_it()
        elif is_right:
            reply.answer(Forward(self._given))


class _ApplicationId(Drawn):
    def __init__(self, frame: PageFrame, page: ApplicationIdWanted, reply: Reply) -> None:
        super().__init__(frame, _("Application id"))
        frame.headline(self.title)
        frame.paragraph(
            _(
                "An organization with several certificates tells them apart by it. Leave it empty unless you need a "
                "certificate beside another one, or the supplier of your software names one."
            )
        )
        self._tell_in_use(frame, page.in_use)
        hint = _("Empty: a certificate without application id.")
        self._field = CheckedField(
            frame,
            _("&Application id (optional):"),
            page.given,
            lambda typed: application_id(typed, page.in_use),
            hint=hint,
        )
        frame.first(self._field.entry)
        frame.primary(_("&Go on"), lambda: self._forward(reply))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(self._field.typed)))
        frame.way_out(_("&Close"), reply.close)

    @staticmethod
    def _tell_in_use(frame: PageFrame, in_use: Sequence[str | None]) -> None:
        if not in_use:
            frame.paragraph(_("eHealth knows no active certificate of this organization."))
            return
        frame.paragraph(_("Active certificates of this organization:"), "Strong.TLabel", 4)
        names = sorted(each for each in in_use if each is not None)
        if None in in_use:
            frame.line("•", _("one without application id"))
        if names:
            frame.line("•", ", ".join(names))
        frame.paragraph("", below=0)

    def _forward(self, reply: Reply) -> None:
        if ask_for_first_wrong([self._field]):
            reply.answer(Forward(self._field.typed))


class Contact(Drawn):
    def __init__(self, frame: PageFrame, page: ContactWanted, reply: Reply) -> None:
        super().__init__(frame, _("Contact data"))
        frame.headline(self.title)
        is_change = isinstance(page, ContactChange)
        if isinstance(page, ContactChange):
            if page.is_doubted:
                frame.paragraph(_("Somebody said here that this is not right any more."), "Strong.TLabel")
            frame.paragraph(
                _("This is what eHealth has. Put right what has changed: eHealth gets it with the renewal.")
            )
        else:
            frame.paragraph(_("eHealth writes here when the certificate is made, and when there is a question."))
        given = page.given
        mail = _("The confirmation comes here.")
        general = _("Optional: of the organization as a whole.")
        self.fields = [
            CheckedField(frame, name, typed, rule, hint=hint)
            for name, typed, rule, hint in (
                (_("&E-mail address of the person responsible:"), given.email_private, email_address, mail),
                (_("&General e-mail address:"), given.email_general, optional(email_address), general),
                (
                    _("&Phone number of the person responsible:"),
                    given.phone_private,
                    phone_number,
                    _("In any usual way; it is sent beginning with 0032."),
                ),
                (_("General phone n&umber:"), given.phone_general, optional(phone_number), general),
            )
        ]
        frame.first(self.fields[0].entry)
        frame.primary(_("Go &on"), lambda: self._forward(reply))
        back = _("&Leave it as it is") if is_change else _("&Back")
        frame.secondary(back, lambda: reply.answer(Back(self._given)))
        frame.way_out(_("&Close"), reply.close)

    @property
    def _given(self) -> ContactGiven:
        return ContactGiven(*(field.typed for field in self.fields))

    def _forward(self, reply: Reply) -> None:
        if ask_for_first_wrong(self.fields):
            reply.answer(Forward(self._given))


class PasswordDrawn(Drawn):
    """What is typed is in no Tk variable, and no sentence says anything of it but how strong it is."""

    def __init__(self, frame: PageFrame, page: PasswordChosen, reply: Reply) -> None:
        super().__init__(frame, _("A password for the new keystore"))
        self._page = page
        frame.headline(self.title)
        if page.reason:
            frame.paragraph(page.reason, "Strong.TLabel")
        frame.paragraph(_("Choose at least 8 characters with a digit and a symbol, without accented letters."))
        frame.paragraph(
            _("Keep it well: without it the certificate is lost, and a new one has to be requested."), below=8
        )
        if page.is_chosen:
            frame.paragraph("✓  " + _("One was chosen. Leave both fields empty to keep it."))
        if page.problem is not None:
            frame.paragraph(f"✗  {page.problem}", "Strong.TLabel")
        self.entry = frame.secret_entry(_("&New password:"))
        self._says = frame.paragraph("", "Caption.TLabel")
        self.again = frame.secret_entry(_("The same &again:"))
        self._says_again = frame.paragraph("", "Caption.TLabel")
        self._keep = tk.BooleanVar(frame, value=page.keep)
        frame.check(_("&Store it in this computer's password vault"), self._keep)
        frame.paragraph(
            _("With it the agent can go on by itself while eHealth makes the certificate."), "Caption.TLabel", 0
        )
        for entry in (self.entry, self.again):
            for event in ("<Key>", "<<Paste>>", "<<Cut>>"):
                entry.bind(event, lambda _event: frame.after_idle(self.look), add="+")
        frame.first(self.entry)
        frame.primary(_("Go &on"), lambda: reply.answer(Forward(self._picked())))
        frame.secondary(_("&Back"), lambda: reply.answer(Back(self._picked())))
        frame.way_out(_("&Close"), reply.close)
        self.look()

    def _picked(self) -> PasswordPicked:
        picked = PasswordPicked(Secret(self.entry.get()), Secret(self.again.get()), self._keep.get())
        for entry in (self.entry, self.again):
            entry.delete(0, "end")
        return picked

    def look(self) -> None:
        """Say how it is now."""
        if not self.frame.winfo_exists():
            return
        password, again = self.entry.get(), self.again.get()
        self._says.configure(text=self._judged(password) if password else "")
        if not again:
            self._says_again.configure(text="")
        elif again == password:
            self._says_again.configure(text="✓  " + _("the two are the same"))
        elif password.startswith(again):
            self._says_again.configure(text="…  " + _("the same so far"))
        else:
            self._says_again.configure(text="✗  " + _("the two are not the same"))

    def _judged(self, password: str) -> str:
        from agent.core.password_strength import Strength, password_strength

        problem = password_problem(password)
        if problem is not None:
            return f"…  {problem}"
        estimate = password_strength(password, self._page.own_words)
        sign = "✓" if estimate.strength in (Strength.MONTHS, Strength.YEARS) else "!"
        return f"{sign}  {estimate.sentence}"


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    OrganizationWanted: OrganizationDrawn,
    ApplicationIdWanted: _ApplicationId,
    ContactWanted: Contact,
    ContactChange: Contact,
    PasswordChosen: PasswordDrawn,
}


def draw_form(page: Page, frame: PageFrame, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    return _DRAWN[type(page)](frame, page, reply)
