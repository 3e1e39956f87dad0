"""The password of the keystore that a window is about: the vault's, or the person's."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from agent.desktop.windows.pages import Answer, Page, PasswordGiven, PasswordWanted
from agent.desktop.windows.stage import Stage
from agent.errors import AgentError, PasswordNeeded, VaultUnavailable, WrongPassword
from agent.secret import Secret

if TYPE_CHECKING:
    from agent.ports import Outside


class Opening:
    """Asks for the password once, and knows it from then on.

    Args:
        comes_next: the module whose libraries are loaded while the person reads.
    Attributes:
        is_kept: the vault has it.
    """

    def __init__(self, stage: Stage, comes_next: str) -> None:
        self._stage, self._comes_next = stage, comes_next
        self.password: Secret | None = None
        self.is_kept = False

    def forget(self) -> None:
        """It was the wrong one: ask again."""
        self.password = None

    def opened(self, outside: Outside, path: Path) -> Secret:
        """The password that opens the keystore at `path`. Raises: KeystoreError."""
        password = self.known(outside, path, PasswordWanted)
        assert password is not None, "this page offers no way on without it"
        return password

    def known(self, outside: Outside, path: Path, wanted: type[PasswordWanted]) -> Secret | None:
        """The same; None where the person says, on a page that offers it, that it is forgotten.

        Args:
            wanted: the page that asks.
        Raises: KeystoreError.
        """
        if self.password is not None:
            return self.password
        problem: AgentError | None = None
        try:
            kept = outside.vault.password(path)
        except VaultUnavailable as closed:
            kept, problem = None, closed
        if kept is not None:
            try:
                outside.keystores.glance(path, kept)
            except WrongPassword as wrong:
                problem = wrong
            else:
                self.password, self.is_kept = kept, True
                return kept
        outside.keystores.stamp(path)
        return self._asked(outside, path, wanted, problem or PasswordNeeded(str(path)))

    def ask_and_load(self, page: Page) -> Answer:
        """Ask, and load the libraries of what comes next while the person reads."""
        self._stage.show(page)
        import_module(self._comes_next)
        return self._stage.answer_to(page)

    def _asked(self, outside: Outside, path: Path, wanted: type[PasswordWanted], problem: AgentError) -> Secret | None:
        while True:
            given = self.ask_and_load(wanted(str(path), problem))
            if not isinstance(given, PasswordGiven):
                return None
            try:
                outside.keystores.glance(path, given.password)
                if given.keep:
                    outside.vault.keep(path, given.password)
                    self.is_kept = True
            except (WrongPassword, VaultUnavailable) as again:
                problem = again
            else:
                self.password = given.password
                return given.password
