"""The renewal behind the window, in a thread of its own: from the password to the last page, again after trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.glance import Profile
from agent.core.password import password_problem
from agent.core.person import Person
from agent.core.renewal import Renewal
from agent.desktop.windows.door import CARD_POLL_S, WindowDoor
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import (
    Busy,
    Choice,
    Finish,
    Introduction,
    Matter,
    NewPasswordGiven,
    NewPasswordWanted,
    Trouble,
)
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.errors import AgentError, WrongPassword
from agent.secret import Secret
from agent.text import N_, _

if TYPE_CHECKING:
    from agent.ports import Outside


@dataclass(frozen=True)
class Wish:
    """Which keystore, and what the config or the command line says of its renewal."""

    path: Path
    profile: Profile = Profile.COMPATIBLE
    activate: bool = False
    anew: bool = False


class Session:
    """One window's renewal, from the first page to the last.

    Args:
        outside: makes the outside; called in this thread, because its libraries take a moment to load.
        card_poll_s: seconds between two looks at the reader while it is waited for.
    """

    def __init__(
        self, wish: Wish, outside: Callable[[], Outside], stage: Stage, card_poll_s: float = CARD_POLL_S
    ) -> None:
        self._wish, self._stage, self._card_poll_s = wish, stage, card_poll_s
        self._make_outside = outside
        self._opening = Opening(stage, comes_next="agent.pipeline.renew")
        self._new_password: Secret | None = None
        self._is_begun = False
        self._door: WindowDoor | None = None
        self._signer: Person | None = None
        self._awaits_other_card = False

    def run(self) -> None:
        """To the last page, or until the window is closed."""
        try:
            self._stage.show(Busy(N_("Looking at the keystore")))
            outside = self._make_outside()
            self._stage.at_close(outside.card.cancel)
            while True:
                self._attempt(outside)
        except WindowClosed:
            return

    def _attempt(self, outside: Outside) -> None:
        """One run of the pipeline, and what the person answers to its end."""
        try:
            finish = self._finish(outside, self._renewed(outside))
        except AgentError as problem:
            self._after(problem)
            return
        answer = self._stage.ask(finish)
        self._wish = replace(self._wish, activate=answer is Choice.ACTIVATE)

    def _finish(self, outside: Outside, renewal: Renewal) -> Finish:
        new = Path(renewal.new_path)
        password = self._new_password or self._opening.password
        assert password is not None, "the renewal was opened with it"
        not_after = outside.keystores.glance(new, password).not_after
        self._stage.show(Matter(str(new), renewal.holder, renewal.environment, not_after))
        return Finish(renewal, not_after, has_new_password=self._new_password is not None)

    def _after(self, problem: AgentError) -> None:
        door, self._door = self._door, None
        if door is not None:
            self._signer = door.signer
            if door.wants_other_card:
                self._awaits_other_card = True
                return
        if isinstance(problem, WrongPassword):
            self._opening.forget()
            self._new_password = None
        answer = self._stage.ask(Trouble(problem))
        self._awaits_other_card = answer is Choice.OTHER_CARD
        self._wish = replace(self._wish, anew=answer is Choice.ANEW)

    def _renewed(self, outside: Outside) -> Renewal:
        """Raises: AgentError."""
        from agent.pipeline.under_way import under_way
        from agent.watch.look import environment_of

        path = self._wish.path
        begun = under_way(outside, path)
        environment = begun.environment if begun else environment_of(path)
        matter = Matter(str(path), begun.holder if begun else None, environment)
        self._stage.show(matter)
        password = self._opening.opened(outside, path)
        glance = outside.keystores.glance(path, password)
        not_after = None if glance.pending else glance.not_after
        matter = replace(matter, holder=matter.holder or glance.holder, not_after=not_after)
        self._stage.show(matter)
        if begun is None and not self._is_begun:
            self._opening.ask_and_load(Introduction(matter))
        self._is_begun = True
        if self._new_password is None and not password.reveal().isascii():  # Java opens no such file
            self._new_password = self._chosen(was_chosen=begun is not None)
        from agent.pipeline.renew import renew
        from agent.pipeline.run import Options

        self._door = door = self._door_for_this_run(outside, matter)
        options = Options(
            password=password,
            new_password=self._new_password,
            profile=self._wish.profile,
            keep_password=self._opening.is_kept,
            activate=self._wish.activate,
            anew=self._wish.anew,
        )
        return renew(path, environment, outside, door, options)

    def _door_for_this_run(self, outside: Outside, matter: Matter) -> WindowDoor:
        door = WindowDoor(self._stage, outside.card, matter, self._opening.is_kept, self._card_poll_s)
        if self._awaits_other_card:
            self._awaits_other_card = False
            door.await_other_card(self._signer)
        return door

    def _chosen(self, was_chosen: bool) -> Secret:
        """The new keystore's password."""
        page = NewPasswordWanted(was_chosen)
        while True:
            given: NewPasswordGiven = self._stage.ask(page)
            problem = None if was_chosen else password_problem(given.password.reveal())
            if problem is None and given.password == given.again:
                return given.password
            page = NewPasswordWanted(was_chosen, problem or _("the two are not the same"))
