"""What `doctor` says: one `Check` for each thing that was looked at, and what all of them together mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from agent.text import N_, _, ngettext


class Mark(Enum):
    """How it is. The value is that of ``doctor --json``."""

    FINE = "fine"
    TODO = "to do"
    STOPS = "stops"  # no renewal from here before it is put right


_SIGNS = {Mark.FINE: ("✓", N_("fine")), Mark.TODO: ("!", N_("to do")), Mark.STOPS: ("✗", N_("stops"))}


class Part(Enum):
    """Checks that belong together; the value is their heading."""

    EID = N_("The eID")
    EHEALTH = N_("eHealth")
    KEYSTORES = N_("Keystores")
    DESKTOP = N_("This desktop")
    PROGRAM = N_("The agent itself")


class Topic(Enum):
    """What is looked at, in the order in which it is told. The value is that of ``doctor --json``."""

    SERVICE = "eid.service"
    READERS = "eid.readers"
    SOFTWARE = "eid.software"
    CARD = "eid.card"
    AUTHENTICATION = "eid.authentication"
    SIGNATURE = "eid.signature"
    PIN = "eid.pin"
    PRODUCTION = "ehealth.production"
    ACCEPTANCE = "ehealth.acceptance"
    CLOCK = "ehealth.clock"
    CONTACT = "ehealth.contact"
    QUALITIES = "ehealth.qualities"
    FOLDER = "keystores.folder"
    FOUND = "keystores.found"
    PASSWORDS = "keystores.passwords"
    VAULT = "keystores.vault"
    TRAY = "desktop.tray"
    NOTIFICATIONS = "desktop.notifications"
    WINDOWS = "desktop.windows"
    CONFIG = "agent.config"
    JOURNAL = "agent.journal"
    RUNNING = "agent.running"
    AUTOSTART = "agent.autostart"

    @property
    def part(self) -> Part:
        return _PARTS[self.value.partition(".")[0]]

    @property
    def title(self) -> str:
        return _(_TITLES[self])


_PARTS = {
    "eid": Part.EID,
    "ehealth": Part.EHEALTH,
    "keystores": Part.KEYSTORES,
    "desktop": Part.DESKTOP,
    "agent": Part.PROGRAM,
}
_TITLES = {
    Topic.SERVICE: N_("Card service"),
    Topic.READERS: N_("Readers"),
    Topic.SOFTWARE: N_("Software for the eID"),
    Topic.CARD: N_("Card"),
    Topic.AUTHENTICATION: N_("Authentication certificate"),
    Topic.SIGNATURE: N_("Signature certificate"),
    Topic.PIN: N_("PIN"),
    Topic.PRODUCTION: N_("Production"),
    Topic.ACCEPTANCE: N_("Acceptance"),
    Topic.CLOCK: N_("Clock"),
    Topic.CONTACT: N_("Contact data"),
    Topic.QUALITIES: N_("Whom the eID may act for"),
    Topic.FOLDER: N_("Folder"),
    Topic.FOUND: N_("Files"),
    Topic.PASSWORDS: N_("Passwords"),
    Topic.VAULT: N_("Password vault"),
    Topic.TRAY: N_("Tray"),
    Topic.NOTIFICATIONS: N_("Notifications"),
    Topic.WINDOWS: N_("Windows"),
    Topic.CONFIG: N_("Config file"),
    Topic.JOURNAL: N_("Journal"),
    Topic.RUNNING: N_("Watching"),
    Topic.AUTOSTART: N_("Start at login"),
}


@dataclass(frozen=True)
class Check:
    """One line. `todo` says what a person does about it; empty where nothing has to be done."""

    topic: Topic
    mark: Mark
    found: str
    todo: str = ""

    @property
    def said(self) -> str:
        """What it is about, and what was found."""
        return _("{where}: {problem}").format(where=self.topic.title, problem=self.found)


def fine(topic: Topic, found: str) -> Check:
    return Check(topic, Mark.FINE, found)


def sign(mark: Mark) -> tuple[str, str]:
    """Its sign, and the word that says the same."""
    shape, word = _SIGNS[mark]
    return shape, _(word)


def in_order(checks: Sequence[Check]) -> list[Check]:
    order = list(Topic)
    return sorted(checks, key=lambda check: order.index(check.topic))


def worst(checks: Sequence[Check]) -> Mark:
    marks = {check.mark for check in checks}
    return next((mark for mark in (Mark.STOPS, Mark.TODO) if mark in marks), Mark.FINE)


def exit_code(checks: Sequence[Check]) -> int:
    """0 all is well, 1 there is something to do, 2 something stops a renewal."""
    return {Mark.FINE: 0, Mark.TODO: 1, Mark.STOPS: 2}[worst(checks)]


def verdict(checks: Sequence[Check]) -> str:
    """All of it in a sentence."""
    stopping = sum(check.mark is Mark.STOPS for check in checks)
    other = sum(check.mark is Mark.TODO for check in checks)
    sentences = []
    if stopping:
        sentences.append(
            ngettext("{count} thing stops a renewal.", "{count} things stop a renewal.", stopping).format(
                count=stopping
            )
        )
    if other:
        text = ngettext("{count} thing should be seen to.", "{count} things should be seen to.", other)
        sentences.append(text.format(count=other))
    return " ".join(sentences) or _("All is well.")


def lines(checks: Sequence[Check]) -> list[str]:
    """For people, in groups: what was found, and below it what to do."""
    width = max(len(sign(mark)[1]) for mark in Mark)
    said: list[str] = []
    part = None
    for check in in_order(checks):
        if check.topic.part is not part:
            part = check.topic.part
            said += [*([""] if said else []), _(part.value)]
        shape, word = sign(check.mark)
        said.append(f"  {shape} {word:<{width}}  {check.said}")
        if check.todo:
            said.append(f"  {' ' * (width + 2)}  → {check.todo}")
    return [*said, "", verdict(checks)]


def as_json(checks: Sequence[Check]) -> dict[str, object]:
    return {
        "worst": worst(checks).value,
        "checks": [
            {"topic": check.topic.value, "mark": check.mark.value, "found": check.found, "todo": check.todo}
            for check in in_order(checks)
        ],
    }


# ── Checks that say nothing ──────────────────────────────────────────────────────────────────────────────────────────


def gave_no_answer(topic: Topic, seconds: float) -> Check:
    found = _("no answer within {seconds:g} seconds").format(seconds=seconds)
    return Check(topic, Mark.TODO, found, _("Try again. If it comes back, restart the computer."))


def failed(topic: Topic, kind: str) -> Check:
    """`kind` names the failure for who mends the program."""
    found = _("it could not be looked at ({kind})").format(kind=kind)
    return Check(topic, Mark.TODO, found, _("Save a report and send it to your helpdesk."))
