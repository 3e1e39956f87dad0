"""A new certificate behind its window, in a thread of its own: the form, then the pipeline, then the last page.

Nothing is written while the form is filled in. From then on the journal knows the request, and it is taken up again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.glance import Profile
from agent.core.holder import Environment
from agent.core.renewal import Renewal
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.foreigner_session import ForeignerSession, ForeignerWish
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import Busy, Choice, Matter
from agent.desktop.windows.request_made import SaveSheet, ask_until_printed, made_page
from agent.desktop.windows.request_pages import Begun, RequestTrouble, TakenUp
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.errors import (
    AgentError,
    Refused,
    RenewalRefused,
    WrongPassword,
)
from agent.ports import Event
from agent.secret import Secret
from agent.text import N_

if TYPE_CHECKING:
    from agent.desktop.windows.request_filling import Filling
    from agent.pipeline.request import First
    from agent.pipeline.run import Options
    from agent.ports import Outside


@dataclass(frozen=True)
class RequestWish:
    """Where the new keystore is to be, and what the config or the command line says of it."""

    folder: Path
    environment: Environment = Environment.PRODUCTION
    profile: Profile = Profile.COMPATIBLE
    activate: bool = False


class RequestSession:
    """One window's request, from the first page to the last.

    Args:
        outside: makes the outside; called in this thread, because its libraries take a moment to load.
        card_poll_s: seconds between two looks at the reader while it is waited for.
    """

    def __init__(
        self,
        wish: RequestWish,
        outside: Callable[[], Outside],
        stage: Stage,
        save_sheet: SaveSheet,
        card_poll_s: float = CARD_POLL_S,
    ) -> None:
        self._wish, self._stage = wish, stage
        self._make_outside, self._save_sheet = outside, save_sheet
        self._doors = Doors(stage, card_poll_s)
        self._was_asked = self._is_taken_up = self._anew = False
        self._request: Renewal | None = None
        self._password_of_request: Secret | None = None

    def run(self) -> None:
        """To the last page, or until the window is closed."""
        try:
            self._stage.show(Busy(N_("Looking at what is under way")))
            outside = self._make_outside()
            self._stage.at_close(outside.card.cancel)
            self._filling = self._new_filling(outside)
            while True:
                self._attempt(outside)
        except WindowClosed:
            return

    def _new_filling(self, outside: Outside) -> Filling:
        from agent.desktop.windows.request_filling import Filling

        without_eid = partial(self._without_eid, outside)
        return Filling(self._stage, self._doors, self._wish.environment, self._wish.folder, without_eid)

    def _attempt(self, outside: Outside) -> None:
        """One run of the pipeline, and what the person answers to its end."""
        try:
            if not self._was_asked:
                self._choose(outside)
            made = self._made(outside)
            if made is None:
                return
            holder, password = self._filling.matter.holder, self._filling.choosing.password
            assert holder is not None, "it was made for somebody"
            assert password is not None, "it was made with it"
            page = made_page(outside, made, holder, password)
            self._stage.show(Matter("", holder, made.environment, page.not_after))
        except AgentError as problem:
            self._after(outside, problem)
            return
        self._request, self._is_taken_up = made, True
        answer = ask_until_printed(self._stage, page, self._save_sheet)
        self._wish = replace(self._wish, activate=answer is Choice.ACTIVATE)

    # ── What was begun ───────────────────────────────────────────────────────────────────────────────────────────────

    def _choose(self, outside: Outside) -> None:
        """Requests of ours that are not finished come first, the newest at the top."""
        begun = tuple(each for each in outside.journal.unfinished() if each.wanted is not None)[::-1]
        self._stage.show(Matter("", None, self._wish.environment))
        answer = self._stage.ask(Begun(begun)) if begun else Choice.ANEW
        if isinstance(answer, TakenUp):
            self._take_up(outside, answer.request)
        self._was_asked = True

    def _take_up(self, outside: Outside, request: Renewal) -> None:
        self._request, self._is_taken_up = request, True
        self._wish = replace(self._wish, folder=Path(request.new_path).parent, environment=request.environment)
        self._filling = self._new_filling(outside)
        self._filling.has_typed(request)

    # ── The pipeline ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _made(self, outside: Outside) -> Renewal | None:
        """None where the person came back from the pages of another kind of request. Raises: AgentError."""
        if not self._is_taken_up:
            asked = self._filling.asked(outside)
            if not isinstance(asked, Renewal):
                return self._requested(outside, asked)
            self._take_up(outside, asked)
        assert self._request is not None, "it was taken up"
        if self._request.for_foreigner:
            self._without_eid(outside, self._request)
            self._request, self._is_taken_up, self._was_asked = None, False, False
            return None
        return self._completed(outside, self._request)

    def _without_eid(self, outside: Outside, request: Renewal | None = None) -> None:
        """The pages for a person without Belgian residence, in this window. Raises: WindowClosed."""
        wish = self._wish
        own = ForeignerWish(wish.folder, wish.environment, wish.profile, wish.activate, request)
        ForeignerSession(own, lambda: outside, self._stage, self._save_sheet, is_within=True).run()
        self._stage.check_open()

    def _requested(self, outside: Outside, asked: First) -> Renewal:
        from agent.pipeline.files import make_folder
        from agent.pipeline.renew import request_first

        make_folder(asked.folder)
        self._put_aside_what_changed(outside, asked)
        self._password_of_request = self._filling.choosing.password
        matter = self._filling.matter
        self._stage.show(matter)
        door = self._doors.open(outside.card, matter, self._filling.choosing.keep)
        try:
            return request_first(asked, outside, door, self._options())
        finally:
            self._request = outside.journal.renewal_of(asked.mark)

    def _put_aside_what_changed(self, outside: Outside, asked: First) -> None:
        """What was begun for another holder or with another password, and has not left, gives its place to this.

        Of the same holder with the same password, the pipeline takes what is asked now.
        """
        from agent.pipeline.renew import put_aside

        mine = self._request.id if self._request is not None else None
        is_same_password = self._password_of_request is self._filling.choosing.password
        for each in outside.journal.unfinished():
            is_same = each.fingerprint == asked.mark
            goes_on = is_same and (each.ended_because is not None or (each.id == mine and is_same_password))
            if each.can_be_put_aside and (is_same or each.id == mine) and not goes_on:
                put_aside(each, outside)

    def _completed(self, outside: Outside, request: Renewal) -> Renewal:
        from agent.pipeline.renew import complete

        matter = self._filling.matter
        self._stage.show(matter)
        if self._filling.choosing.password is None:
            self._open(outside, request)
        self._password_of_request = self._filling.choosing.password
        door = self._doors.open(outside.card, matter, self._filling.choosing.keep)
        try:
            return complete(Path(request.new_path), request.environment, outside, door, self._options())
        finally:
            self._request = outside.journal.renewal_of(request.fingerprint)

    def _options(self) -> Options:
        from agent.pipeline.run import Options

        assert self._filling.choosing.password is not None, "it was chosen, or opened what is there"
        return Options(
            password=self._filling.choosing.password,
            profile=self._wish.profile,
            keep_password=self._filling.choosing.keep,
            activate=self._wish.activate,
            anew=self._anew,
        )

    # ── The password of what was begun ───────────────────────────────────────────────────────────────────────────────

    def _open(self, outside: Outside, request: Renewal) -> None:
        """The password that was chosen when it began: the vault's, or the person's. Raises: KeystoreError."""
        from agent.pipeline.under_way import file_of

        place = file_of(outside, request)
        if place is None:  # it ended before its key was saved
            self._filling.choosing.is_chosen(self._filling.form.own_words)
            return
        opening = Opening(self._stage, comes_next="agent.pipeline.renew")
        self._filling.choosing.password = opening.opened(outside, place)
        self._filling.choosing.keep = opening.is_kept

    # ── After it ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _after(self, outside: Outside, problem: AgentError) -> None:
        if self._doors.shut():
            self._filling.begin_with_another_card()
            return
        if isinstance(problem, Refused):  # while the form was filled in; later the pipeline notes it
            event = Event(outside.clock.now(), "request.refused", str(problem), None, (("code", problem.code),))
            outside.journal.note(event)
        if isinstance(problem, WrongPassword):
            self._filling.choosing.password = None
        answer = self._stage.ask(RequestTrouble(problem, self._can_change()))
        if answer is Choice.OTHER_CARD:
            self._doors.await_other_card()
            self._filling.begin_with_another_card()
        elif answer is Choice.CHANGE:
            self._anew = self._anew or isinstance(problem, RenewalRefused)
            self._filling.change(self._request)
            self._is_taken_up = False

    def _can_change(self) -> bool:
        """Nothing has left yet, or eHealth said no."""
        if not self._was_asked:
            return False
        if not (self._is_taken_up or self._filling.is_done):
            return self._filling.has_card
        request = self._request
        return request is None or request.can_be_put_aside
