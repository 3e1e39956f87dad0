"""What the window that recovers a keystore shows, as data; the rest is in `pages`, `request_pages` and `life_pages`.

    Troubled → Searching → CopyPasswordWanted → CopiesFound → WorksAgain                              a copy put back
    Troubled → UnlockWanted → WorksAgain                                                              its password
    Troubled → BeforeAnew → Progress …                                                                refused
    Troubled → UnlockWanted → BeforeRequest → OrganizationWanted → ContactWanted → PasswordChosen → ContractShown …
             → Made                                                                                   a new certificate
    WaitShown, Advice, NothingWrong where nothing can be done today; ForgetWanted → Forgotten; Trouble at any time

No page holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.core.finding import Finding
from agent.core.holder import Environment
from agent.core.recover_case import Case
from agent.desktop.windows.pages import Page, PasswordWanted
from agent.errors import VaultUnavailable, WrongPassword

# ── Which, and what is wrong ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Troubled(Page):
    """Several keystores are in trouble, the worst first. The answer is a Case."""

    cases: tuple[Case, ...]
    now: datetime


@dataclass(frozen=True)
class NothingWrong(Page):
    """`folders` were looked at; `finding` is that of the keystore that was named, where one was."""

    folders: tuple[Path, ...]
    finding: Finding | None = None


@dataclass(frozen=True)
class Advice(Page):
    """Nothing here can help: what people can do."""

    path: Path
    reason: str
    advice: str


@dataclass(frozen=True)
class UnlockWanted(PasswordWanted):
    """The password, which may be forgotten: Choice.FORGOTTEN."""


# ── A copy ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Searching(Page):
    """Copies are looked for; what this looks through takes a moment."""


@dataclass(frozen=True)
class CopyPasswordWanted(Page):
    """These may be copies, but no password that is known here opens them.

    Attributes:
        more: how many others there are.
        problem: the one that was given opens none of them.
    """

    path: Path
    closed: tuple[Path, ...]
    more: int
    problem: WrongPassword | None = None


@dataclass(frozen=True)
class FoundCopy:
    """`written` is when the file was, aware UTC."""

    path: Path
    written: datetime


@dataclass(frozen=True)
class CopiesFound(Page):
    """Proved copies, the newest first. The answer is a FoundCopy, or a Choice. `can_be_forgotten`: see `Case`."""

    path: Path
    copies: tuple[FoundCopy, ...]
    can_be_forgotten: bool


@dataclass(frozen=True)
class WorksAgain(Page):
    """The file is there and opens.

    Attributes:
        was_put_back: a copy of it was.
        goes_on: something is still to be done with it: a Choice.GO_ON.
        vault_problem: why its password was not stored.
    """

    finding: Finding
    advice: str
    was_put_back: bool
    goes_on: bool
    vault_problem: VaultUnavailable | None = None


@dataclass(frozen=True)
class ForgetWanted(Page):
    """Before a keystore that is gone is spoken of no more."""

    path: Path


@dataclass(frozen=True)
class Forgotten(Page):
    path: Path


# ── A new certificate ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class BeforeAnew(Page):
    """What eHealth said of a request. `can_change`: its contact data may be changed before it is made again."""

    said: str
    can_change: bool


@dataclass(frozen=True)
class BeforeRequest(Page):
    """What is about to be requested, and what becomes of the old keystore.

    Attributes:
        reason: what is wrong with the old one.
        whom: for whom, in a sentence.
        lines: what it means.
        no_copy: copies were looked for in vain.
        can_be_forgotten: it is gone, and spoken of.
        is_forgotten: somebody said so of its password, and may remember it.
    """

    reason: str
    whom: str
    environment: Environment
    lines: tuple[str, ...]
    no_copy: bool
    can_be_forgotten: bool
    is_forgotten: bool


@dataclass(frozen=True)
class WaitShown(Page):
    """No new keystore can take over yet. As `BeforeRequest`."""

    reason: str
    advice: str
    no_copy: bool
    can_be_forgotten: bool
    is_forgotten: bool
