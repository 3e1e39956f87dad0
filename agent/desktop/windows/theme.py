"""How the windows look: theme, fonts and sizes, for this computer's resolution and its light or dark."""

from __future__ import annotations

import gc
import subprocess
import sys
import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from tkinter import font, ttk
from typing import Any, Literal

import sv_ttk

from agent.core.menu import Mark, Sign
from agent.errors import DisplayMissing
from agent.text import _

_FONTS: dict[str, tuple[int, Literal["normal", "bold"]]] = {
    "SunValleyCaptionFont": (12, "normal"),
    "SunValleyBodyFont": (14, "normal"),
    "SunValleyBodyStrongFont": (14, "bold"),
    "SunValleyBodyLargeFont": (18, "normal"),
    "SunValleySubtitleFont": (20, "bold"),
    "SunValleyTitleFont": (28, "bold"),
}
"""Of the theme, in pixels at 100 %: it has them fixed, and Windows' own family."""

_GARBAGE_MS = 5000
_ICON_SIDE = 48
_ICON_AFTER_MS = 300
"""The window first: drawing takes a moment."""

BODY, STRONG, SUBTITLE, CAPTION = (
    "SunValleyBodyFont",
    "SunValleyBodyStrongFont",
    "SunValleySubtitleFont",
    "SunValleyCaptionFont",
)


@dataclass(frozen=True)
class Look:
    """What a window needs to know of its surroundings.

    Attributes:
        scale: 1.0 at 96 dots per inch.
    """

    scale: float
    is_dark: bool

    def px(self, length: int) -> int:
        """`length` at 100 %, in this screen's pixels."""
        return round(length * self.scale)

    @property
    def warning_colours(self) -> tuple[str, str]:
        """Background and foreground of what must not be overlooked; both themes keep 7:1."""
        return ("#ffd166", "#1c1c1c")


def new_window(scale: float | None = None, is_dark: bool | None = None) -> tuple[tk.Tk, Look]:
    """An empty, hidden window in the agent's theme.

    Args:
        scale, is_dark: None: as this computer's desktop has them.
    Raises: DisplayMissing.
    """
    _sharp_on_windows()
    try:
        root = tk.Tk(className="ehealth-agent")
    except tk.TclError as problem:
        told = str(problem).strip().rstrip(".")
        if told.startswith("no display name"):  # Tk's words for it are no help to a person
            told = _("this session has no screen")
        raise DisplayMissing(told) from problem
    root.withdraw()
    _collect_garbage_here(root)
    _later(root, _ICON_AFTER_MS, lambda: _show_icon(root))
    look = Look(_scale(root) if scale is None else scale, _is_dark() if is_dark is None else is_dark)
    sv_ttk.set_theme("dark" if look.is_dark else "light", root)
    family = _family(root)
    for name, (pixels, weight) in _FONTS.items():
        font.nametofont(name, root).configure(family=family, size=-look.px(pixels), weight=weight)
    for name in ("TkDefaultFont", "TkTextFont"):
        font.nametofont(name, root).configure(family=family, size=-look.px(14))
    _styles(root, look)
    return root, look


def _collect_garbage_here(root: tk.Tk) -> None:
    """From here on this thread alone collects garbage: Tk aborts where its objects end in another thread."""
    gc.disable()
    every(root, _GARBAGE_MS, gc.collect)


def _show_icon(root: tk.Tk) -> None:
    """The tray's icon, where the desktop shows one for a window."""
    from agent.desktop.icon import picture

    png = BytesIO()
    picture(Sign(Mark.FINE), _ICON_SIDE, dark_panel=False).save(png, "png")
    root.iconphoto(True, tk.PhotoImage(master=root, data=png.getvalue()))


def _styles(root: tk.Tk, look: Look) -> None:
    style = ttk.Style(root)
    style.configure("TLabel", font=BODY)
    style.configure("Strong.TLabel", font=STRONG)
    style.configure("Subtitle.TLabel", font=SUBTITLE)
    style.configure("Caption.TLabel", font=CAPTION)
    background, foreground = look.warning_colours
    padding = look.px(8)
    style.configure("Warning.TLabel", font=STRONG, background=background, foreground=foreground, padding=padding)
    style.configure("Treeview", rowheight=look.px(28))
    for button in ("TButton", "Accent.TButton"):
        style.configure(button, padding=(look.px(12), look.px(5)), font=BODY)


def _family(root: tk.Tk) -> str:
    known = set(font.families(root))
    for wanted in ("Segoe UI Variable Text", "Segoe UI", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans"):
        if wanted in known:
            return wanted
    return str(font.nametofont("TkDefaultFont", root).actual("family"))


def _later(root: tk.Tk, milliseconds: int, act: Callable[[], object]) -> None:
    """Do `act` once, if the window still stands."""
    waiting = root.after(milliseconds, act)

    def stop(event: Any) -> None:
        if event.widget is root:
            root.after_cancel(waiting)

    root.bind("<Destroy>", stop, add="+")


def every(root: tk.Misc, milliseconds: int, act: Callable[[], object]) -> None:
    """Do `act` now and again and again, as long as the widget stands."""
    waiting = ""

    def again() -> None:
        nonlocal waiting
        waiting = root.after(milliseconds, again)
        act()

    def stop(event: Any) -> None:
        if event.widget is root:
            root.after_cancel(waiting)

    root.bind("<Destroy>", stop, add="+")
    again()


# ── What the desktop says ────────────────────────────────────────────────────────────────────────────────────────────


def _sharp_on_windows() -> None:
    """Before the first window: let Windows not stretch our pixels."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.shcore.SetProcessDpiAwareness(1)


def _scale(root: tk.Tk) -> float:
    if sys.platform == "darwin":  # Tk's pixels are points there
        return 1.0
    dots_per_inch = root.winfo_fpixels("1i")
    if sys.platform == "linux":
        dots_per_inch = max(dots_per_inch, float(_said("xrdb", "-get", "Xft.dpi") or 0))
    room = min(root.winfo_screenwidth() / 900, root.winfo_screenheight() / 650)
    quarters = int(min(round(dots_per_inch / 96 * 4), room * 4))  # screens tell their size inexactly
    return min(max(quarters / 4, 1.0), 4.0)


def _is_dark() -> bool:
    if sys.platform == "win32":
        import winreg

        place = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, place) as key:
                return winreg.QueryValueEx(key, "AppsUseLightTheme")[0] == 0
        except OSError:
            return False
    if sys.platform == "darwin":
        return _said("defaults", "read", "-g", "AppleInterfaceStyle") == "Dark"
    return "dark" in _said("gsettings", "get", "org.gnome.desktop.interface", "color-scheme")


def _said(*command: str) -> str:
    """What a program of the desktop answers; nothing where there is none, or it takes long."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=1, check=False).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
