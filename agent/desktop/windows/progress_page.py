"""What is done, what is being done and what is to come, and how long it is waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.desktop.windows.drawn import Drawn, Reply
from agent.desktop.windows.pages import Mark, Page, Progress
from agent.desktop.windows.parts import PageFrame
from agent.text import _, lasting

_SIGNS = {Mark.DONE: "✓", Mark.NOW: "▶", Mark.TO_COME: "○"}


class ProgressDrawn(Drawn):
    def __init__(self, frame: PageFrame, page: Progress, reply: Reply) -> None:
        super().__init__(frame, _("The request is under way") if page.is_first else _("The renewal is under way"))
        self._page = page
        frame.headline(self.title)
        self._lines = [frame.line("") for _stage in page.stages]
        self._bar = self.moving_bar()
        self._now = frame.paragraph("", "Strong.TLabel", 4)
        self._card = frame.paragraph("", below=4)
        self._closing = frame.paragraph("", "Caption.TLabel", 0)
        frame.way_out(_("&Close"), reply.close)
        self._fill()

    def updated(self, page: Page) -> bool:
        if not isinstance(page, Progress):
            return False
        self._page = page
        self._fill()
        return True

    def second_passed(self, now: datetime) -> None:
        if self._page.until is not None:
            self._now.configure(text=self._waits(self._page.until - now))

    def _fill(self) -> None:
        page = self._page
        for line, (name, _steps), mark in zip(self._lines, page.stages, page.marks, strict=True):
            style = "Strong.TLabel" if mark is Mark.NOW else "TLabel"
            line.say(_SIGNS[mark], f"{_(name)}{self._word(mark)}", style)
        if page.until is None:
            self._now.configure(text=f"{page.text} …" if page.text else "")
        self._card.configure(text="" if page.by_login else self._of_the_card())
        self._closing.configure(text=self._may_close())

    def _of_the_card(self) -> str:
        return _("Leave the eID in the reader.") if self._page.needs_card else "✓  " + _("The eID is no longer needed.")

    @staticmethod
    def _word(mark: Mark) -> str:
        words = {Mark.DONE: _("done"), Mark.NOW: _("now"), Mark.TO_COME: ""}
        return f" – {words[mark]}" if words[mark] else ""

    def _waits(self, left: timedelta) -> str:
        time = lasting(left)
        if self._page.by_hand:
            return _("A person at eHealth looks at the request first. Asking again in {time}.").format(time=time)
        return _("eHealth makes the certificate. Asking again in {time}.").format(time=time)

    def _may_close(self) -> str:
        if self._page.needs_card:
            if self._page.is_first:
                return _("If you close this window, the request stops here and goes on when you open it again.")
            return _("If you close this window, the renewal stops here and goes on when you open it again.")
        if self._page.goes_on_alone:
            return _("You may close this window: the agent goes on and says when it is ready.")
        if self._page.by_login:
            return _("You may close this window; the request goes on when you open it again.")
        if self._page.is_first:
            return _("You may close this window; the request goes on when you open it again, without the eID.")
        return _("You may close this window; the renewal goes on when you open it again, without the eID.")
