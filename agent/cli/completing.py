"""`complete`: bring a request to its end that was begun here or with another program."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from agent import wiring
from agent.cli.renewing import keystore_password, tell
from agent.cli.terminal import TerminalDoor, choose
from agent.config import Config, load
from agent.core.reminders import file_name
from agent.pipeline.renew import complete as complete_keystore
from agent.pipeline.run import Options
from agent.pipeline.under_way import openable, under_way
from agent.ports import Outside
from agent.text import _, moment
from agent.watch.begun import requests_begun
from agent.watch.look import environment_of


def complete(arguments: Namespace) -> int:
    """Fetch the certificate, install it, register the encryption token."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    path = arguments.keystore.absolute() if arguments.keystore else _chosen(config, outside)
    begun = under_way(outside, path)
    environment = begun.environment if begun else environment_of(path)
    password, is_kept = keystore_password(arguments, outside, openable(outside, path))
    options = Options(
        password=password,
        profile=config.profile,
        keep_password=is_kept,
        wait=not arguments.no_wait,
        activate=config.activate_at_once,
    )
    tell(complete_keystore(path, environment, outside, TerminalDoor(), options))
    return 0


def _chosen(config: Config, outside: Outside) -> Path:
    """The keystore that the person means, the newest first. Raises: NothingBegun, ConfigError."""
    begun = requests_begun(outside, config.folders, config.patterns)
    text = _("{name}, begun on {moment}")
    lines = [text.format(name=file_name(str(each.path)), moment=moment(each.since)) for each in begun]
    return begun[choose(_("Which request is to be completed?"), lines)].path
