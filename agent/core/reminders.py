"""When the practice is reminded of a certificate, and what it is told.

The schedule:
    (1) when the renewal window opens, then 60, 30, 21, 14 and 11 days before the end, then daily
    (2) after the end: daily for a week, then weekly for three weeks, then silence
    (3) once, where days do not matter: a revoked certificate; a file that is gone, or whose password is not known;
        daily, where somebody has to log in at eHealth for a request, and once after that is too late
    (4) at most one a day for all certificates together, and none in quiet hours
    (5) "later" is honoured, for a week at most and never past the last safe day; then it comes in any case
    (6) none while a renewal of that certificate runs, and none of what has a successor
    (7) quietly before all that, where something would stand in the way of a renewal (`core.early_reminders`)

Who was away is told once, the latest of what was missed: what counts is the present stage, not the way to it. A clock
that goes wrong and is put right again changes nothing: what was told on a day that is still to come does not count.

Source: design/product.md, Promises 1 and 8.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import PurePath

from agent.core.finding import Finding, State
from agent.text import _, ngettext, written

MILESTONES = (90, 60, 30, 21, 14, 11)
LATER = (timedelta(days=1), timedelta(days=7))
"""For how long a reminder can be put off."""

_DAILY_AFTER_THE_END, _SILENT_AFTER_THE_END = 7, 28
_ONLY_STAGE = 0


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notification: a title of a few words, and what to do."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One reminder that was shown: when, and for which stage (`stage_of`)."""

    at: datetime
    stage: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """What the practice was told of one certificate, and until when it asked not to be. Instants are aware UTC."""

    told: tuple[Told, ...] = ()
    snoozed_until: datetime | None = None


NOTHING_TOLD = Reminded()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end`, by the practice's clock, over midnight or not; equal: none."""

    start: time = time(20, 0)
    end: time = time(7, 30)

    def covers(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def subject_of(finding: Finding) -> str:
    """What a reminder is about: the certificate, however many copies it has; the file while that is not known.

    That a file is gone is another matter than that its certificate ends.
    """
    glance = finding.observation.glance
    if glance is None:
        return finding.observation.path
    return f"gone {glance.fingerprint}" if finding.state is State.MISSING else glance.fingerprint


def due(  # noqa: PLR0917
    findings: Sequence[Finding],
    reminded: Mapping[str, Reminded],
    renewing: Collection[str],
    now: datetime,
    zone: tzinfo | None = None,
    quiet: QuietHours = QuietHours(),
) -> list[Finding]:
    """What to speak of now, in one reminder: a finding for each certificate, the most urgent first.

    Args:
        reminded: by `subject_of`.
        renewing: fingerprints of the certificates whose renewal runs.
        now: aware UTC.
        zone: of the practice; None: this computer's.
    """
    if quiet.covers(now.astimezone(zone).time()):
        return []
    today = day_of(now, zone)
    if any(day_of(told.at, zone) == today for each in reminded.values() for told in each.told):
        return []
    chosen: dict[str, Finding] = {}
    for finding in sorted(findings, key=urgency):
        subject = subject_of(finding)
        if subject not in renewing and _is_due(finding, reminded.get(subject, NOTHING_TOLD), now, zone):
            chosen.setdefault(subject, finding)
    return list(chosen.values())


def told_now(reminded: Reminded, finding: Finding, now: datetime, zone: tzinfo | None = None) -> Reminded:
    """`reminded` after this finding was spoken of. What a clock that ran ahead has left is cleared away."""
    stage = stage_of(finding, now, zone)
    assert stage is not None, "only what is due is told"
    believed = tuple(told for told in reminded.told if told.at <= now)
    return Reminded((*believed, Told(now, stage)))


def snoozed(reminded: Reminded, finding: Finding, later: timedelta, now: datetime, zone: tzinfo | None) -> Reminded:
    """`reminded` after the practice asked to be told later; at the latest on the last safe day."""
    until = now + later
    if finding.last_safe_day is not None:
        until = min(until, _start_of(finding.last_safe_day, zone))
    return Reminded(reminded.told, until)


def snooze_choices(finding: Finding, now: datetime, zone: tzinfo | None = None) -> tuple[timedelta, ...]:
    """For how long this certificate's reminder can be put off; nothing once the last safe day would be passed."""
    if finding.state is not State.RENEWABLE or finding.last_safe_day is None:
        return ()
    return tuple(later for later in LATER if day_of(now + later, zone) <= finding.last_safe_day)


def stage_of(finding: Finding, now: datetime, zone: tzinfo | None = None) -> int | None:
    """Which reminder is the present one, as days before the end: a later one is a smaller number. None: no reminder."""
    if reminder(finding) is None:
        return None
    glance = finding.observation.glance
    if finding.validation is not None and finding.validation.ends is not None:  # a few days: each has its word
        return (
            -1 if finding.validation.is_over(now) else (day_of(finding.validation.ends, zone) - day_of(now, zone)).days
        )
    if finding.state not in (State.RENEWABLE, State.URGENT, State.EXPIRED) or glance is None:
        return _ONLY_STAGE
    days = (day_of(glance.not_after, zone) - day_of(now, zone)).days
    if days >= MILESTONES[-1]:
        return min((milestone for milestone in MILESTONES if milestone >= days), default=MILESTONES[0])
    if days >= -_DAILY_AFTER_THE_END:
        return days
    return -(-days // 7 * 7) if days >= -_SILENT_AFTER_THE_END else None


def _is_due(finding: Finding, reminded: Reminded, now: datetime, zone: tzinfo | None) -> bool:
    stage = stage_of(finding, now, zone)
    return stage is not None and is_stage_due(stage, reminded, now, zone)


def is_stage_due(stage: int, reminded: Reminded, now: datetime, zone: tzinfo | None) -> bool:
    """Whether this stage's reminder was neither told nor put off."""
    today = day_of(now, zone)
    told = [each for each in reminded.told if day_of(each.at, zone) <= today]
    until = reminded.snoozed_until
    if until is not None and until - now <= LATER[-1]:  # one that is further off was asked while the clock ran ahead
        return now >= until
    return not any(each.stage <= stage for each in told)


def urgency(finding: Finding) -> tuple[bool, int]:
    """For sorting: the most urgent first."""
    days = finding.days_left
    return days is None, days or 0


def day_of(instant: datetime, zone: tzinfo | None) -> date:
    """The day of the practice's calendar."""
    return instant.astimezone(zone).date()


def _start_of(day: date, zone: tzinfo | None) -> datetime:
    midnight = datetime.combine(day, time())
    return midnight.replace(tzinfo=zone) if zone else midnight.astimezone()


# ── What ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def name_of(finding: Finding) -> str:
    """Whose keystore it is, in a few words; never a national number."""
    glance = finding.observation.glance
    if glance is None or glance.holder is None:
        return file_name(finding.observation.path)
    holder = glance.holder
    return holder.name or (f"{holder.type} {holder.number}" if holder.type != "SSIN" else holder.type)


def file_name(path: str) -> str:
    """The file's name, without the national number that the official program writes into it."""
    return without_number(PurePath(path).name)


def without_number(text: str) -> str:
    """`text` without the national number that the name of a person's keystore has in it."""
    return re.sub(r"SSIN=\d+", "SSIN", text)


def reminder(finding: Finding) -> Reminder | None:
    """What the practice is told of this keystore; None where there is nothing to say."""
    if finding.superseded_by:
        return None
    if finding.state is State.PASSWORD_NEEDED:
        text = _("{name}: nobody can be warned before it expires. Store its password once, in the agent's settings.")
        return Reminder(_("Password of a keystore needed"), text.format(name=name_of(finding)))
    if finding.validation is not None:
        title = _("eHealth certificate: log in to receive it")
        return Reminder(title, f"{_('A certificate was requested.')} {finding.reason}")
    glance, days = finding.observation.glance, finding.days_left
    if glance is None or glance.holder is None or days is None or finding.last_safe_day is None:
        return None
    facts = {"name": name_of(finding), "days": days, "safe_day": written(finding.last_safe_day)}
    match finding.state:
        case State.RENEWABLE:
            title = ngettext("eHealth certificate: {days} day left", "eHealth certificate: {days} days left", days)
            text = _("{name}: renew it by {safe_day}, with the eID of the responsible person.")
        case State.URGENT:
            title = ngettext(
                "eHealth certificate: only {days} day left", "eHealth certificate: only {days} days left", days
            )
            text = _("{name}: renew it today. eHealth may need ten days, and after that nothing can be billed.")
        case State.EXPIRED:
            title = _("eHealth certificate expired")
            text = _("{name}: billing, insurance checks and prescriptions stop. A new one has to be requested.")
        case State.REVOKED:
            title = _("eHealth certificate revoked")
            text = _("{name}: a new one has to be requested.")
        case State.MISSING:
            title = _("An eHealth keystore is gone")
            text = _("{name}: put its file back, or have a new one made. Choose Recover… in the agent's menu.")
        case _:
            return None
    return Reminder(title.format(**facts), text.format(**facts))


def in_one(findings: Sequence[Finding]) -> Reminder:
    """One reminder of all that `due` has chosen: the first in words, the others in number."""
    said = reminder(findings[0])
    assert said is not None, "only what has a reminder is due"
    others = len(findings) - 1
    if not others:
        return said
    more = ngettext("{count} more keystore needs attention.", "{count} more keystores need attention.", others)
    return Reminder(said.title, f"{said.text} {more.format(count=others)}")
