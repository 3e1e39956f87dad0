"""What a colleague, who has no eID, passes on to the person who has one: a message, and the deadline for a calendar.

No secret, no national number and no path is in it: it goes through mail and chat.

Source: design/product.md, Who, and what they fear; Promise 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from agent.core.calendar_file import Day, alarms_before, calendar_file
from agent.core.finding import Finding, State
from agent.core.glance import Glance
from agent.core.holder import Environment, Holder
from agent.core.menu import can_be_passed_on
from agent.core.reminders import name_of
from agent.text import _, written

_UID_ENDS = "@ehealth-certificate-agent"
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Message:
    """What is passed on.

    Attributes:
        text: for a mail or a chat.
        calendar: an .ics file.
        calendar_name: how to call that.
    """

    text: str
    calendar: bytes
    calendar_name: str


def message(finding: Finding, computer: str, click: str, now: datetime, zone: tzinfo | None = None) -> Message:
    """What to say of a certificate for which `can_be_passed_on`.

    Args:
        computer: the name of the one that the agent runs on.
        click: how the menu calls what is to be chosen there.
        now: aware UTC.
        zone: of the practice; None: this computer's.
    """
    glance = finding.observation.glance
    assert can_be_passed_on(finding), "there is something to do for the person with the eID"
    assert glance is not None, "what can be passed on was opened"
    whose = _whose(name_of(finding), glance.holder)
    text = "\n\n".join(
        [
            _("Hello,"),
            f"{_what(finding, glance, whose, zone)} {_what_stops(finding)}",
            "\n".join(_how(finding, computer, click)),
            _("Thank you!"),
        ]
    )
    name, day = name_of(finding), _day(finding, now, zone)
    uid = f"{glance.fingerprint}{_UID_ENDS}"
    entry = Day(uid, day, _title(finding, name, day), text, computer, alarms_before(day, now, zone))
    return Message(text, calendar_file(entry, now), _calendar_name(name, day))


def _whose(name: str, holder: Holder | None) -> str:
    """Name and number; a person's national number is not told."""
    if holder is None or holder.type == "SSIN" or holder.name is None:
        return name
    number = f"{holder.type} {holder.number}"
    return f"{name} ({number}, {holder.application_id})" if holder.application_id else f"{name} ({number})"


def _what(finding: Finding, glance: Glance, whose: str, zone: tzinfo | None) -> str:
    match finding.state:
        case State.RENEWABLE:
            text = _(
                "The eHealth certificate of {whose} is valid until {end}. Could you renew it by {safe_day} at the "
                "latest? eHealth may need ten days to make the new one."
            )
        case State.URGENT:
            text = _(
                "The eHealth certificate of {whose} is valid until {end}. Could you renew it today? eHealth may need "
                "ten days to make the new one; the last safe day was {safe_day}."
            )
        case State.REVOKED:
            text = _("eHealth has revoked the certificate of {whose}. A new one has to be requested.")
        case _:
            text = _("The eHealth certificate of {whose} expired on {end}. A new one has to be requested.")
    safe_day = written(finding.last_safe_day) if finding.last_safe_day else ""
    return text.format(whose=whose, end=written(glance.not_after.astimezone(zone).date()), safe_day=safe_day)


def _what_stops(finding: Finding) -> str:
    if finding.observation.environment is Environment.ACCEPTANCE:
        return _("It is for tests (acceptance): daily work does not depend on it.")
    if _is_over(finding):
        return _("Until then billing, insurance checks and prescriptions do not work.")
    return _("Without it billing, insurance checks and prescriptions stop.")


def _how(finding: Finding, computer: str, click: str) -> Sequence[str]:
    if _is_over(finding):
        return (
            _("What you need: your eID and its PIN."),
            _("Where: the certificate is on the computer {computer}.").format(computer=computer),
        )
    what_to_do = _("What to do: click the icon of the eHealth certificate agent, near the clock, and choose “{click}”.")
    return (
        _("What you need: your eID and its PIN."),
        _("How long it takes: about two minutes."),
        _("Where: at the computer {computer}.").format(computer=computer),
        f"{what_to_do.format(click=click)} {_('It shows each next step.')}",
    )


def _is_over(finding: Finding) -> bool:
    return finding.state in (State.EXPIRED, State.REVOKED)


# ── The calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(finding: Finding, now: datetime, zone: tzinfo | None) -> date:
    """The last safe day; today, where that is past or nothing is to be renewed any more."""
    today = now.astimezone(zone).date()
    safe = finding.last_safe_day
    return today if safe is None or _is_over(finding) else max(safe, today)


def _title(finding: Finding, name: str, day: date) -> str:
    if _is_over(finding):
        return _("{name}: request a new eHealth certificate").format(name=name)
    return _("{name}: renew the eHealth certificate by {day}").format(name=name, day=written(day))


def _calendar_name(name: str, day: date) -> str:
    """One that every file system takes."""
    plain = re.sub(r"[^\w.-]+", " ", name[:_NAME_LENGTH]).strip(" .")
    return f"eHealth {plain} {day.isoformat()}.ics"
