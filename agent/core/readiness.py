"""Whether a renewal could be done when its day comes: what stands in the way, told early and quietly.

Looked at from 180 days before the end until the window opens. What cannot be seen without a card is no finding when no
card is there; of one that was seen, the end of its signature certificate is remembered, and nothing of its owner.

Source: issue "The whole life of a certificate", Readiness; design/product.md, Promise 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from agent.core.doctor import Check, Mark, Topic
from agent.core.finding import Finding, State
from agent.core.registration import ContactData
from agent.text import N_, _, written

EARLY = timedelta(days=180)
_LOOK_EACH = timedelta(days=7)


class Need(Enum):
    """What a renewal needs, in the order in which it is told. The value is for the journal."""

    PASSWORD = "password"
    SOFTWARE = "software"
    READER = "reader"
    SIGNATURE = "signature"
    SERVICE = "service"
    CONTACT = "contact"


_SENTENCES = {
    Need.PASSWORD: N_("the stored password does not open the keystore"),
    Need.SOFTWARE: N_("the software for the eID is missing on this computer"),
    Need.READER: N_("no card reader is connected"),
    Need.SIGNATURE: N_("the signature certificate on the eID ends before the renewal"),
    Need.SERVICE: N_("eHealth cannot be reached from this computer"),
    Need.CONTACT: N_("somebody should look whether the e-mail address and phone number at eHealth are still right"),
}


READY = N_("Ready for the next renewal?")
"""How the window is called where it is offered."""

NOT_RIGHT = N_(
    "The renewal asks for the right ones before anything is signed, and eHealth gets them with it. Its support can put "
    "them right sooner."
)
"""What becomes of contact data that is not right any more."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a look found, for one keystore. No personal data.

    Attributes:
        looked: aware UTC.
        lacks: what stood in the way then; the card and the contact data are judged by what follows.
        unreachable: how many looks in a row could not reach eHealth: once is no finding, networks come and go.
        signature_ends: of the eID that was last seen, aware UTC; None where none was.
        contact: stands for the contact data at eHealth (a digest); None where it could not be asked.
        confirmed: the `contact` that a person said is right.
        doubted: the `contact` that a person said is not right any more: the renewal asks for the right one.
    """

    looked: datetime
    lacks: tuple[Need, ...] = ()
    unreachable: int = 0
    signature_ends: datetime | None = None
    contact: str | None = None
    confirmed: str | None = None
    doubted: str | None = None


class Said(Enum):
    """What a person said here of the contact data that eHealth has."""

    NOTHING = auto()
    RIGHT = auto()
    WRONG = auto()


def digest(contact: ContactData) -> str:
    """Stands for contact data where nobody's address is to be kept."""
    from hashlib import sha256  # with all of libcrypto, which an idle resident does not need

    parts = contact.email_private, contact.phone_private, contact.email_general or "", contact.phone_general or ""
    return sha256("\n".join(parts).encode()).hexdigest()


def said_of(contact: ContactData, known: Readiness | None) -> Said:
    """What was said of just this contact data."""
    if known is None or digest(contact) not in (known.confirmed, known.doubted):
        return Said.NOTHING
    return Said.RIGHT if digest(contact) == known.confirmed else Said.WRONG


def with_word(known: Readiness, contact: ContactData, is_right: bool) -> Readiness:
    """`known`, once a person has said whether this contact data is right."""
    mark = digest(contact)
    return replace(known, confirmed=mark if is_right else None, doubted=None if is_right else mark)


_OF_TOPICS = {
    Topic.SERVICE: Need.READER,
    Topic.READERS: Need.READER,
    Topic.SOFTWARE: Need.SOFTWARE,
    Topic.PASSWORDS: Need.PASSWORD,
}


def lacks_of(checks: Sequence[Check]) -> tuple[Need, ...]:
    """What of `checks` would stop a renewal, but for the service and what a card says."""
    found = {_OF_TOPICS[each.topic] for each in checks if each.mark is Mark.STOPS and each.topic in _OF_TOPICS}
    return tuple(need for need in Need if need in found)


def is_unreachable(checks: Sequence[Check]) -> bool:
    services = [each for each in checks if each.topic in (Topic.PRODUCTION, Topic.ACCEPTANCE)]
    return any(each.mark is not Mark.FINE for each in services)


def is_early(finding: Finding, now: datetime) -> bool:
    """Whether it is time to make ready, and not yet to renew."""
    glance = finding.observation.glance
    if finding.state is not State.VALID or finding.superseded_by or glance is None:
        return False
    return glance.not_after - now <= EARLY


def is_time_to_look(finding: Finding, known: Readiness | None, now: datetime) -> bool:
    """Once a week. A look on a day that is still to come was made while the clock ran ahead."""
    return is_early(finding, now) and (known is None or not timedelta(0) <= now - known.looked < _LOOK_EACH)


def missing_needs(finding: Finding, known: Readiness) -> tuple[Need, ...]:
    """What stands in the way of this keystore's renewal, as far as the last look tells."""
    found = set(known.lacks)
    planned = finding.renewable_from
    if known.signature_ends is not None and planned is not None and known.signature_ends < planned:
        found.add(Need.SIGNATURE)
    if known.unreachable > 1:
        found.add(Need.SERVICE)
    if known.contact is not None and known.contact not in (known.confirmed, known.doubted):
        found.add(Need.CONTACT)
    return tuple(need for need in Need if need in found)


def sentence(name: str, finding: Finding, needs: Sequence[Need]) -> str:
    """All of it in one quiet sentence, and the next step."""
    opens = finding.renewable_from
    text = _("{name} can be renewed from {opens}. Until then there is something to see to: {what}.")
    what = "; ".join(_(_SENTENCES[need]) for need in needs)
    said = text.format(name=name, opens=written(opens.date()) if opens else "", what=what)
    step = _("Next: “{choice}” in the agent's menu, or in its window under “{more}”.")
    return f"{said} {step.format(choice=_(READY), more=_('More'))}"
