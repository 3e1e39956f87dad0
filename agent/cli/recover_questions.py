"""What `recover` asks about passwords and copies."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.cli.renewing import new_password
from agent.cli.terminal import ask_secret, choose, complain, confirm, secret_from_stdin
from agent.core.finding import Observation
from agent.core.password import password_problem
from agent.core.reminders import file_name
from agent.errors import PasswordRefused, VaultUnavailable, WrongPassword
from agent.pipeline.recover import will_do
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _, written
from agent.watch.copies import Copies, written_at

_TRIES = 3
_SHOWN = 5


@dataclass(frozen=True)
class Protecting:
    """The new keystore's password, and whether the vault gets it."""

    password: Secret
    keep: bool


def know_password() -> bool:
    """Whether somebody still knows it."""
    lines = [_("Somebody knows it"), _("It is forgotten")]
    return choose(_("Is the password known?"), lines) == 0


def password_of(path: Path, outside: Outside, arguments: Namespace, must: bool = False) -> Secret | None:
    """The password that opens the file: from standard input, the vault, or the person; None where it is forgotten.

    Args:
        must: without it nothing goes on.
    Raises: WrongPassword, KeystoreError.
    """
    kept = _kept(path, outside)
    if kept is not None and _opens(path, kept, outside):
        return kept
    if arguments.password_stdin:
        given = secret_from_stdin(_("the keystore's password"))
        if not _opens(path, given, outside):
            raise WrongPassword(str(path))
        return given
    question = _("Password of {name}").format(name=file_name(str(path)))
    if not must:
        question = f"{question} {_('(nothing: it is forgotten)')}"
    for _try in range(_TRIES):
        password = ask_secret(question)
        if not password and not must:
            return None
        if _opens(path, password, outside):
            return password
        complain(WrongPassword(str(path)))
    raise WrongPassword(str(path))


def _kept(path: Path, outside: Outside) -> Secret | None:
    try:
        return outside.vault.password(path)
    except VaultUnavailable:
        return None


def _opens(path: Path, password: Secret, outside: Outside) -> bool:
    """A file that is not there yet has the password that was chosen for it."""
    if not outside.keystores.exists(path):
        return True
    try:
        outside.keystores.glance(path, password)
    except WrongPassword:
        return False
    return True


def protecting(path: Path, old: Secret | None, outside: Outside, arguments: Namespace) -> Protecting:
    """The old password where it is known and will do; else a new one."""
    if old is not None and will_do(old):
        return Protecting(old, _kept(path, outside) is not None)
    if old is not None:
        print(_("Other programs cannot read the accented letters of this password. The new file needs another one."))
    if arguments.password_stdin:
        chosen = secret_from_stdin(_("the new password"))
        problem = password_problem(chosen.reveal())
        if problem is not None:
            raise PasswordRefused(str(path), problem)
        return Protecting(chosen, keep=False)
    chosen = new_password(path)
    keeps = sys.stdin.isatty() and confirm(_("Keep it in this computer's password vault, so that it is not lost?"))
    return Protecting(chosen, keeps)


def choose_copy(
    found: Copies, lost: Observation, outside: Outside, look_with: Callable[[Secret], Copies]
) -> tuple[Path, Secret] | None:
    """The copy that the person means; where a password is needed to tell, it is asked once, and tried."""
    if not found.proved and found.closed and sys.stdin.isatty():
        for path in found.closed[:_SHOWN]:
            print(_("This may be a copy: {path}").format(path=path))
        question = _("Password of {name}").format(name=file_name(lost.path))
        password = ask_secret(f"{question} {_('(nothing: it is forgotten)')}")
        if password:
            found = look_with(password)
    if not found.proved:
        print(_("No copy of it was found on this computer."))
        return None
    if len(found.proved) == 1:
        print(_("A copy was found: {path}").format(path=found.proved[0][0]))
        return found.proved[0]
    lines = [f"{path} ({written(written_at(path, outside.keystores))})" for path, _password in found.proved]
    return found.proved[choose(_("Which copy?"), lines)]
