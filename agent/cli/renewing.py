"""`renew`, `activate` and `history`."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from agent import wiring
from agent.cli.contact_questions import Given
from agent.cli.terminal import TerminalDoor, ask_secret, complain, confirm, console, say, secret_from_stdin
from agent.config import load
from agent.core.glance import Glance
from agent.core.holder import Environment
from agent.core.holder_words import environment_name, holder_number
from agent.core.password import password_problem
from agent.core.reminders import file_name, without_number
from agent.core.renewal import Renewal, Step
from agent.errors import (
    ContractDeclined,
    PasswordRefused,
    VaultUnavailable,
    WrongPassword,
)
from agent.pipeline.renew import renew as renew_keystore
from agent.pipeline.run import Options
from agent.pipeline.under_way import under_way
from agent.ports import Event, Outside
from agent.secret import Secret
from agent.text import N_, _, in_digits, moment
from agent.watch.look import environment_of


def renew(arguments: Namespace) -> int:
    """Renew a keystore, or go on with its renewal."""
    config = load(arguments.config)
    given = Given(arguments.email, arguments.phone).checked()
    outside = wiring.outside(config)
    path = arguments.keystore.absolute()
    password, is_kept = keystore_password(arguments, outside, path)
    pin = secret_from_stdin(_("the eID's PIN")) if arguments.pin_stdin else None
    door = TerminalDoor(arguments.accept_contract, pin, given, asks_contact=not arguments.yes)
    begun = under_way(outside, path)
    environment = begun.environment if begun else environment_of(path)
    if begun:
        text = _("Going on with the renewal that was begun on {begun}.")
        door.out.print(text.format(begun=moment(begun.started)))
    else:
        _introduce(path, outside.keystores.glance(path, password), environment)
        if not arguments.yes and not confirm(_("Renew this keystore?")):
            raise ContractDeclined
    options = Options(
        password=password,
        new_password=_replacement(password, path, begun),
        profile=config.profile,
        keep_password=is_kept,
        wait=not arguments.no_wait,
        activate=arguments.activate or config.activate_at_once,
        anew=arguments.anew,
    )
    try:
        renewal = renew_keystore(path, environment, outside, door, options)
    finally:
        if given.is_any and begun and not door.contact_was_asked:
            say(_("The request was signed before: the contact data that was given now is not in it."))
    tell(renewal)
    return 0


def _introduce(path: Path, glance: Glance, environment: Environment) -> None:
    holder = glance.holder
    rows = {
        _("Keystore"): without_number(str(path)),
        _("Whose"): f"{holder.name or ''} ({holder_number(holder)})".strip() if holder else glance.subject,
        _("Valid until"): moment(glance.not_after),
        _("Environment"): environment_name(environment),
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:{width}}  {value}")


def history(arguments: Namespace) -> int:
    """What happened, newest first."""
    events = wiring.journal().history(arguments.limit)
    if arguments.json:
        print(json.dumps([_row(event) for event in events], indent=2, ensure_ascii=False))
    elif not events:
        print(_("Nothing has happened yet."))
    else:
        console().print(_table(events))
    return 0


def _table(events: Sequence[Event]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    for event in events:
        about = [file_name(event.path)] if event.path else []
        facts = [f"{_(name)} {value}" for name, value in event.facts]
        details = Text(" · ".join(about + facts), style="dim")
        grid.add_row(f"{in_digits(event.at)} {event.at.astimezone():%H:%M:%S}", Text(event.text))
        grid.add_row("", details)
    return grid


_FACTS = N_("key"), N_("request"), N_("code")
"""What the events of a renewal tell beside their text."""


def _row(event: Event) -> dict[str, str | None]:
    at = event.at.isoformat(timespec="seconds")
    return {"at": at, "what": event.what, "text": event.text, "path": event.path, **dict(event.facts)}


_TRIES = 3


def keystore_password(arguments: Namespace, outside: Outside, path: Path) -> tuple[Secret, bool]:
    """The keystore's password, and whether the vault has it: from standard input, the vault, or the person."""
    if arguments.password_stdin:
        return secret_from_stdin(_("the keystore's password")), False
    try:
        kept = outside.vault.password(path)
    except VaultUnavailable as problem:
        complain(problem)
        kept = None
    if kept is not None:
        return kept, True
    outside.keystores.stamp(path)
    for _try in range(_TRIES - 1):
        password = ask_secret(_("Password of {name}").format(name=file_name(str(path))))
        try:
            outside.keystores.glance(path, password)
        except WrongPassword as problem:
            complain(problem)
        else:
            return password, False
    return ask_secret(_("Password of {name}").format(name=file_name(str(path)))), False


def _replacement(password: Secret, path: Path, begun: Renewal | None) -> Secret | None:
    """A new password where the old one cannot go along: Java opens no file whose password is not ASCII."""
    if password.reveal().isascii():
        return None
    if begun is not None:
        return ask_secret(_("The password that was chosen for the new keystore"))
    print(_("Other programs cannot read the accented letters of this password. The new file needs another one."))
    return new_password(path)


def new_password(path: Path) -> Secret:
    """A password that will do, entered twice."""
    while True:
        chosen = ask_secret(_("New password"))
        problem = password_problem(chosen.reveal())
        if problem is None and chosen == ask_secret(_("The same again")):
            return chosen
        complain(PasswordRefused(str(path), problem or _("the two are not the same")))


def tell(renewal: Renewal) -> None:
    out = console()
    out.print()
    if renewal.step is Step.ACTIVATE:
        out.print(_("Renewed. The new keystore is {path}").format(path=renewal.new_path), markup=False, soft_wrap=True)
        out.print(_("What remains:"))
        out.print("  1.", _("Copy it to every computer that uses the old one, and point your software to it."))
        out.print("  2.", _("Then let its encryption key take over; until then messages arrive for the old one:"))
        out.print(f'     ehealth-agent activate "{renewal.new_path}"', markup=False, soft_wrap=True)
    else:
        out.print(_("Your computer is now ready to use eHealth applications."), style="bold green")
        if renewal.old_path is None:
            out.print(_("The keystore is {path}").format(path=renewal.new_path), markup=False, soft_wrap=True)
            out.print(_("Point your software to it, on every computer that uses it."))
        else:
            text = _("The new keystore is {path}; the old one stays beside it.")
            out.print(text.format(path=renewal.new_path), markup=False, soft_wrap=True)
            out.print(_("Point your software to the new file, on every computer that uses it."))
