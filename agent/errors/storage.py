"""What is wrong with the password vault or the journal."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors.tree import AgentError
from agent.text import N_


@dataclass(eq=False)
class VaultUnavailable(AgentError):
    problem: str
    title = N_("This computer's password vault cannot be used: {problem}.")
    hint = N_(
        "It is unlocked when you log in to the desktop. Without it nothing is stored, and the password has to be given "
        "each time; commands take it with --password-stdin."
    )


@dataclass(eq=False)
class JournalError(AgentError):
    path: str
    problem: str
    title = N_("The agent's journal {path} cannot be used: {problem}.")
    hint = N_(
        "Make room or give access to that folder, then start again. No step is taken that cannot be written down."
    )
