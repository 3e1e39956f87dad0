"""What is shown to a person without Belgian residence, as data; the rest is in `request_pages` and `pages`.

    Begun → PersonWanted → PasswordChosen → Progress → LogInWanted → Progress → Made; AnewWanted and Trouble at any time

Nothing is sent or written before the first Progress. No page holds a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from agent.desktop.windows.pages import Choice, Page, Trouble
from agent.desktop.windows.request_pages import Typed


@dataclass(frozen=True)
class ForeignerGiven:
    """Texts as they were typed. The number is personal data."""

    surname: Typed = field(default_factory=Typed)
    first_names: Typed = field(default_factory=Typed)
    number: Typed = field(default_factory=Typed, repr=False)
    email: Typed = field(default_factory=Typed)
    phone: Typed = field(default_factory=Typed)


class ForeignerPage(Page):
    """One of the pages below."""


@dataclass(frozen=True)
class PersonWanted(ForeignerPage):
    """Who it is for.

    Attributes:
        renews: a certificate of this person is replaced: the number is known and not asked.
        can_go_back: there is a page before this one.
    """

    given: ForeignerGiven
    renews: bool = False
    can_go_back: bool = False


@dataclass(frozen=True)
class LogInWanted(ForeignerPage):
    """eHealth has the request, and waits for the person to log in.

    Attributes:
        whose: the person's name.
        url: is safe to be shown and opened (`core.validation.is_safe`).
        ends: the last instant to log in, aware UTC; None where eHealth did not say.
        until: when the certificate is asked for again; None while it is.
        goes_on_alone: the agent can go on without this window, because it knows the keystore's password.
    """

    whose: str
    url: str
    ends: datetime | None
    until: datetime | None = None
    goes_on_alone: bool = False


@dataclass(frozen=True)
class AnewWanted(ForeignerPage):
    """Nobody can log in for this request (any more). `text` says why."""

    text: str


@dataclass(frozen=True)
class ForeignerTrouble(Trouble):
    """`can_change`: what was typed may be changed, because nothing has left yet or eHealth said no for good."""

    can_change: bool = False

    @property
    def choices(self) -> tuple[Choice, ...]:
        if not self.can_change:
            return super().choices
        return (*(choice for choice in super().choices if choice is not Choice.ANEW), Choice.CHANGE)
