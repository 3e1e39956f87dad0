"""What a look at a keystore file found, and how that is called today.

An `Observation` does not age: it holds until the file changes or, where it is not lasting, until the next look. A
`Finding` is the observation judged at an instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from agent.core.glance import Glance
from agent.core.holder import Environment
from agent.core.validation import Validation


class State(Enum):
    """The state of a keystore; the values are those of ``check --json``."""

    VALID = "valid"
    RENEWABLE = "renewable"  # in its window
    URGENT = "urgent"  # past the last safe day
    EXPIRED = "expired"
    PENDING = "pending"
    INCOMPLETE = "incomplete"  # has no encryption key
    REVOKED = "revoked"
    PASSWORD_NEEDED = "password_needed"
    UNREADABLE = "unreadable"
    MISSING = "missing"  # was there, and is gone


class Observation(NamedTuple):
    """What a file says, or why it says nothing. A tuple, because there are many.

    Attributes:
        environment: by the file's name; acceptance files end in ``.acc-p12``.
        glance: None where the file could not be opened.
        problem: why not: the error's sentence; None where it could.
        password_needed: the problem is that no password that is known here opens it.
        lasting: False: what was found depends on more than the file's bytes (a password, rights, another program), so
            the file is looked at again next time, changed or not.
    """

    path: str
    environment: Environment
    glance: Glance | None
    problem: str | None = None
    password_needed: bool = False
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A keystore at an instant. Dates and instants are None where the file could never be opened.

    Attributes:
        reason: one sentence for people: why this state.
        renewable_from: the first instant of the renewal window, aware UTC.
        days_left: whole days until notAfter, negative once past.
        superseded_by: path of a keystore with a newer certificate for the same holder, or None.
        validation: of a request that a person has to log in for; `days_left` are the days until that ends.
    """

    observation: Observation
    state: State
    reason: str
    renewable_from: datetime | None = None
    last_safe_day: date | None = None
    days_left: int | None = None
    superseded_by: str | None = None
    validation: Validation | None = None
