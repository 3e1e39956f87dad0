"""The password of a keystore that comes to be: chosen on a page, by its rules and typed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module

from agent.core.password import password_problem
from agent.desktop.windows.request_pages import Back, PasswordChosen, PasswordPicked
from agent.desktop.windows.stage import Stage
from agent.secret import Secret
from agent.text import _


class Choosing:
    """One that was chosen stays until another is typed.

    Attributes:
        password: once it was chosen.
        keep: it is to be stored in this computer's vault.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.password: Secret | None = None
        self.keep = True

    def is_chosen(self, own_words: Sequence[str], reason: str = "") -> bool:
        """Put the page up until one is; False where the person goes back.

        Args:
            reason: why the old keystore's will not do.
        Raises: WindowClosed.
        """
        page = PasswordChosen(self.password is not None, self.keep, tuple(own_words), reason=reason)
        while True:
            self._stage.show(page)
            import_module("agent.core.password_strength")  # while the person reads: its lists take a moment
            answer = self._stage.answer_to(page)
            picked: PasswordPicked = answer.given
            self.keep = picked.keep
            problem = self._taken(picked)
            if isinstance(answer, Back):
                return False
            if problem is None:
                return True
            page = replace(page, is_chosen=self.password is not None, keep=self.keep, problem=problem)

    def _taken(self, picked: PasswordPicked) -> str | None:
        """What is wrong with it; None where it is the password now."""
        if self.password is not None and not picked.password and not picked.again:
            return None
        problem = password_problem(picked.password.reveal())
        if problem is None and picked.password != picked.again:
            problem = _("the two are not the same")
        if problem is None:
            self.password = picked.password
        return problem
