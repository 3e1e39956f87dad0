"""How the pages before a new certificate takes the place of an old one are drawn, and those to forget one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.core.holder_words import environment_name
from agent.core.recover import LAST_RESORT
from agent.core.reminders import file_name, without_number
from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Choice, Page
from agent.desktop.windows.parts import PageFrame
from agent.desktop.windows.recover_pages import BeforeAnew, BeforeRequest, ForgetWanted, Forgotten, WaitShown
from agent.text import _

# ── Not needed any more ──────────────────────────────────────────────────────────────────────────────────────────────


def offer_to_forget(frame: PageFrame, can_be_forgotten: bool, reply: Reply) -> None:
    """A button, where the keystore is gone and spoken of."""
    if can_be_forgotten:
        frame.secondary(_("Not needed any &more…"), lambda: reply.answer(Choice.FORGET))


class _ForgetWanted(Drawn):
    def __init__(self, frame: PageFrame, page: ForgetWanted, reply: Reply) -> None:
        super().__init__(frame, _("Is this keystore not needed any more?"))
        frame.headline(self.title)
        frame.facts([(_("Keystore"), file_name(str(page.path))), (_("Folder"), str(page.path.parent))])
        frame.paragraph(
            _("The agent stops reminding of it. Its certificate stays in force until it ends or is revoked.")
        )
        frame.paragraph(_("Should the file turn up again, it is watched as before."))
        frame.primary(_("&Back"), lambda: reply.answer(Choice.GO_ON))
        frame.secondary(_("It is &not needed any more"), lambda: reply.answer(Choice.FORGET))
        frame.way_out(_("&Close"), reply.close)


class _Forgotten(Drawn):
    def __init__(self, frame: PageFrame, page: Forgotten, reply: Reply) -> None:
        super().__init__(frame, _("Noted"))
        frame.headline(f"✓  {self.title}")
        frame.paragraph(_("It is not spoken of any more."), "Strong.TLabel")
        frame.facts([(_("Keystore"), file_name(str(page.path))), (_("Folder"), str(page.path.parent))])
        frame.primary(_("&Close"), reply.close)
        frame.escape = reply.close


# ── A new certificate ────────────────────────────────────────────────────────────────────────────────────────────────


class _BeforeAnew(Drawn):
    def __init__(self, frame: PageFrame, page: BeforeAnew, reply: Reply) -> None:
        super().__init__(frame, _("eHealth refused the request"))
        frame.headline(f"✗  {self.title}")
        frame.paragraph(_("eHealth said: {problem}").format(problem=page.said), "Strong.TLabel")
        frame.paragraph(
            _("If what it speaks of is put right, it can be requested again. Its key is kept, and set aside.")
        )
        if page.can_change:
            frame.paragraph(
                _("Contact data can be put right here; a name or a mandate, in CSAM or with eHealth's support.")
            )
        else:
            frame.paragraph(_("A name or a mandate is put right in CSAM or with eHealth's support."))
        frame.primary(_("&Request it again"), lambda: reply.answer(Choice.GO_ON))
        if page.can_change:
            frame.secondary(_("Change contact &data"), lambda: reply.answer(Choice.CHANGE))
        frame.way_out(_("&Close"), reply.close)


class _BeforeRequest(Drawn):
    def __init__(self, frame: PageFrame, page: BeforeRequest, reply: Reply) -> None:
        super().__init__(frame, _("Request a new certificate"))
        frame.headline(self.title)
        _tell_why(frame, page)
        frame.paragraph(page.whom, "Strong.TLabel", 4)
        frame.line("•", environment_name(page.environment))
        for line in page.lines:
            frame.line("•", line)
        frame.paragraph("", below=0)
        frame.paragraph(_("What happens now:"), "Strong.TLabel", 4)
        for line in (
            _("The responsible person's eID is read, and the contract is shown."),
            _("When it is accepted, the eID signs the request: the PIN is asked once."),
        ):
            frame.line("•", line)
        frame.primary(_("&Request"), lambda: reply.answer(Choice.GO_ON))
        _offer_others(frame, page, reply)
        frame.way_out(_("&Not now"), reply.close)


class _Wait(Drawn):
    def __init__(self, frame: PageFrame, page: WaitShown, reply: Reply) -> None:
        super().__init__(frame, _("A new keystore cannot take over yet"))
        frame.headline(self.title)
        _tell_why(frame, page)
        frame.paragraph(page.advice, "Strong.TLabel", 12)
        frame.paragraph(_(LAST_RESORT))
        frame.primary(_("&Close"), reply.close)
        _offer_others(frame, page, reply)
        frame.escape = reply.close


def _tell_why(frame: PageFrame, page: BeforeRequest | WaitShown) -> None:
    frame.paragraph(without_number(page.reason), below=8)
    if page.no_copy:
        frame.paragraph(_("No copy of it was found on this computer."))


def _offer_others(frame: PageFrame, page: BeforeRequest | WaitShown, reply: Reply) -> None:
    offer_to_forget(frame, page.can_be_forgotten, reply)
    if page.is_forgotten:
        frame.secondary(_("I know the &password"), lambda: reply.answer(Choice.REMEMBERED))


DRAWN: Mapping[type[Page], Callable[[PageFrame, Any, Reply], Drawn]] = {
    ForgetWanted: _ForgetWanted,
    Forgotten: _Forgotten,
    BeforeAnew: _BeforeAnew,
    BeforeRequest: _BeforeRequest,
    WaitShown: _Wait,
}
