"""How soon a window can be used, from the click in the tray that asks for it.

The click starts a process, as `agent.desktop.processes` does. The window counts as usable once it has answered a key:
Escape is pressed as soon as its first page is to be seen, and the time ends when it is gone again. Beside it, in the
same run and on the same screen: an empty Tk window in an otherwise empty Python. The best of several tries counts: what
the computer did for others at the moment is no matter of ours.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any

ROUNDS = 5
MOST_UNTIL_USABLE_S = 1.0

_EMPTY_TITLE = "empty"
_EMPTY = f"""
import tkinter
root = tkinter.Tk()
root.title({_EMPTY_TITLE!r})
root.bind('<Escape>', lambda event: root.destroy())
root.mainloop()
"""
_PATIENCE_S = 20.0
_BREATH_S = 0.005


def opening(environ: Mapping[str, str], keystore: Path) -> bool:
    """Print how long each takes; whether the windows keep to their limit.

    Args:
        environ: with a DISPLAY, on which nobody else has a window; texts are in English.
        keystore: one whose password is not known.
    """
    if find_spec("_tkinter") is None:
        print("\nFrom the click to a usable window: not measured, for want of the package python3-tk.")
        return True
    agent = (sys.executable, "-m", "agent")
    windows = {
        "the renewal window": ("The keystore's password", (*agent, "renew", "--window", str(keystore))),
        "the status window": ("eHealth certificates", (*agent, "status", "--window")),
        "an empty Tk window": (_EMPTY_TITLE, (sys.executable, "-c", _EMPTY)),
    }
    from Xlib.display import Display

    took: dict[str, list[float]] = {name: [] for name in windows}
    screen = Display(environ["DISPLAY"])  # held open: an X server begins anew once nobody is connected
    try:
        for _ in range(ROUNDS):
            for name, (title, command) in windows.items():
                took[name].append(_until_used(screen, environ, title, command))
    finally:
        screen.close()
    print(f"\nFrom the click to a usable window, the best of {ROUNDS} tries", flush=True)
    for name, seconds in took.items():
        print(f"  {name:36}{min(seconds):8.2f} s")
    hold = True
    for name in list(windows)[:2]:
        kept = min(took[name]) < MOST_UNTIL_USABLE_S
        print(f"  {name} within {MOST_UNTIL_USABLE_S:.0f} s: {'ok' if kept else 'MISSED'}")
        hold &= kept
    return hold


def _until_used(screen: Any, environ: Mapping[str, str], title: str, command: Sequence[str]) -> float:
    """Seconds until the window has answered a key; infinite where it does not."""
    from Xlib import XK, X
    from Xlib.ext import xtest

    with ExitStack() as end:
        began = time.perf_counter()
        child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end.callback(child.wait)
        end.callback(child.kill)
        while (window := _titled(screen.screen().root, title)) is None:
            if time.perf_counter() > began + _PATIENCE_S:
                return inf
            time.sleep(_BREATH_S)
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        escape = screen.keysym_to_keycode(XK.XK_Escape)
        for stroke in (X.KeyPress, X.KeyRelease):
            xtest.fake_input(screen, stroke, escape)
        screen.sync()
        while _titled(screen.screen().root, title) is not None:
            if time.perf_counter() > began + _PATIENCE_S:
                return inf
            time.sleep(_BREATH_S)
        return time.perf_counter() - began


def _titled(root: Any, title: str) -> Any:
    """The window whose title begins so, once it is to be seen; else None."""
    from Xlib import X
    from Xlib.error import XError

    for window in root.query_tree().children:
        try:
            name = window.get_full_text_property(window.display.get_atom("_NET_WM_NAME"))
            if name and name.startswith(title) and window.get_attributes().map_state == X.IsViewable:
                return window
        except XError:  # it has just gone
            continue
    return None
