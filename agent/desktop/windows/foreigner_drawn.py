"""How the pages for a person without Belgian residence are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from tkinter import ttk
from typing import Any

from agent.core.contact import email_address, phone_number
from agent.core.identifiers import FOREIGNER
from agent.core.person_name import person_name
from agent.desktop.launch import open_address
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.foreigner_pages import AnewWanted, ForeignerGiven, ForeignerPage, LogInWanted, PersonWanted
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import PageFrame, with_mnemonic
from agent.desktop.windows.request_fields import CheckedField, ask_for_first_wrong
from agent.desktop.windows.request_pages import Back, Forward, Typed
from agent.text import _, lasting, moment


class PersonDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: PersonWanted, reply: Reply) -> None:
        super().__init__(frame, _("For whom is the certificate?"))
        self._given_before = page.given
        frame.headline(self.title)
        frame.paragraph(
            _("For a person without Belgian residence, who has a BIS number and no eID. No card is needed.")
        )
        passport = _("As in the passport.")
        given = page.given
        self._surname = CheckedField(frame, _("&Surname:"), given.surname, person_name, hint=passport)
        self._first_names = CheckedField(frame, _("&First name(s):"), given.first_names, person_name, hint=passport)
        self._number = None if page.renews else self._number_field(frame, given.number)
        self._email = CheckedField(
            frame,
            _("&E-mail address of this person:"),
            given.email,
            email_address,
            hint=_("eHealth writes here when there is a question."),
        )
        phone = _("In any usual way, with the country's number in front, such as +33.")
        self._phone = CheckedField(frame, _("&Phone number of this person:"), given.phone, phone_number, hint=phone)
        frame.first(self._surname.entry)
        frame.primary(_("Go &on"), lambda: self._forward(reply))
        if page.can_go_back:
            frame.secondary(_("&Back"), lambda: reply.answer(Back(self._given)))
        frame.way_out(_("&Close"), reply.close)

    @staticmethod
    def _number_field(frame: PageFrame, given: Typed) -> CheckedField:
        hint = _("Eleven digits, as Belgium gave it to this person.")
        return CheckedField(frame, _("BIS &number:"), given, FOREIGNER.number, hint=hint)

    @property
    def fields(self) -> list[CheckedField]:
        every = self._surname, self._first_names, self._number, self._email, self._phone
        return [field for field in every if field is not None]

    @property
    def _given(self) -> ForeignerGiven:
        number = self._number.typed if self._number is not None else self._given_before.number
        return ForeignerGiven(
            self._surname.typed, self._first_names.typed, number, self._email.typed, self._phone.typed
        )

    def _forward(self, reply: Reply) -> None:
        if ask_for_first_wrong(self.fields):
            reply.answer(Forward(self._given))


class LogInDrawn(Drawn):
    """The address, and how it stands. What the browser does is not seen here, so eHealth is asked again and again."""

    def __init__(self, frame: PageFrame, page: LogInWanted, reply: Reply) -> None:
        super().__init__(frame, self._when(page))
        self._page = page
        frame.headline(self.title)
        frame.paragraph(
            _("eHealth has the request. It makes the certificate once {name} has logged in at this address:").format(
                name=page.whose
            )
        )
        self._show_address(frame, page.url)
        for line in (
            _("Open it here, or copy it to the computer or phone of the person whose certificate it is."),
            _(
                "Log in there with your own digital key for Belgian public services, such as itsme, or with the eID "
                "of another European country. The page says which it takes."
            ),
            _("Follow the page to its end, then come back to this window."),
        ):
            frame.line("•", line)
        frame.paragraph("", below=0)
        self._state = frame.paragraph("", "Strong.TLabel", 4)
        self._bar = self.moving_bar()
        self._did = frame.paragraph("", below=4)
        self._closing = frame.paragraph("", "Caption.TLabel", 0)
        frame.primary(_("&Open in the browser"), lambda: self.tell_opened(open_address(page.url)))
        frame.secondary(_("I &have logged in"), lambda: reply.answer(Choice.GO_ON))
        frame.way_out(_("&Close"), reply.close)
        self._fill()

    @staticmethod
    def _when(page: LogInWanted) -> str:
        if page.ends is None:
            return _("Log in at eHealth")
        return _("Log in before {moment}").format(moment=moment(page.ends))

    def _show_address(self, frame: PageFrame, url: str) -> None:
        """All of it, because somebody may have to type it elsewhere."""
        frame.paragraph(url, below=4)
        text, underline = with_mnemonic(_("Copy the &address"))
        ttk.Button(frame.body, text=text, underline=underline, command=self._copy).pack(
            anchor="w", pady=(0, frame.look.px(12))
        )

    def updated(self, page: Page) -> bool:
        if not isinstance(page, LogInWanted) or (page.url, page.ends) != (self._page.url, self._page.ends):
            return False
        self._page = page
        self._fill()
        return True

    def second_passed(self, now: datetime) -> None:
        if self._page.until is not None:
            text = _("Waiting for the log-in. Asking again in {time}.")
            self._state.configure(text=text.format(time=lasting(self._page.until - now)))

    def _fill(self) -> None:
        if self._page.until is None:
            self._state.configure(text=_("Asking eHealth whether the certificate is there …"))
        if self._page.goes_on_alone:
            text = _("You may close this window: the agent goes on and says when it is ready.")
        else:
            text = _("You may close this window; the request goes on when you open it again.")
        self._closing.configure(text=text)

    def tell_opened(self, is_open: bool) -> None:
        """Say whether the browser opened the address."""
        if is_open:
            self._did.configure(text="✓  " + _("The browser was told to open it."))
        else:
            text = _("No browser could be opened: type the address into one, on this computer or another.")
            self._did.configure(text=f"✗  {text}")

    def _copy(self) -> None:
        self.frame.clipboard_clear()
        self.frame.clipboard_append(self._page.url)
        self._did.configure(text="✓  " + _("The address is copied. Paste it before you close this window."))


class _Anew(Drawn):
    def __init__(self, frame: PageFrame, page: AnewWanted, reply: Reply) -> None:
        super().__init__(frame, _("A new address is needed"))
        frame.headline(self.title)
        frame.paragraph(page.text, "Strong.TLabel")
        frame.paragraph(
            _("Begin anew, and eHealth gives another address. What was filled in stays, and the old key is put aside.")
        )
        frame.primary(_("Begin &anew"), lambda: reply.answer(Choice.ANEW))
        frame.way_out(_("&Close"), reply.close)


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    PersonWanted: PersonDrawn,
    LogInWanted: LogInDrawn,
    AnewWanted: _Anew,
}


def draw_foreigner(page: ForeignerPage, frame: PageFrame, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    return _DRAWN[type(page)](frame, page, reply)
