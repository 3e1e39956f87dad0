"""The request of a person without Belgian residence behind its window, in a thread of its own.

It has a window of its own, and is the way of other windows where there is no eID.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.glance import Profile
from agent.core.holder import Environment
from agent.core.renewal import Renewal, Step
from agent.core.validation import what_to_do
from agent.desktop.windows.foreigner_door import ForeignerDoor
from agent.desktop.windows.foreigner_pages import AnewWanted, ForeignerTrouble, LogInWanted
from agent.desktop.windows.impatient import Impatient
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import Busy, Choice, Matter
from agent.desktop.windows.request_made import SaveSheet, ask_until_printed, is_stored, made_page
from agent.desktop.windows.request_pages import Begun, TakenUp
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.errors import AgentError, ValidationExpired, WrongPassword
from agent.secret import Secret
from agent.text import N_

if TYPE_CHECKING:
    from agent.desktop.windows.foreigner_filling import ForeignerFilling
    from agent.pipeline.request import First
    from agent.pipeline.run import Options
    from agent.ports import Outside


@dataclass(frozen=True)
class ForeignerWish:
    """Where the new keystore is to be, and what the config or the command line says of it.

    Attributes:
        taken_up: a request under way to go on with; None: those under way are offered.
        renews: the keystore whose certificate is to be replaced.
    """

    folder: Path
    environment: Environment = Environment.PRODUCTION
    profile: Profile = Profile.COMPATIBLE
    activate: bool = False
    taken_up: Renewal | None = None
    renews: Path | None = None


class ForeignerSession:
    """From the first page to the last.

    Args:
        outside: makes the outside; called in this thread, because its libraries take a moment to load.
        is_within: another window's pages come before these, and one can go back to them.
        opening: knows the password of the keystore whose certificate is replaced, where it was asked for before.
    """

    def __init__(
        self,
        wish: ForeignerWish,
        outside: Callable[[], Outside],
        stage: Stage,
        save_sheet: SaveSheet,
        *,
        is_within: bool = False,
        opening: Opening | None = None,
    ) -> None:
        self._wish, self._stage, self._is_within = wish, stage, is_within
        self._make_outside, self._save_sheet, self._opening = outside, save_sheet, opening
        self._asked: First | None = None
        self._anew = False

    def run(self) -> None:
        """To the last page, until the window is closed, or back to what was before these pages."""
        try:
            self._stage.show(Busy(N_("Looking at what is under way")))
            outside = self._make_outside()
            self._filling = self._new_filling(self._opening)
            self._choose(outside)
            while self._attempt(outside):
                pass
        except WindowClosed:
            return

    def _new_filling(self, opening: Opening | None = None) -> ForeignerFilling:
        from agent.desktop.windows.foreigner_filling import ForeignerFilling

        wish = self._wish
        return ForeignerFilling(
            self._stage,
            wish.environment,
            wish.folder,
            wish.renews,
            opening or Opening(self._stage, comes_next="agent.pipeline.renew"),
            can_go_back=self._is_within and not wish.taken_up,
        )

    def _choose(self, outside: Outside) -> None:
        """Where no page before these did: requests that are not finished come first."""
        if self._wish.taken_up is not None:
            self._take_up(self._wish.taken_up)
        elif not self._is_within and self._wish.renews is None:
            from agent.pipeline.foreigner_request import requests_begun

            self._stage.show(Matter("", None, self._wish.environment))
            begun = requests_begun(outside)
            answer = self._stage.ask(Begun(begun)) if begun else Choice.ANEW
            if isinstance(answer, TakenUp):
                self._take_up(answer.request)

    def _take_up(self, request: Renewal) -> None:
        from agent.pipeline.request import First

        self._wish = replace(self._wish, folder=Path(request.new_path).parent, environment=request.environment)
        self._filling = self._new_filling()
        self._filling.has_typed(request)
        self._asked = First.of(request)

    def _attempt(self, outside: Outside) -> bool:
        """One run of the pipeline, and what the person answers to its end. False: back to what was before."""
        try:
            if self._asked is None and not self._is_filled_in(outside):
                return False
            assert self._asked is not None, "it was filled in, or taken up"
            made = self._made(outside, self._asked)
            if made is None:
                return True
            holder, password = self._filling.matter.holder, self._filling.password
            assert holder is not None, "it was made for somebody"
            assert password is not None, "it was made with it"
            page = made_page(outside, made, holder, password)
            self._stage.show(Matter("", holder, made.environment, page.not_after))
        except AgentError as problem:
            self._after(outside, problem)
            return True
        activate = ask_until_printed(self._stage, page, self._save_sheet) is Choice.ACTIVATE
        self._wish = replace(self._wish, activate=activate)
        return True

    def _is_filled_in(self, outside: Outside) -> bool:
        asked = self._filling.asked(outside)
        if asked is None:
            return False
        if isinstance(asked, Renewal):
            self._take_up(asked)
            return True
        from agent.pipeline.renew import put_aside
        from agent.pipeline.under_way import request_under_way

        begun = request_under_way(asked.holder, asked.environment, outside)
        if begun is not None:  # only its key was made: what was typed now counts
            put_aside(begun, outside)
        self._asked = asked
        return True

    # ── The pipeline ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _made(self, outside: Outside, asked: First) -> Renewal | None:
        """None where nobody can log in, and the person wants to begin anew. Raises: AgentError."""
        from agent.pipeline.files import make_folder, pending_path
        from agent.pipeline.foreigner_request import Awaited, received, submitted

        matter = self._filling.matter
        self._stage.show(matter)
        options = self._options(outside, asked)
        make_folder(asked.folder)
        door = ForeignerDoor(self._stage, outside.card, matter, options.keep_password, outside.clock)
        outside = replace(outside, clock=Impatient(outside.clock, door.is_asked_now))
        sent = submitted(asked, outside, door, options)
        if not isinstance(sent, Awaited):
            return sent
        validation, now = sent.validation, outside.clock.now()
        if validation.url is None or validation.is_over(now):
            self._offer_anew(what_to_do(validation, now))
            return None
        whose = matter.holder.name or "" if matter.holder else ""
        goes_on_alone = is_stored(outside, pending_path(sent.request))
        until = sent.request.next_poll
        door.await_log_in(LogInWanted(whose, validation.url, validation.ends, until, goes_on_alone))
        return received(asked, outside, door, options)

    def _options(self, outside: Outside, asked: First) -> Options:
        from agent.pipeline.run import Options
        from agent.pipeline.under_way import file_of

        begun = outside.journal.renewal_of(asked.mark)
        place = file_of(outside, begun) if begun is not None else None
        new = self._password(outside, asked, place)
        anew, self._anew = self._anew, False
        needs_old = asked.keys_of is not None and (anew or place is None)
        return Options(
            password=self._old_password(outside, asked.keys_of, new) if needs_old and asked.keys_of else new,
            new_password=new,
            profile=self._wish.profile,
            keep_password=self._filling.keep,
            activate=self._wish.activate,
            anew=anew,
        )

    def _password(self, outside: Outside, asked: First, place: Path | None) -> Secret:
        """Of the new keystore: of one taken up, the password that was chosen when it began. Raises: KeystoreError."""
        filling = self._filling
        if filling.password is None and (place or asked.keys_of) is not None:
            filling.opening.opened(outside, place or asked.keys_of or Path())
        while filling.needs_password and not filling.choosing.is_chosen(filling.own_words):
            pass
        assert filling.password is not None, "it was opened with it, or chosen"
        return filling.password

    def _old_password(self, outside: Outside, path: Path, new: Secret) -> Secret:
        """Of the keystore whose encryption keys go along. Raises: KeystoreError."""
        for known in filter(None, (new, self._filling.opening.password)):
            try:
                outside.keystores.glance(path, known)
            except WrongPassword:
                continue
            return known
        return Opening(self._stage, comes_next="agent.pipeline.renew").opened(outside, path)

    # ── After it ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _after(self, outside: Outside, problem: AgentError) -> None:
        if isinstance(problem, ValidationExpired):
            self._offer_anew(str(problem))
            return
        if isinstance(problem, WrongPassword):
            self._filling.forget_password()
        answer = self._stage.ask(ForeignerTrouble(problem, self._can_change(outside)))
        if answer is Choice.ANEW:
            self._anew = True
        elif answer is Choice.CHANGE:
            self._filling.change()
            self._asked = None

    def _offer_anew(self, text: str) -> None:
        self._stage.ask(AnewWanted(text))
        self._anew = True

    def _can_change(self, outside: Outside) -> bool:
        """Nothing has left yet, or eHealth said no for good."""
        if self._asked is None:
            return False
        begun = outside.journal.renewal_of(self._asked.mark)
        return begun is None or begun.step is Step.MAKE_KEY
