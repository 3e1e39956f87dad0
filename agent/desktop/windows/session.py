"""The renewal behind the window, in a thread of its own: from the password to the last page, again after trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.glance import Profile
from agent.core.identifiers import has_bis_number
from agent.core.password import password_problem
from agent.core.renewal import Renewal
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.keystore_session import KeystoreSession, KeystoreWish
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import (
    Answer,
    Choice,
    Finish,
    Introduction,
    Matter,
    NewPasswordGiven,
    NewPasswordWanted,
    RenewalTrouble,
    Trouble,
)
from agent.desktop.windows.request_made import SaveSheet, no_sheet
from agent.desktop.windows.stage import Stage
from agent.errors import AgentError, WrongPassword
from agent.secret import Secret
from agent.text import _

if TYPE_CHECKING:
    from agent.ports import Outside


@dataclass(frozen=True)
class Wish:
    """Which keystore, and what the config or the command line says of its renewal."""

    path: Path
    profile: Profile = Profile.COMPATIBLE
    activate: bool = False
    anew: bool = False
    save_sheet: SaveSheet = no_sheet


class Session(KeystoreSession):
    """One window's renewal, from the first page to the last."""

    def __init__(
        self,
        wish: Wish,
        outside: Callable[[], Outside],
        stage: Stage,
        card_poll_s: float = CARD_POLL_S,
        opening: Opening | None = None,
    ) -> None:
        keystore = KeystoreWish(wish.path, wish.profile, save_sheet=wish.save_sheet)
        super().__init__(keystore, outside, stage, card_poll_s, opening)
        self._activate, self._anew = wish.activate, wish.anew
        self._new_password: Secret | None = None
        self._is_begun = False

    def _carry_out(self, outside: Outside) -> None:
        finish = self._finish(outside, self._renewed(outside))
        self._activate = self._stage.ask(finish) is Choice.ACTIVATE

    def _finish(self, outside: Outside, renewal: Renewal) -> Finish:
        new = Path(renewal.new_path)
        password = self._new_password or self._opening.password
        assert password is not None, "the renewal was opened with it"
        not_after = outside.keystores.glance(new, password).not_after
        self._stage.show(Matter(str(new), renewal.holder, renewal.environment, not_after))
        return Finish(renewal, not_after, has_new_password=self._new_password is not None)

    def _after(self, problem: AgentError) -> None:
        if isinstance(problem, WrongPassword):
            self._new_password = None
        super()._after(problem)

    def _trouble(self, problem: AgentError) -> Trouble:
        return RenewalTrouble(problem)

    def _answered(self, answer: Answer) -> None:
        self._anew = answer is Choice.ANEW
        if answer is Choice.CONTACT:
            self._doors.ask_for_contact()

    def _renewed(self, outside: Outside) -> Renewal:
        """Raises: AgentError."""
        from agent.pipeline.under_way import under_way

        begun = under_way(outside, self._path)
        matter, password = self._open(outside, self._path)
        if begun is None and not self._is_begun:
            self._introduce(outside, matter)
        self._is_begun = True
        if self._new_password is None and not password.reveal().isascii():  # Java opens no such file
            self._new_password = self._chosen(was_chosen=begun is not None)
        from agent.pipeline.renew import renew
        from agent.pipeline.run import Options

        is_kept = self._opening.is_kept
        door = self._doors.open(outside.card, matter, is_kept, is_first=False)
        options = Options(
            password=password,
            new_password=self._new_password,
            profile=self._wish.profile,
            keep_password=is_kept,
            activate=self._activate,
            anew=self._anew,
        )
        return renew(self._path, matter.environment, outside, door, options)

    def _introduce(self, outside: Outside, matter: Matter) -> None:
        """Until the person wants to go on with the eID. Raises: WindowClosed."""
        from agent.desktop.windows.foreigner_session import ForeignerWish

        page = Introduction(matter, may_have_no_eid=matter.holder is not None and has_bis_number(matter.holder))
        while self._opening.ask_and_load(page) is Choice.NO_EID:
            profile, activate = self._wish.profile, self._activate
            own = ForeignerWish(self._path.parent, matter.environment, profile, activate, renews=self._path)
            self._log_in_instead(outside, own)
            self._stage.show(matter)

    def _chosen(self, was_chosen: bool) -> Secret:
        """The new keystore's password."""
        page = NewPasswordWanted(was_chosen)
        while True:
            given: NewPasswordGiven = self._stage.ask(page)
            problem = None if was_chosen else password_problem(given.password.reveal())
            if problem is None and given.password == given.again:
                return given.password
            page = NewPasswordWanted(was_chosen, problem or _("the two are not the same"))
