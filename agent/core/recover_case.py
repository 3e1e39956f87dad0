"""One keystore in trouble: what is known of it, and what a person reads before a new certificate is requested.

Said the same in a terminal and in a window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.core.expiry import days_left, last_safe_day, renewable_from
from agent.core.finding import Finding, Observation, State
from agent.core.holder import Holder, holder_by_name
from agent.core.holder_words import holder_number
from agent.core.recover import GONE_WITH_IT, LEFT_BEHIND, Remedy, Way, remedy
from agent.core.registration import ContactData
from agent.core.renewal import Renewal
from agent.text import _, written

TROUBLES = (Way.ANEW, Way.PUT_BACK, Way.REQUEST, Way.REPLACE, Way.WAIT, Way.UNLOCK)
"""The ways that begin with `recover`; every other has a command and a window of its own."""

PERSON = "SSIN"


@dataclass(frozen=True)
class Known:
    """What is known of a certificate without asking anybody.

    Attributes:
        holder: whose it is; its `name` None where nothing tells it.
        contact: as eHealth has it; None where it could not be asked.
        not_after: aware UTC, or None.
    """

    holder: Holder
    first_names: tuple[str, ...] = ()
    contact: ContactData | None = None
    base_services: tuple[str, ...] = ()
    not_after: datetime | None = None

    @property
    def lacks_the_persons_name(self) -> bool:
        """A person's own certificate is requested by the names on the eID."""
        return self.holder.type == PERSON and not self.first_names

    @property
    def lacks_a_name(self) -> bool:
        """An organization's, which nothing tells: somebody is asked."""
        return self.holder.type != PERSON and self.holder.name is None

    def named(self, name: str) -> Known:
        return replace(self, holder=replace(self.holder, name=name))


@dataclass(frozen=True)
class Case:
    """One keystore in trouble.

    Attributes:
        before: as it was when it could last be opened, where it ever could.
        refused: its request, where eHealth refused one.
        is_forgotten: nobody knows its password any more.
        is_without_copy: copies were looked for; there is none that helps.
    """

    finding: Finding
    before: Observation
    refused: Renewal | None = None
    is_forgotten: bool = False
    is_without_copy: bool = False

    @property
    def path(self) -> Path:
        return Path(self.finding.observation.path)

    @property
    def is_gone(self) -> bool:
        return self.finding.state is State.MISSING

    @property
    def holder(self) -> Holder | None:
        glance = self.before.glance
        return glance.holder if glance else holder_by_name(self.path)

    @property
    def can_be_forgotten(self) -> bool:
        """It is gone, and spoken of until it is back, has a successor, or the practice says that it needs none."""
        return self.is_gone and self.before.glance is not None

    @property
    def asks_for_copies(self) -> bool:
        """Before anything else: a copy costs no eID."""
        return self.is_gone and not self.is_without_copy

    def remedy(self, now: datetime) -> Remedy:
        refused = self.refused.ended_because if self.refused else None
        return remedy(self.finding, now, is_forgotten=self.is_forgotten, refused=refused)

    def dated(self, known: Known, now: datetime) -> Case:
        """With the dates that are known of its certificate, where the file does not tell them."""
        finding, end = self.finding, known.not_after
        if finding.days_left is not None or end is None:
            return self
        opens, safe = renewable_from(end), last_safe_day(end)
        dated = replace(finding, renewable_from=opens, last_safe_day=safe, days_left=days_left(end, now))
        return replace(self, finding=dated)


_WORST = (State.REVOKED, State.EXPIRED, State.MISSING, State.PENDING, State.URGENT, State.PASSWORD_NEEDED)


def worst_first(cases: Iterable[Case]) -> list[Case]:
    """What no computer can work with comes before what still works, and then what ends soonest."""

    def rank(case: Case) -> tuple[int, bool, int]:
        state, left = case.finding.state, case.finding.days_left
        return _WORST.index(state) if state in _WORST else len(_WORST), left is None, left or 0

    return sorted(cases, key=rank)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def for_whom(known: Known) -> str:
    """A person's national number is not told."""
    whose = f"{known.holder.name or ''} ({holder_number(known.holder)})".strip()
    return _("A new certificate for {whose}").format(whose=whose)


def what_it_means(known: Known, case: Case, now: datetime, *, carries_keys: bool) -> list[str]:
    """Before anything is requested: whom eHealth writes to, what becomes of the old keys and the old certificate.

    Args:
        carries_keys: the old keystore can be opened.
    """
    said = []
    if known.contact is not None:
        text = _("eHealth reaches the responsible person at {email} and {phone}.")
        said.append(text.format(email=known.contact.email_private, phone=known.contact.phone_private))
    if carries_keys:
        said.append(_("The old encryption keys go along: old messages stay readable."))
    else:
        said.append(_(GONE_WITH_IT if case.is_gone else LEFT_BEHIND))
    if known.not_after is not None and known.not_after > now:
        said.append(_("The old certificate stays valid until {day}.").format(day=written(known.not_after)))
    return said
