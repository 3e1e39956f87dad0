"""`complete`: bring a request to its end that was begun here or with another program."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from agent import wiring
from agent.cli.renewing import keystore_password, tell
from agent.cli.terminal import TerminalDoor, choose
from agent.config import Config, load
from agent.core.finding import State
from agent.errors import NothingBegun
from agent.pipeline.renew import complete as complete_keystore
from agent.pipeline.run import Options
from agent.pipeline.under_way import under_way
from agent.ports import Outside
from agent.text import _, moment
from agent.watch.judge import judge
from agent.watch.look import Look, environment_of


def complete(arguments: Namespace) -> int:
    """Fetch the certificate, install it, register the encryption token."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    path = arguments.keystore.absolute() if arguments.keystore else _chosen(config, outside)
    begun = under_way(outside, path)
    environment = begun.environment if begun else environment_of(path)
    password, is_kept = keystore_password(arguments, outside, path)
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
    look = Look(outside.keystores, outside.vault, outside.journal)
    observations = look.in_folders(config.folders, config.patterns)
    findings = judge(observations, outside.clock.now(), outside.journal.words())
    wanted = (State.PENDING, State.INCOMPLETE)
    paths = [Path(each.observation.path) for each in findings if each.state in wanted]
    begun = {path: _written_at(path, outside) for path in paths}
    begun |= {Path(each.new_path): each.started for each in outside.journal.unfinished() if each.old_path is None}
    if not begun:
        raise NothingBegun(", ".join(map(str, config.folders)))
    newest_first = sorted(begun, key=lambda path: begun[path], reverse=True)
    text = _("{name}, begun on {moment}")
    lines = [text.format(name=path.name, moment=moment(begun[path])) for path in newest_first]
    return newest_first[choose(_("Which request is to be completed?"), lines)]


def _written_at(path: Path, outside: Outside) -> datetime:
    """A request that was begun elsewhere was begun when its file was written."""
    return datetime.fromtimestamp(outside.keystores.stamp(path).modified_ns / 10**9, UTC)
