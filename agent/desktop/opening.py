"""What is opened from the tray: windows, each a child of its own, and the folder of the keystores."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agent.core.menu import Act, Choice
from agent.core.reminders import Reminder
from agent.desktop.around import Around
from agent.text import _

_RENEWS = "renew"
"""By one name: at one keystore only one of them at a time."""

_OF_A_KEYSTORE: Mapping[Act, tuple[str, tuple[str, ...]]] = {
    Act.RENEW: (_RENEWS, ("renew",)),
    Act.COMPLETE: (_RENEWS, ("complete",)),
    Act.RECOVER: (_RENEWS, ("recover",)),
    Act.ACTIVATE: (_RENEWS, ("activate",)),
    Act.PASSWORD: ("password", ("password", "change")),
    Act.REVOKE: ("revoke", ("revoke",)),
    Act.READY: ("ready", ("ready",)),
    Act.PASS_ON: ("pass-on", ("pass-on",)),
}

_OTHERS: Mapping[Act, tuple[str, ...]] = {
    Act.REQUEST: ("request", "--window"),
    Act.HISTORY: ("history", "--window"),
    Act.SETTINGS: ("settings",),
    Act.HELP: ("doctor", "--window"),
}

_log = logging.getLogger(__name__)


class Opening:
    """Opens what was chosen, and says so where that cannot be.

    Args:
        look: once a window was closed.
        show: tells people.
    """

    def __init__(self, around: Around, look: Callable[[], None], show: Callable[[Reminder], None]) -> None:
        self._around, self._look, self._show = around, look, show

    def is_renewing(self, path: str) -> bool:
        """Whether a window is open in which the keystore at `path` is renewed, completed, recovered or activated."""
        return self._around.children.is_running(f"{_RENEWS} {path}")

    def open_window(self, choice: Choice) -> None:
        """The window of what was chosen; where it has none of its own, the one that shows all certificates."""
        match choice:
            case Choice(act, str(path)) if act in _OF_A_KEYSTORE:
                name, words = _OF_A_KEYSTORE[act]
                self._open(f"{name} {path}", *words, "--window", path)
            case Choice(act) if act in _OTHERS:
                self._open(_OTHERS[act][0], *_OTHERS[act])
            case _:
                self.open_status()

    def open_status(self) -> None:
        self._open("status", "status", "--window")

    def open_folder(self, folder: Path) -> None:
        if not self._around.open_folder(folder):
            self._show(Reminder(_("The folder could not be opened"), str(folder)))

    def _open(self, name: str, *arguments: str) -> None:
        def ended(code: int, said: str) -> None:  # noqa: ARG001
            if code:
                _log.error("The window '%s' ended with exit code %s.", arguments[0], code)
                self._around.timetable.soon(lambda: self._say_no_window(arguments))
            self._around.timetable.soon(self._look)

        self._around.children.start(name, arguments, ended, window=True)

    def _say_no_window(self, arguments: Sequence[str]) -> None:
        """Not by `show`, which may open a window where nothing else tells it."""
        words = [word if " " not in word else f'"{word}"' for word in arguments if word != "--window"]
        text = _("The same works in a terminal: {command}").format(command=" ".join(["ehealth-agent", *words]))
        reminder = Reminder(_("The window could not be opened"), text)
        _log.warning("%s – %s", reminder.title, reminder.text)

        def when_it_failed() -> None:
            self._around.tray.notify(reminder)

        self._around.notifier.show(reminder, when_it_failed)
