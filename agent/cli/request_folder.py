"""Where a new keystore will be."""

from __future__ import annotations

from pathlib import Path

from agent.config import Config
from agent.core.holder import Environment
from agent.errors import ConfigError
from agent.ports import Keystores
from agent.text import _
from agent.watch.look import environment_of


def request_folder(given: Path | None, environment: Environment, config: Config, keystores: Keystores) -> Path:
    """The folder that was named, else the first one that is watched; for tests, one beside that.

    Raises: ConfigError where it has keystores of the other environment: tests never share a folder with what is real.
    """
    folder = (given or _own(environment, config)).expanduser().absolute()
    for stamp in keystores.found([folder], config.patterns):
        if environment_of(Path(stamp.path)) is not environment:
            text = _("{folder} has keystores of the other environment: give each a folder of its own")
            raise ConfigError("--folder", text.format(folder=folder))
    return folder


def _own(environment: Environment, config: Config) -> Path:
    first = config.folders[0]
    return first if environment is Environment.PRODUCTION else first.with_name(f"{first.name}-acceptance")
