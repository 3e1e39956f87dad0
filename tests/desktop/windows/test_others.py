"""Status, history and settings."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tkinter import ttk

import pytest

from agent.config import Config, load
from agent.core.finding import State
from agent.core.glance import Fingerprint
from agent.core.holder import Holder
from agent.core.menu import Act, Choice
from agent.core.registration import ContactData
from agent.core.renewal import Step, Wanted
from agent.desktop.windows.history import HistoryWindow
from agent.desktop.windows.parts import visible
from agent.desktop.windows.pass_on import Passing, PassOnWindow
from agent.desktop.windows.passwords import Passwords
from agent.desktop.windows.settings import AtLogin, Behind, SettingsWindow
from agent.desktop.windows.status import Deeds, Known, StatusWindow, Watcher
from agent.desktop.windows.theme import Look, new_window
from agent.errors import CalendarNotWritten, VaultUnavailable, WrongPassword
from agent.ports import Event
from agent.secret import Secret
from installer.gallery import FOLDER, KEYSTORE, failures_of, findings, renewed
from tests.fakes import NOW, FakeClock
from tests.journeys.practice import GROUP

Opened = tuple[tk.Tk, Look]


@pytest.fixture
def opened(screen: str) -> Iterator[Opened]:
    root, look = new_window(scale=1.0, is_dark=False)
    failures = failures_of(root)
    yield root, look
    root.update()
    root.destroy()
    assert not failures


def _text(root: tk.Tk) -> str:
    root.update()
    return "\n".join(str(each.cget("text")) for each in visible(root) if isinstance(each, ttk.Label | ttk.Button))


def _button(root: tk.Tk, text: str) -> ttk.Button:
    root.update()
    return next(each for each in visible(root) if isinstance(each, ttk.Button) and text in str(each.cget("text")))


def _until(root: tk.Tk, is_so: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        root.update()
        time.sleep(0.01)
        assert time.monotonic() < end


# ── Status ───────────────────────────────────────────────────────────────────────────────────────────────────────────


ALWAYS = Watcher(lambda: True, print, print)


def _status(opened: Opened, known: Known, chosen: list[Choice]) -> StatusWindow:
    acts = frozenset(Act) - {Act.QUIT}
    return StatusWindow(*opened, Deeds(lambda: known, chosen.append, lambda: False, acts, ALWAYS), FakeClock())


def test_the_chosen_keystore_offers_what_the_menu_offers_for_it(opened: Opened) -> None:
    chosen: list[Choice] = []
    known = findings()
    window = _status(opened, Known(known, []), chosen)
    root = opened[0]
    assert known[0].state is State.RENEWABLE
    assert "5 keystores were found." in _text(root)
    _button(root, "Renew now").invoke()
    _button(root, "Copy for the person with the eID").invoke()
    assert chosen == [Choice(Act.RENEW, str(KEYSTORE)), Choice(Act.PASS_ON, str(KEYSTORE))]
    window.table.choose(3)
    root.update()
    assert known[3].state is State.VALID
    assert "Renew now" not in _text(root)


def test_a_renewal_that_waits_for_a_person_can_be_gone_on_with(opened: Opened) -> None:
    chosen: list[Choice] = []
    finding = findings()[0]
    assert finding.observation.glance is not None
    mark = finding.observation.glance.fingerprint
    _status(opened, Known([finding], [replace(renewed(Step.SIGN), fingerprint=mark)]), chosen)
    _button(opened[0], "Go on with the renewal").invoke()
    assert [choice.act for choice in chosen] == [Act.RENEW]


def test_a_first_request_has_a_row_of_its_own_before_it_has_a_file(opened: Opened) -> None:
    chosen: list[Choice] = []
    holder = Holder("SSIN", "80010100107", None, "PERSOON TWEEDE")
    new = str(FOLDER / "SSIN=80010100107 20260302-090000.p12")
    wanted = Wanted(ContactData("anna@voorbeeld.be", "003291234567"))
    mark = Fingerprint("first")
    first = replace(renewed(Step.SIGN), holder=holder, old_path=None, new_path=new, wanted=wanted, fingerprint=mark)
    elsewhere = replace(
        first,
        id="other",
        step=Step.COLLECT,
        holder=GROUP,
        new_path=str(FOLDER / "a.p12"),
        fingerprint=Fingerprint("other"),
    )
    window = _status(opened, Known(findings()[:1], [first, elsewhere]), chosen)
    window.table.choose(1)
    opened[0].update()
    assert "PERSOON TWEEDE: requested; it waits for the eID" in _text(opened[0])
    assert holder.number not in _text(opened[0])
    _button(opened[0], "Go on with the request").invoke()
    window.table.choose(2)
    opened[0].update()
    _button(opened[0], "Complete the request").invoke()
    assert chosen == [Choice(Act.REQUEST, new), Choice(Act.COMPLETE, elsewhere.new_path)]


def test_a_lone_request_is_not_told_as_nothing(opened: Opened) -> None:
    first = replace(renewed(Step.SIGN), old_path=None)
    _status(opened, Known([], [first]), [])
    assert "No keystore was found." not in _text(opened[0])


def test_what_is_always_there_is_carried_out(opened: Opened) -> None:
    chosen: list[Choice] = []
    _status(opened, Known([], []), chosen)
    assert "No keystore was found." in _text(opened[0])
    for text in ("Check now", "Open folder", "History", "Settings", "Help"):
        _button(opened[0], text).invoke()
    assert [choice.act for choice in chosen] == [Act.CHECK, Act.FOLDER, Act.HISTORY, Act.SETTINGS, Act.HELP]


def test_what_a_check_finds_comes_up_by_itself(opened: Opened) -> None:
    known = [Known([], [])]
    StatusWindow(*opened, Deeds(lambda: known[0], print, lambda: False, frozenset(), ALWAYS), FakeClock())
    known[0] = Known(findings(), [])
    _until(opened[0], lambda: "5 keystores were found." in _text(opened[0]))


def test_quitting_says_that_nobody_watches_and_can_be_taken_back(opened: Opened) -> None:
    root, watched = opened[0], [True]
    watcher = Watcher(lambda: watched[0], lambda: watched.__setitem__(0, False), lambda: watched.__setitem__(0, True))
    StatusWindow(*opened, Deeds(lambda: Known([], []), print, lambda: False, frozenset(), watcher), FakeClock())
    assert "nobody watches" not in _text(root)
    assert "Start the agent" not in _text(root)
    _button(root, "Quit the agent").invoke()
    _until(root, lambda: "nobody watches over these certificates until it is started again" in _text(root))
    assert "Quit the agent" not in _text(root)
    _button(root, "Start the agent").invoke()
    _until(root, lambda: "Quit the agent" in _text(root))
    assert "nobody watches" not in _text(root)


# ── What is passed on ────────────────────────────────────────────────────────────────────────────────────────────────


class Desktop:
    """Saves calendar files and opens them; `problem` keeps it from saving."""

    def __init__(self) -> None:
        self.opened: list[Path] = []
        self.problem: CalendarNotWritten | None = None
        self.has_calendar = True

    def save(self) -> Path:
        if self.problem is not None:
            raise self.problem
        return Path("/home/onthaal/Downloads/eHealth.ics")

    def open_file(self, path: Path) -> bool:
        self.opened.append(path)
        return self.has_calendar


def test_the_message_is_copied_as_soon_as_it_is_shown_and_again_when_asked(opened: Opened) -> None:
    root, desktop = opened[0], Desktop()
    PassOnWindow(*opened, Passing("Hello,\n\n« été »", desktop.save, desktop.open_file))
    assert root.clipboard_get() == "Hello,\n\n« été »"
    root.clipboard_clear()
    root.clipboard_append("something else")
    _button(root, "Copy again").invoke()
    assert root.clipboard_get() == "Hello,\n\n« été »"


def test_the_deadline_is_saved_and_opened_when_asked(opened: Opened) -> None:
    root, desktop = opened[0], Desktop()
    PassOnWindow(*opened, Passing("Hello", desktop.save, desktop.open_file))
    desktop.problem = CalendarNotWritten("/home/onthaal/Downloads/eHealth.ics", "no space left on device")
    _button(root, "Save as a calendar file").invoke()
    assert "could not be written: no space left on device" in _text(root)
    desktop.problem = None
    _button(root, "Save as a calendar file").invoke()
    assert "Saved: Downloads / eHealth.ics" in _text(root)
    assert desktop.opened == []
    _button(root, "Open the calendar file").invoke()
    assert desktop.opened == [Path("/home/onthaal/Downloads/eHealth.ics")]
    desktop.has_calendar = False
    _button(root, "Open the calendar file").invoke()
    assert "The file is here: /home/onthaal/Downloads/eHealth.ics" in _text(root)


# ── History ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_history_is_shown_and_copied_whole(opened: Opened) -> None:
    events = [Event(NOW, "renewal.send", f"Event {n}.", str(KEYSTORE), (("request", "_1"),)) for n in range(3)]
    HistoryWindow(*opened, events)
    root = opened[0]
    assert f"Event 0.  {KEYSTORE.name}  request=_1" in _text(root)
    _button(root, "Copy all").invoke()
    assert [line.split("  ")[1] for line in root.clipboard_get().splitlines()] == ["Event 0.", "Event 1.", "Event 2."]


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Login:
    def __init__(self) -> None:
        self.command: Sequence[str] | None = None

    def enable(self, command: Sequence[str]) -> None:
        self.command = command

    def disable(self) -> None:
        self.command = None

    def is_enabled(self) -> bool:
        return self.command is not None


class Vault:
    def __init__(self) -> None:
        self.stored: dict[Path, Secret] = {}
        self.problem: Exception | None = None

    def known(self) -> list[tuple[Path, bool]]:
        if self.problem is not None:
            raise self.problem
        return [(KEYSTORE, KEYSTORE in self.stored)]

    def store(self, path: Path, password: Secret) -> None:
        if password != Secret("right"):
            raise WrongPassword(str(path))
        self.stored[path] = password

    def forget(self, path: Path) -> bool:
        return self.stored.pop(path, None) is not None


class Desk:
    """The settings' window and all that stands behind it."""

    def __init__(self, opened: Opened, folder: Path, vault: Vault | None = None) -> None:
        self.root = opened[0]
        self.path, self.login, self.vault = folder / "config.toml", Login(), vault or Vault()
        self.path.write_text("# mine\n")
        passwords = Passwords(self.vault.known, self.vault.store, self.vault.forget)
        at_login = AtLogin(self.login, ["agent", "run"])
        self.window = SettingsWindow(*opened, Behind(self.path, Config(), passwords, at_login))

    def tab(self, number: int) -> None:
        self.window.tabs.select(number)  # type: ignore[no-untyped-call]
        self.root.update()

    def first(self, kind: type[tk.Widget], number: int = 0) -> tk.Widget:
        return [each for each in visible(self.root) if type(each) is kind][number]

    def save(self) -> str:
        self.window.told.configure(text="")
        _button(self.root, "Save").invoke()
        _until(self.root, lambda: self.window.told.cget("text"))
        return str(self.window.told.cget("text"))


def test_settings_are_written_to_the_same_file(opened: Opened, tmp_path: Path) -> None:
    desk = Desk(opened, tmp_path)
    desk.tab(2)
    entry = desk.first(ttk.Entry)
    assert isinstance(entry, ttk.Entry)
    entry.delete(0, "end")
    entry.insert(0, "19:30")
    offer = desk.first(ttk.Checkbutton)
    assert isinstance(offer, ttk.Checkbutton)
    offer.invoke()
    desk.tab(3)
    language = desk.first(ttk.Combobox)
    assert isinstance(language, ttk.Combobox)
    language.set("Français")
    box = desk.first(ttk.Checkbutton)
    assert isinstance(box, ttk.Checkbutton)
    box.invoke()
    assert desk.save().startswith("✓")
    assert desk.path.read_text().startswith("# mine\n")
    config = load(desk.path)
    assert (config.language, f"{config.quiet.start:%H:%M}") == ("fr", "19:30")
    assert not config.inventory_offered
    assert desk.login.command == ["agent", "run"]


def test_what_cannot_be_is_said_and_not_written(opened: Opened, tmp_path: Path) -> None:
    desk = Desk(opened, tmp_path)
    desk.tab(2)
    entry = desk.first(ttk.Entry, 1)
    assert isinstance(entry, ttk.Entry)
    entry.delete(0, "end")
    entry.insert(0, "half past seven")
    assert "a time is expected" in desk.save()
    assert desk.path.read_text() == "# mine\n"


def test_a_password_is_stored_once_it_opens_the_keystore(opened: Opened, tmp_path: Path) -> None:
    desk = Desk(opened, tmp_path)
    desk.tab(1)
    passwords = desk.window.passwords
    for password, sign in (("wrong", "✗"), ("right", "✓")):
        passwords.told.configure(text="")
        passwords.entry.insert(0, password)
        _button(desk.root, "Store").invoke()
        assert passwords.entry.get() == ""
        _until(desk.root, lambda sign=sign: str(passwords.told.cget("text")).startswith(sign))  # type: ignore[misc]
    assert desk.vault.stored == {KEYSTORE: Secret("right")}
    _button(desk.root, "Forget").invoke()
    _until(desk.root, lambda: not desk.vault.stored)


def test_a_closed_vault_is_said(opened: Opened, tmp_path: Path) -> None:
    vault = Vault()
    vault.problem = VaultUnavailable("it is locked")
    desk = Desk(opened, tmp_path, vault)
    desk.tab(1)
    _until(desk.root, lambda: "it is locked" in str(desk.window.passwords.told.cget("text")))
