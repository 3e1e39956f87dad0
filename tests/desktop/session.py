"""A desktop that nobody sees: X server, D-Bus session, tray, notifications. One child starts it, all ends with it.

    python session.py COMMANDS…     inside dbus-run-session: starts each command line, says `ready`, ends with its input

Source: spec/desktop.md, A desktop without a screen.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60.0


def main(commands: Sequence[str]) -> None:
    """The child, inside of its D-Bus session."""
    print(f"ready {os.environ['DBUS_SESSION_BUS_ADDRESS']}", flush=True)
    children = [subprocess.Popen(shlex.split(command), stdout=sys.stderr) for command in commands]
    sys.stdin.read()
    for child in children:
        child.terminate()
    for child in children:
        child.wait()


@contextmanager
def session(environ: Mapping[str, str], *commands: str) -> Iterator[dict[str, str]]:
    """Gives the environment of programs in the session."""
    child = subprocess.Popen(
        ["dbus-run-session", "--", sys.executable, __file__, *commands],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        process_group=0,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        word, _, address = child.stdout.readline().strip().partition(" ")
        assert word == "ready", "the D-Bus session did not begin"
        yield {**environ, "DBUS_SESSION_BUS_ADDRESS": address}
    finally:
        child.stdin.close()
        child.stdout.close()
        try:
            child.wait(PATIENCE_S)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def until(happened: Callable[[], object], what: str) -> None:
    """Wait until `happened` gives something."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end, f"it did not come to this: {what}"
        time.sleep(0.05)


def home(folder: Path) -> dict[str, str]:
    """The environment of a user whose home is `folder`."""
    places = {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / "config",
        "XDG_DATA_HOME": folder / "data",
        "XDG_STATE_HOME": folder / "state",
        "XDG_CACHE_HOME": folder / "cache",
        "XDG_RUNTIME_DIR": folder / "run",
    }
    for place in places.values():
        place.mkdir(mode=0o700, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **{name: str(place) for name, place in places.items()}, "LC_ALL": "C.UTF-8"}


if __name__ == "__main__":
    main(sys.argv[1:])
