"""The pipeline's `Door` for a person without Belgian residence: no card, and an address to log in at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agent.core.renewal import Step
from agent.desktop.windows.door import WindowDoor
from agent.desktop.windows.foreigner_pages import LogInWanted
from agent.desktop.windows.pages import Matter
from agent.desktop.windows.stage import Stage, Unanswered
from agent.ports import Card, Clock

_AT_ONCE_S = 0.001


class ForeignerDoor(WindowDoor):
    """While the person's log-in is awaited, its page stands instead of what is being done."""

    def __init__(self, stage: Stage, card: Card, matter: Matter, goes_on_alone: bool, clock: Clock) -> None:
        super().__init__(stage, card, matter, goes_on_alone, is_first=True, by_login=True)
        self._clock = clock
        self._log_in: LogInWanted | None = None

    def await_log_in(self, page: LogInWanted) -> None:
        self._log_in = page
        self._stage.show(page)

    def is_asked_now(self) -> bool:
        """Whether not to wait any longer: the person says that they have logged in, or it is too late for that.

        Raises: WindowClosed.
        """
        if self._log_in is None:
            self._stage.check_open()
            return False
        if self._log_in.ends is not None and self._clock.now() >= self._log_in.ends:
            return True
        try:
            self._stage.answer_to(self._log_in, _AT_ONCE_S)
        except Unanswered:
            return False
        return True

    def step(self, step: Step, text: str) -> None:
        if self._log_in is not None and step is Step.COLLECT:
            self.await_log_in(replace(self._log_in, until=None))
        else:
            super().step(step, text)

    def waiting(self, until: datetime, by_hand: bool) -> None:
        if self._log_in is not None:
            self.await_log_in(replace(self._log_in, until=until))
        else:
            super().waiting(until, by_hand)
