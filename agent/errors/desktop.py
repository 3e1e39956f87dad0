"""What is wrong with windows."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors.tree import AgentError
from agent.text import N_


class WindowsMissing(AgentError):
    """This Python came without Tk."""

    title = N_("This Python has no windows: its module tkinter is missing.")
    hint = N_("Install it (Debian and Ubuntu: the package python3-tk), or use the command without --window.")


@dataclass(eq=False)
class DisplayMissing(AgentError):
    problem: str
    title = N_("No window can be opened here: {problem}.")
    hint = N_("Start it on a desktop. In a terminal, leave --window out; the settings are in the config file.")
