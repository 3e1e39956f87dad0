"""What the window for a new certificate shows, as data; the rest is in `pages`.

    Begun → Conditions → CardWanted → ForWhom → PinWanted → Organizations → OrganizationWanted → ApplicationIdWanted
    → ContactWanted → ServicesWanted → PasswordChosen → ContractShown → PinWanted → Progress → Made; Trouble at any time

In the order of the official program. Those between Conditions and ContractShown are a form: one can go back, and what
was typed stays. No page holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import Organization, OrganizationType
from agent.core.renewal import Renewal, Step
from agent.desktop.windows.pages import Choice, Page, Trouble
from agent.errors import AgentError
from agent.secret import Secret

# ── What a person gives ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Typed:
    """A field's text as it was typed. `insisted`: it is doubted, and the person says that it is right."""

    text: str = ""
    insisted: bool = False


class Whom(Enum):
    """For whom the certificate is to be."""

    ANOTHER = auto()  # an organization whose number the person gives
    LISTED = auto()  # one of those that eHealth says the person may act for
    MYSELF = auto()


@dataclass(frozen=True)
class OrganizationGiven:
    """`type` is that of the kind that was chosen; `search`, what the kinds were looked through with."""

    type: str | None = None
    number: Typed = Typed()
    name: Typed = Typed()
    search: str = ""


@dataclass(frozen=True)
class ContactGiven:
    """In the order of the official program's rows."""

    email_private: Typed = Typed()
    email_general: Typed = Typed()
    phone_private: Typed = Typed()
    phone_general: Typed = Typed()


@dataclass(frozen=True)
class PasswordPicked:
    """As it was typed, twice; both empty: the one that was chosen before. `keep`: in this computer's vault."""

    password: Secret
    again: Secret
    keep: bool


@dataclass(frozen=True)
class Forward:
    """The form's page is filled in: `given` is a Whom, the Organization, or one of the above."""

    given: Any


@dataclass(frozen=True)
class Back:
    """To the page before; what was typed so far stays."""

    given: Any


@dataclass(frozen=True)
class TakenUp:
    """Go on with this request."""

    request: Renewal


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Begun(Page):
    """Requests that were begun and are not finished, the newest first; `is_same`: for the holder just given."""

    requests: tuple[Renewal, ...]
    is_same: bool = False


@dataclass(frozen=True)
class Conditions(Page):
    """What one confirms by going on, and what one needs."""


@dataclass(frozen=True)
class ForWhom(Page):
    """Whose eID it is, and the choice. `is_listed`: eHealth was asked for the list, which took its PIN."""

    person: Person
    whom: Whom
    is_listed: bool = False


@dataclass(frozen=True)
class Organizations(Page):
    """The organizations that the person may act for, as eHealth says."""

    person: Person
    organizations: tuple[Organization, ...]
    chosen: Organization | None


@dataclass(frozen=True)
class OrganizationWanted(Page):
    """`listed`: it was chosen from eHealth's list, and its name alone may be corrected."""

    kinds: tuple[OrganizationType, ...]
    given: OrganizationGiven
    listed: Organization | None = None


@dataclass(frozen=True)
class ApplicationIdWanted(Page):
    """`in_use` are those of the organization's active certificates, None for one without."""

    in_use: tuple[str | None, ...]
    given: Typed


@dataclass(frozen=True)
class ContactWanted(Page):
    given: ContactGiven


@dataclass(frozen=True)
class ContactChange(ContactWanted):
    """The same in a renewal: what eHealth has, to be put right.

    Attributes:
        is_doubted: somebody said before that it is not right any more.
    """

    is_doubted: bool = False


@dataclass(frozen=True)
class ServicesWanted(Page):
    """The base services that the holder may ask for."""

    services: tuple[str, ...]
    chosen: frozenset[str]


@dataclass(frozen=True)
class PasswordChosen(Page):
    """The new keystore's password.

    Attributes:
        is_chosen: one was, on this page; it holds until another is typed.
        own_words: what everybody knows of this practice, which a password should not be made of.
        problem: what is wrong with the one that came.
        reason: why there has to be another one than the old keystore's.
    """

    is_chosen: bool
    keep: bool
    own_words: tuple[str, ...] = field(repr=False, default=())
    problem: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Made(Page):
    """The keystore is there, and can be used.

    Attributes:
        holder: as people know them; a person with their first names.
        is_stored: the vault has its password.
        sheet: the sheet for the safe, once it was saved.
        problem: why that did not work.
        is_as_before: its password is that of the keystore that it takes the place of.
    """

    request: Renewal
    holder: Holder
    not_after: datetime
    is_stored: bool
    sheet: Path | None = None
    problem: AgentError | None = None
    is_as_before: bool = False

    @property
    def waits_for_activation(self) -> bool:
        return self.request.step is Step.ACTIVATE


@dataclass(frozen=True)
class RequestTrouble(Trouble):
    """`can_change`: what was typed may be changed, because nothing has left yet or eHealth said no."""

    can_change: bool = False

    @property
    def choices(self) -> tuple[Choice, ...]:
        others = tuple(choice for choice in super().choices if choice is not Choice.ANEW)
        return (*others, Choice.CHANGE) if self.can_change else others
