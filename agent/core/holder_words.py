"""How people read whose certificate it is. A person's national number is not told."""

from __future__ import annotations

from agent.core.holder import Environment, Holder
from agent.text import _


def environment_name(environment: Environment) -> str:
    return _("production") if environment is Environment.PRODUCTION else _("acceptance: for tests, not for real")


def holder_name(holder: Holder) -> str:
    """The name; where the certificate has none, the number."""
    return holder.name or holder_number(holder)


def holder_number(holder: Holder) -> str:
    """Type and number of an organization, with the application id; of a person that it is one."""
    number = _("a person") if holder.type == "SSIN" else f"{holder.type} {holder.number}"
    return f"{number}, {holder.application_id}" if holder.application_id else number
