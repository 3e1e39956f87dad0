"""What an observation means today: the state of a keystore, and why.

The rules, in this order; the first that fits decides:
    (1) it could not be opened                         password_needed, unreadable
    (2) it holds the dummy certificate of a request    pending
    (3) eHealth said that it was revoked               revoked
    (4) its notAfter is past                           expired
    (5) its last safe day is past                      urgent
    (6) it has no encryption key                       incomplete
    (7) the renewal window is open                     renewable
    (8) otherwise                                      valid

A keystore that was there and is gone (`missing`) is told until it is back, under whatever name, or has a successor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from agent.core.expiry import days_left, last_safe_day, renewable_from
from agent.core.finding import Finding, Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.registration import CertificateStatus
from agent.core.renewal import Renewal
from agent.core.validation import validation_of, what_to_do
from agent.ports import Journal, Word
from agent.text import _, written

_LIVE = frozenset({State.VALID, State.RENEWABLE, State.URGENT})


def judge(
    observations: Iterable[Observation],
    now: datetime,
    words: Mapping[Fingerprint, Word] | None = None,
    lost: Iterable[Observation] = (),
) -> list[Finding]:
    """The finding for each observation, in the same order, with successors named; after them what is missing.

    Args:
        now: aware UTC.
        words: what eHealth last said of a certificate.
        lost: keystores that could be opened once, and are gone or closed now (`Journal.lost`).
    """
    words = words or {}
    before = {each.path: each for each in lost}
    if not before:
        judged = (_judged_as(observation, None, now, words) for observation in observations)
        return _with_successors(list(judged))
    findings = [_judged_as(observation, before.get(observation.path), now, words) for observation in observations]
    paths = {each.observation.path for each in findings}
    gone = [each for path, each in before.items() if path not in paths]
    return [*map(_as_it_is, _with_successors(findings)), *_missing(gone, findings, now, words)]


def _judged_as(
    observation: Observation, before: Observation | None, now: datetime, words: Mapping[Fingerprint, Word]
) -> Finding:
    """One that is closed now is known by what it was `before`, until it has been compared with the others."""
    if before is None or before.glance is None or not observation.password_needed:
        return _judged(observation, now, words.get(observation.glance.fingerprint) if observation.glance else None)
    finding = _judged(before, now, words.get(before.glance.fingerprint))
    return replace(finding, state=State.PASSWORD_NEEDED, reason=observation.problem or finding.reason)


def _as_it_is(finding: Finding) -> Finding:
    if finding.state is not State.PASSWORD_NEEDED or finding.observation.glance is None:
        return finding
    problem, path = finding.reason, finding.observation.path
    closed = Observation(path, finding.observation.environment, None, problem, password_needed=True, lasting=False)
    return replace(finding, observation=closed)


def _missing(
    gone: list[Observation], findings: list[Finding], now: datetime, words: Mapping[Fingerprint, Word]
) -> list[Finding]:
    """Those of `gone` that are nowhere else and have no successor; of each certificate one."""
    there = {each.observation.glance.fingerprint for each in findings if each.observation.glance}
    by_certificate = {each.glance.fingerprint: each for each in gone if each.glance}
    missing = []
    for observation in by_certificate.values():
        if observation.glance is None or observation.glance.fingerprint in there:
            continue
        finding = _judged(observation, now, words.get(observation.glance.fingerprint))
        text = _("This keystore was here and is gone. Its certificate ends on {end}.")
        if finding.state is State.EXPIRED:
            text = _("This keystore was here and is gone. Its certificate ended on {end}.")
        reason = text.format(end=written(observation.glance.not_after.date()))
        missing.append(replace(finding, state=State.MISSING, reason=reason))
    judged = _with_successors([*findings, *missing])[len(findings) :]
    newest = {_identity(each): each for each in sorted(judged, key=_end)}  # of one holder the last counts
    return [each for each in judged if not each.superseded_by and newest[_identity(each)] is each]


def _judged(observation: Observation, now: datetime, word: Word | None) -> Finding:
    glance = observation.glance
    if glance is None:  # (1)
        state = State.PASSWORD_NEEDED if observation.password_needed else State.UNREADABLE
        return Finding(observation, state, observation.problem or _("It could not be opened."))
    if glance.pending:  # (2)
        return Finding(observation, State.PENDING, _("Requested; the certificate is not installed yet."))
    opens = renewable_from(glance.not_after, word.replacement_opens if word else None)
    safe = last_safe_day(glance.not_after)
    state, reason = _state_of(glance, now, opens, word)
    return Finding(observation, state, reason, opens, safe, days_left(glance.not_after, now))


def _state_of(glance: Glance, now: datetime, opens: datetime, word: Word | None) -> tuple[State, str]:  # noqa: PLR0911
    end, safe = glance.not_after.date(), last_safe_day(glance.not_after)
    if word is not None and word.status is CertificateStatus.REVOKED:  # (3)
        return State.REVOKED, _("eHealth has revoked this certificate.")
    if now >= glance.not_after:  # (4)
        return State.EXPIRED, _("Expired on {end}.").format(end=written(end))
    if now.date() > safe:  # (5)
        text = _("Past the last safe day ({safe}): it may end on {end} before eHealth has answered.")
        return State.URGENT, text.format(safe=written(safe), end=written(end))
    if glance.encryption_keys == 0:  # (6)
        return State.INCOMPLETE, _("It has no encryption key: its request was not completed.")
    if now >= opens:  # (7)
        return State.RENEWABLE, _("Can be renewed; the last safe day is {safe}.").format(safe=written(safe))
    if now < glance.not_before:
        text = _("Valid only from {day}: is this computer's date right?")
        return State.VALID, text.format(day=written(glance.not_before.date()))
    text = _("Valid until {end}; can be renewed from {opens}.")  # (8)
    return State.VALID, text.format(end=written(end), opens=written(opens.date()))


def _with_successors(findings: list[Finding]) -> list[Finding]:
    """Name, for a keystore that is no longer needed, the live one of the same holder that lasts longest."""
    newest: dict[object, Finding] = {}
    for finding in findings:
        key = _identity(finding)
        if key is None or finding.state not in _LIVE:
            continue
        if key not in newest or _end(finding) > _end(newest[key]):
            newest[key] = finding
    return [_succeeded(finding, newest.get(_identity(finding))) for finding in findings]


def _succeeded(finding: Finding, newest: Finding | None) -> Finding:
    if newest is None or finding.state is State.PENDING or _end(finding) >= _end(newest):
        return finding
    reason = f"{finding.reason} {replaced_by(newest.observation.path)}"
    return replace(finding, reason=reason, superseded_by=newest.observation.path)


def with_requests(findings: Iterable[Finding], renewals: Iterable[Renewal], now: datetime) -> list[Finding]:
    """The findings, where the journal knows more than the file: a request waits for a person to log in at eHealth.

    Also where the file cannot be opened, for want of its password: its end comes all the same.
    """
    awaited = {f"{each.new_path}.pending": each for each in renewals}
    return [_awaiting(finding, awaited.get(finding.observation.path), now) for finding in findings]


def remembered(journal: Journal, folders: Collection[Path], now: datetime) -> list[Finding]:
    """What the last look at these folders left in the journal, judged at `now`, by path. Raises: JournalError."""
    within = {str(folder) for folder in folders}
    seen = [each for each in journal.observations().values() if str(Path(each.path).parent) in within]
    lost = [each for each in journal.lost() if str(Path(each.path).parent) in within]
    findings = judge(sorted(seen, key=lambda each: each.path), now, journal.words(), lost)
    return with_requests(findings, journal.unfinished(), now)


def _awaiting(finding: Finding, renewal: Renewal | None, now: datetime) -> Finding:
    validation = validation_of(renewal) if renewal else None
    if validation is None or finding.state not in (State.PENDING, State.PASSWORD_NEEDED):
        return finding
    left = days_left(validation.ends, now) if validation.ends else None
    reason = what_to_do(validation, now)
    return replace(finding, state=State.PENDING, reason=reason, days_left=left, validation=validation)


def replaced_by(path: str) -> str:
    """How the reason of a replaced keystore ends."""
    return _("Replaced by {path}.").format(path=path)


def _identity(finding: Finding) -> object:
    glance = finding.observation.glance
    if glance is None or glance.holder is None:
        return None
    holder = glance.holder
    return finding.observation.environment, holder.type, holder.number, holder.application_id


def _end(finding: Finding) -> datetime:
    glance = finding.observation.glance
    assert glance is not None, "only opened keystores are compared"
    return glance.not_after
