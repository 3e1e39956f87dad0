"""Start at login: a Run key on Windows, a LaunchAgent on macOS, an XDG autostart entry elsewhere. For one user only."""

from __future__ import annotations

import os
import plistlib
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.errors import AutostartFailed
from agent.text import N_, _

NAME = "ehealth-certificate-agent"
TITLE = N_("eHealth certificate agent")


class Autostart(Protocol):
    """Every method may raise `AutostartFailed`."""

    def enable(self, command: Sequence[str]) -> None: ...

    def disable(self) -> None: ...

    def is_enabled(self) -> bool: ...


def autostart() -> Autostart:
    """That of this system."""
    if sys.platform == "win32":
        return RunKey()
    if sys.platform == "darwin":
        return LaunchAgent(Path.home() / "Library" / "LaunchAgents")
    return DesktopEntry(Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "autostart")


@dataclass(frozen=True)
class DesktopEntry:
    """Source: freedesktop.org, Desktop Application Autostart Specification; Desktop Entry Specification, Exec."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / f"{NAME}.desktop"

    def enable(self, command: Sequence[str]) -> None:
        lines = ("[Desktop Entry]", "Type=Application", f"Name={_(TITLE)}", f"Exec={_exec(command)}", "Terminal=false")
        _write(self.path, "".join(f"{line}\n" for line in lines).encode())

    def disable(self) -> None:
        _remove(self.path)

    def is_enabled(self) -> bool:
        """A desktop's own settings switch an entry off by a line in it."""
        text = _text(self.path)
        return text is not None and not {"Hidden=true", "X-GNOME-Autostart-enabled=false"} & set(text.splitlines())


@dataclass(frozen=True)
class LaunchAgent:
    """Source: launchd.plist(5)."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / f"{NAME}.plist"

    def enable(self, command: Sequence[str]) -> None:
        wish = {
            "Label": NAME,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
        }
        _write(self.path, plistlib.dumps(wish))

    def disable(self) -> None:
        _remove(self.path)

    def is_enabled(self) -> bool:
        return _text(self.path) is not None


class RunKey:
    """Source: Microsoft, Run and RunOnce Registry Keys."""

    _PLACE = r"Software\Microsoft\Windows\CurrentVersion\Run"

    if sys.platform == "win32":

        def enable(self, command: Sequence[str]) -> None:
            import winreg

            try:
                with winreg.CreateKey(winreg.HKEY_CURRENT_USER, self._PLACE) as key:
                    winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, subprocess.list2cmdline(command))
            except OSError as problem:
                raise AutostartFailed(problem.strerror or str(problem)) from problem

        def disable(self) -> None:
            import winreg

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._PLACE, 0, winreg.KEY_SET_VALUE) as key:
                    winreg.DeleteValue(key, NAME)
            except FileNotFoundError:
                pass
            except OSError as problem:
                raise AutostartFailed(problem.strerror or str(problem)) from problem

        def is_enabled(self) -> bool:
            import winreg

            with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._PLACE) as key:
                winreg.QueryValueEx(key, NAME)
                return True
            return False

    else:

        def enable(self, command: Sequence[str]) -> None:  # noqa: ARG002
            raise AutostartFailed("this is not Windows")

        def disable(self) -> None:
            raise AutostartFailed("this is not Windows")

        def is_enabled(self) -> bool:
            return False


def _exec(command: Sequence[str]) -> str:
    """Each argument quoted: first for the Exec key, then for the file, in which a backslash is written twice."""
    quoted = ("".join(f"\\{c}" if c in '"`$\\' else c for c in argument) for argument in command)
    return " ".join(f'"{argument}"' for argument in quoted).replace("\\", "\\\\").replace("%", "%%")


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as problem:
        raise _failed(path, problem) from problem


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise _failed(path, problem) from problem


def _failed(path: Path, problem: OSError) -> AutostartFailed:
    why = _(str(problem.strerror).lower())
    return AutostartFailed(_("{where}: {problem}").format(where=path, problem=why))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None
