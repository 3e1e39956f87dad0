"""`activate`: let the new encryption token take over, and tell what the public depot serves."""

from __future__ import annotations

from argparse import Namespace

from agent import wiring
from agent.cli.renewing import keystore_password, tell
from agent.cli.terminal import TerminalDoor, console
from agent.config import load
from agent.core.depot import others_encrypt_for
from agent.pipeline.activate import Activation
from agent.pipeline.run import Options
from agent.text import _
from agent.watch.look import environment_of


def activate(arguments: Namespace) -> int:
    """Of a renewal of this agent, or of a keystore whose token another program registered."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    path = arguments.keystore.absolute()
    password, is_kept = keystore_password(arguments, outside, path)
    options = Options(password=password, profile=config.profile, keep_password=is_kept, activate=True)
    activation = Activation(path, environment_of(path), outside, options)
    out = console()
    out.print(others_encrypt_for(activation.serves, is_past=True), markup=False, soft_wrap=True)
    done = activation.carry_out(TerminalDoor())
    if done.renewal is not None:
        tell(done.renewal)
    else:
        out.print(_("The new encryption key has taken over."), style="bold green")
        out.print(_("The keystore is {path}").format(path=done.path), markup=False, soft_wrap=True)
    out.print(others_encrypt_for(done.serves), markup=False, soft_wrap=True)
    return 0
