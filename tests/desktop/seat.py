"""A person at a desktop that nobody sees: looks at the screen, points, types.

Source: spec/desktop.md, A desktop without a screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.desktop.session import until

PROGRAMS = (
    *("Xvfb", "dbus-run-session", "dunst", "dunstctl", "notify-send", "trayer"),
    *("xdotool", "xwininfo", "xprop", "import"),
)
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
if find_spec("_tkinter") is None:
    MISSING.append("python3-tk")
needs_a_desktop = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")

PANEL_HEIGHT = 32
"""Of every panel here, at the top of the screen."""

AMBER, GREEN = (255, 184, 28), (27, 122, 61)
WARNING = (255, 209, 102)
"""The ground of what must not be overlooked, in a window."""
DEBIANS_GI = Path("/usr/lib/python3/dist-packages/gi")

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Seat:
    """`environ` is that of the programs in the session."""

    environ: dict[str, str]

    def asked(self, *command: str) -> str:
        """What a program answers."""
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False).stdout

    def keep_picture(self, path: Path) -> None:
        """Of the whole screen."""
        subprocess.run(["import", "-window", "root", str(path)], env=self.environ, check=True)

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def where(self, colour: Colour, *, anywhere: bool = False) -> tuple[int, int] | None:
        """The middle of all that has this colour in the panel, or `anywhere`, as a picture of the screen tells."""
        from PIL import Image, ImageChops

        picture = Path(self.environ["HOME"]) / "screen.png"
        self.keep_picture(picture)
        with Image.open(picture) as image:
            seen = image.convert("RGB").crop((0, 0, image.width, image.height if anywhere else PANEL_HEIGHT))
        apart = ImageChops.difference(seen, Image.new("RGB", seen.size, colour))
        near = [channel.point(lambda value: 255 * (value < 8)) for channel in apart.split()]
        box = ImageChops.darker(ImageChops.darker(near[0], near[1]), near[2]).getbbox()
        return None if box is None else ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)

    def sees(self, colour: Colour, *, anywhere: bool = False) -> bool:
        return self.where(colour, anywhere=anywhere) is not None

    def windows(self) -> str:
        """All there are, with names, as a tree."""
        return self.asked("xwininfo", "-root", "-tree")

    def names(self) -> list[str]:
        """Of the windows that are to be seen."""
        found = self.asked("xdotool", "search", "--onlyvisible", "--name", ".+").split()
        return [self.asked("xdotool", "getwindowname", window).strip() for window in found]

    def sees_a_tooltip(self) -> bool:
        found = self.asked("xdotool", "search", "--onlyvisible", "--class", ".+").split()
        kinds = (self.asked("xprop", "-id", window, "_NET_WM_WINDOW_TYPE") for window in found)
        return any("_TOOLTIP" in kind for kind in kinds)

    def has_the_keyboard(self, title: str) -> bool:
        """A window whose title begins so."""
        return self.asked("xdotool", "getactivewindow", "getwindowname").startswith(title)

    def notifications(self) -> list[str]:
        """Titles of all that dunst showed and that was closed, the newest first."""
        shown = json.loads(self.asked("dunstctl", "history"))["data"][0]
        return [each["summary"]["data"] for each in shown]

    # ── Does ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def point(self, colour: Colour) -> None:
        """The mouse goes to what has this colour."""
        until(lambda: self.sees(colour), f"there is something of the colour {colour}")
        place = self.where(colour)
        assert place is not None
        self._xdotool("mousemove", *map(str, place))

    def click(self, button: int) -> None:
        self._xdotool("click", str(button))

    def press(self, *keys: str) -> None:
        """Where the keyboard is; a menu that has just been opened needs a moment."""
        self._xdotool("sleep", "0.5", "key", "--delay", "30", *keys)

    def press_in(self, title: str, *keys: str) -> None:
        """In a window of this title, wherever the keyboard is."""
        window = self.asked("xdotool", "search", "--onlyvisible", "--name", f"^{title}$").split()[0]
        self._xdotool("windowfocus", "--sync", window, "key", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "30", text)

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environ, check=True)


def debians_gtk(folder: Path, backend: str) -> dict[str, str]:
    """Lets pystray find Debian's GTK, where this Python is of Debian's version; `folder` is made."""
    folder.mkdir()
    (folder / "gi").symlink_to(DEBIANS_GI)
    environ = {"PYTHONPATH": str(folder), "PYSTRAY_BACKEND": backend}
    program = "import gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk"
    if backend == "appindicator":
        program += "; gi.require_version('AyatanaAppIndicator3', '0.1')"
    found = subprocess.run([sys.executable, "-c", program], env=os.environ | environ, capture_output=True, check=False)
    if found.returncode:
        pytest.skip(
            "needs Debian's python3-gi, gir1.2-gtk-3.0 and gir1.2-ayatanaappindicator3-0.1, for this version of Python"
        )
    return environ
