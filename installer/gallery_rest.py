"""The windows that complete, revoke, change a password and activate, with made-up contents."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from agent.core.depot import Served
from agent.core.holder import Environment
from agent.core.renewal import Step
from agent.desktop.windows import life_pages as life
from agent.desktop.windows.life_drawn import OtherPasswordDrawn, draw
from agent.desktop.windows.pages import Matter, Page
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.errors import NothingBegun, NothingToActivate, VaultUnavailable
from agent.ports import Clock
from agent.watch.begun import Begun


def rest_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[tuple[str, tk.Tk]]:
    """Each page in each of its forms."""
    from installer.gallery import HOLDER, KEYSTORE

    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    stage.show(Matter(str(KEYSTORE), HOLDER, Environment.PRODUCTION, clock.now() + timedelta(days=45)))
    for name, page in _pages(clock):
        stage.show(page)
        window.catch_up()
        if isinstance(window.drawn, OtherPasswordDrawn):
            window.drawn.entry.insert(0, "Watermolen-2026")
            window.drawn.look()
        yield f"rest-{name}", root


def _pages(clock: Clock) -> Iterator[tuple[str, Page]]:
    from installer.gallery import FOLDER, HOLDER, KEYSTORE, renewed

    now = clock.now()
    whose = HOLDER.name or ""
    begun = tuple(Begun(FOLDER / f"request-{n}.p12", whose, now - timedelta(days=n, hours=3)) for n in range(3))
    yield "begun", life.BegunFound(begun)
    yield "completed", life.Completed(renewed(Step.DONE))
    yield "completed-to-activate", life.Completed(renewed(Step.ACTIVATE))
    yield "before-revoking", life.BeforeRevoking(can_be_renewed=False)
    yield "before-revoking-renewable", life.BeforeRevoking(can_be_renewed=True)
    yield "revoked", life.Revoked()
    yield "revoked-before", life.Revoked(was_before=True)
    yield "other-password", life.OtherPassword((whose,), None)
    copies = tuple(str(Path("//server/praktijk/ehealth/keystore") / f"backup-{n}.p12") for n in range(2))
    yield "password-changed", life.PasswordChanged(KEYSTORE, copies, VaultUnavailable("it is locked"))
    old = Served("4F1A 22C0 9D3E 71B8", now + timedelta(days=45))
    new = Served("A83C 0E55 61D2 F907", now + timedelta(days=1095))
    yield "before-activating", life.BeforeActivating(old)
    yield "before-activating-none", life.BeforeActivating(None)
    yield "activated", life.Activated(old, new)
    yield "trouble-begun", life.LifeTrouble(NothingBegun(str(FOLDER)))
    yield "trouble-activate", life.LifeTrouble(NothingToActivate(str(KEYSTORE)))
