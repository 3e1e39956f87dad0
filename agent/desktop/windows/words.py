"""How the windows call things: holders, environments, states."""

from __future__ import annotations

from datetime import datetime

from agent.core.finding import Finding, State
from agent.core.recover import remedy
from agent.text import N_, _

_STATES = {
    State.VALID: ("✓", N_("valid")),
    State.RENEWABLE: ("!", N_("can be renewed")),
    State.URGENT: ("!!", N_("urgent")),
    State.EXPIRED: ("✗", N_("expired")),
    State.PENDING: ("…", N_("requested")),
    State.INCOMPLETE: ("!", N_("not complete")),
    State.REVOKED: ("✗", N_("revoked")),
    State.MISSING: ("✗", N_("gone")),
    State.PASSWORD_NEEDED: ("?", N_("password needed")),
    State.UNREADABLE: ("?", N_("cannot be read")),
}


def state_words(finding: Finding, now: datetime) -> tuple[str, str, str]:
    """The state's sign and name, and what a person does about it."""
    if finding.superseded_by:
        return "✓", _("replaced"), _("Nothing has to be done.")
    sign, name = _STATES[finding.state]
    return sign, _(name), remedy(finding, now).advice
