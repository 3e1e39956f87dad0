"""When the practice is told, quietly, what would stand in the way of a renewal that cannot be done yet.

The schedule:
    (1) 180 and 120 days before the end and then every 30, while the certificate's own reminders do not run
    (2) only on a day that has no other reminder, and none in quiet hours
    (3) "later", asked for the certificate, holds here too; none while its renewal runs

Source: issue "The whole life of a certificate", Readiness.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo

from agent.core.finding import Finding, State
from agent.core.reminders import (
    NOTHING_TOLD,
    QuietHours,
    Reminded,
    Told,
    day_of,
    due,
    is_stage_due,
    subject_of,
    urgency,
)

MILESTONES: tuple[int, ...] = (180, 120, *range(90, -1, -30))


def early_subject(finding: Finding) -> str:
    """What a quiet reminder is about."""
    return f"ready {subject_of(finding)}"


def due_quietly(  # noqa: PLR0917
    lacking: Sequence[Finding],
    findings: Sequence[Finding],
    reminded: Mapping[str, Reminded],
    renewing: Collection[str],
    now: datetime,
    zone: tzinfo | None = None,
    quiet: QuietHours | None = None,
) -> list[Finding]:
    """Which of `lacking` to speak of quietly now: what something is missing for, long before it can be renewed.

    Args:
        lacking: certificates that are not due, for whose renewal something stands in the way.
        findings: all of them, whose own reminders come first.
    """
    today, quiet = day_of(now, zone), quiet or QuietHours()
    if quiet.covers(now.astimezone(zone).time()) or due(findings, reminded, renewing, now, zone, quiet):
        return []
    if any(day_of(told.at, zone) == today for each in reminded.values() for told in each.told):
        return []
    if any(_comes_today(each, reminded, now, zone) for each in findings):
        return []
    chosen: dict[str, Finding] = {}
    for finding in sorted(lacking, key=urgency):
        stage, subject = _early_stage(finding, now, zone), early_subject(finding)
        put_off = reminded.get(subject_of(finding), NOTHING_TOLD).snoozed_until
        if stage is None or subject_of(finding) in renewing or (put_off is not None and now < put_off):
            continue
        if is_stage_due(stage, reminded.get(subject, NOTHING_TOLD), now, zone):
            chosen.setdefault(subject, finding)
    return list(chosen.values())


def told_quietly(reminded: Reminded, finding: Finding, now: datetime, zone: tzinfo | None = None) -> Reminded:
    """`reminded` after this finding was spoken of quietly."""
    stage = _early_stage(finding, now, zone)
    assert stage is not None, "only what is due is told"
    return Reminded((*(told for told in reminded.told if told.at <= now), Told(now, stage)))


def _early_stage(finding: Finding, now: datetime, zone: tzinfo | None) -> int | None:
    """Which of the early milestones is the present one; None once its own reminders run, or before the first."""
    glance = finding.observation.glance
    if finding.state is not State.VALID or finding.superseded_by or glance is None:
        return None
    days = (day_of(glance.not_after, zone) - day_of(now, zone)).days
    if not 0 <= days <= MILESTONES[0]:
        return None
    return min(each for each in MILESTONES if each >= days)


def _comes_today(finding: Finding, reminded: Mapping[str, Reminded], now: datetime, zone: tzinfo | None) -> bool:
    """A reminder of its own comes later today: its window opens, or it was put off until then."""
    put_off = reminded.get(subject_of(finding), NOTHING_TOLD).snoozed_until
    instants = (None if finding.superseded_by else finding.renewable_from, put_off)
    return any(each is not None and now < each and day_of(each, zone) == day_of(now, zone) for each in instants)
