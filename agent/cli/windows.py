"""The commands that open a window: `settings`, and others with ``--window``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from agent import wiring
from agent.config import Config, default_path, load
from agent.core.holder import Environment
from agent.core.menu import Act, Choice
from agent.core.reminders import NOTHING_TOLD, snoozed, subject_of
from agent.errors import AgentError, WindowsMissing
from agent.ports import Journal
from agent.secret import Secret
from agent.watch.judge import remembered

_HISTORY = 1000


def _in_a_window(run: Callable[[Namespace, Config], None]) -> Callable[[Namespace], int]:
    """A problem is shown in a window, where there can be one, beside being said as by every command."""

    @wraps(run)
    def shown(arguments: Namespace) -> int:
        notice = _window("notice")
        try:
            run(arguments, load(arguments.config))
        except AgentError as problem:
            notice.show_problem(problem)
            raise
        return 0

    return shown


def _window(name: str) -> Any:
    """A module of the windows. Raises: WindowsMissing where this Python has no Tk."""
    try:
        return import_module(f"agent.desktop.windows.{name}")
    except ModuleNotFoundError as problem:
        if problem.name in ("tkinter", "_tkinter"):
            raise WindowsMissing from problem
        raise


@_in_a_window
def renew(arguments: Namespace, config: Config) -> None:
    """Renew a keystore in a window, or go on with its renewal."""
    activate = arguments.activate or config.activate_at_once
    wish = _window("session").Wish(arguments.keystore.absolute(), config.profile, activate, arguments.anew, _save_sheet)
    _window("renewal").renew_in_a_window(wish, lambda: wiring.outside_of_a_window(config), wiring.clock())


@_in_a_window
def request(arguments: Namespace, config: Config) -> None:
    """Request a new certificate in a window, or go on with one that was begun."""
    from agent.cli.request_folder import request_folder

    environment = Environment(arguments.environment)
    folder = request_folder(arguments.folder, environment, config, wiring.keystores())
    window = _window("request")
    wish = window.RequestWish(folder, environment, config.profile, config.activate_at_once)
    window.request_in_a_window(wish, lambda: wiring.outside_of_a_window(config), wiring.clock(), _save_sheet)


@_in_a_window
def recover(arguments: Namespace, config: Config) -> None:
    """Lead from a keystore in trouble to one that works, in a window."""
    window = _window("recover")
    keystore = _wish(arguments.keystore, config, arguments.activate)
    wish = window.RecoverWish(keystore, wiring.places, _save_sheet, arguments.forgotten)
    window.recover_in_a_window(wish, lambda: wiring.outside_of_a_window(config), wiring.clock())


@_in_a_window
def request_foreigner(arguments: Namespace, config: Config) -> None:
    """Request a certificate without a card in a window, or go on with such a request."""
    from agent.watch.look import environment_of

    window, renews = _window("foreigner"), arguments.renew.absolute() if arguments.renew else None
    environment = Environment.ACCEPTANCE if arguments.acceptance else Environment.PRODUCTION
    if renews is not None:
        environment = environment_of(renews)
    folder = renews.parent if renews is not None else config.folders[0]
    wish = window.ForeignerWish(folder, environment, config.profile, config.activate_at_once, renews=renews)
    window.request_for_foreigner_in_a_window(
        wish, lambda: wiring.outside_of_a_window(config), wiring.clock(), _save_sheet
    )


def _save_sheet(made: Any) -> Path:
    """Put the sheet for the safe where people look for what they saved, and show it. Raises: SheetNotWritten."""
    from platformdirs import user_documents_path, user_downloads_path

    from agent.cli.request_sheet import write_sheet
    from agent.core.file_name import as_file_name
    from agent.core.sheet import Sheet
    from agent.desktop.launch import open_file

    folders = (user_downloads_path(), user_documents_path(), Path.home())
    folder = next((each for each in folders if each.is_dir()), folders[-1])
    whose = made.holder.name or made.holder.type
    path = folder / as_file_name(f"eHealth {whose}", ".html")
    today = wiring.clock().now().astimezone().date()
    write_sheet(
        path, Sheet(whose, made.holder, made.request.environment, Path(made.request.new_path), made.not_after, today)
    )
    open_file(path)
    return path


def _wish(keystore: Path | None, config: Config, activate: bool = False) -> Any:
    return _window("keystore_session").KeystoreWish(
        keystore.absolute() if keystore else None,
        config.profile,
        activate or config.activate_at_once,
        tuple(config.folders),
        tuple(config.patterns),
        _save_sheet,
    )


def _life(kind: str, keystore: Path | None, config: Config) -> None:
    wish = _wish(keystore, config)
    _window("life").show(kind, wish, lambda: wiring.outside_of_a_window(config), wiring.clock())


@_in_a_window
def complete(arguments: Namespace, config: Config) -> None:
    """Bring a request to its end in a window."""
    _life("complete", arguments.keystore, config)


@_in_a_window
def revoke(arguments: Namespace, config: Config) -> None:
    """Take a certificate back in a window."""
    _life("revoke", arguments.keystore, config)


@_in_a_window
def activate(arguments: Namespace, config: Config) -> None:
    """Let the new encryption key take over, in a window."""
    _life("activate", arguments.keystore, config)


@_in_a_window
def change_password(arguments: Namespace, config: Config) -> None:
    """Protect a keystore with another password, in a window."""
    _life("password", arguments.keystore, config)


@_in_a_window
def inventory(arguments: Namespace, config: Config) -> None:
    """All certificates that a person manages, beside the keystores here."""
    window = _window("inventory")
    environment = Environment.ACCEPTANCE if arguments.acceptance else Environment.PRODUCTION
    wish = window.InventoryWish(config.folders, config.patterns, environment)
    window.inventory_in_a_window(wish, lambda: wiring.outside_of_a_window(config), wiring.clock())


@_in_a_window
def ready(arguments: Namespace, config: Config) -> None:
    """Whether the next renewal could be done, and what only a person knows of it."""
    from agent.cli.doctor import ground_of

    window = _window("ready")
    wish = window.ReadyWish(arguments.keystore, tuple(config.folders), tuple(config.patterns))
    outside, config_file = lambda: wiring.outside_of_a_window(config), arguments.config
    window.ready_in_a_window(wish, outside, lambda: ground_of(config_file), wiring.clock())


@_in_a_window
def history(_arguments: Namespace, _config: Config) -> None:
    """What happened, newest first."""
    _window("history").show_history(wiring.journal().history(_HISTORY))


@_in_a_window
def pass_on(arguments: Namespace, config: Config) -> None:
    """The message for the person with the eID, copied."""
    from agent.cli.passing_on import message_for, save
    from agent.desktop.launch import open_file

    message = message_for(arguments.keystore, config)
    window = _window("pass_on")
    window.show_message(window.Passing(message.text, lambda: save(message), open_file))


def doctor(arguments: Namespace) -> int:
    """What is wrong here. A config file that cannot be used is one of the things that are told."""
    from agent.cli.doctor import behind

    _window("doctor").show_doctor(behind(arguments.config))
    return 0


# ── Status ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@_in_a_window
def status(arguments: Namespace, config: Config) -> None:
    """All keystores, as the journal has them, and the tray's menu."""
    from agent.cli.running import bell_in
    from agent.desktop.bell import is_listened, ring

    window = _window("status")
    acts = _Acts(arguments.config, config, wiring.journal(), window)
    acts.carry_out(Choice(Act.CHECK))
    bell = bell_in(wiring.state_folder())
    watcher = window.Watcher(lambda: is_listened(bell), lambda: ring(bell), acts.watch)
    deeds = window.Deeds(acts.known, acts.carry_out, acts.is_looking, frozenset(acts.done_by), watcher)
    window.show_status(deeds, wiring.clock())


class _Acts:
    """What the status window's buttons do."""

    def __init__(self, config_file: Path | None, config: Config, journal: Journal, window: Any) -> None:
        from agent.desktop.processes import Processes

        option = ("--config", str(config_file)) if config_file else ()
        self._processes = Processes((sys.executable, "-m", "agent", *option))
        self._config, self._journal, self._window = config, journal, window
        self.done_by: dict[Act, Callable[[Choice], object]] = {
            Act.RENEW: lambda choice: self._start("renew", "--window", str(choice.path)),
            Act.REQUEST: lambda _choice: self._start("request", "--window"),
            Act.COMPLETE: lambda choice: self._start("complete", "--window", str(choice.path)),
            Act.RECOVER: lambda choice: self._start("recover", "--window", str(choice.path)),
            Act.ACTIVATE: lambda choice: self._start("activate", "--window", str(choice.path)),
            Act.PASSWORD: lambda choice: self._start("password", "change", "--window", str(choice.path)),
            Act.REVOKE: lambda choice: self._start("revoke", "--window", str(choice.path)),
            Act.READY: lambda choice: self._start("ready", "--window", str(choice.path)),
            Act.PASS_ON: lambda choice: self._start("pass-on", "--window", str(choice.path)),
            Act.LATER: self._put_off,
            Act.CHECK: lambda _choice: self._processes.start("check", ("check",), lambda _code, _said: None),
            Act.FOLDER: self._open_folder,
            Act.HISTORY: lambda _choice: self._start("history", "--window"),
            Act.SETTINGS: lambda _choice: self._start("settings"),
            Act.HELP: lambda _choice: self._start("doctor", "--window"),
        }

    def known(self) -> Any:
        findings = remembered(self._journal, self._config.folders, wiring.clock().now())
        return self._window.Known(findings, self._journal.unfinished())

    def is_looking(self) -> bool:
        return self._processes.is_running("check")

    def carry_out(self, choice: Choice) -> None:
        self.done_by[choice.act](choice)

    def watch(self) -> None:
        """Start the resident."""
        self._start("run")

    def _start(self, *arguments: str) -> None:
        self._processes.start(" ".join(arguments), arguments, lambda _code, _said: None, window=True)

    def _put_off(self, choice: Choice) -> None:
        now = wiring.clock().now()
        reminded = self._journal.reminded()
        for finding in self.known().findings:
            if subject_of(finding) == choice.subject and choice.later is not None:
                before = reminded.get(choice.subject, NOTHING_TOLD)
                self._journal.keep_reminded({choice.subject: snoozed(before, finding, choice.later, now, None)})
                return

    def _open_folder(self, choice: Choice) -> None:
        from agent.desktop.launch import open_folder

        path = choice.path or next((each.observation.path for each in self.known().findings), None)
        open_folder(Path(path).parent if path else self._config.folders[0])


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@_in_a_window
def settings(arguments: Namespace, config: Config) -> None:
    """Folders, passwords, reminders, language, start at login, the eID's module."""
    from agent.cli.running import at_login_command
    from agent.desktop.autostart import autostart

    window = _window("settings")
    passwords = _window("passwords").Passwords(lambda: _known_passwords(config), _store, _forget)
    at_login = window.AtLogin(autostart(), at_login_command(arguments.config))
    window.show_settings(window.Behind(arguments.config or default_path(), config, passwords, at_login))


def _known_passwords(config: Config) -> list[tuple[Path, bool]]:
    """The keystores in the config's folders, and whether the vault has their password."""
    vault = wiring.vault()
    paths = [Path(stamp.path) for stamp in wiring.keystores().found(config.folders, config.patterns)]
    return [(path, vault.password(path) is not None) for path in paths]


def _store(path: Path, password: Secret) -> None:
    wiring.keystores().glance(path, password)
    wiring.vault().keep(path, password)


def _forget(path: Path) -> bool:
    was_there = wiring.vault().forget(path)
    wiring.journal().keep_observations([], [str(path)])
    return was_there
