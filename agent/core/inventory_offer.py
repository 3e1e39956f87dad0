"""When the practice is offered an inventory: once a year, in one quiet notification, never again for that year.

- a month after the agent first saw a keystore, then a year after each offer or inventory
- only where a keystore is in use, not in quiet hours, and on no day that has another reminder
- not at all where the config says so

What is kept is a `Reminded` like a certificate's: when it was offered, and before when it is not offered again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from agent.core.finding import Finding
from agent.core.reminders import NOTHING_TOLD, QuietHours, Reminded, Reminder, Told
from agent.text import N_, _

SUBJECT = "inventory"
EACH = timedelta(days=365)
AT_FIRST = timedelta(days=30)
"""Who has just set the agent up has other things to do."""


_QUIET = QuietHours()


def is_in_use(findings: Sequence[Finding]) -> bool:
    """Somebody works here with a certificate of eHealth's."""
    glances = (each.observation.glance for each in findings)
    return any(glance is not None and glance.holder is not None for glance in glances)


def counted(reminded: Reminded | None, now: datetime) -> Reminded | None:
    """What to keep before any offer: the month begins. None where that was done.

    One that is further off than a year was noted while the clock ran ahead.
    """
    until = (reminded or NOTHING_TOLD).snoozed_until
    if until is not None and until - now <= EACH:
        return None
    return Reminded((), now + AT_FIRST)


def is_due(
    reminded: Mapping[str, Reminded], now: datetime, zone: tzinfo | None = None, quiet: QuietHours = _QUIET
) -> bool:
    """Whether to offer it now."""
    until = reminded.get(SUBJECT, NOTHING_TOLD).snoozed_until
    if until is None or now < until or quiet.covers(now.astimezone(zone).time()):
        return False
    today = now.astimezone(zone).date()
    return not any(told.at.astimezone(zone).date() == today for each in reminded.values() for told in each.told)


def offered(now: datetime) -> Reminded:
    return Reminded((Told(now, 0),), now + EACH)


def done(now: datetime) -> Reminded:
    return Reminded((), now + EACH)


def offer() -> Reminder:
    text = _(
        "See once a year which certificates you manage, and whether each is watched. "
        "It costs one PIN: ehealth-agent inventory --window"
    )
    return Reminder(_(_TITLE), text)


_TITLE = N_("eHealth certificates: all accounted for?")
