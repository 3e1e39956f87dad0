"""What the renewal's window shows, as data: the renewal's thread puts a page up, the window draws it.

    PasswordWanted → Introduction → CardWanted → ContractShown → PinWanted → Progress → Finish; Trouble at any time

No page holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from agent.core.holder import Environment, Holder
from agent.core.person import Person
from agent.core.registration import ContactData, LocalizedText
from agent.core.renewal import Renewal, Step
from agent.errors import (
    AgentError,
    AuthenticationCertificateExpired,
    AuthenticationCertificateMissing,
    CardError,
    MiddlewareMissing,
    MiddlewareUnusable,
    OfficialMiddlewareNeeded,
    OwnEidNeeded,
    PinBlocked,
    ReaderMissing,
    Refused,
    RenewalRefused,
    Retry,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.secret import Secret
from agent.text import N_


class Page:
    """One of the pages below."""


class Choice(Enum):
    """What a person answers to a page, where no secret is asked for."""

    GO_ON = auto()
    TRY_AGAIN = auto()
    OTHER_CARD = auto()
    DECLINE = auto()
    ACTIVATE = auto()
    ANEW = auto()
    CHANGE = auto()
    SHEET = auto()
    RENEW = auto()
    FORGOTTEN = auto()
    FORGET = auto()
    REMEMBERED = auto()
    WITHOUT_COPY = auto()
    NO_EID = auto()
    CONTACT = auto()
    BACK = auto()
    WHOM = auto()


@dataclass(frozen=True)
class PasswordGiven:
    password: Secret
    keep: bool


@dataclass(frozen=True)
class NewPasswordGiven:
    """As it was typed, twice."""

    password: Secret
    again: Secret


Answer = Any
"""A Choice, PasswordGiven, NewPasswordGiven or Secret, by the page; None: cancelled."""


@dataclass(frozen=True)
class Matter:
    """Whose keystore this is about: stands above every page."""

    path: str
    holder: Holder | None
    environment: Environment
    not_after: datetime | None = None


@dataclass(frozen=True)
class Busy(Page):
    """Something is looked up; `text` says what."""

    text: str


@dataclass(frozen=True)
class PasswordWanted(Page):
    """`problem` is why it is asked: none is stored, the vault is closed, the last one was wrong."""

    path: str
    problem: AgentError | None


@dataclass(frozen=True)
class NewPasswordWanted(Page):
    """The old password cannot go along. `was_chosen`: one was, when the renewal began; it is only asked for again."""

    was_chosen: bool
    problem: str | None = None


@dataclass(frozen=True)
class Introduction(Page):
    """What is about to happen, before anything does. `may_have_no_eid`: it is a person's with a BIS number."""

    matter: Matter
    may_have_no_eid: bool = False


class Lamp(Enum):
    """One line of the reader's live state."""

    READY = auto()
    MISSING = auto()
    UNKNOWN = auto()


class OtherCardWanted(CardError):
    """No failure: the person said that somebody else signs."""

    title = N_("Take this eID out and insert the one of the person who signs.")
    hint = N_("The agent sees the other card by itself.")


class Stopped(AgentError):
    """The thread behind the window ended in a way that nobody foresaw; what it said is on standard error."""

    title = N_("This stopped unexpectedly.")
    hint = N_("What was done so far is kept: close this window and open it again, and it goes on from there.")
    retry = Retry.NEVER


NEEDS_SOFTWARE = (MiddlewareMissing, MiddlewareUnusable, OfficialMiddlewareNeeded)
_NEEDS_ANOTHER_CARD = (
    OtherCardWanted,
    WrongPerson,
    OwnEidNeeded,
    SignatureCertificateMissing,
    SignatureCertificateExpired,
    AuthenticationCertificateMissing,
    AuthenticationCertificateExpired,
    PinBlocked,
)


@dataclass(frozen=True)
class CardWanted(Page):
    """The eID is waited for: software, reader and card as they are now."""

    problem: CardError

    @property
    def lamps(self) -> tuple[Lamp, Lamp, Lamp]:
        """Software, reader, usable card."""
        if isinstance(self.problem, NEEDS_SOFTWARE):
            return Lamp.MISSING, Lamp.UNKNOWN, Lamp.UNKNOWN
        if isinstance(self.problem, ReaderMissing):
            return Lamp.READY, Lamp.MISSING, Lamp.UNKNOWN
        return Lamp.READY, Lamp.READY, Lamp.MISSING

    @property
    def needs_another_card(self) -> bool:
        return isinstance(self.problem, _NEEDS_ANOTHER_CARD)

    @property
    def can_begin_with_this_card(self) -> bool:
        """The card is fine, only not that of the person who began."""
        return isinstance(self.problem, WrongPerson)


@dataclass(frozen=True)
class ContractShown(Page):
    """Who signs what for whom; nothing was signed yet.

    Attributes:
        contact: of a renewal: what eHealth gets, which can still be changed.
    """

    texts: tuple[LocalizedText, ...]
    holder: Holder
    signer: Person
    environment: Environment
    contact: ContactData | None = None


@dataclass(frozen=True)
class PinWanted(Page):
    """`attempts_left` is None where the card does not tell; `problem` is that of the last attempt.

    Attributes:
        holder: for whom is signed; None where eHealth is only asked.
        asks_for: what it is asked, translated.
    """

    holder: Holder | None
    signer: Person
    environment: Environment
    attempts_left: int | None
    problem: CardError | None = None
    asks_for: str = ""


class Mark(Enum):
    DONE = auto()
    NOW = auto()
    TO_COME = auto()


STAGES: tuple[tuple[str, tuple[Step, ...]], ...] = (
    (N_("Make and save a new key"), (Step.MAKE_KEY,)),
    (N_("Sign the request with the eID"), (Step.SIGN,)),
    (N_("Send the request to eHealth"), (Step.SUBMIT, Step.SEND)),
    (N_("Receive the certificate"), (Step.COLLECT,)),
    (N_("Check and install the certificate"), (Step.INSTALL,)),
    (N_("Register the new encryption key"), (Step.MAKE_TOKEN_KEY, Step.REGISTER_TOKEN)),
    (N_("Put the new keystore in place"), (Step.PUT_IN_PLACE,)),
    (N_("Have eHealth confirm it"), (Step.CONFIRM, Step.ACTIVATE)),
)
"""What a renewal does, as a person sees it."""

_ORDER = tuple(Step)


@dataclass(frozen=True)
class Progress(Page):
    """Where the renewal is. `text`, translated, says what is being done; `until` how long nothing happens.

    Attributes:
        goes_on_alone: the agent can go on without this window, because it knows the keystore's password.
        is_first: there is no keystore yet that would be replaced.
        by_login: nobody signs: a person without Belgian residence logs in at eHealth.
    """

    step: Step
    text: str
    until: datetime | None = None
    by_hand: bool = False
    goes_on_alone: bool = False
    is_first: bool = False
    by_login: bool = False

    @property
    def stages(self) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        """Those of `STAGES` that there are."""
        return tuple(stage for stage in STAGES if not (self.by_login and Step.SIGN in stage[1]))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """One for each of `stages`."""
        return tuple(self._mark(steps) for _, steps in self.stages)

    @property
    def needs_card(self) -> bool:
        return (
            not self.by_login and self.step is not Step.SUBMIT and _ORDER.index(self.step) < _ORDER.index(Step.COLLECT)
        )

    def _mark(self, steps: tuple[Step, ...]) -> Mark:
        if self.step in steps:
            return Mark.NOW
        return Mark.DONE if _ORDER.index(steps[-1]) < _ORDER.index(self.step) else Mark.TO_COME


@dataclass(frozen=True)
class Finish(Page):
    """The new keystore is there. While `waits_for_activation`, the old encryption key is still in force."""

    renewal: Renewal
    not_after: datetime
    has_new_password: bool = False

    @property
    def waits_for_activation(self) -> bool:
        return self.renewal.step is Step.ACTIVATE


@dataclass(frozen=True)
class Trouble(Page):
    """Something did not work: its title and hint, and what can be done here."""

    problem: AgentError

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The likeliest first; none where trying again gives the same answer."""
        if isinstance(self.problem, RenewalRefused):
            return (Choice.ANEW,)
        if isinstance(self.problem, _NEEDS_ANOTHER_CARD):
            return (Choice.OTHER_CARD,)
        return () if self.problem.retry is Retry.NEVER else (Choice.TRY_AGAIN,)


@dataclass(frozen=True)
class RenewalTrouble(Trouble):
    """Of a renewal. Where eHealth makes no contract, other contact data may help, and nothing was signed."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        problem = self.problem
        if isinstance(problem, Refused) and problem.operation == _MAKES_CONTRACT:
            return (*super().choices, Choice.CONTACT)
        return super().choices


_MAKES_CONTRACT = "GenerateContract"
