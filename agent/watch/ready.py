"""Readiness: could this keystore be renewed when its day comes? Looked at by a child, without a card and a person.

What the look finds is remembered, with nothing of anybody in it; `core.early_reminders` decides when it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.doctor_eid import signature_ends
from agent.core.finding import Finding, Observation
from agent.core.readiness import Readiness, is_unreachable, lacks_of
from agent.core.registration import CertificateInfo, ContactData
from agent.core.survey import Software
from agent.errors import (
    AgentError,
    KeystoreError,
    ServiceError,
    SignatureCertificateEnds,
    VaultUnavailable,
    WrongPassword,
)
from agent.ports import Journal, Keystores, Vault
from agent.text import _, written
from agent.watch.doctor import Ground, examine, for_a_request

AskEHealth = Callable[[Observation], CertificateInfo]
"""What eHealth knows of a keystore's certificate. Raises: AgentError."""


@dataclass(frozen=True)
class Ready:
    """What was found for one keystore.

    Attributes:
        checks: in the order in which they are told.
        contact: as eHealth has it; None where it could not be asked.
    """

    finding: Finding
    checks: Sequence[Check]
    known: Readiness
    contact: ContactData | None


@dataclass
class _Seen:
    software: list[Software] = field(default_factory=list)


def look(findings: Sequence[Finding], ground: Ground, ask: AskEHealth) -> list[Ready]:
    """Look once at this computer, and at each keystore; remember what was found.

    Args:
        findings: opened ones, of the keystores that are looked at.
        ask: with the keystore's own key, no card.
    Raises: JournalError.
    """
    journal = ground.journal
    assert journal is not None, "there is one, because the keystores were looked at"
    seen = _Seen()
    now = ground.clock.now()
    days = [each.renewable_from for each in findings if each.renewable_from is not None and each.renewable_from > now]
    first = min(days, default=None)
    shared = examine(for_a_request(ground, lambda: first, seen.software.append))
    ends = signature_ends(seen.software[0]) if seen.software else None
    return [_of_one(each, shared, ends, ground, ask, journal) for each in findings]


def _of_one(  # noqa: PLR0917
    finding: Finding,
    shared: Sequence[Check],
    ends: datetime | None,
    ground: Ground,
    ask: AskEHealth,
    journal: Journal,
) -> Ready:
    glance = finding.observation.glance
    assert glance is not None, "only opened keystores are looked at"
    before = journal.readiness().get(glance.fingerprint, Readiness(ground.clock.now()))
    password = password_check(finding, ground.keystores, ground.vault)
    contact, contact_check = _contact(finding, ask, before.confirmed)
    ends = ends or before.signature_ends
    checks = [*_for_its_day(shared, finding, ends, ground.clock.now()), password, contact_check]
    known = replace(
        before,
        looked=ground.clock.now(),
        lacks=lacks_of([*shared, password]),
        unreachable=before.unreachable + 1 if is_unreachable(shared) else 0,
        signature_ends=ends,
        contact=digest(contact) if contact else before.contact,
    )
    journal.keep_readiness(glance.fingerprint, known)
    return Ready(finding, checks, known, contact)


def _for_its_day(shared: Sequence[Check], finding: Finding, ends: datetime | None, now: datetime) -> list[Check]:
    """Without the card that is not there; the one that was seen, or that is there, against this keystore's own day."""
    checks = [each for each in shared if not (each.topic is Topic.CARD and each.mark is not Mark.FINE)]
    if ends is None or finding.renewable_from is None:
        return checks
    planned = max(finding.renewable_from, now)
    is_there = any(each.topic is Topic.SIGNATURE for each in checks)
    if ends < planned and all(each.mark is Mark.FINE for each in checks if each.topic is Topic.SIGNATURE):
        problem = SignatureCertificateEnds(ends.date(), planned.date())
        checks = [each for each in checks if each.topic is not Topic.SIGNATURE]
        checks.append(Check(Topic.SIGNATURE, Mark.TODO, str(problem), problem.advice))
    elif not is_there:
        found = _("of the eID that was last seen here: valid until {day}").format(day=written(ends))
        checks.append(fine(Topic.SIGNATURE, found))
    return checks


def password_check(finding: Finding, keystores: Keystores, vault: Vault) -> Check:
    """Whether the stored password opens the file now."""
    path = Path(finding.observation.path)
    todo = _('Store it: ehealth-agent password set "{path}"').format(path=path)
    try:
        password = vault.password(path)
        if password is None:
            return Check(Topic.PASSWORDS, Mark.TODO, _("{path}: none is stored").format(path=path), todo)
        keystores.glance(path, password)
    except WrongPassword:
        return Check(Topic.PASSWORDS, Mark.STOPS, _("{path}: the stored one does not open it").format(path=path), todo)
    except (KeystoreError, VaultUnavailable) as problem:
        return Check(Topic.PASSWORDS, Mark.TODO, str(problem), problem.advice)
    return fine(Topic.PASSWORDS, _("the stored one opens the keystore"))


def _contact(finding: Finding, ask: AskEHealth, confirmed: str | None) -> tuple[ContactData | None, Check]:
    try:
        contact = ask(finding.observation).contact
    except ServiceError as problem:
        return None, Check(Topic.CONTACT, Mark.TODO, str(problem), problem.advice)
    except AgentError as problem:
        return None, Check(Topic.CONTACT, Mark.TODO, _("it could not be asked"), problem.advice)
    return contact, contact_check(contact, confirmed)


def contact_check(contact: ContactData, confirmed: str | None) -> Check:
    """Args: `confirmed`: the digest of what a person said is right."""
    found = _("{email}, {phone}").format(email=contact.email_private, phone=contact.phone_private)
    if digest(contact) == confirmed:
        return fine(Topic.CONTACT, _("{what}, confirmed here").format(what=found))
    todo = _("Look whether they are still right, and say so: ehealth-agent ready")
    return Check(Topic.CONTACT, Mark.TODO, found, todo)


def digest(contact: ContactData) -> str:
    """Stands for contact data where nobody's address is to be kept."""
    parts = contact.email_private, contact.phone_private, contact.email_general or "", contact.phone_general or ""
    return sha256("\n".join(parts).encode()).hexdigest()


def confirm(ready: Ready, journal: Journal) -> None:
    """A person says that the contact data is right."""
    glance, contact = ready.finding.observation.glance, ready.contact
    assert glance is not None
    assert contact is not None, "it was shown"
    journal.keep_readiness(glance.fingerprint, replace(ready.known, confirmed=digest(contact)))
