"""Change some settings of ``config.toml`` and leave everything else in it, comments too, as the person wrote it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from agent.config import load
from agent.errors import ConfigError
from agent.text import _

Value = str | list[str]


def save(path: Path, changes: Mapping[str, Value]) -> None:
    """Set each of `changes` (``section.key``) in the file at `path`, which need not exist yet.

    The whole file is read again as the agent reads it before it takes the old one's place, at once.
    Raises: ConfigError; the file is then as it was.
    """
    path = path.resolve()  # the file itself, where `path` is a link to it
    beside = path.with_name(f"{path.name}.new")
    try:
        text = _changed(_read(path), changes, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        _check(beside, path)
        beside.replace(path)
    except OSError as problem:
        raise ConfigError(
            str(path), _("it cannot be written ({problem})").format(problem=_(str(problem.strerror).lower()))
        ) from problem
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as problem:
        raise ConfigError(str(path), _("it is not UTF-8 text; save it again with that encoding")) from problem


def _changed(text: str, changes: Mapping[str, Value], path: Path) -> str:
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as problem:
        raise ConfigError(str(path), str(problem)) from problem
    for key, value in changes.items():
        section, _, name = key.rpartition(".")
        if section and section not in document:
            document[section] = tomlkit.table()
        table = document[section] if section else document
        table[name] = value
    return tomlkit.dumps(document)


def _check(beside: Path, path: Path) -> None:
    try:
        load(beside)
    except ConfigError as problem:
        raise ConfigError(problem.where.replace(str(beside), str(path)), problem.problem) from problem
