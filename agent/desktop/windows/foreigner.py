"""The window for the certificate of a person without Belgian residence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.desktop.windows.foreigner_session import ForeignerSession, ForeignerWish
from agent.desktop.windows.renewal import show_session
from agent.desktop.windows.request_drawn import draw
from agent.desktop.windows.request_made import SaveSheet
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import new_window

if TYPE_CHECKING:
    from agent.ports import Clock, Outside


def request_for_foreigner_in_a_window(
    wish: ForeignerWish, outside: Callable[[], Outside], clock: Clock, save_sheet: SaveSheet
) -> None:
    """Show the window until the person closes it.

    Args:
        outside: makes the outside, in the request's thread.
    Raises: DisplayMissing.
    """
    root, look = new_window()
    stage = Stage()
    show_session(root, look, stage, clock, run=ForeignerSession(wish, outside, stage, save_sheet).run, draw=draw)
