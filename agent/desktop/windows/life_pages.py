"""The pages of completing, revoking, another password and activating, beside those of the renewal.

No page holds a secret.

complete   BegunFound → the password → Progress → Completed
revoke     the password → BeforeRevoking → the card, ContractShown, PinWanted → Revoked
password   the password → OtherPassword → PasswordChanged
activate   the password → BeforeActivating → Progress → Activated
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.registration import RevocationReason
from agent.core.renewal import Renewal
from agent.desktop.windows.pages import Choice, Page, Trouble
from agent.errors import VaultUnavailable
from agent.watch.begun import Begun

if TYPE_CHECKING:  # its libraries take longer to load than a window may
    from agent.core.depot import Served


@dataclass(frozen=True)
class BegunFound(Page):
    """Several requests wait, the newest first."""

    begun: tuple[Begun, ...]


@dataclass(frozen=True)
class Completed(Page):
    """The keystore can be used. `renewal` may still wait for its encryption key to take over."""

    renewal: Renewal


@dataclass(frozen=True)
class BeforeRevoking(Page):
    """What stops working, before anything does."""

    can_be_renewed: bool


@dataclass(frozen=True)
class ReasonGiven:
    reason: RevocationReason


@dataclass(frozen=True)
class Revoked(Page):
    was_before: bool = False


@dataclass(frozen=True)
class OtherPassword(Page):
    """`own_words`: what everybody knows of this practice. `problem` is what is wrong with the one that came."""

    own_words: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class PasswordChanged(Page):
    """`copies` have the old password still; `vault_problem`: so has the vault."""

    path: Path
    copies: tuple[str, ...]
    vault_problem: VaultUnavailable | None


@dataclass(frozen=True)
class BeforeActivating(Page):
    """`now` is what the depot serves; None: nothing."""

    now: Served | None


@dataclass(frozen=True)
class Activated(Page):
    before: Served | None
    now: Served | None


@dataclass(frozen=True)
class LifeTrouble(Trouble):
    """Nothing can be put aside here."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in super().choices if choice is not Choice.ANEW)
