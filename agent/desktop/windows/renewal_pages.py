"""How each page of a renewal is drawn."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.core.holder_words import environment_name, holder_name, holder_number
from agent.core.reminders import without_number
from agent.desktop.launch import open_folder
from agent.desktop.windows.contract_page import ContractDrawn
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import (
    Busy,
    CardWanted,
    Choice,
    ContractShown,
    Finish,
    Introduction,
    Lamp,
    NewPasswordGiven,
    NewPasswordWanted,
    Page,
    PasswordWanted,
    PinWanted,
    Progress,
    Trouble,
)
from agent.desktop.windows.parts import PageFrame
from agent.desktop.windows.password_field import PasswordField
from agent.desktop.windows.progress_page import ProgressDrawn
from agent.desktop.windows.request_pages import ContactChange
from agent.desktop.windows.theme import Look
from agent.secret import Secret
from agent.text import _, ngettext, written

_SIGNS = {Lamp.READY: "✓", Lamp.MISSING: "✗", Lamp.UNKNOWN: "?"}


class _Busy(Drawn):
    def __init__(self, frame: PageFrame, page: Busy, reply: Reply) -> None:
        super().__init__(frame, _(page.text))
        frame.headline(self.title)
        self.bar = self.moving_bar()
        frame.way_out(_("&Close"), reply.close)


class PasswordDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: PasswordWanted, reply: Reply) -> None:
        super().__init__(frame, _("The keystore's password"))
        frame.headline(self.title)
        if page.problem is not None:
            frame.paragraph(without_number(str(page.problem)), "Strong.TLabel")
        field = PasswordField(frame, reply)
        frame.paragraph(
            _("With it the agent can go on by itself while eHealth makes the certificate."), "Caption.TLabel"
        )
        frame.primary(_("&Open the keystore"), field.give)
        frame.way_out(_("&Close"), reply.close)


class _NewPassword(Drawn):
    def __init__(self, frame: PageFrame, page: NewPasswordWanted, reply: Reply) -> None:
        super().__init__(frame, _("A password for the new keystore"))
        frame.headline(self.title)
        if page.was_chosen:
            frame.paragraph(_("The password that was chosen for the new keystore when this renewal began."))
        else:
            frame.paragraph(_("The keystore's password has accented letters, which other programs cannot read."))
            frame.paragraph(_("Choose at least 8 characters with a digit and a symbol, without accented letters."))
        if page.problem is not None:
            frame.paragraph(f"✗  {page.problem}", "Strong.TLabel")
        self.entry = frame.secret_entry(_("&New password:"))
        self.again = None if page.was_chosen else frame.secret_entry(_("The same &again:"))
        frame.first(self.entry)
        frame.primary(_("&Go on"), lambda: self._given(reply))
        frame.way_out(_("&Close"), reply.close)

    def _given(self, reply: Reply) -> None:
        password = Secret(self.entry.get())
        again = Secret(self.again.get()) if self.again is not None else password
        for entry in filter(None, (self.entry, self.again)):
            entry.delete(0, "end")
        reply.answer(NewPasswordGiven(password, again))


class _Introduction(Drawn):
    def __init__(self, frame: PageFrame, page: Introduction, reply: Reply) -> None:
        super().__init__(frame, _("Renew this certificate"))
        frame.headline(self.title)
        matter = page.matter
        rows = [(_("Keystore"), matter.path), (_("Environment"), environment_name(matter.environment))]
        if matter.not_after is not None:
            rows.insert(0, (_("Valid until"), written(matter.not_after)))
        frame.facts(rows)
        frame.paragraph(_("What happens now:"), "Strong.TLabel", 4)
        for line in (
            _("The responsible person's eID is read, and the contract is shown."),
            _("When it is accepted, the eID signs the request: the PIN is asked once."),
            _("eHealth makes the certificate. The agent fetches it and writes a new keystore beside the old one."),
            _("The old keystore stays as it is, and its encryption keys go into the new one too."),
        ):
            frame.line("•", line)
        frame.primary(_("&Renew"), lambda: reply.answer(Choice.GO_ON))
        if page.may_have_no_eid:
            frame.paragraph("", below=0)
            frame.paragraph(
                _("Who lives outside Belgium and has no eID takes another way, and logs in instead: “No eID…”.")
            )
            frame.secondary(_("No &eID…"), lambda: reply.answer(Choice.NO_EID))
        frame.way_out(_("&Not now"), reply.close)


class _Card(Drawn):
    """The reader's live state."""

    def __init__(self, frame: PageFrame, page: CardWanted, reply: Reply) -> None:
        super().__init__(frame, _("Insert the eID"))
        frame.headline(self.title)
        frame.paragraph(_("The eID of the person who signs for this organization, with the chip first."))
        self._lamps = [frame.line("") for _lamp in page.lamps]
        self._lamps[-1].pack_configure(pady=(0, frame.look.px(16)))
        self._title = frame.paragraph("", "Strong.TLabel", 4)
        self._hint = frame.paragraph("")
        frame.paragraph(_("The reader is looked at every second; the window goes on by itself."), "Caption.TLabel")
        frame.primary(_("&Try again"), lambda: reply.answer(Choice.TRY_AGAIN))
        if page.can_begin_with_this_card:
            frame.secondary(_("&Begin again with this card"), lambda: reply.answer(Choice.OTHER_CARD))
        frame.way_out(_("&Close"), reply.close)
        self._had_choice = page.can_begin_with_this_card
        self._fill(page)

    def updated(self, page: Page) -> bool:
        if not isinstance(page, CardWanted) or page.can_begin_with_this_card != self._had_choice:
            return False
        self._fill(page)
        return True

    def _fill(self, page: CardWanted) -> None:
        for line, name, lamp in zip(self._lamps, self._names(), page.lamps, strict=True):
            line.say(_SIGNS[lamp], _("{name}: {state}").format(name=name, state=self._state(lamp)))
        self._title.configure(text=str(page.problem))
        self._hint.configure(text=page.problem.advice)

    @staticmethod
    def _names() -> tuple[str, str, str]:
        return _("eID software"), _("card reader"), _("eID in the reader")

    @staticmethod
    def _state(lamp: Lamp) -> str:
        return {Lamp.READY: _("ready"), Lamp.MISSING: _("not ready"), Lamp.UNKNOWN: _("not known yet")}[lamp]


class _Pin(Drawn):
    def __init__(self, frame: PageFrame, page: PinWanted, reply: Reply) -> None:
        super().__init__(frame, _("The PIN of the eID"))
        is_last = page.attempts_left == 1
        frame.headline(self.title)
        if page.problem is not None:
            frame.paragraph(f"✗  {page.problem}", "Strong.TLabel", 4)
            frame.paragraph(page.problem.advice)
        holder = page.holder
        frame.facts(
            [
                (_("Signs") if holder else _("eID of"), page.signer.full_name),
                (_("For"), f"{holder_name(holder)}, {holder_number(holder)}" if holder else page.asks_for),
                (_("Environment"), environment_name(page.environment)),
            ]
        )
        if is_last:
            frame.warning(_("Only one PIN try is left on this card. A wrong PIN blocks it."))
        elif page.attempts_left is not None:
            tries = ngettext("{count} try is left.", "{count} tries are left.", page.attempts_left)
            frame.paragraph(tries.format(count=page.attempts_left))
        self.entry = frame.secret_entry(_("&PIN:"))
        frame.paragraph(_("It goes to the card and is kept nowhere."), "Caption.TLabel")
        frame.primary(self._go(page), lambda: self._given(reply))
        frame.way_out(_("&Cancel"), lambda: reply.answer(None))

    @staticmethod
    def _go(page: PinWanted) -> str:
        if page.attempts_left == 1:
            return _("&Use the last try")
        return _("&Sign") if page.holder else _("&Go on")

    def _given(self, reply: Reply) -> None:
        pin = Secret(self.entry.get())
        if pin:
            self.entry.delete(0, "end")
            reply.answer(pin)


class _Finish(Drawn):
    def __init__(self, frame: PageFrame, page: Finish, reply: Reply) -> None:
        super().__init__(frame, _("Renewed") if page.waits_for_activation else _("Ready"))
        new = Path(page.renewal.new_path)
        frame.headline(f"✓  {self.title}")
        if not page.waits_for_activation:
            frame.paragraph(_("Your computer is now ready to use eHealth applications."), "Strong.TLabel")
        frame.facts(
            [
                (_("New keystore"), new.name),
                (_("Folder"), str(new.parent)),
                (_("Valid until"), written(page.not_after)),
                (_("Password"), _("the one you chose") if page.has_new_password else _("the same as before")),
            ]
        )
        frame.paragraph(_("The old keystore stays beside it."))
        frame.paragraph(_("What remains:"), "Strong.TLabel", 4)
        frame.line("•", _("Copy the new keystore to every computer that uses the old one."))
        frame.line("•", _("Point your software to the new file, on each of them."))
        frame.primary(_("&Close"), reply.close)
        if page.waits_for_activation:
            explain_activation(frame)
            frame.secondary(_("&Let the new encryption key take over"), lambda: reply.answer(Choice.ACTIVATE))
        frame.way_out(_("Open &folder"), lambda: open_folder(new.parent))
        frame.escape = reply.close


def explain_activation(frame: PageFrame) -> None:
    """What happens once the new encryption key takes over."""
    frame.line("•", _("Then let the new encryption key take over."))
    frame.paragraph(
        _(
            "Until then messages to you are encrypted for the old key, which every computer can read. Once the "
            "new key has taken over, only computers with the new keystore can read them. It can be done later."
        ),
        "Caption.TLabel",
    )


class _Trouble(Drawn):
    def __init__(self, frame: PageFrame, page: Trouble, reply: Reply) -> None:
        super().__init__(frame, _("This did not work"))
        frame.headline(f"✗  {self.title}")
        frame.paragraph(without_number(str(page.problem)), "Strong.TLabel")
        frame.paragraph(without_number(page.problem.advice))
        names = {
            Choice.TRY_AGAIN: _("&Try again"),
            Choice.OTHER_CARD: _("&Use another eID"),
            Choice.ANEW: _("&Put it aside and begin anew"),
            Choice.CHANGE: _("Change the &data"),
            Choice.CONTACT: _("Change the contact &data"),
            Choice.BACK: _("&Back"),
        }
        for choice in page.choices:
            self._offer(frame, names[choice], choice, reply)
        if page.choices:
            frame.way_out(_("&Close"), reply.close)
        else:
            frame.primary(_("&Close"), reply.close)
            frame.escape = reply.close

    @staticmethod
    def _offer(frame: PageFrame, name: str, choice: Choice, reply: Reply) -> None:
        offer = frame.primary if frame.default is None else frame.secondary
        offer(name, lambda: reply.answer(choice))


_DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    Busy: _Busy,
    PasswordWanted: PasswordDrawn,
    NewPasswordWanted: _NewPassword,
    Introduction: _Introduction,
    CardWanted: _Card,
    ContractShown: ContractDrawn,
    PinWanted: _Pin,
    Progress: ProgressDrawn,
    Finish: _Finish,
    Trouble: _Trouble,
}


def draw(page: Page, parent: tk.Misc, look: Look, reply: Reply) -> Drawn:
    """The page as widgets, not yet packed."""
    if isinstance(page, ContactChange):
        from agent.desktop.windows.request_form_drawn import draw_form  # with the rules of its fields

        return draw_form(page, PageFrame(parent, look), reply)
    drawn = next(_DRAWN[kind] for kind in type(page).__mro__ if kind in _DRAWN)
    return drawn(PageFrame(parent, look), page, reply)
