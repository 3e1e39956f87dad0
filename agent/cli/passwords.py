"""`password set` and `password forget`."""

from __future__ import annotations

from argparse import Namespace

from agent import wiring
from agent.cli.terminal import ask_secret, secret_from_stdin


def set_password(arguments: Namespace) -> int:
    """Store a keystore's password, once it has opened the keystore."""
    path = arguments.keystore.absolute()
    keystores = wiring.keystores()
    keystores.stamp(path)
    asked = secret_from_stdin if arguments.password_stdin else ask_secret
    password = asked(f"Password of {path.name}")
    glance = keystores.glance(path, password)
    wiring.vault().keep(path, password)
    until = "its request is under way" if glance.pending else f"valid until {glance.not_after.astimezone():%Y-%m-%d}"
    print(f"Stored in this computer's password vault; it opens the keystore ({until}).")
    return 0


def forget_password(arguments: Namespace) -> int:
    """Remove a keystore's password from the vault; the next look says that it is needed."""
    path = arguments.keystore.absolute()
    was_there = wiring.vault().forget(path)
    wiring.journal().keep_observations([], [str(path)])
    print("Forgotten." if was_there else "There was no password stored for this keystore.")
    return 0
