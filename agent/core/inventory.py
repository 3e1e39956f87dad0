"""All certificates that a person can manage, beside the keystores found here: what is missing where.

Each certificate that eHealth lists has one place; the first rule that fits decides:
    (1) in force, and a keystore in a watched folder has it               WATCHED
    (2) in force, and a keystore has it that lies elsewhere               UNWATCHED
    (3) in force, and a keystore of that name here cannot be opened       LOCKED
    (4) in force, and no keystore here has it                             ABSENT
    (5) requested, and the request goes on here; or is one from elsewhere REQUESTED, REQUESTED_ELSEWHERE
    (6) expired, revoked or refused: another is in force for the holder   REPLACED
    (7) the same, and a keystore here still has it                        ENDED
    (8) the same, and none has                                            OVER
Of the keystores here that eHealth does not list for this person, each that has no successor:
    (9) another person manages it, or nobody does any more                UNLISTED

A certificate is recognized by its holder and its period, to the second: what a file says before any key is opened.
Source: spec/ra-protocol.md, What the service knows of a certificate; issue 5, Inventory.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import PurePath

from agent.core.expiry import days_left
from agent.core.finding import Finding, State
from agent.core.holder import Environment, Holder
from agent.core.registration import CertificateInfo, CertificateStatus
from agent.core.renewal import Renewal

SOON = timedelta(days=90)
"""What ends within these is worth a word even where it is watched."""


class Place(Enum):
    """Where a certificate is, seen from here; what needs somebody first. The values are those of ``--json``."""

    ABSENT = "absent"
    LOCKED = "locked"
    UNWATCHED = "unwatched"
    ENDED = "ended"
    UNLISTED = "unlisted"
    REQUESTED_ELSEWHERE = "requested_elsewhere"
    REQUESTED = "requested"
    WATCHED = "watched"
    REPLACED = "replaced"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate.

    Attributes:
        name: of the holder, as registered; a person's with first names. Never a number.
        status: None where eHealth does not list it.
        ends: None where it was not delivered.
        paths: of the files here that have it, or may have it (LOCKED).
    """

    holder: Holder
    name: str
    place: Place
    status: CertificateStatus | None
    ends: datetime | None
    days: int | None
    paths: tuple[str, ...]

    @property
    def is_person(self) -> bool:
        return self.holder.type == "SSIN"

    @property
    def ends_soon(self) -> bool:
        """In force, and about to end."""
        return self.status is CertificateStatus.VALID_ACTIVE and self.days is not None and self.days < SOON.days

    @property
    def needs_somebody(self) -> bool:
        return self.place in _FOR_SOMEBODY or (self.ends_soon and self.place is not Place.REPLACED)


_FOR_SOMEBODY = (Place.ABSENT, Place.LOCKED, Place.UNWATCHED, Place.ENDED, Place.UNLISTED, Place.REQUESTED_ELSEWHERE)
_ORDER = tuple(Place)


def inventory(  # noqa: PLR0917
    listed: Sequence[CertificateInfo],
    findings: Sequence[Finding],
    renewals: Sequence[Renewal],
    folders: Collection[str],
    environment: Environment,
    now: datetime,
) -> list[Row]:
    """One row for each certificate, those that need somebody first, then by their end.

    Args:
        listed: by eHealth, for one person, in `environment`.
        findings: of all keystores that are known here, of either environment.
        renewals: those that have not ended.
        folders: the watched ones, absolute.
        now: aware UTC.
    """
    here = [each for each in findings if each.observation.environment is environment]
    in_force = {_key(each.holder) for each in listed if each.status is CertificateStatus.VALID_ACTIVE}
    under_way = {each.public_key_identifier for each in renewals if each.environment is environment}
    desk = _Desk(here, frozenset(folders), in_force, under_way)
    rows = [_row(each, desk, now) for each in listed]
    known = {path for row in rows for path in row.paths if row.place is not Place.LOCKED}
    rows += _unlisted(here, known)
    return sorted(rows, key=lambda row: (not row.needs_somebody, _ORDER.index(row.place), _end(row), row.name))


def _end(row: Row) -> float:
    return row.ends.timestamp() if row.ends else float("inf")


_Key = tuple[str, str, str | None]


def _key(holder: Holder) -> _Key:
    return holder.type, holder.number, holder.application_id


@dataclass(frozen=True)
class _Desk:
    """What is here."""

    findings: Sequence[Finding]
    folders: frozenset[str]
    in_force: Collection[_Key]
    under_way: Collection[str | None]

    def is_watched(self, path: str) -> bool:
        return str(PurePath(path).parent) in self.folders

    def having(self, info: CertificateInfo) -> tuple[str, ...]:
        """The files that have this very certificate."""
        details = info.details
        if details is None:
            return ()
        period = details.not_before.replace(microsecond=0), details.not_after.replace(microsecond=0)
        found = []
        for each in self.findings:
            glance = each.observation.glance
            if glance is None or glance.holder is None or _key(glance.holder) != _key(info.holder):
                continue
            if (glance.not_before.replace(microsecond=0), glance.not_after.replace(microsecond=0)) == period:
                found.append(each.observation.path)
        return tuple(found)

    def named(self, holder: Holder, *states: State) -> tuple[str, ...]:
        """The files in one of `states` that are named after `holder`: a hint, no proof."""
        application = f",{holder.application_id}" if holder.application_id else ""
        beginning = f"{holder.type}={holder.number}{application} "
        return tuple(
            each.observation.path
            for each in self.findings
            if each.state in states and PurePath(each.observation.path).name.startswith(beginning)
        )


def _row(info: CertificateInfo, desk: _Desk, now: datetime) -> Row:
    name = " ".join((*info.first_names, info.holder.name or "")).strip() or info.holder.type
    ends = info.details.not_after if info.details else None
    days = days_left(ends, now) if ends else None
    row = Row(info.holder, name, Place.ABSENT, info.status, ends, days, desk.having(info))
    match info.status:
        case CertificateStatus.VALID_ACTIVE:
            return _in_force(row, desk)
        case CertificateStatus.IN_PROGRESS:  # (5)
            pending = desk.named(info.holder, State.PENDING)
            goes_on = info.public_key_identifier in desk.under_way or pending
            return replace(row, place=Place.REQUESTED if goes_on else Place.REQUESTED_ELSEWHERE, paths=pending)
    if _key(info.holder) in desk.in_force:  # (6)
        return replace(row, place=Place.REPLACED)
    return replace(row, place=Place.ENDED if row.paths else Place.OVER)  # (7) (8)


def _in_force(row: Row, desk: _Desk) -> Row:
    if any(map(desk.is_watched, row.paths)):  # (1)
        return replace(row, place=Place.WATCHED)
    if row.paths:  # (2)
        return replace(row, place=Place.UNWATCHED)
    locked = desk.named(row.holder, State.PASSWORD_NEEDED)
    return replace(row, place=Place.LOCKED, paths=locked) if locked else row  # (3) (4)


def _unlisted(here: Sequence[Finding], known: Collection[str]) -> list[Row]:
    """(9), copies of one certificate in one row."""
    rows: dict[str, Row] = {}
    for each in here:
        glance, path = each.observation.glance, each.observation.path
        if glance is None or glance.holder is None or path in known or each.superseded_by:
            continue
        holder = glance.holder
        row = Row(holder, holder.name or holder.type, Place.UNLISTED, None, glance.not_after, each.days_left, ())
        row = rows.get(glance.fingerprint, row)
        rows[glance.fingerprint] = replace(row, paths=(*row.paths, path))
    return list(rows.values())
