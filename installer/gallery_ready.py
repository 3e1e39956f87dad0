"""The window about the next renewal, with made-up contents."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from agent.core import doctor_computer as computer
from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.doctor_eid import readers_checks
from agent.core.finding import Finding, Observation
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment
from agent.core.readiness import Readiness, with_word
from agent.core.survey import Reader, Readers
from agent.desktop.windows.pages import Page, PinWanted
from agent.desktop.windows.ready_drawn import draw
from agent.desktop.windows.ready_pages import ReadyShown, WhomAsked, WhomTrouble
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.errors import MiddlewareMissing, Unreachable
from agent.pipeline.acting import Acting
from agent.ports import Clock
from agent.text import _, written
from agent.watch.judge import judge
from agent.watch.ready import Ready, contact_check

_TOPICS = Topic.SERVICE, Topic.SOFTWARE, Topic.PRODUCTION


def ready_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[tuple[str, tk.Tk]]:
    """Each page in each of its forms."""
    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    for name, page in _pages(clock):
        stage.show(page)
        window.catch_up()
        yield f"ready-{name}", root


def _pages(clock: Clock) -> Iterator[tuple[str, Page]]:
    from installer.gallery import CONTACT, HOLDER, SIGNER

    first, second = _findings(clock)
    known = Readiness(clock.now())
    asked = _ready(first, known)
    here = _here(clock)
    yield "looking", ReadyShown([first], _TOPICS, {0: here[0]})
    shown = ReadyShown([first], _TOPICS, dict(enumerate(here)), [asked], is_looking=False)
    yield "asked", shown
    yield "right", replace(shown, own=[_ready(first, with_word(known, CONTACT, is_right=True))])
    yield "wrong", replace(shown, own=[_ready(first, with_word(known, CONTACT, is_right=False))])
    closed = Ready(second, (), (Check(Topic.PASSWORDS, Mark.STOPS, second.reason),))
    yield "two", replace(shown, findings=[first, second], own=[asked, closed])
    away = Unreachable("https://services.ehealth.fgov.be", _("no answer within {seconds:g} seconds").format(seconds=4))
    missing = MiddlewareMissing("/usr/lib/libbeidpkcs11.so.0")
    bad = [
        here[0],
        [Check(Topic.SOFTWARE, Mark.STOPS, str(missing), missing.advice)],
        [Check(Topic.PRODUCTION, Mark.STOPS, str(away), away.advice)],
    ]
    unasked = Ready(first, (), (Check(Topic.CONTACT, Mark.TODO, str(away), away.advice),), known)
    yield "bad", replace(shown, here=dict(enumerate(bad)), own=[unasked])
    yield "whom", WhomAsked(1)
    yield "whom-twice", WhomAsked(2)
    asks_for = _("the list of organizations that you may act for")
    yield "pin", PinWanted(None, SIGNER, Environment.PRODUCTION, 3, asks_for=asks_for)
    yield "whom-trouble", WhomTrouble(away)
    acting = Acting(SIGNER.full_name, frozenset({(HOLDER.type, HOLDER.number)}))
    other = replace(HOLDER, number="71234599", name="Apotheek Voorbeeld")
    yield "acting", replace(shown, acting=[acting.check(HOLDER), acting.check(other)])


def _findings(clock: Clock) -> list[Finding]:
    from installer.gallery import FOLDER, HOLDER, KEYSTORE

    until = clock.now() + timedelta(days=170)
    begins = until - timedelta(days=1095)
    glance = Glance("", HOLDER, begins, until, Fingerprint("1" * 64), pending=False, encryption_keys=1)
    own = Observation(str(KEYSTORE), Environment.PRODUCTION, glance)
    path = str(Path(FOLDER) / "backup.p12")
    why = _("The password of {path} is not known here.").format(path="backup.p12")
    closed = Observation(path, Environment.PRODUCTION, None, why, password_needed=True)
    return list(judge([own, closed], clock.now()))


def _ready(finding: Finding, known: Readiness) -> Ready:
    from installer.gallery import CONTACT

    lasts = _("of the eID that was last seen here: valid until {day}").format(day=written(date(2029, 5, 1)))
    own = [
        fine(Topic.SIGNATURE, lasts),
        fine(Topic.PASSWORDS, _("the stored one opens the keystore")),
        contact_check(CONTACT, known),
    ]
    return Ready(finding, (), own, known, CONTACT)


def _here(clock: Clock) -> list[list[Check]]:
    greeting = computer.Greeting(
        Environment.PRODUCTION, "services.ehealth.fgov.be", 200, "Mon, 02 Mar 2026 09:00:00 GMT", clock.now()
    )
    return [
        list(readers_checks(Readers(None, (Reader("ACS ACR38U-CCID 00 00", None),)))),
        [fine(Topic.SOFTWARE, "/usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0")],
        [computer.service_check(greeting), computer.clock_check([greeting])],
    ]
