"""The commands that open a window: `renew --window` and its like."""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module
from typing import Any

from agent import wiring
from agent.config import load
from agent.errors import WindowsMissing
from agent.text import speak


def renew(arguments: Namespace) -> int:
    """Renew a keystore in a window, or go on with its renewal."""
    config = load(arguments.config)
    speak(config.language)
    session, renewal = _window("session"), _window("renewal")
    activate = arguments.activate or config.activate_at_once
    wish = session.Wish(arguments.keystore.absolute(), config.profile, activate, arguments.anew)
    renewal.renew_in_a_window(wish, lambda: wiring.outside(config), wiring.clock())
    return 0


def _window(name: str) -> Any:
    """A module of the windows. Raises: WindowsMissing where this Python has no Tk."""
    try:
        return import_module(f"agent.desktop.windows.{name}")
    except ModuleNotFoundError as problem:
        if problem.name in ("tkinter", "_tkinter"):
            raise WindowsMissing from problem
        raise
