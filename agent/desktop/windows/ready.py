"""The window about the next renewal: could it be done when its day comes? It fills while everything is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.doctor import Check, Topic
from agent.core.holder import Environment
from agent.desktop.windows.door import CARD_POLL_S
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.pages import Answer, Busy, Choice, Matter, Trouble
from agent.desktop.windows.ready_drawn import draw
from agent.desktop.windows.ready_pages import ContactSaid, ReadyShown, WhomAsked, WhomTrouble
from agent.desktop.windows.renewal import show_session
from agent.desktop.windows.stage import Stage, WindowClosed
from agent.desktop.windows.theme import new_window
from agent.errors import AgentError, PinCancelled
from agent.text import N_, _

if TYPE_CHECKING:
    from agent.ports import Clock, Outside
    from agent.watch.doctor import Ground
    from agent.watch.ready import Ready


@dataclass(frozen=True)
class ReadyWish:
    """Which keystore, or all that the config watches."""

    path: Path | None
    folders: Sequence[Path] = ()
    patterns: Sequence[str] = ()


def ready_in_a_window(
    wish: ReadyWish, outside: Callable[[], Outside], ground: Callable[[], Ground], clock: Clock
) -> None:
    """Show the window until the person closes it.

    Args:
        outside, ground: make what is looked at, in the thread that looks.
    Raises: DisplayMissing.
    """
    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=ReadySession(wish, outside, ground, stage).run, draw=draw)


class ReadySession:
    """The look behind its window, in a thread of its own; again when the person wants it.

    Args:
        card_poll_s: seconds between two looks at the reader while a card is waited for.
    """

    def __init__(
        self,
        wish: ReadyWish,
        outside: Callable[[], Outside],
        ground: Callable[[], Ground],
        stage: Stage,
        card_poll_s: float = CARD_POLL_S,
    ) -> None:
        self._wish, self._make_outside, self._make_ground, self._stage = wish, outside, ground, stage
        self._doors = Doors(stage, card_poll_s)
        self._page = ReadyShown(())

    def run(self) -> None:
        """Until the window is closed."""
        try:
            self._stage.show(Busy(N_("One moment")))
            outside = self._make_outside()
            while True:
                try:
                    self._look(outside)
                    self._hear(outside)
                except AgentError as problem:
                    self._stage.ask(Trouble(problem))
        except WindowClosed:
            return

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self, outside: Outside) -> None:
        """Raises: KeystoreNotFound, JournalError."""
        from agent.pipeline.ask import ask_about
        from agent.watch.ready import Hearers, keystores_to_renew, look

        wish = self._wish
        findings = keystores_to_renew(wish.path, outside, wish.folders, wish.patterns)
        self._show(ReadyShown(findings, acting=self._page.acting))
        ground = self._make_ground()  # not sooner: there is a journal now
        self._stage.at_close(ground.stop_looking)
        hearers = Hearers(self._begun, self._found_here, self._found_own)
        look(findings, ground, lambda observation: ask_about(observation, outside, None), hearers)
        self._stage.at_close(outside.card.cancel)
        self._page = replace(self._page, is_looking=False)

    def _begun(self, topics: Sequence[Topic]) -> None:
        self._show(replace(self._page, topics=tuple(topics)))

    def _found_here(self, position: int, checks: Sequence[Check]) -> None:
        self._show(replace(self._page, here={**self._page.here, position: tuple(checks)}))

    def _found_own(self, found: Ready) -> None:
        self._show(replace(self._page, own=(*self._page.own, found)))

    def _show(self, page: ReadyShown) -> None:
        self._page = page
        self._stage.show(page)

    # ── Hearing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hear(self, outside: Outside) -> None:
        """What the person says, until everything is to be looked at again. Raises: JournalError."""
        while (answer := self._stage.ask(self._page)) is not Choice.TRY_AGAIN:
            if answer is Choice.WHOM:
                self._ask_for_whom(outside)
            elif isinstance(answer, ContactSaid):
                self._keep(answer, outside)

    def _keep(self, answer: ContactSaid, outside: Outside) -> None:
        from agent.watch.ready import said

        own = [
            said(each, answer.is_right, outside.journal) if each.finding.observation.path == answer.path else each
            for each in self._page.own
        ]
        self._page = replace(self._page, own=tuple(own), said_last=answer.path)

    # ── Asking for whom ──────────────────────────────────────────────────────────────────────────────────────────────

    def _ask_for_whom(self, outside: Outside) -> None:
        """Once it was said what that costs; each of eHealth's environments is asked once."""
        from agent.pipeline.acting import environments_of

        environments = environments_of(self._page.findings)
        if self._stage.ask(WhomAsked(len(environments))) is not Choice.GO_ON:
            return
        told: dict[Environment, list[Check]] = {}
        while len(told) < len(environments):
            asked = next(each for each in environments if each not in told)
            try:
                told[asked] = self._told(asked, outside)
            except PinCancelled:
                self._doors.shut()
                return
            except AgentError as problem:
                answer = Choice.OTHER_CARD if self._doors.shut() else self._after(problem)
                if answer is Choice.BACK:
                    return
                if answer is Choice.OTHER_CARD:
                    told.clear()
        self._page = replace(self._page, acting=tuple(check for checks in told.values() for check in checks))

    def _after(self, problem: AgentError) -> Answer:
        answer = self._stage.ask(WhomTrouble(problem))
        if answer is Choice.OTHER_CARD:
            self._doors.await_other_card()
        return answer

    def _told(self, environment: Environment, outside: Outside) -> list[Check]:
        """Raises: CardError, ServiceError."""
        from agent.pipeline.acting import ask_for_whom, holders_of
        from agent.pipeline.sign import with_card

        asks_for = _("the list of organizations that you may act for")
        door = self._doors.open(outside.card, Matter("", None, environment), asks_for=asks_for)
        self._stage.show(Busy(N_("Reading the eID")))
        eid = with_card(door, outside.card.identity)
        door.signer = eid.person
        self._stage.show(Busy(N_("Asking eHealth, with the eID: type the PIN where it is asked for")))
        acting = ask_for_whom(eid, environment, outside, door)
        self._doors.shut()
        return [acting.check(holder) for holder in holders_of(self._page.findings, environment)]
