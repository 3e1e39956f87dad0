"""`run` and `autostart`: the resident, put together."""

from __future__ import annotations

import logging
import re
import signal
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agent import __version__, wiring
from agent.config import default_path, load
from agent.desktop.bell import listen
from agent.desktop.instance import AlreadyRunning, Instance
from agent.desktop.processes import Processes
from agent.desktop.tray import NoTray, SystemTray, Tray, has_screen
from agent.text import _

_LOG_BYTES, _LOGS = 500_000, 3


def run(arguments: Namespace) -> int:
    """Watch until stopped. A second one shows the first one's state and ends."""
    state = wiring.state_folder()
    try:
        instance = Instance(state / "resident.lock")
    except AlreadyRunning:
        print(_("The agent is already running."))
        if has_screen() and not arguments.no_tray:
            Processes(agent_command(arguments.config)).start("status", ["status", "--window"], print, window=True)
        return 0
    log_to(state / "agent.log")
    _run(arguments, bell_in(state))
    instance.let_go()
    return 0


def bell_in(state: Path) -> Path:
    """Where the resident is told to end."""
    return state / "resident.bell"


def _run(arguments: Namespace, bell: Path) -> None:
    """The icon first, then what it shows: the libraries of the rest take longer to load than a person waits."""
    log = logging.getLogger("agent")
    log.info("The agent %s starts.", __version__)
    tray: Tray = SystemTray() if has_screen() and not arguments.no_tray else NoTray()
    _at_a_signal(tray.stop)
    _when_told(bell, tray.stop)
    ends: list[Callable[[], None]] = []

    def begin() -> None:
        try:
            ends.extend(_watch(arguments, tray))
        except Exception:
            log.exception("The agent cannot start.")
            tray.stop()
            raise

    tray.run(begin)
    for end in ends:
        end()
    log.info("The agent ends.")


def _watch(arguments: Namespace, tray: Tray) -> Sequence[Callable[[], None]]:
    """Begin to watch, and give what ends it."""
    # APScheduler brings asyncio along, which does without ssl where there is none; that is 4 MiB of memory that would
    # always be there, in a process that speaks to nobody.
    sys.modules.setdefault("ssl", None)  # type: ignore[arg-type]

    from agent.desktop.around import Around
    from agent.desktop.hints import Hints, is_share
    from agent.desktop.launch import open_folder
    from agent.desktop.memory import give_back
    from agent.desktop.resident import Resident
    from agent.desktop.scheduler import Timetable

    clock = wiring.clock()
    timetable, hints = Timetable(clock.now), Hints()
    config_path = arguments.config.absolute() if arguments.config else default_path()
    around = Around(
        clock=clock,
        journal=wiring.journal(),
        notifier=wiring.notifier(),
        children=Processes(agent_command(arguments.config)),
        timetable=timetable,
        tray=tray,
        load=lambda: load(arguments.config),
        follow=lambda folders: hints.follow([each for each in folders if not is_share(each)], config_path),
        is_share=is_share,
        open_folder=open_folder,
        rest=give_back,
        stop=tray.stop,
        has_screen=has_screen(),
    )
    resident = Resident(around)
    hints.tell(resident.changed)
    tray.tell(resident.choose, resident.no_tray)
    timetable.start(resident.jumped)
    timetable.soon(resident.begin)
    return timetable.stop, hints.stop


def _at_a_signal(stop: Callable[[], None]) -> None:
    """Do `stop` when the session, or a person at a terminal, ends this process.

    The main thread waits inside of the tray, and the signal may reach another thread, which does not wake it: so what
    Python writes at once, from whichever thread, wakes one that waits for nothing else. GTK sets a wake-up of its own
    instead, which lets the handler run.
    """
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, lambda _number, _frame: wakes.send(b"!"))

    def wait() -> None:
        while woken.recv(1):  # not once: the other end must always be there
            stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()


def _when_told(bell: Path, stop: Callable[[], None]) -> None:
    """Do `stop` when the status window asks for it, for desktops whose tray has no menu."""
    log = logging.getLogger("agent")

    def rung() -> None:
        log.info("The status window asks the agent to end.")
        stop()

    try:
        listen(bell, rung)
    except OSError as problem:  # a file system without pipes: it watches all the same
        log.warning("The status window cannot end the agent: %s.", problem.strerror)


def agent_command(config: Path | None) -> list[str]:
    """What starts another command of this agent, with the same config."""
    return [sys.executable, "-m", "agent", *(["--config", str(config.absolute())] if config else [])]


def log_to(path: Path) -> None:
    """Keep the log in a few files of limited size, and show it where a person started this in a terminal."""
    log = logging.getLogger()
    log.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [RotatingFileHandler(path, "a", _LOG_BYTES, _LOGS, encoding="utf-8", delay=True)]
    if sys.stderr is not None and sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(_Discreet("%(asctime)s  %(levelname)-7s  %(message)s"))
        log.addHandler(handler)


class _Discreet(logging.Formatter):
    """Leaves national numbers out: the official program writes them into the names of personal keystores."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"SSIN=\d+", "SSIN=…", super().format(record))


def autostart(arguments: Namespace) -> int:
    """Whether the resident starts at login."""
    from agent.desktop.autostart import autostart as this_systems

    own = this_systems()
    match arguments.action:
        case "enable":
            own.enable(at_login_command(arguments.config))
        case "disable":
            own.disable()
    print(_("The agent starts at login.") if own.is_enabled() else _("The agent does not start at login."))
    return 0


def at_login_command(config: Path | None) -> Sequence[str]:
    """What starts the resident at login."""
    program, *rest = agent_command(config)
    windowless = Path(program).with_name("pythonw.exe")  # of Windows: opens no console
    return [str(windowless) if windowless.exists() else program, *rest, "run"]
