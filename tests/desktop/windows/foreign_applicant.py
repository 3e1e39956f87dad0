"""A person without Belgian residence at a window, with a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent.desktop.windows.foreigner_pages import LogInWanted, PersonWanted
from agent.desktop.windows.foreigner_session import ForeignerSession, ForeignerWish
from agent.desktop.windows.stage import Stage
from tests.desktop.windows.applicant import Applicant
from tests.journeys.practice import Practice

NUMBER = "80210100150"
OTHER_NUMBER = "80410100193"


class WithoutEid(Applicant):
    """Comes to the window for a new certificate first."""

    def give_person(self, surname: str = "Étranger", number: str = NUMBER) -> None:
        """All five fields, and on."""
        self.until(PersonWanted)
        for text in (surname, "Jean Zoë", number, "jean@example.org"):
            self.type(text)
            self.press("Tab")
        self.type("+33 6 12 34 56 78")
        self.press("Return")

    def fill_in(self, surname: str = "Étranger", number: str = NUMBER, *, keep: bool = True) -> LogInWanted:
        """To the address to log in at."""
        self.give_person(surname, number)
        self.choose_password(keep)
        return self.until(LogInWanted)


class ForeignApplicant(WithoutEid):
    """Sits before the window of their own."""

    def _session(self, practice: Practice, stage: Stage, folder: Path | None) -> Callable[[], None]:
        wish = ForeignerWish(folder or practice.path.parent, practice.environment)
        return ForeignerSession(wish, lambda: practice.outside, stage, self._save).run


def log_in(practice: Practice, url: str) -> None:
    """What the person does in the browser."""
    for registration in practice.sandbox.state.registrations:
        registration.polls_left = 0
    assert practice.sandbox.visit(url.rpartition("/")[2])
