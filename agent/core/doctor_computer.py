"""What the facts about this computer and its connection mean: one function for each thing that `doctor` looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.holder import Environment
from agent.text import _, lasting, moment, ngettext

CLOCK_TODO, CLOCK_STOPS = timedelta(minutes=1), timedelta(minutes=5)
"""Requests bear this computer's time. eHealth publishes no limit; such services usually bear five minutes."""

ROOM_TODO, ROOM_STOPS = 50 * 2**20, 2**20
"""Bytes. A renewal writes a few files of some ten thousand bytes; below the first, a disk is full soon."""

_ENVIRONMENTS = {Environment.PRODUCTION: Topic.PRODUCTION, Environment.ACCEPTANCE: Topic.ACCEPTANCE}


# ── eHealth ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Greeting:
    """What a service's server answered to a plain question.

    Attributes:
        date: its Date header, as sent.
        halfway: this computer's time between question and answer, aware UTC.
    """

    environment: Environment
    host: str
    status: int
    date: str
    halfway: datetime


def topic_of(environment: Environment) -> Topic:
    return _ENVIRONMENTS[environment]


def service_check(seen: Greeting) -> Check:
    """Any answer of its own proves the way there; those below come from what stands before it."""
    topic = topic_of(seen.environment)
    if seen.status in (407, 511):
        todo = _("Open a web page in the browser and log in, or ask who keeps the network, then try again.")
        found = _("a proxy or a login page stands before {host} (HTTP status {status})")
        return Check(topic, Mark.STOPS, found.format(host=seen.host, status=seen.status), todo)
    if seen.status in (502, 503, 504):
        found = _("{host} answers that it is out of service (HTTP status {status})")
        todo = _("This is on eHealth's side. The agent tries again later.")
        return Check(topic, Mark.TODO, found.format(host=seen.host, status=seen.status), todo)
    return fine(topic, _("{host} answers").format(host=seen.host))


def clock_check(greetings: Sequence[Greeting]) -> Check:
    """This computer's clock against the first server that told its own."""
    for seen in greetings:
        theirs = _instant(seen.date)
        if theirs is not None:
            return _clock(seen.halfway - theirs)
    found = _("it could not be compared: no service told its time")
    return Check(Topic.CLOCK, Mark.TODO, found, _("Look at this computer's date and time yourself."))


def _instant(date: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def _clock(ahead: timedelta) -> Check:
    if abs(ahead) <= CLOCK_TODO:
        return fine(Topic.CLOCK, _("it agrees with eHealth's"))
    off = lasting(abs(ahead))
    text = _("it is {duration} fast") if ahead > timedelta(0) else _("it is {duration} slow")
    todo = _("Have this computer set its clock by the network, in the settings for date and time.")
    return Check(Topic.CLOCK, Mark.STOPS if abs(ahead) > CLOCK_STOPS else Mark.TODO, text.format(duration=off), todo)


# ── Keystores ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class FolderSeen:
    """A watched folder. `problem` is why it cannot be used, in the system's words; free bytes None: not known."""

    path: str
    is_there: bool
    can_read: bool = True
    can_write: bool = True
    is_share: bool = False
    free_bytes: int | None = None


def folder_check(seen: FolderSeen) -> Check:
    def is_wrong(mark: Mark, what: str, todo: str) -> Check:
        return Check(Topic.FOLDER, mark, _("{where}: {problem}").format(where=seen.path, problem=what), todo)

    if not seen.is_there:
        todo = _("Look whether its disk or share is there, or set the folders: ehealth-agent settings")
        return is_wrong(Mark.TODO, _("it is not there"), todo)
    if not seen.can_read:
        return is_wrong(Mark.STOPS, _("it cannot be read"), _("Have this user given the right to read it."))
    if not seen.can_write:
        return is_wrong(Mark.STOPS, _("it cannot be written"), _("Have this user given the right to write there."))
    if seen.free_bytes is not None and seen.free_bytes < ROOM_TODO:
        mark = Mark.STOPS if seen.free_bytes < ROOM_STOPS else Mark.TODO
        return is_wrong(mark, _("the disk is full, or nearly"), _("Make room on it."))
    found = _("on a share, can be read and written") if seen.is_share else _("can be read and written")
    if seen.free_bytes is not None:
        found = _("{what}, {size:.1f} GB free").format(what=found, size=seen.free_bytes / 1e9)
    return fine(Topic.FOLDER, _("{where}: {problem}").format(where=seen.path, problem=found))


def found_check(count: int) -> Check:
    if not count:
        todo = _("Set the folders where your keystores are: ehealth-agent settings")
        return Check(Topic.FOUND, Mark.TODO, _("no keystore was found"), todo)
    text = ngettext("{count} keystore was found", "{count} keystores were found", count)
    return fine(Topic.FOUND, text.format(count=count))


def password_checks(known: int, wrong: Sequence[str], unknown: Sequence[str]) -> list[Check]:
    """Args: `wrong`, `unknown`: files whose stored password does not open them, and that have none."""
    checks = []
    todo = _('Store it: ehealth-agent password set "{path}"')
    for path in wrong:
        found = _("{path}: the stored one does not open it").format(path=path)
        checks.append(Check(Topic.PASSWORDS, Mark.TODO, found, todo.format(path=path)))
    for path in unknown:
        found = _("{path}: none is stored").format(path=path)
        checks.append(Check(Topic.PASSWORDS, Mark.TODO, found, todo.format(path=path)))
    if known:
        text = ngettext("{count} is stored and fits", "{count} are stored and fit", known)
        checks.append(fine(Topic.PASSWORDS, text.format(count=known)))
    return checks


# ── Desktop ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DesktopSeen:
    """What this desktop has.

    Attributes:
        tray: such as ``X11``; None: it shows no icons, or there is no desktop.
        tk: version of Tk whose windows open here, or None, then `no_windows` says why and `windows_hint` what to do.
    """

    tray: str | None
    tk: str | None
    no_windows: str = ""
    windows_hint: str = ""


def tray_check(seen: DesktopSeen) -> Check:
    if seen.tray is None:
        todo = _("The agent watches and reminds all the same. Start it again to see how your certificates are.")
        return Check(Topic.TRAY, Mark.TODO, _("this desktop shows no icons"), todo)
    return fine(Topic.TRAY, _("it shows icons ({kind})").format(kind=seen.tray))


def windows_check(seen: DesktopSeen) -> Check:
    if seen.tk is None:
        return Check(Topic.WINDOWS, Mark.TODO, seen.no_windows, seen.windows_hint)
    return fine(Topic.WINDOWS, _("they open (Tk {version})").format(version=seen.tk))


def notifications_check(server: str | None) -> Check:
    """`server` names what shows them; None: nothing does."""
    if server is None:
        todo = _("Reminders come by the icon or in a window instead. On Linux the package libnotify-bin is needed.")
        return Check(Topic.NOTIFICATIONS, Mark.TODO, _("this desktop shows none"), todo)
    return fine(Topic.NOTIFICATIONS, _("shown by {program}").format(program=server))


# ── The agent ────────────────────────────────────────────────────────────────────────────────────────────────────────


def config_check(path: str, is_there: bool) -> Check:
    found = _("{path} is valid") if is_there else _("there is none; everything is as the agent came")
    return fine(Topic.CONFIG, found.format(path=path))


def journal_check(is_there: bool, newest: datetime | None, unfinished: int) -> Check:
    if not is_there:
        return fine(Topic.JOURNAL, _("there is none yet; the first look begins it"))
    if unfinished:
        text = ngettext("{count} renewal is not finished", "{count} renewals are not finished", unfinished)
        return Check(Topic.JOURNAL, Mark.TODO, text.format(count=unfinished), _("Go on with: ehealth-agent status"))
    if newest is None:
        return fine(Topic.JOURNAL, _("it opens, and is empty"))
    return fine(Topic.JOURNAL, _("it opens; the newest line is of {moment}").format(moment=moment(newest)))


def running_check(is_running: bool) -> Check:
    if is_running:
        return fine(Topic.RUNNING, _("the agent is running"))
    todo = _("Start it: ehealth-agent run")
    return Check(Topic.RUNNING, Mark.TODO, _("the agent is not running: nobody watches"), todo)


def autostart_check(is_enabled: bool) -> Check:
    if is_enabled:
        return fine(Topic.AUTOSTART, _("the agent starts at login"))
    todo = _("Switch it on: ehealth-agent autostart enable")
    return Check(Topic.AUTOSTART, Mark.TODO, _("the agent does not start at login"), todo)


def vault_check(gave_back: bool) -> Check:
    """`gave_back`: what was stored came back as it was, and was forgotten when asked."""
    if gave_back:
        return fine(Topic.VAULT, _("it stores, gives back and forgets"))
    todo = _("Passwords are asked each time instead. Ask who keeps this computer to look at it.")
    return Check(Topic.VAULT, Mark.TODO, _("what was stored in it did not come back"), todo)
