"""The report for a helpdesk: what `doctor` found, versions, what happened last. Nothing secret, no national numbers."""

from __future__ import annotations

import getpass
import platform
import sqlite3
import ssl
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from agent import __version__, wiring
from agent.core.doctor import Check, lines
from agent.core.mask import masked
from agent.errors import AgentError, ConfigError
from agent.ports import Event
from agent.text import _, moment, spoken
from agent.watch.doctor import Ground

_EVENTS, _LOG_LINES = 50, 100
_LOG_TAIL = 64 * 1024

_LIBRARIES = (
    "APScheduler",
    "asn1crypto",
    "cryptography",
    "filelock",
    "httpx",
    "keyring",
    "lxml",
    "Pillow",
    "plyer",
    "PyKCS11",
    "pystray",
    "sv-ttk",
    "truststore",
    "watchdog",
)


def report(checks: Sequence[Check], ground: Ground) -> str:
    """All of it as one text, masked."""
    sections = (
        (_("What was found"), lines(checks)),
        (_("Versions"), list(_versions())),
        (_("What the agent did last"), _events(ground)),
        (_("The last lines of the log"), _log_lines(wiring.state_folder() / "agent.log")),
    )
    title = _("Report of the eHealth certificate agent, {moment}").format(moment=moment(ground.clock.now()))
    parts = [title, *(f"{heading}\n{'-' * len(heading)}\n" + "\n".join(said) for heading, said in sections)]
    return for_outside("\n\n".join(parts) + "\n")


def for_outside(text: str) -> str:
    """`text` without national numbers, and without the names of this computer's users."""
    return masked(text, str(Path.home()), _user())


def write_report(path: Path, text: str) -> None:
    """Raises: ConfigError where the file cannot be written."""
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as problem:
        why = _((problem.strerror or type(problem).__name__).lower())
        raise ConfigError("--report", _("{where}: {problem}").format(where=path, problem=why)) from problem


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # the account has no name here
        return ""


def _versions() -> Iterator[str]:
    yield f"ehealth-agent {__version__}, {spoken()}"
    yield f"Python {platform.python_version()} ({platform.architecture()[0]}), {sys.platform}"
    yield platform.platform()
    yield f"{ssl.OPENSSL_VERSION}, SQLite {sqlite3.sqlite_version}"
    yield ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _events(ground: Ground) -> list[str]:
    try:
        events = ground.journal.history(_EVENTS) if ground.journal else []
    except AgentError as problem:
        return [str(problem)]
    return [_line(event) for event in events] or [_("nothing")]


def _line(event: Event) -> str:
    about = [Path(event.path).name] if event.path else []
    return "  ".join([moment(event.at), event.what, event.text, *about])


def _log_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return [_("nothing")]
    return text.splitlines()[-_LOG_LINES:]
