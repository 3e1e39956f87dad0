"""What the tests use of the operating system, and getting it where root may (Debian and its like)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

from installer.environment import has_venv_module
from installer.problem import Problem, say
from installer.programs import run_quietly


@dataclass(frozen=True)
class SystemPackage:
    """A Debian package that tests need.

    Attributes:
        sign: by which it is known to be there, however it came: a command, an absolute path, or ``import`` and a module
            of this Python.
        needed_for: the tests that skip without it, in words.
    """

    name: str
    sign: str
    needed_for: str

    @property
    def present(self) -> bool:
        if self.sign.startswith("import "):
            invalidate_caches()
            return find_spec(self.sign.removeprefix("import ")) is not None
        return Path(self.sign).exists() if self.sign.startswith("/") else shutil.which(self.sign) is not None


FOR_WINDOWS = (
    SystemPackage("python3-tk", "import _tkinter", "windows"),
    SystemPackage("xvfb", "Xvfb", "windows and the tray, on a screen of their own"),
)

FOR_TESTS = (
    *FOR_WINDOWS,
    SystemPackage("dunst", "dunst", "reminders on a real desktop"),
    SystemPackage("libnotify-bin", "notify-send", "reminders on a real desktop"),
    SystemPackage("trayer", "trayer", "the icon in a real tray"),
    SystemPackage("python3-gi", "/usr/lib/python3/dist-packages/gi", "the menu of a GTK tray"),
    SystemPackage("gir1.2-gtk-3.0", "/usr/share/doc/gir1.2-gtk-3.0", "the menu of a GTK tray"),
    SystemPackage(
        "gir1.2-ayatanaappindicator3-0.1",
        "/usr/share/doc/gir1.2-ayatanaappindicator3-0.1",
        "the icon in a panel of AppIndicators",
    ),
    SystemPackage("xfce4-panel", "xfce4-panel", "the icon in a panel of AppIndicators"),
    SystemPackage("xfwm4", "xfwm4", "windows that get the keyboard as on a real desktop"),
    SystemPackage("x11-utils", "xwininfo", "the icon in a real tray"),
    SystemPackage("imagemagick", "import", "the icon's colours, on a picture of the screen"),
    SystemPackage("xdotool", "xdotool", "windows gone through with the keyboard"),
    SystemPackage("softhsm2", "softhsm2-util", "signing over PKCS#11 with a real module"),
    SystemPackage("opensc", "pkcs11-tool", "certificates on a PKCS#11 token"),
    SystemPackage("pcscd", "/usr/sbin/pcscd", "a virtual eID in a reader"),
    SystemPackage("vsmartcard-vpcd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "a virtual eID in a reader"),
    SystemPackage("openssl", "openssl", "keystores opened and written by OpenSSL"),
    SystemPackage("default-jdk-headless", "javac", "keystores opened by keytool and Java"),
    SystemPackage("libbcprov-java", "/usr/share/java/bcprov.jar", "keystores opened by Bouncy Castle"),
    SystemPackage("xmlsec1", "xmlsec1", "signatures verified by xmlsec"),
    SystemPackage("gcc", "cc", "eID software from C that does, or breaks, what a test wants"),
    SystemPackage("libc6-dev", "/usr/include/stdio.h", "eID software from C that does, or breaks, what a test wants"),
    SystemPackage("gnome-keyring", "gnome-keyring-daemon", "passwords in a real keyring"),
    SystemPackage("dbus-daemon", "dbus-run-session", "passwords in a real keyring"),
    SystemPackage("libsecret-tools", "secret-tool", "passwords in a real keyring, seen from outside"),
)


def may_install() -> bool:
    """Root on Debian or one of its like."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure_for_tests(packages: Iterable[SystemPackage] = FOR_TESTS) -> None:
    """Install what is missing where that is allowed; else name it. The tests that need it then skip."""
    missing = [package for package in packages if not package.present]
    if missing and may_install():
        try:
            _apt_install([package.name for package in missing])
        except Problem as problem:
            say(str(problem))
        missing = [package for package in missing if not package.present]
    if missing:
        say("Not on this computer, so the tests that need it skip:")
        for package in missing:
            say(f"  {package.name:22} {package.needed_for}")
        if shutil.which("apt-get"):
            say(f"With all of them: sudo apt-get install {' '.join(package.name for package in missing)}")


def ensure_venv_module() -> None:
    """Python's own `venv` with pip in it, which Debian keeps in a package of its own.

    Raises: Problem where it is missing and cannot be installed.
    """
    if has_venv_module():
        return
    if may_install():
        _apt_install(["python3-venv"])
    if not has_venv_module():
        raise Problem(
            "Python's venv module is missing here. On Debian and Ubuntu it is the package python3-venv: ask whoever "
            "administers this computer for 'apt-get install python3-venv', then start this again."
        )


def _apt_install(names: list[str]) -> None:
    """Raises: Problem."""
    say(f"Installing {', '.join(names)} with apt (a few minutes the first time) ...")
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    run_quietly([*apt, "update"], "apt could not read its lists")
    run_quietly([*apt, "install", "-y", "--no-install-recommends", *names], "apt could not install them")
