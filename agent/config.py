"""The config file: ``config.toml`` as a frozen `Config`.

Every key has a default, so that a file is needed only for what is different here; ``config.example.toml`` has them all.
A key that is not known is refused by name: a typing mistake must not pass for a setting.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from difflib import get_close_matches
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import user_config_path

from agent.core.glance import Profile
from agent.core.reminders import QuietHours
from agent.errors import ConfigError
from agent.text import _

LANGUAGES = ("auto", "nl", "fr", "de", "en")


@dataclass(frozen=True)
class ServicesConfig:
    """How the eHealth platform is reached. Time-outs in seconds.

    Attributes:
        production: base address, without the service's own path; likewise `acceptance`.
        ca_file: certificates (PEM) to trust beside the system's, for a proxy that inspects; None: none.
        read_timeout: the longest silence while an answer is awaited.
        total_timeout: the longest an exchange may take from beginning to end.
    Raises: ConfigError where an address is neither HTTPS nor on this computer.
    """

    production: str = "https://services.ehealth.fgov.be"
    acceptance: str = "https://services-acpt.ehealth.fgov.be"
    ca_file: Path | None = None
    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 60

    def __post_init__(self) -> None:
        for name in ("production", "acceptance"):
            try:
                _address(getattr(self, name))
            except ValueError as problem:
                raise ConfigError(f"services.{name}", str(problem)) from None


@dataclass(frozen=True)
class Config:
    """What is different for this computer.

    Attributes:
        folders: absolute; what lies below them is not looked at.
        patterns: of file names, as a shell's, without regard to case.
        card_module: the PKCS#11 module of the eID software; None: search for it.
        activate_at_once: a new encryption token takes over as soon as it can, without a person's word.
        inventory_offered: once a year, the inventory is offered.
        quiet: when no reminder is shown, by this computer's clock.
        language: one of `LANGUAGES`; ``auto`` is the system's.
    """

    folders: tuple[Path, ...] = field(default_factory=lambda: (Path.home() / "ehealth" / "keystore",))
    patterns: tuple[str, ...] = ("*.p12", "*.acc-p12", "*.pfx", "*.p12.pending", "*.acc-p12.pending")
    services: ServicesConfig = field(default_factory=ServicesConfig)
    card_module: Path | None = None
    profile: Profile = Profile.COMPATIBLE
    activate_at_once: bool = False
    inventory_offered: bool = True
    quiet: QuietHours = field(default_factory=QuietHours)
    language: str = "auto"


def default_path() -> Path:
    """Where this user's config file is looked for."""
    return user_config_path("ehealth-certificate-agent", appauthor=False) / "config.toml"


def load(path: Path | None = None) -> Config:
    """Read the config file.

    Args:
        path: a file that must be there; None: the user's own, and without one the defaults.
    Raises: ConfigError.
    """
    if path is None:
        path = default_path()
        if not path.exists():
            return Config()
    own: dict[str, Any] = {}
    services: dict[str, Any] = {}
    quiet: dict[str, Any] = {}
    parts = {"services": services, "reminders": quiet}
    for key, value in _flat(_toml(path)):
        if key in _SECTIONS:
            raise ConfigError(str(path), _("{key} is a section: write [{key}] on a line of its own").format(key=key))
        if key not in _KEYS:
            text = _("{key} is not known; the nearest is {nearest}")
            raise ConfigError(str(path), text.format(key=key, nearest=_nearest(key)))
        name, read = _KEYS[key]
        try:
            parts.get(key.partition(".")[0], own)[name] = read(value)
        except ValueError as problem:
            raise ConfigError(f"{path}, {key}", str(problem)) from None
    return Config(**own, services=ServicesConfig(**services), quiet=replace(QuietHours(), **quiet))


def _toml(path: Path) -> Mapping[str, object]:
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editor writes a byte order mark
        return tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(str(path), _("there is no such file")) from None
    except OSError as problem:
        raise ConfigError(
            str(path), _("it cannot be read ({problem})").format(problem=_(str(problem.strerror).lower()))
        ) from problem
    except UnicodeDecodeError as problem:
        raise ConfigError(str(path), _("it is not UTF-8 text; save it again with that encoding")) from problem
    except tomllib.TOMLDecodeError as problem:
        more = _("{problem}; write Windows paths between single quotation marks") if "\\" in text else "{problem}"
        raise ConfigError(str(path), more.format(problem=problem)) from problem


def _flat(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Each value under its full name: ``section.key``, or ``key`` where it stands in no section."""
    for name, value in document.items():
        if isinstance(value, dict):
            if name not in _SECTIONS:
                yield name, value
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value


def _nearest(key: str) -> str:
    last = key.rpartition(".")[2]
    same_name = [known for known in _KEYS if known.rpartition(".")[2] == last]
    return (same_name or get_close_matches(key, [*_KEYS, *_SECTIONS], n=1, cutoff=0))[0]


# ── What a value may be ──────────────────────────────────────────────────────────────────────────────────────────────
# Each reader gives the value, or a ValueError that says what is expected.


def _one_of(*known: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise ValueError(_("one of {known} is expected, not {value!r}").format(known=", ".join(known), value=value))
        return value

    return read


def _profile(value: object) -> Profile:
    return Profile(_one_of(*(profile.value for profile in Profile))(value))


def _at_once(value: object) -> bool:
    return _one_of("ask", "at_once")(value) == "at_once"


def _yearly(value: object) -> bool:
    return _one_of("yearly", "never")(value) == "yearly"


def _path(value: object) -> Path:
    if isinstance(value, str) and value:
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            raise ValueError(_("no home folder is known for {value!r}").format(value=value)) from None
        if path.is_absolute() and "\0" not in value:
            return path
    raise ValueError(_("a full path is expected, or one that begins with ~, not {value!r}").format(value=value))


def _path_or_none(value: object) -> Path | None:
    return None if value == "" else _path(value)


def _folders(value: object) -> tuple[Path, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(_("a list of at least one folder is expected, not {value!r}").format(value=value))
    return tuple(_path(each) for each in value)


def _patterns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(_("a list of at least one pattern is expected, not {value!r}").format(value=value))
    for each in value:
        if not isinstance(each, str) or not each or "/" in each or "\\" in each:
            text = _("a pattern for file names is expected, such as '*.p12', not {value!r}")
            raise ValueError(text.format(value=each))
    return tuple(value)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not 0 < value <= 3600:
        text = _("a number of seconds is expected, more than 0 and at most 3600, not {value!r}")
        raise ValueError(text.format(value=value))
    return value


def _time(value: object) -> time:
    """``HH:MM``, or a time as TOML has it."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    try:
        if isinstance(value, str) and len(value) == 5:
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(_("a time is expected, such as '07:30', not {value!r}").format(value=value))


def _address(value: object) -> str:
    """A base address: HTTPS, or HTTP to this computer itself, where the sandbox is."""
    if not isinstance(value, str):
        raise ValueError(_("an address is expected, such as https://example.org, not {value!r}").format(value=value))
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises where it is none
    except ValueError as problem:
        raise ValueError(_("this is no address ({problem})").format(problem=problem)) from None
    if not parts.hostname or parts.query or parts.fragment or any(c.isspace() or not c.isprintable() for c in value):
        raise ValueError(_("an address is expected, such as https://example.org, not {value!r}").format(value=value))
    if parts.username is not None or parts.password is not None:
        raise ValueError(_("no user name or password is expected in the address"))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError(_("an https:// address is expected, not {value!r}").format(value=value))
    return value.rstrip("/")


def is_loopback(host: str) -> bool:
    """The name or IP address is this computer itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_KEYS: Mapping[str, tuple[str, Callable[[object], object]]] = {
    "language": ("language", _one_of(*LANGUAGES)),
    "watch.folders": ("folders", _folders),
    "watch.patterns": ("patterns", _patterns),
    "services.production": ("production", _address),
    "services.acceptance": ("acceptance", _address),
    "services.ca_file": ("ca_file", _path_or_none),
    "services.connect_timeout": ("connect_timeout", _seconds),
    "services.read_timeout": ("read_timeout", _seconds),
    "services.total_timeout": ("total_timeout", _seconds),
    "card.module": ("card_module", _path_or_none),
    "keystore.profile": ("profile", _profile),
    "activation.token": ("activate_at_once", _at_once),
    "inventory.offer": ("inventory_offered", _yearly),
    "reminders.quiet_from": ("start", _time),
    "reminders.quiet_until": ("end", _time),
}
"""Each key of the file: which attribute it sets, and what reads its value."""

_SECTIONS = {key.partition(".")[0] for key in _KEYS if "." in key}
