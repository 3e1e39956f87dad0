"""The windows that complete a request, take a certificate back, change a password, let a key take over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.desktop.windows.keystore_session import KeystoreSession, KeystoreWish
from agent.desktop.windows.life_drawn import draw
from agent.desktop.windows.life_sessions import Activating, Changing, Completing, Revoking
from agent.desktop.windows.renewal import show_session
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import new_window

if TYPE_CHECKING:
    from agent.ports import Clock, Outside

KINDS: dict[str, type[KeystoreSession]] = {
    "activate": Activating,
    "complete": Completing,
    "password": Changing,
    "revoke": Revoking,
}


def show(kind: str, wish: KeystoreWish, outside: Callable[[], Outside], clock: Clock) -> None:
    """Show the window until the person closes it. `kind` is one of `KINDS`. Raises: DisplayMissing."""
    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=KINDS[kind](wish, outside, stage).run, draw=draw)
