"""The tray's menu and tooltip as data, made anew from state each time.

Source: design/product.md; issue "The resident".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import Enum, auto

from agent.core.finding import Finding, State
from agent.core.glance import Fingerprint
from agent.core.holder import Environment
from agent.core.readiness import READY
from agent.core.recover import remedy
from agent.core.recover_case import TROUBLES
from agent.core.reminders import name_of, snooze_choices, subject_of
from agent.core.renewal import Renewal, Step
from agent.text import _, ngettext

TOOLTIP_LENGTH = 120
"""Windows refuses more than 128 UTF-16 units."""


class Act(Enum):
    RENEW = auto()  # or go on with a renewal
    REQUEST = auto()  # a new certificate, or go on with a request that needs the eID
    COMPLETE = auto()
    RECOVER = auto()  # from what does not work any more to what does
    ACTIVATE = auto()
    PASSWORD = auto()
    REVOKE = auto()
    READY = auto()  # could it be renewed when its day comes
    PASS_ON = auto()  # to the person with the eID
    LATER = auto()
    CHECK = auto()
    FOLDER = auto()
    HISTORY = auto()
    SETTINGS = auto()
    HELP = auto()
    QUIT = auto()
    STATUS = auto()  # a click on the icon itself


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and for what. `path` is a keystore's; `subject` and `later` say whose reminder is put off."""

    act: Act
    path: str | None = None
    subject: str | None = None
    later: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu: it is chosen, or opens `items`, or (neither) only says something."""

    text: str
    choice: Choice | None = None
    items: tuple[Item, ...] = ()


SEPARATOR = Item("")


class Mark(Enum):
    """The icon's shape. Each differs from the others without its colour."""

    FINE = auto()  # a tick
    DAYS = auto()  # the number of days left
    ALARM = auto()  # the number of days, in another shape
    OVER = auto()  # an exclamation mark
    UNKNOWN = auto()  # a question mark
    BUSY = auto()  # dots: a renewal is under way


@dataclass(frozen=True, slots=True)
class Sign:
    """What the icon shows. `days` is there for DAYS and ALARM."""

    mark: Mark
    days: int | None = None


# ── What concerns somebody ───────────────────────────────────────────────────────────────────────────────────────────


def certificates(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for each certificate that has no successor, the nearest end first, those without a date last."""
    by_subject = {subject_of(each): each for each in reversed(findings) if not each.superseded_by}
    return sorted(by_subject.values(), key=lambda each: (each.days_left is None, each.days_left or 0))


def sign(findings: Sequence[Finding], renewals: Sequence[Renewal]) -> Sign:
    """The worst that has to be said of the certificates, in one sign."""
    own = certificates(findings)
    busy = {renewal.fingerprint for renewal in renewals if not renewal.needs_a_person}
    open_ = [each for each in own if subject_of(each) not in busy]
    states = {each.state for each in open_}
    days = min((each.days_left for each in open_ if each.days_left is not None), default=None)
    if states & {State.EXPIRED, State.REVOKED, State.MISSING}:
        return Sign(Mark.OVER)
    if State.URGENT in states:
        return Sign(Mark.ALARM, days)
    if State.RENEWABLE in states:
        return Sign(Mark.DAYS, days)
    if states & {State.PASSWORD_NEEDED, State.UNREADABLE, State.INCOMPLETE} or not own:
        return Sign(Mark.UNKNOWN)
    return Sign(Mark.BUSY) if renewals or State.PENDING in states else Sign(Mark.FINE)


# ── Menu ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def menu(
    findings: Sequence[Finding],
    renewals: Sequence[Renewal],
    now: datetime,
    zone: tzinfo | None = None,
    unready: Collection[str] = (),
) -> tuple[Item, ...]:
    """The whole menu.

    Args:
        renewals: those that have not ended.
        now: aware UTC.
        unready: the paths of keystores whose renewal something stands in the way of.
    """
    own = certificates(findings)
    items: list[Item] = []
    for finding in own:
        items.append(Item(line(finding)))
        renewal = renewal_of(finding, renewals)
        if renewal is not None:
            items += items_of(renewal)
        elif finding.state in (State.PENDING, State.INCOMPLETE):
            items.append(_complete(name_of(finding) if len(own) > 1 else None, finding.observation.path))
        elif finding.state in (State.RENEWABLE, State.URGENT):
            text = _("Renew now…") if len(own) == 1 else _("Renew {name} now…").format(name=name_of(finding))
            items.append(Item(text, Choice(Act.RENEW, finding.observation.path)))
        elif remedy(finding, now).way in TROUBLES:
            items.append(_about(finding, own, _("Recover…"), Act.RECOVER))
        if renewal is None and finding.observation.path in unready:
            items.append(_about(finding, own, _(READY), Act.READY))
        if can_be_passed_on(finding, renewal):
            items.append(_about(finding, own, _("Copy for the person with the eID…"), Act.PASS_ON))
    if not own:
        items.append(Item(_("No keystore was found")))
    for renewal in apart(findings, renewals):
        items += [Item(pending_line(renewal)), *items_of(renewal)]
    later = _later([each for each in own if subject_of(each) not in {r.fingerprint for r in renewals}], now, zone)
    return (*items, SEPARATOR, *later, *_always())


def _about(finding: Finding, own: Sequence[Finding], text: str, act: Act) -> Item:
    """With the certificate's name where there are several."""
    if len(own) > 1:
        text = _("{name}: {state}").format(name=name_of(finding), state=text)
    return Item(text, Choice(act, finding.observation.path))


def renewal_of(finding: Finding, renewals: Sequence[Renewal]) -> Renewal | None:
    """The one of this certificate, or of the request that this file is to become."""
    path = finding.observation.path.removesuffix(".pending")
    own = {each.fingerprint: each for each in renewals}
    first = next((each for each in renewals if each.old_path is None and each.new_path == path), None)
    return first or own.get(Fingerprint(subject_of(finding)))


def apart(findings: Sequence[Finding], renewals: Sequence[Renewal]) -> list[Renewal]:
    """Those that no certificate's own line speaks of: a first request may have no file yet."""
    spoken_of = {each.id for finding in certificates(findings) if (each := renewal_of(finding, renewals))}
    return [each for each in renewals if each.id not in spoken_of]


def line(finding: Finding) -> str:
    """A certificate in a line: whose, and how long it lasts or what is wrong."""
    days = finding.days_left
    match finding.state:
        case State.EXPIRED:
            text = _("{name}: expired")
        case State.REVOKED:
            text = _("{name}: revoked")
        case State.MISSING:
            text = _("{name}: the file is gone")
        case State.PASSWORD_NEEDED:
            text = _("{name}: password needed")
        case State.PENDING:
            text = _("{name}: requested")
        case State.INCOMPLETE:
            text = _("{name}: not complete")
        case _ if days is None:
            text = _("{name}: cannot be read")
        case _:
            text = ngettext("{name}: {days} day left", "{name}: {days} days left", days)
    name = name_of(finding)
    if finding.observation.environment is Environment.ACCEPTANCE:
        name = _("{name} (acceptance)").format(name=name)
    return text.format(name=name, days=days)


def can_be_passed_on(finding: Finding, renewal: Renewal | None = None) -> bool:
    """The person with the eID has something to do: to renew it, or to request a new one.

    Args:
        renewal: of this certificate, where one has not ended.
    """
    glance = finding.observation.glance
    if glance is None or glance.holder is None or finding.superseded_by:
        return False
    if renewal is not None and (renewal.step is Step.ACTIVATE or not renewal.needs_a_person):
        return False
    return finding.state in (State.RENEWABLE, State.URGENT, State.EXPIRED, State.REVOKED)


def text_of(items: Sequence[Item], act: Act, *paths: str) -> str | None:
    """How the menu calls what is done with the keystore at one of `paths`; None where it does not offer it."""
    return next((i.text for i in items if i.choice and i.choice.act is act and i.choice.path in paths), None)


def more(finding: Finding, renewals: Sequence[Renewal] = ()) -> tuple[Item, ...]:
    """What is seldom wanted of this keystore. Revoking is no remedy: it stands last, and here only."""
    path, state = finding.observation.path, finding.state
    is_under_way = any(path in (each.old_path, each.new_path) for each in renewals)
    if (
        state in (State.UNREADABLE, State.PENDING, State.MISSING)
        or is_under_way
        or finding.observation.path.endswith(".pending")
    ):
        return ()
    items = []
    if state in (State.VALID, State.RENEWABLE, State.URGENT):
        items.append(Item(_(READY), Choice(Act.READY, path)))
    items.append(Item(_("Change the password…"), Choice(Act.PASSWORD, path)))
    if finding.days_left is not None and state not in (State.EXPIRED, State.REVOKED):
        items.append(Item(_("Revoke…"), Choice(Act.REVOKE, path)))
    return tuple(items)


def _complete(name: str | None, path: str) -> Item:
    text = _("Complete the request…")
    return Item(_("{name}: {state}").format(name=name, state=text) if name else text, Choice(Act.COMPLETE, path))


def pending_line(renewal: Renewal) -> str:
    """Whose request it is, and what it waits for."""
    name = renewal.holder.name or renewal.holder.type
    if renewal.old_path is not None:
        return name
    if renewal.ended_because is not None:
        waits = _("eHealth refused it")
    elif renewal.for_foreigner and renewal.step in (Step.MAKE_KEY, Step.SUBMIT):
        waits = _("to be sent")
    elif renewal.for_foreigner and renewal.step is Step.COLLECT:
        waits = _("requested; waits for the log-in at eHealth")
    elif renewal.step in (Step.MAKE_KEY, Step.SIGN):
        waits = _("requested; it waits for the eID")
    elif renewal.step is Step.ACTIVATE:
        waits = _("waits for its encryption key to take over")
    elif renewal.by_hand:
        waits = _("requested; a person at eHealth looks at it")
    else:
        waits = _("requested; eHealth makes the certificate")
    return _("{name}: {state}").format(name=name, state=waits)


def items_of(renewal: Renewal) -> list[Item]:
    """What a person may do for it; or that nothing has to be done."""
    if renewal.step is Step.ACTIVATE:
        return [Item(_("Let the new encryption key take over…"), Choice(Act.ACTIVATE, renewal.new_path))]
    if renewal.old_path is None:
        if renewal.wanted is not None and renewal.needs_a_person:
            return [Item(_("Go on with the request…"), Choice(Act.REQUEST, renewal.path))]
        return [_complete(None, renewal.path)]
    if not renewal.needs_a_person:
        return [Item(_("Renewal under way: nothing has to be done"))]
    return [Item(_("Go on with the renewal…"), Choice(Act.RENEW, renewal.path))]


def _later(findings: Sequence[Finding], now: datetime, zone: tzinfo | None) -> list[Item]:
    can_wait = [(finding, choices) for finding in findings if (choices := snooze_choices(finding, now, zone))]
    items = []
    for finding, choices in can_wait:
        for later in choices:
            text = ngettext("in {days} day", "in {days} days", later.days) if later.days < 7 else _("in a week")
            text = text.format(days=later.days)
            if len(can_wait) > 1:
                text = _("{name}: {state}").format(name=name_of(finding), state=text)
            items.append(Item(text, Choice(Act.LATER, subject=subject_of(finding), later=later)))
    return [Item(_("Remind me later"), items=tuple(items))] if items else []


def _always() -> tuple[Item, ...]:
    return (
        Item(_("New certificate…"), Choice(Act.REQUEST)),
        Item(_("Check now"), Choice(Act.CHECK)),
        Item(_("Open folder"), Choice(Act.FOLDER)),
        Item(_("History"), Choice(Act.HISTORY)),
        Item(_("Settings…"), Choice(Act.SETTINGS)),
        Item(_("Help: what is wrong here"), Choice(Act.HELP)),
        SEPARATOR,
        Item(_("Quit"), Choice(Act.QUIT)),
    )


# ── Tooltip ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def tooltip(findings: Sequence[Finding]) -> str:
    """The nearest deadline, and how many others there are, in at most `TOOLTIP_LENGTH` UTF-16 units."""
    own = certificates(findings)
    if not own:
        return _("eHealth certificates: no keystore was found")
    more = "" if len(own) == 1 else f" (+{len(own) - 1})"
    return clipped(line(own[0]), TOOLTIP_LENGTH - len(more)) + more


def clipped(text: str, units: int) -> str:
    """`text` in at most `units` UTF-16 units, as Windows counts; what is left out is marked by an ellipsis."""
    encoded = text.encode("utf-16-le", "surrogatepass")  # a file's name need not be text
    if len(encoded) <= 2 * units:
        return text
    kept = encoded[: 2 * (units - 1)].decode("utf-16-le", errors="ignore")
    return f"{kept.rstrip()}…"
