"""The windows as a person has them: the program itself, a real keyboard, HTTP to the sandbox, PKCS#11 to an eID."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.sandbox.software_card import Generation
from tests.desktop.windows.foreign_applicant import NUMBER
from tests.journeys.practice import PASSWORD
from tests.journeys.test_terminal import AGENT, Desk

_PATIENCE_S = 60


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Generation.P_384)
    yield desk
    desk.close()


class Keyboard:
    """Types into the window that has come up last."""

    def __init__(self, display: str) -> None:
        if shutil.which("xdotool") is None:
            pytest.skip("needs xdotool")
        self._env = {**os.environ, "DISPLAY": display}

    def before(self, title: str) -> None:
        """Wait until a window with this title is there, and give it the keyboard."""
        end = time.monotonic() + _PATIENCE_S
        while not (found := self._xdotool("search", "--onlyvisible", "--name", f"^{title}").split()):
            assert time.monotonic() < end, f"there is no window '{title}'"
            time.sleep(0.1)
        self._xdotool("windowfocus", "--sync", found[0])

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "30", text)

    def _xdotool(self, *arguments: str) -> str:
        return subprocess.run(
            ["xdotool", *arguments], env=self._env, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        ).stdout


def _environment(desk: Desk, display: str | None) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    home = {"HOME": str(desk.folder / "home"), "XDG_DATA_HOME": str(desk.folder / "data")}
    shown = {"DISPLAY": display} if display else {}
    return {**own, **home, **shown, **desk.card.env, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def test_a_renewal_by_keyboard_from_the_password_to_the_new_keystore(desk: Desk, screen: str) -> None:
    keyboard = Keyboard(screen)
    command = [*AGENT, "--config", str(desk.config), "renew", "--window", str(desk.keystore)]
    window = subprocess.Popen(command, env=_environment(desk, screen), stderr=subprocess.PIPE, text=True)
    try:
        keyboard.before("The keystore's password")
        keyboard.press("alt+s")  # not to be stored: there is no vault here
        keyboard.type(PASSWORD.reveal())
        keyboard.press("Return")
        keyboard.before("Renew this certificate")
        keyboard.press("Return")
        keyboard.before("The contract")
        keyboard.press("End", "alt+a")
        keyboard.before("The PIN of the eID")
        keyboard.type(desk.card.pin)
        keyboard.press("Return")
        keyboard.before("Renewed")
        keyboard.press("alt+l")
        keyboard.before("Ready")
        keyboard.press("Escape")
        _, complaints = window.communicate(timeout=_PATIENCE_S)
    finally:
        window.kill()
        window.communicate()
    assert (window.returncode, complaints) == (0, "")
    (new,) = (path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    assert Pkcs12Keystores().read(new, PASSWORD).authentication


def test_a_request_by_keyboard_from_the_conditions_to_the_sheet(desk: Desk, screen: str) -> None:
    keyboard = Keyboard(screen)
    (downloads := desk.folder / "home" / "Downloads").mkdir(parents=True)
    command = [*AGENT, "--config", str(desk.config), "request", "--window"]
    window = subprocess.Popen(command, env=_environment(desk, screen), stderr=subprocess.PIPE, text=True)
    try:
        keyboard.before("A new certificate")
        keyboard.press("Return")
        keyboard.before("For whom is the certificate")
        keyboard.press("alt+m", "Return")
        keyboard.before("Contact data")
        keyboard.type("anna@voorbeeld.be")
        keyboard.press("Tab", "Tab")
        keyboard.type("0470 12 34 56")
        keyboard.press("Return")
        keyboard.before("Base services")
        keyboard.press("Return")
        keyboard.before("A password for the new keystore")
        keyboard.type(PASSWORD.reveal())
        keyboard.press("Tab")
        keyboard.type(PASSWORD.reveal())
        keyboard.press("Return")
        keyboard.before("The contract")
        keyboard.press("End", "alt+a")
        keyboard.before("The PIN of the eID")
        keyboard.type(desk.card.pin)
        keyboard.press("Return")
        keyboard.before("Ready")
        keyboard.press("alt+s")
        end = time.monotonic() + _PATIENCE_S
        while not (sheets := list(downloads.glob("*.html"))):
            assert time.monotonic() < end, "there is no sheet"
            time.sleep(0.1)
        keyboard.press("Escape")
        _, complaints = window.communicate(timeout=_PATIENCE_S)
    finally:
        window.kill()
        window.communicate()
    assert (window.returncode, complaints) == (0, "")
    (new,) = (path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    assert new.name.startswith("SSIN=")
    assert Pkcs12Keystores().read(new, PASSWORD).authentication
    sheet = sheets[0].read_text(encoding="utf-8")
    assert PASSWORD.reveal() not in sheet
    assert new.name.partition(" ")[0].removeprefix("SSIN=") not in sheet


def test_a_request_without_an_eid_by_keyboard_with_the_log_in_in_the_browser(desk: Desk, screen: str) -> None:
    keyboard = Keyboard(screen)
    browser = desk.folder / "browser"
    browser.write_text(f"#!{sys.executable}\nimport sys, urllib.request\nurllib.request.urlopen(sys.argv[1]).read()\n")
    browser.chmod(0o700)
    environment = {**_environment(desk, screen), "BROWSER": f"{browser} %s"}
    command = [*AGENT, "--config", str(desk.config), "request-foreigner", "--window"]
    window = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        keyboard.before("For whom is the certificate")
        for text in ("Etranger", "Jean", NUMBER, "jean@example.org"):
            keyboard.type(text)
            keyboard.press("Tab")
        keyboard.type("+33 6 12 34 56 78")
        keyboard.press("Return")
        keyboard.before("A password for the new keystore")
        keyboard.type(PASSWORD.reveal())
        keyboard.press("Tab")
        keyboard.type(PASSWORD.reveal())
        keyboard.press("Return")
        keyboard.before("Log in before")
        keyboard.press("Return", "alt+h")
        keyboard.before("Ready")
        keyboard.press("Escape")
        _, complaints = window.communicate(timeout=_PATIENCE_S)
    finally:
        window.kill()
        window.communicate()
    assert (window.returncode, complaints) == (0, "")
    (new,) = (path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    assert len(Pkcs12Keystores().read(new, PASSWORD).keys) == 2


def test_an_open_window_ends_at_once_when_it_is_told_to(desk: Desk, screen: str) -> None:
    keyboard = Keyboard(screen)
    command = [*AGENT, "--config", str(desk.config), "renew", "--window", str(desk.keystore)]
    window = subprocess.Popen(command, env=_environment(desk, screen))
    keyboard.before("The keystore's password")
    window.send_signal(signal.SIGTERM)
    assert window.wait(_PATIENCE_S) == -signal.SIGTERM
    assert [path.name for path in desk.keystore.parent.iterdir()] == [desk.keystore.name]


def test_a_wrong_config_is_said_in_a_window_too(tmp_path: Path, screen: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text("langauge = 'nl'\n")
    settings = subprocess.Popen(
        [*AGENT, "--config", str(config), "settings"],
        env={**os.environ, "HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    keyboard = Keyboard(screen)
    keyboard.before("This did not work")
    keyboard.press("Escape")
    _, complaint = settings.communicate(timeout=_PATIENCE_S)
    assert "langauge is not known; the nearest is language" in complaint
    assert settings.returncode == 2


def test_tests_do_not_share_a_folder_with_what_is_real(desk: Desk, screen: str) -> None:
    keyboard = Keyboard(screen)
    folder = str(desk.keystore.parent)
    command = [*AGENT, "--config", str(desk.config), "request", "--window", "--environment", "acceptance"]
    window = subprocess.Popen(
        [*command, "--folder", folder], env=_environment(desk, screen), stderr=subprocess.PIPE, text=True
    )
    keyboard.before("This did not work")
    keyboard.press("Escape")
    _, complaint = window.communicate(timeout=_PATIENCE_S)
    assert "has keystores of the other environment" in complaint


def test_what_the_window_asks_is_refused_on_the_command_line(tmp_path: Path) -> None:
    told = _run(("request", "--window", "--number", "71234523", "--pin-stdin"), tmp_path, {})
    assert told.returncode == 2
    assert "--number, --pin-stdin: not together with --window" in told.stderr
    told = _run(("request-foreigner", "--window", "--surname", "Etranger", "--number-stdin"), tmp_path, {})
    assert told.returncode == 2
    assert "--surname, --number-stdin: not together with --window" in told.stderr


# ── Where there can be no window ─────────────────────────────────────────────────────────────────────────────────────

COMMANDS = [
    ("renew", "--window", "none.p12"),
    ("request", "--window"),
    ("request-foreigner", "--window"),
    ("complete", "--window"),
    ("revoke", "--window", "none.p12"),
    ("activate", "--window", "none.p12"),
    ("recover", "--window"),
    ("password", "change", "--window", "none.p12"),
    ("ready", "--window"),
    ("inventory", "--window"),
    ("doctor", "--window"),
    ("pass-on", "--window"),
    ("status", "--window"),
    ("history", "--window"),
    ("settings",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_without_a_display_there_is_a_sentence(command: tuple[str, ...], tmp_path: Path) -> None:
    told = _run(command, tmp_path, {})
    assert told.returncode == 1
    assert told.stderr.startswith("No window can be opened here: ")
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_without_tk_the_package_is_named(command: tuple[str, ...], tmp_path: Path) -> None:
    without = tmp_path / "without"
    without.mkdir()
    (without / "tkinter.py").write_text("raise ModuleNotFoundError(\"No module named '_tkinter'\", name='_tkinter')\n")
    told = _run(command, tmp_path, {"PYTHONPATH": str(without)})
    assert told.returncode == 1
    assert "python3-tk" in told.stderr
    assert "Traceback" not in told.stderr


def _run(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    own = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-m", "agent", *command],
        env={**own, **home, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
