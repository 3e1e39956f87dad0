"""What is done with one keystore behind a window, in a thread of its own: tried again after trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.glance import Profile
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.life_pages import LifeTrouble
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import Answer, Busy, Choice, Matter, Trouble
from agent.desktop.windows.request_made import SaveSheet, no_sheet
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.errors import AgentError, WrongPassword
from agent.secret import Secret
from agent.text import N_

if TYPE_CHECKING:
    from agent.desktop.windows.foreigner_session import ForeignerWish
    from agent.ports import Outside


@dataclass(frozen=True)
class KeystoreWish:
    """Which keystore, and what the config says of how it is written. `path` is None where it is yet to be chosen.

    Attributes:
        save_sheet: for the keystore that is requested instead, by a person who logs in.
    """

    path: Path | None
    profile: Profile = Profile.COMPATIBLE
    activate: bool = False
    folders: tuple[Path, ...] = ()
    patterns: tuple[str, ...] = ()
    save_sheet: SaveSheet = no_sheet


class KeystoreSession:
    """From the first page to the last. Another class says what is done.

    Args:
        outside: makes the outside; called in this thread, because its libraries take a moment to load.
        opening: knows the keystore's password, where another session in the same window asked for it.
    """

    comes_next = "agent.pipeline.renew"

    def __init__(
        self,
        wish: KeystoreWish,
        outside: Callable[[], Outside],
        stage: Stage,
        card_poll_s: float = CARD_POLL_S,
        opening: Opening | None = None,
    ) -> None:
        self._wish, self._stage, self._card_poll_s = wish, stage, card_poll_s
        self._make_outside = outside
        self._doors = Doors(stage, card_poll_s)
        self._opening = opening or Opening(stage, self.comes_next)

    def run(self) -> None:
        """To the last page, or until the window is closed."""
        try:
            self._stage.show(Busy(N_("Looking at the keystore")))
            outside = self._make_outside()
            self._stage.at_close(outside.card.cancel)
            while True:
                try:
                    self._carry_out(outside)
                except AgentError as problem:
                    self._after(problem)
        except WindowClosed:
            return

    def _carry_out(self, outside: Outside) -> None:
        """One attempt, up to the last page's answer. Raises: AgentError."""
        raise NotImplementedError

    def _after(self, problem: AgentError) -> None:
        if self._doors.shut():
            return
        if isinstance(problem, WrongPassword):
            self._opening.forget()
        answer = self._stage.ask(self._trouble(problem))
        if answer is Choice.OTHER_CARD:
            self._doors.await_other_card()
        self._answered(answer)

    def _trouble(self, problem: AgentError) -> Trouble:
        return LifeTrouble(problem)

    def _answered(self, answer: Answer) -> None:
        """What else the answer to trouble means."""

    def _log_in_instead(self, outside: Outside, own: ForeignerWish) -> None:
        """The pages of a person without Belgian residence, in this window. Raises: WindowClosed."""
        from agent.desktop.windows.foreigner_session import ForeignerSession

        opening = self._opening if own.renews is not None else None
        pages = ForeignerSession(
            own, lambda: outside, self._stage, self._wish.save_sheet, is_within=True, opening=opening
        )
        pages.run()
        self._stage.check_open()

    def _open(self, outside: Outside, path: Path) -> tuple[Matter, Secret]:
        """The keystore's password, and whose it is, which stands above the pages. Raises: KeystoreError."""
        from agent.pipeline.under_way import openable, under_way
        from agent.watch.look import environment_of

        begun = under_way(outside, path)
        environment = begun.environment if begun else environment_of(path)
        matter = Matter(str(path), begun.holder if begun else None, environment)
        self._stage.show(matter)
        file = openable(outside, path)
        password = self._opening.opened(outside, file)
        glance = outside.keystores.glance(file, password)
        not_after = None if glance.pending else glance.not_after
        matter = replace(matter, holder=matter.holder or glance.holder, not_after=not_after)
        self._stage.show(matter)
        return matter, password

    @property
    def _path(self) -> Path:
        assert self._wish.path is not None, "it was named, or chosen"
        return self._wish.path
