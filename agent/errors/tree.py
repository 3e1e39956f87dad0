"""What every error has."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import ClassVar

from agent.text import N_, _, written


class Retry(Enum):
    """Who may try again."""

    LATER = "later"  # the agent, by itself, after a while
    USER = "user"  # the person, once something was put right
    NEVER = "never"  # nobody: the same try gives the same answer


class AgentError(Exception):
    """Something went wrong that a person must be told about in a sentence."""

    title: ClassVar[str]
    hint: ClassVar[str]
    retry: ClassVar[Retry] = Retry.USER

    @property
    def facts(self) -> dict[str, object]:
        """What happened, by name: the values that `title` and `hint` speak of."""
        own = fields(self) if hasattr(self, "__dataclass_fields__") else ()  # type: ignore[arg-type]
        return {field.name: getattr(self, field.name) for field in own}

    def __str__(self) -> str:
        """The title, in the chosen language."""
        return self._told(self.title)

    @property
    def advice(self) -> str:
        """The hint, in the chosen language."""
        return self._told(self.hint)

    def _told(self, text: str) -> str:
        return _(text).format(**{name: _shown(fact) for name, fact in self.facts.items()})


def _shown(fact: object) -> object:
    if isinstance(fact, date):
        return written(fact)
    return _(fact) if isinstance(fact, str) else fact


_OF_THE_SYSTEM = (
    N_("permission denied"),
    N_("operation not permitted"),
    N_("read-only file system"),
    N_("no space left on device"),
    N_("disk quota exceeded"),
    N_("input/output error"),
    N_("file name too long"),
    N_("too many levels of symbolic links"),
    N_("is a directory"),
    N_("not a directory"),
    N_("no such file or directory"),
    N_("stale file handle"),
    N_("host is down"),
)
"""What Linux and macOS say of a file that cannot be used, in small letters: facts that adapters hand on."""


@dataclass(eq=False)
class ConfigError(AgentError):
    """The config file or the command line asks for something that cannot be."""

    where: str
    problem: str
    title = N_("{where}: {problem}")
    hint = N_("Correct it and try again; nothing was changed.")
