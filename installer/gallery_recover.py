"""The window that recovers a keystore, with made-up contents."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from agent.core.finding import Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.recover_case import Case, Known, for_whom, what_it_means
from agent.core.registration import ContactData
from agent.desktop.windows import recover_pages as recover
from agent.desktop.windows.pages import Matter, Page
from agent.desktop.windows.recover_drawn import draw
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.request_pages import PasswordChosen
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.errors import PasswordNeeded, VaultUnavailable, WrongPassword
from agent.ports import Clock
from agent.text import _, written
from agent.watch.judge import judge

_CONTACT = ContactData("verantwoordelijke@groepdebrug.be", "0032470123456")


def recover_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[tuple[str, tk.Tk]]:
    """Each page in each of its forms."""
    from installer.gallery import HOLDER, KEYSTORE

    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    stage.show(Matter(str(KEYSTORE), HOLDER, Environment.PRODUCTION, clock.now() + timedelta(days=45)))
    for name, page in _pages(clock):
        stage.show(page)
        window.catch_up()
        yield f"recover-{name}", root


def _pages(clock: Clock) -> Iterator[tuple[str, Page]]:
    from installer.gallery import FOLDER, HOLDER, KEYSTORE

    now = clock.now()
    pharmacy = Holder("CBE", "0417497106", None, "APOTHEEK DE LINDE")
    gone, expired = _case(clock, KEYSTORE, HOLDER, 45), _case(clock, FOLDER / "linde.p12", pharmacy, -3)
    yield "troubled", recover.Troubled((expired, gone), now)
    yield "nothing", recover.NothingWrong((FOLDER, Path("//server/praktijk/ehealth/keystore")))
    yield "nothing-with-it", recover.NothingWrong((FOLDER,), expired.finding)
    yield "advice", recover.Advice(KEYSTORE, _("It could not be opened."), _("Restore it from a copy."))
    yield "unlock", recover.UnlockWanted(str(KEYSTORE), PasswordNeeded(str(KEYSTORE)))
    yield "searching", recover.Searching()
    closed = tuple(Path("/home/onthaal/Downloads") / f"keystore ({number}).p12" for number in range(1, 6))
    yield "copy-password", recover.CopyPasswordWanted(KEYSTORE, closed, 3)
    yield "copy-password-wrong", recover.CopyPasswordWanted(KEYSTORE, closed[:1], 0, WrongPassword(str(KEYSTORE)))
    copies = tuple(recover.FoundCopy(each, now - timedelta(days=90 * n)) for n, each in enumerate(closed[:3]))
    yield "copies", recover.CopiesFound(KEYSTORE, copies, can_be_forgotten=True)
    yield "back", recover.WorksAgain(gone.finding, gone.remedy(now).advice, was_put_back=True, goes_on=False)
    closed_vault = VaultUnavailable("it is locked")
    yield "back-goes-on", recover.WorksAgain(expired.finding, expired.remedy(now).advice, False, True, closed_vault)
    yield "forget", recover.ForgetWanted(KEYSTORE)
    yield "forgotten", recover.Forgotten(KEYSTORE)
    said = "ACTOR_NOT_ENTITLED: the actor is not entitled to act for this organization"
    yield "anew", recover.BeforeAnew(said, can_change=True)
    yield "anew-renewal", recover.BeforeAnew(said, can_change=False)
    known = Known(HOLDER, contact=_CONTACT, not_after=now + timedelta(days=45))
    reason = gone.finding.reason
    for name, carries in (("request", True), ("request-without-keys", False)):
        lines = tuple(what_it_means(known, gone, now, carries_keys=carries))
        yield (
            name,
            recover.BeforeRequest(
                reason,
                for_whom(known),
                Environment.PRODUCTION,
                lines,
                no_copy=not carries,
                can_be_forgotten=not carries,
                is_forgotten=not carries,
            ),
        )
    yield (
        "wait",
        recover.WaitShown(
            reason, _wait(now + timedelta(days=300)), no_copy=True, can_be_forgotten=True, is_forgotten=True
        ),
    )
    yield (
        "password",
        PasswordChosen(
            is_chosen=False,
            keep=True,
            reason=_(
                "Other programs cannot read the accented letters of this password. The new file needs another one."
            ),
        ),
    )


def _wait(opens: datetime) -> str:
    text = _("Put its file back from a copy, or find its password. From {opens} on a new keystore can take over.")
    return text.format(opens=written(opens.date()))


def _case(clock: Clock, path: Path, holder: Holder, days: int) -> Case:
    now = clock.now()
    ends = now + timedelta(days=days)
    glance = Glance("", holder, ends - timedelta(days=1096), ends, Fingerprint(path.name), False, 1)
    observation = Observation(str(path), Environment.PRODUCTION, glance)
    here, lost = ([observation], []) if days < 0 else ([], [observation])
    (finding,) = judge(here, now, {}, lost)
    assert finding.state in (State.EXPIRED, State.MISSING)
    return Case(finding, observation)
