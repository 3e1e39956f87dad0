"""Behind the window that leads from a keystore in trouble to one that works: each way ends, or goes on, in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.recover import Way
from agent.core.recover_case import TROUBLES, Case
from agent.core.reminders import file_name
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.keystore_session import KeystoreSession, KeystoreWish
from agent.desktop.windows.life_sessions import Completing
from agent.desktop.windows.pages import Busy, Choice, Matter, PasswordGiven, Trouble
from agent.desktop.windows.recover_pages import (
    Advice,
    BeforeAnew,
    CopiesFound,
    CopyPasswordWanted,
    ForgetWanted,
    Forgotten,
    FoundCopy,
    NothingWrong,
    Searching,
    Troubled,
    UnlockWanted,
    WorksAgain,
)
from agent.desktop.windows.request_made import SaveSheet
from agent.desktop.windows.session import Session, Wish
from agent.desktop.windows.stage import Stage
from agent.errors import AgentError, NothingToRecover, VaultUnavailable, WrongPassword
from agent.secret import Secret
from agent.text import N_

if TYPE_CHECKING:
    from agent.core.renewal import Renewal
    from agent.desktop.windows.recover_request import Requesting
    from agent.ports import Outside
    from agent.watch.copies import Copies
    from agent.watch.troubled import Watched

_SHOWN = 5
"""Closed files that are named: of hundreds, those whose name is like that of the lost one come first."""


@dataclass(frozen=True)
class RecoverWish:
    """What the config and the command line say.

    Attributes:
        keystore: `path` is None where it is yet to be found out which one is in trouble.
        usual_places: where people keep copies, beside the watched folders.
        is_forgotten: nobody knows its password any more.
    """

    keystore: KeystoreWish
    usual_places: Callable[[], Iterable[Path]]
    save_sheet: SaveSheet
    is_forgotten: bool = False


class Recovering(KeystoreSession):
    """One window's way out of one keystore's trouble."""

    comes_next = "agent.pipeline.recover"

    def __init__(
        self, wish: RecoverWish, outside: Callable[[], Outside], stage: Stage, card_poll_s: float = CARD_POLL_S
    ) -> None:
        super().__init__(wish.keystore, outside, stage, card_poll_s)
        self._usual_places, self._save_sheet = wish.usual_places, wish.save_sheet
        self._is_forgotten, self._is_without_copy = wish.is_forgotten, False
        self._requesting: Requesting | None = None

    def _trouble(self, problem: AgentError) -> Trouble:
        return Trouble(problem)

    def _after(self, problem: AgentError) -> None:
        if isinstance(problem, WrongPassword) and self._requesting is not None:
            self._requesting.forget_passwords()
        super()._after(problem)

    # ── The way ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, outside: Outside) -> None:
        from agent.pipeline.recover import begun_for

        self._stage.show(Busy(N_("Looking at the keystores")))
        case = self._case(outside)
        self._show_matter(case)
        begun = begun_for(case, outside)
        if begun is not None:
            self._go_on(outside, begun)
        elif case.asks_for_copies:
            self._put_back(outside, case)
        else:
            self._go(outside, case)

    def _case(self, outside: Outside) -> Case:
        """The keystore that it is about, as it is now."""
        if self._wish.path is None:
            self._wish = replace(self._wish, path=self._chosen(outside).path)
        found = self._watched(outside).case_of(self._path, self._is_forgotten)
        return replace(found, is_without_copy=self._is_without_copy)

    def _chosen(self, outside: Outside) -> Case:
        watched = self._watched(outside)
        try:
            cases = tuple(watched.in_trouble(self._is_forgotten))
        except NothingToRecover:
            self._stage.ask(NothingWrong(self._wish.folders))
            return self._chosen(outside)
        if len(cases) == 1:
            return cases[0]
        chosen: Case = self._stage.ask(Troubled(cases, outside.clock.now()))
        return chosen

    def _go(self, outside: Outside, case: Case) -> None:
        remedy = case.remedy(outside.clock.now())
        match remedy.way:
            case Way.UNLOCK:
                self._unlock(outside, case)
            case Way.ANEW if case.refused is not None:
                self._anew(outside, case.refused)
            case Way.REQUEST | Way.REPLACE | Way.WAIT:
                self._request(outside, case)
            case Way.RENEW:
                self._renew(outside, case.path)
            case Way.COMPLETE:
                self._complete(outside, case.path)
            case Way.NOTHING:
                self._stage.ask(NothingWrong(self._wish.folders, case.finding))
            case _:
                self._stage.ask(Advice(case.path, case.finding.reason, remedy.advice))

    def _anew(self, outside: Outside, refused: Renewal) -> None:
        if refused.wanted is not None:
            self._requester().anew(outside, refused)
            self._is_forgotten = self._is_forgotten or self._requester().old_is_forgotten
            return
        self._stage.ask(BeforeAnew(refused.ended_because or "", can_change=False))
        self._renew(outside, Path(refused.path), anew=True)

    def _go_on(self, outside: Outside, begun: Renewal) -> None:
        """With what was begun before: a second one is never begun."""
        if begun.wanted is not None:
            self._requester().go_on(outside, begun)
            self._is_forgotten = self._is_forgotten or self._requester().old_is_forgotten
        elif begun.old_path is not None:
            self._renew(outside, Path(begun.old_path))
        else:
            self._complete(outside, Path(begun.new_path))

    def _renew(self, outside: Outside, path: Path, anew: bool = False) -> None:
        wish = Wish(path, self._wish.profile, self._wish.activate, anew)
        Session(wish, lambda: outside, self._stage, self._card_poll_s, self._opening).run()
        self._stage.check_open()

    def _complete(self, outside: Outside, path: Path) -> None:
        wish = replace(self._wish, path=path)
        Completing(wish, lambda: outside, self._stage, self._card_poll_s).run()
        self._stage.check_open()

    # ── Its password ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _unlock(self, outside: Outside, case: Case) -> None:
        password = self._opening.known(outside, case.path, UnlockWanted)
        if password is None:
            self._is_forgotten = True
            return
        self._tell_that_it_works(outside, case, password, was_put_back=False)

    def _tell_that_it_works(
        self,
        outside: Outside,
        case: Case,
        password: Secret,
        *,
        was_put_back: bool,
        vault_problem: VaultUnavailable | None = None,
    ) -> None:
        watched = self._watched(outside)
        watched.look_again(case.path, password)
        now = watched.case_of(case.path)
        self._show_matter(now)
        remedy = now.remedy(outside.clock.now())
        goes_on = remedy.way in (*TROUBLES, Way.RENEW, Way.COMPLETE)
        self._stage.ask(WorksAgain(now.finding, remedy.advice, was_put_back, goes_on, vault_problem))

    # ── A copy ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _put_back(self, outside: Outside, case: Case) -> None:
        found, given = self._copies(outside, case)
        if not found.proved:
            self._is_without_copy = True
            return
        from agent.watch.copies import written_at

        passwords = dict(found.proved)
        copies = tuple(FoundCopy(path, written_at(path, outside.keystores)) for path in passwords)
        answer = self._stage.ask(CopiesFound(case.path, copies, case.can_be_forgotten))
        if isinstance(answer, FoundCopy):
            self._put_this_back(outside, case, answer.path, passwords[answer.path], given)
        elif answer is Choice.FORGET:
            self._forget(outside, case)
        else:
            self._is_without_copy = True

    def _copies(self, outside: Outside, case: Case) -> tuple[Copies, PasswordGiven | None]:
        """What is found, and the password that had to be given for it."""
        watched, places = self._watched(outside), tuple(self._usual_places())
        self._stage.show(Searching())
        found, given, problem = watched.copies(case, places), None, None
        while not found.proved and found.closed:
            closed = found.closed[:_SHOWN]
            page = CopyPasswordWanted(case.path, closed, len(found.closed) - len(closed), problem)
            given = self._stage.ask(page)
            if not isinstance(given, PasswordGiven):
                break
            self._stage.show(Searching())
            found, problem = watched.copies(case, places, [given.password]), WrongPassword(str(case.path))
        return found, given if isinstance(given, PasswordGiven) else None

    def _put_this_back(
        self, outside: Outside, case: Case, copy: Path, password: Secret, given: PasswordGiven | None
    ) -> None:
        from agent.pipeline.recover import put_back

        self._stage.show(Busy(N_("Proving every key")))
        put_back(copy, case.path, password, outside, self._wish.profile)
        problem = None
        if given is not None and given.keep:
            try:
                outside.vault.keep(case.path, password)
            except VaultUnavailable as closed:
                problem = closed
        self._opening.password = password
        self._tell_that_it_works(outside, case, password, was_put_back=True, vault_problem=problem)

    def _forget(self, outside: Outside, case: Case) -> None:
        """Only of what is gone, and after a second look."""
        from agent.pipeline.recover import forget

        if self._stage.ask(ForgetWanted(case.path)) is not Choice.FORGET:
            return
        if not forget(case.path, outside):
            raise NothingToRecover(str(case.path))
        self._stage.ask(Forgotten(case.path))

    # ── A new certificate ────────────────────────────────────────────────────────────────────────────────────────────

    def _request(self, outside: Outside, case: Case) -> None:
        old = None
        if not case.is_forgotten and not case.is_gone:
            old = self._opening.known(outside, case.path, UnlockWanted)
            self._is_forgotten = old is None
            case = replace(case, is_forgotten=old is None)
        answer = self._requester().request(outside, case, old)
        if answer is Choice.FORGET:
            self._forget(outside, case)
        elif answer is Choice.REMEMBERED:
            self._is_forgotten = False

    def _requester(self) -> Requesting:
        if self._requesting is None:
            from agent.desktop.windows.recover_request import Requesting

            self._requesting = Requesting(self._wish, self._stage, self._doors, self._opening, self._save_sheet)
        return self._requesting

    # ── What stands above the pages ──────────────────────────────────────────────────────────────────────────────────

    def _show_matter(self, case: Case) -> None:
        glance = case.before.glance
        not_after = glance.not_after if glance is not None and not glance.pending else None
        named = case.path.with_name(file_name(str(case.path)))
        self._stage.show(Matter(str(named), case.holder, case.before.environment, not_after))

    def _watched(self, outside: Outside) -> Watched:
        from agent.watch.troubled import Watched

        return Watched(outside, self._wish.folders, self._wish.patterns, self._opening.password)
