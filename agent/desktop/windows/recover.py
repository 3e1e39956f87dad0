"""The window that leads from a keystore in trouble to one that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.desktop.windows.recover_drawn import draw
from agent.desktop.windows.recover_session import Recovering, RecoverWish
from agent.desktop.windows.renewal import show_session
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import new_window

if TYPE_CHECKING:
    from agent.ports import Clock, Outside

__all__ = ["RecoverWish", "recover_in_a_window"]


def recover_in_a_window(wish: RecoverWish, outside: Callable[[], Outside], clock: Clock) -> None:
    """Show the window until the person closes it.

    Args:
        outside: makes the outside, in the session's thread.
    Raises: DisplayMissing.
    """
    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=Recovering(wish, outside, stage).run, draw=draw)
