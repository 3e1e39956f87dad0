"""How the windows call things: holders, environments, states."""

from __future__ import annotations

import re

from agent.core.finding import Finding, State
from agent.core.holder import Environment, Holder
from agent.text import N_, _


def environment_name(environment: Environment) -> str:
    return _("production") if environment is Environment.PRODUCTION else _("acceptance: for tests, not for real")


def holder_name(holder: Holder) -> str:
    """Whose it is; a person's national number is not shown."""
    return holder.name or holder_number(holder)


def holder_number(holder: Holder) -> str:
    number = _("a person") if holder.type == "SSIN" else f"{holder.type} {holder.number}"
    return f"{number}, {holder.application_id}" if holder.application_id else number


def without_number(text: str) -> str:
    """`text` without the national number that the name of a person's keystore has in it."""
    return re.sub(r"SSIN=\d+", "SSIN", text)


_STATES = {
    State.VALID: ("✓", N_("valid"), N_("Nothing has to be done.")),
    State.RENEWABLE: ("!", N_("can be renewed"), N_("Renew it, with the eID of the responsible person.")),
    State.URGENT: ("!!", N_("urgent"), N_("Renew it today.")),
    State.EXPIRED: ("✗", N_("expired"), N_("A new certificate has to be requested.")),
    State.PENDING: ("…", N_("requested"), N_("Go on with its request.")),
    State.INCOMPLETE: ("!", N_("not complete"), N_("Complete its request.")),
    State.REVOKED: ("✗", N_("revoked"), N_("A new certificate has to be requested.")),
    State.PASSWORD_NEEDED: ("?", N_("password needed"), N_("Store its password, in the settings.")),
    State.UNREADABLE: ("?", N_("cannot be read"), N_("Restore it from a copy.")),
}


def state_words(finding: Finding) -> tuple[str, str, str]:
    """The state's sign and name, and what a person does about it."""
    if finding.superseded_by:
        return "✓", _("replaced"), _("Nothing has to be done.")
    sign, name, advice = _STATES[finding.state]
    return sign, _(name), _(advice)
