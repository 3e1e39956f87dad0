"""Take a picture of every window and page, in every language, on a screen of its own."""

from __future__ import annotations

import os
import shutil
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageGrab

from agent.text import LANGUAGES, speak
from installer.screen import x_server

if TYPE_CHECKING:  # where Tk is missing, that is said in a sentence
    import tkinter as tk

_SCREEN = "1920x1400x24"
_SETTLED_S = 0.1


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("pictures"), help="default: ./pictures")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--scale", type=float, default=1.0, help="1.5 is 150 %%")
    parser.add_argument("--dark", action="store_true", help="the dark theme")
    options = parser.parse_args(arguments)
    if shutil.which("Xvfb") is None or find_spec("tkinter") is None:
        print(
            "Xvfb or Tk is not on this computer. On Debian and Ubuntu: apt-get install xvfb python3-tk", file=sys.stderr
        )
        return 1
    with x_server(_SCREEN) as os.environ["DISPLAY"]:
        for language in options.languages:
            count = take(options.folder / language, language, options.scale, options.dark)
            print(f"{options.folder / language}: {count} pictures")
    return 0


def take(folder: Path, language: str, scale: float, is_dark: bool) -> int:
    """How many pictures were taken."""
    from installer.gallery import gallery

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    speak(language)
    count = 0
    for count, (name, window) in enumerate(gallery(scale, is_dark), 1):
        settle(window)
        left, top = window.winfo_rootx(), window.winfo_rooty()
        box = (left, top, left + window.winfo_width(), top + window.winfo_height())
        ImageGrab.grab(box, xdisplay=os.environ["DISPLAY"]).save(folder / f"{count:02}-{name}.png")
    return count


def settle(window: tk.Tk, seconds: float = _SETTLED_S) -> None:
    """Let the window draw itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        window.update()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
