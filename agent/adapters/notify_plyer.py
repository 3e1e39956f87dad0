"""Notifications of the desktop, through plyer, in a process of its own for each.

On Windows plyer sleeps while its notification is shown and raises in a thread; on Linux it waits for the desktop's
answer and does not look at it. In a child neither holds anybody up, plyer's memory goes with it, and an exit code tells
what became of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import agent
from agent.core.menu import clipped
from agent.core.reminders import Reminder
from agent.ports import Notifier
from agent.text import _

COMMAND = (sys.executable, "-m", "agent.adapters.notify_plyer")
TITLE_UNITS, TEXT_UNITS = 63, 255
"""In UTF-16; Windows takes no more."""

_PATIENCE_S = 60.0

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


@dataclass(frozen=True)
class PlyerNotifier(Notifier):
    command: Sequence[str] = COMMAND

    def show(self, reminder: Reminder, when_it_failed: Callable[[], None]) -> None:
        threading.Thread(target=self._show, args=(reminder, when_it_failed), name="notify", daemon=True).start()

    def _show(self, reminder: Reminder, when_it_failed: Callable[[], None]) -> None:
        told = json.dumps([reminder.title, reminder.text, _("eHealth certificates")])
        try:
            subprocess.run(  # noqa: S603 - our own program
                self.command,
                cwd=Path(agent.__file__).parents[1],
                input=told.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE_S,
                check=True,
                creationflags=_NO_WINDOW,
            )
        except (OSError, subprocess.SubprocessError):
            when_it_failed()


def main() -> int:
    """The child: show what standard input says. Exit code 1 where the desktop did not take it."""
    title, text, application = json.loads(sys.stdin.buffer.read())
    problems: list[object] = []
    threading.excepthook = problems.append
    try:
        _show(clipped(title, TITLE_UNITS), clipped(text, TEXT_UNITS), application)
    except Exception as problem:  # noqa: BLE001 - plyer raises whatever its platform's libraries do
        problems.append(problem)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    return 1 if problems else 0


def _show(title: str, text: str, application: str) -> None:
    warnings.simplefilter("ignore")  # plyer recommends other libraries
    if sys.platform.startswith("linux"):
        linux = import_module("plyer.platforms.linux.notification")
        linux.subprocess = SimpleNamespace(call=subprocess.check_call)  # type: ignore[attr-defined]  # it drops the exit code
        text = escape(text, quote=False)  # bodies are markup there
    from plyer import notification

    notification.notify(title=title, message=text, app_name=application)


if __name__ == "__main__":
    sys.exit(main())
