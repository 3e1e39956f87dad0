"""Readiness: could these keystores be renewed when their day comes? Looked at without a card; a person may be there.

What the look finds is remembered, with nothing of anybody in it; `core.early_reminders` decides when it is told.
Terminal and window show it, and ask the person what only a person knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.doctor_eid import signature_ends
from agent.core.finding import Finding, Observation, State
from agent.core.glance import Fingerprint
from agent.core.readiness import (
    NOT_RIGHT,
    READY,
    Readiness,
    Said,
    digest,
    is_time_to_look,
    is_unreachable,
    lacks_of,
    said_of,
    with_word,
)
from agent.core.registration import CertificateInfo, ContactData
from agent.core.survey import Software
from agent.errors import (
    AgentError,
    KeystoreError,
    KeystoreNotFound,
    ServiceError,
    SignatureCertificateEnds,
    VaultUnavailable,
    WrongPassword,
)
from agent.ports import Journal, Keystores, Outside, Vault
from agent.text import _, written
from agent.watch.doctor import Ground, examine, for_a_request
from agent.watch.judge import judge
from agent.watch.look import Look

AskEHealth = Callable[[Observation], CertificateInfo]
"""What eHealth knows of a keystore's certificate. Raises: AgentError."""

_WHOLE = (State.VALID, State.RENEWABLE, State.URGENT)


@dataclass(frozen=True)
class Ready:
    """What was found for one keystore.

    Attributes:
        here: of this computer, the same for all keystores.
        own: of this keystore.
        known: what is remembered of it; None where it cannot be opened.
        contact: as eHealth has it; None where it could not be asked.
    """

    finding: Finding
    here: Sequence[Check]
    own: Sequence[Check]
    known: Readiness | None = None
    contact: ContactData | None = None

    @property
    def checks(self) -> list[Check]:
        return [*self.here, *self.own]

    @property
    def is_to_be_confirmed(self) -> bool:
        """A person has not said yet whether the contact data is right."""
        return self.contact is not None and said_of(self.contact, self.known) is Said.NOTHING


def _nobody(*_told: object) -> None:
    """Nobody waits for it."""


@dataclass(frozen=True)
class Hearers:
    """Who is told of each thing as soon as it is found, in the thread that looks.

    Attributes:
        begun: of what this computer is looked at for.
        here: the position among these, and what was found.
        own: what was found for one keystore.
    """

    begun: Callable[[Sequence[Topic]], object] = _nobody
    here: Callable[[int, Sequence[Check]], object] = _nobody
    own: Callable[[Ready], object] = _nobody


# ── Which keystores ──────────────────────────────────────────────────────────────────────────────────────────────────


def keystores_to_renew(
    named: Path | None, outside: Outside, folders: Sequence[Path], patterns: Sequence[str]
) -> list[Finding]:
    """The one at `named`; else all whose renewal is to come, as far as their folders are watched.

    Raises: KeystoreNotFound, JournalError.
    """
    look = Look(outside.keystores, outside.vault, outside.journal)
    observations = look.in_folders(folders, patterns, forget=False)
    path = str(named.absolute()) if named else None
    if path is not None and path not in {each.path for each in observations}:
        outside.keystores.stamp(Path(path))
        observations += look.at([Path(path)])
    findings = judge(observations, outside.clock.now(), outside.journal.words())
    if path is not None:
        return [each for each in findings if each.observation.path == path]
    wanted = [each for each in findings if not each.superseded_by and each.state in (*_WHOLE, State.PASSWORD_NEEDED)]
    if not wanted:
        raise KeystoreNotFound(", ".join(map(str, folders)))
    return wanted


def is_due(finding: Finding, known: Mapping[Fingerprint, Readiness], now: datetime) -> bool:
    """Whether the resident has it looked at now, week by week, within half a year of its end."""
    glance = finding.observation.glance
    return glance is not None and is_time_to_look(finding, known.get(glance.fingerprint), now)


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def look(findings: Sequence[Finding], ground: Ground, ask: AskEHealth, hearers: Hearers | None = None) -> list[Ready]:
    """Look once at this computer, and at each keystore; remember what was found.

    Args:
        findings: of the keystores that are looked at; for those that cannot be opened, that is what is found.
        ask: with the keystore's own key, no card.
    Raises: JournalError.
    """
    hearers = hearers or Hearers()
    seen: list[Software] = []
    now = ground.clock.now()
    days = [each.renewable_from for each in findings if each.renewable_from is not None and each.renewable_from > now]
    first = min(days, default=None)
    probes = for_a_request(ground, lambda: first, seen.append)
    hearers.begun([probe.topic for probe in probes])
    found = examine(probes, lambda position, checks: hearers.here(position, _of_this_computer(checks)))
    ends = signature_ends(seen[0]) if seen else None
    made: list[Ready] = []
    for each in findings:
        made.append(_of_one(each, found, ends, ground, ask))
        hearers.own(made[-1])
    return made


def _of_this_computer(checks: Sequence[Check]) -> list[Check]:
    """Without the card that is not there; whether its signature lasts is a question of each keystore's own day."""
    here = [each for each in checks if each.topic is not Topic.SIGNATURE]
    return [each for each in here if each.topic is not Topic.CARD or each.mark is Mark.FINE]


def _of_one(finding: Finding, found: Sequence[Check], ends: datetime | None, ground: Ground, ask: AskEHealth) -> Ready:
    glance, journal, now = finding.observation.glance, ground.journal, ground.clock.now()
    if glance is None:
        return Ready(finding, _of_this_computer(found), (_closed_check(finding),))
    assert journal is not None, "there is one, because the keystores were looked at"
    before = journal.readiness().get(glance.fingerprint, Readiness(now))
    password = password_check(finding, ground.keystores, ground.vault)
    contact, contact_check = _contact(finding, ask, before)
    ends = ends or before.signature_ends
    known = replace(
        before,
        looked=now,
        lacks=lacks_of([*found, password]),
        unreachable=before.unreachable + 1 if is_unreachable(found) else 0,
        signature_ends=ends,
        contact=digest(contact) if contact else before.contact,
    )
    journal.keep_readiness(glance.fingerprint, known)
    own = [*_signature_checks(found, finding, ends, now), password, contact_check]
    return Ready(finding, _of_this_computer(found), own, known, contact)


def _signature_checks(found: Sequence[Check], finding: Finding, ends: datetime | None, now: datetime) -> list[Check]:
    """Of the eID that was seen, or that is there, against this keystore's own day."""
    checks = [each for each in found if each.topic is Topic.SIGNATURE]
    if ends is None or finding.renewable_from is None:
        return checks
    planned = max(finding.renewable_from, now)
    if ends < planned and all(each.mark is Mark.FINE for each in checks):
        problem = SignatureCertificateEnds(ends.date(), planned.date())
        return [Check(Topic.SIGNATURE, Mark.TODO, str(problem), problem.advice)]
    if checks:
        return checks
    return [fine(Topic.SIGNATURE, _("of the eID that was last seen here: valid until {day}").format(day=written(ends)))]


def _closed_check(finding: Finding) -> Check:
    todo = _('Choose “Recover…” in the agent\'s menu; in a terminal: ehealth-agent password set "{path}"')
    return Check(Topic.PASSWORDS, Mark.STOPS, finding.reason, todo.format(path=finding.observation.path))


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


def _contact(finding: Finding, ask: AskEHealth, known: Readiness) -> tuple[ContactData | None, Check]:
    try:
        contact = ask(finding.observation).contact
    except ServiceError as problem:
        return None, Check(Topic.CONTACT, Mark.TODO, str(problem), problem.advice)
    except AgentError as problem:
        return None, Check(Topic.CONTACT, Mark.TODO, _("it could not be asked"), problem.advice)
    return contact, contact_check(contact, known)


def contact_check(contact: ContactData, known: Readiness) -> Check:
    """What eHealth has, and what a person said of it."""
    found = _("{email}, {phone}").format(email=contact.email_private, phone=contact.phone_private)
    match said_of(contact, known):
        case Said.RIGHT:
            return fine(Topic.CONTACT, _("{what}, confirmed here").format(what=found))
        case Said.WRONG:
            found = _("{what}, not right any more, as was said here").format(what=found)
            return Check(Topic.CONTACT, Mark.TODO, found, _(NOT_RIGHT))
    todo = _(
        "Look whether they are still right, and say so: “{choice}” in the agent's window under “{more}”; "
        "in a terminal: ehealth-agent ready"
    )
    return Check(Topic.CONTACT, Mark.TODO, found, todo.format(choice=_(READY), more=_("More")))


def said(found: Ready, is_right: bool, journal: Journal) -> Ready:
    """After a person has said whether the contact data is right: that is remembered, and the renewal goes by it."""
    glance = found.finding.observation.glance
    assert glance is not None, "it was opened"
    assert found.contact is not None, "it was shown"
    assert found.known is not None, "it was looked at"
    known = with_word(found.known, found.contact, is_right)
    journal.keep_readiness(glance.fingerprint, known)
    others = [each for each in found.own if each.topic is not Topic.CONTACT]
    return replace(found, own=[*others, contact_check(found.contact, known)], known=known)
