"""What the resident costs while nothing happens, and how soon its icon and its windows are there.

Beside it, in the same run and on the same screen: a Python that does nothing, and one with an empty pystray icon. Linux
only, because /proc tells it; with Xvfb and trayer (X11, the backend without menus).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path

from installer.opening import opening
from installer.screen import x_server

IDLE_S = 600
SETTLED_AFTER_S = 15
MOST_CPU_MS, MOST_WAKES, MOST_PSS_MIB, MOST_UNTIL_ICON_S = 20.0, 5.0, 30.0, 0.7

_EMPTY = "import signal; signal.pause()"
_EMPTY_ICON = (
    "import pystray; from PIL import Image; pystray.Icon('empty', Image.new('RGB', (64, 64)), 'empty', ()).run()"
)
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Sample:
    """What a process has used so far, and its share of memory now."""

    cpu_ms: float
    wakes: int
    pss_mib: float


def sample(process: int) -> Sample:
    place = Path(f"/proc/{process}")
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    cpu_ms = 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    wakes = sum(_number(task / "status", "voluntary_ctxt_switches:") for task in (place / "task").iterdir())
    return Sample(cpu_ms, wakes, _number(place / "smaps_rollup", "Pss:") / 1024)


def _number(file: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith(name))


def idle() -> bool:
    """Print what each uses; whether the resident keeps to its limits."""
    missing = [name for name in ("Xvfb", "trayer") if shutil.which(name) is None]
    if missing or not sys.platform.startswith("linux"):
        print(f"\nThe resident at rest: not measured, for want of {', '.join(missing) or 'Linux'}.")
        return True
    print(f"\nThe resident at rest, for {IDLE_S} s", flush=True)
    with tempfile.TemporaryDirectory() as folder, x_server("800x600x24") as display:
        environ = _home(Path(folder)) | {"DISPLAY": display}
        with _started(environ, "trayer", "--height", "24"):
            rests = _compared(environ)
            return opening(environ, Path(folder) / "keystore" / "a.p12") and rests


def _compared(environ: Mapping[str, str]) -> bool:
    agent = (sys.executable, "-m", "agent", "run")
    empty_icon = (sys.executable, "-c", _EMPTY_ICON)
    soon = [_until_icon(environ, "ehealth-certificate-agent", agent) for _ in range(3)]
    soon_empty = [_until_icon(environ, "empty", empty_icon) for _ in range(3)]
    with (
        _started(environ, *agent) as resident,
        _started(environ, *empty_icon) as icon,
        _started(environ, sys.executable, "-c", _EMPTY) as empty,
    ):
        everyone = {"agent run": resident, "an empty pystray icon": icon, "an empty Python": empty}
        time.sleep(SETTLED_AFTER_S)
        before = {name: sample(process.pid) for name, process in everyone.items()}
        time.sleep(IDLE_S)
        after = {name: sample(process.pid) for name, process in everyone.items()}
    minutes = IDLE_S / 60
    for name in everyone:
        cpu_ms = (after[name].cpu_ms - before[name].cpu_ms) / minutes
        wakes = (after[name].wakes - before[name].wakes) / minutes
        print(
            f"  {name:36}{cpu_ms:8.1f} ms CPU and {wakes:5.1f} wake-ups a minute, {after[name].pss_mib:6.1f} MiB (PSS)"
        )
    own, first = after["agent run"], before["agent run"]
    print(f"  from start to icon: agent {min(soon):.2f} s, an empty pystray icon {min(soon_empty):.2f} s")
    held = {
        f"CPU under {MOST_CPU_MS:.0f} ms a minute": (own.cpu_ms - first.cpu_ms) / minutes < MOST_CPU_MS,
        f"under {MOST_WAKES:.0f} wake-ups a minute": (own.wakes - first.wakes) / minutes < MOST_WAKES,
        f"PSS under {MOST_PSS_MIB:.0f} MiB": own.pss_mib < MOST_PSS_MIB,
        f"icon within {MOST_UNTIL_ICON_S} s": min(soon) < MOST_UNTIL_ICON_S,
    }
    for promise, kept in held.items():
        print(f"  {promise}: {'ok' if kept else 'MISSED'}")
    return all(held.values())


def _until_icon(environ: Mapping[str, str], name: str, command: Sequence[str]) -> float:
    """Seconds from the start of a program until its icon is on the screen."""
    from Xlib import X, display

    screen = display.Display(environ["DISPLAY"])
    try:
        began = time.perf_counter()
        with _started(environ, *command):
            while time.perf_counter() < began + _PATIENCE_S:
                if _is_there(screen.screen().root, f"{name}SystemTrayIcon", X.IsViewable):
                    return time.perf_counter() - began
                time.sleep(0.005)
    finally:
        screen.close()
    return inf  # plain pystray's appears only now and then, see agent/desktop/tray_x11.py


def _is_there(window: object, name: str, viewable: int) -> bool:
    from Xlib.error import XError

    try:
        children = window.query_tree().children  # type: ignore[attr-defined]
        own = window.get_wm_class()  # type: ignore[attr-defined]
        if own is not None and name in own:
            return bool(window.get_attributes().map_state == viewable)  # type: ignore[attr-defined]
    except XError:  # it has just gone
        return False
    return any(_is_there(child, name, viewable) for child in children)


@contextmanager
def _started(environ: Mapping[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _home(folder: Path) -> dict[str, str]:
    """A user with one keystore, whom nobody reminds of anything."""
    keystores = folder / "keystore"
    keystores.mkdir()
    (keystores / "a.p12").write_bytes(b"")
    config = folder / "ehealth-certificate-agent" / "config.toml"
    config.parent.mkdir()
    config.write_text(f"[watch]\nfolders = ['{keystores}']\n[reminders]\nquiet_from = '00:00'\nquiet_until = '23:59'\n")
    places = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **places}


if __name__ == "__main__":
    sys.exit(0 if idle() else 1)
