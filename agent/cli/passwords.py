"""`password set`, `password change` and `password forget`."""

from __future__ import annotations

from argparse import Namespace

from agent import wiring
from agent.cli.renewing import keystore_password, new_password
from agent.cli.terminal import ask_secret, complain, secret_from_stdin
from agent.config import load
from agent.core.password_words import CHANGED, COPY, TELL_SOFTWARE
from agent.core.reminders import file_name
from agent.pipeline import protect
from agent.text import _, written


def set_password(arguments: Namespace) -> int:
    """Store a keystore's password, once it has opened the keystore."""
    path = arguments.keystore.absolute()
    keystores = wiring.keystores()
    keystores.stamp(path)
    asked = secret_from_stdin if arguments.password_stdin else ask_secret
    password = asked(_("Password of {name}").format(name=file_name(str(path))))
    glance = keystores.glance(path, password)
    wiring.vault().keep(path, password)
    print(_("Stored in this computer's password vault."))
    if glance.pending:
        print(_("It opens the keystore; its request is under way."))
    else:
        print(_("It opens the keystore, which is valid until {day}.").format(day=written(glance.not_after)))
    return 0


def change_password(arguments: Namespace) -> int:
    """Protect a keystore with another password."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    path = arguments.keystore.absolute()
    old, _is_kept = keystore_password(arguments, outside, path)
    new = secret_from_stdin(_("the new password")) if arguments.password_stdin else new_password(path)
    done = protect.change_password(path, old, new, outside, config.profile)
    print(_(CHANGED).format(name=file_name(str(path))))
    print(_(TELL_SOFTWARE))
    if done.vault_problem is not None:
        complain(done.vault_problem)
    for copy in done.copies:
        print(_(COPY).format(path=copy))
    return 0


def forget_password(arguments: Namespace) -> int:
    """Remove a keystore's password from the vault; the next look says that it is needed."""
    path = arguments.keystore.absolute()
    was_there = wiring.vault().forget(path)
    wiring.journal().keep_observations([], [str(path)])
    print(_("Forgotten.") if was_there else _("There was no password stored for this keystore."))
    return 0
