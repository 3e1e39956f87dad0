"""How the windows say things that come from elsewhere: errors, holders, environments."""

from __future__ import annotations

from datetime import date

from agent.core.holder import Environment, Holder
from agent.errors import AgentError
from agent.text import _, written


def title_of(problem: AgentError) -> str:
    return _(problem.title).format(**_facts(problem))


def hint_of(problem: AgentError) -> str:
    return _(problem.hint).format(**_facts(problem))


def _facts(problem: AgentError) -> dict[str, object]:
    return {name: written(fact) if isinstance(fact, date) else fact for name, fact in problem.facts.items()}


def environment_name(environment: Environment) -> str:
    return _("production") if environment is Environment.PRODUCTION else _("acceptance: for tests, not for real")


def holder_name(holder: Holder) -> str:
    """Whose it is; a person's national number is not shown."""
    return holder.name or holder_number(holder)


def holder_number(holder: Holder) -> str:
    number = _("a person") if holder.type == "SSIN" else f"{holder.type} {holder.number}"
    return f"{number}, {holder.application_id}" if holder.application_id else number
