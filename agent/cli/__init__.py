"""The terminal: commands are parsed, called, printed. Nothing is decided here.

Exit codes of `check` are those of monitoring plugins (`report.ExitCode`), those of `doctor` say how much is wrong
(`core.doctor.exit_code`: 0 nothing, 1 something to do, 2 something that stops a renewal). Of all other commands:

    0   done
    1   it could not be done
    2   the command line or the config is wrong
    75  not now; the same command later goes on
    130 stopped by the person
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from agent.cli.arguments import config_of, parsed
from agent.config import load
from agent.errors import AgentError, ConfigError, Retry
from agent.text import _, speak

_FAILED, _WRONG_USE, _LATER, _STOPPED = 1, 2, 75, 130
_UNKNOWN = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Every error ends in a sentence and an exit code."""
    words = sys.argv[1:] if argv is None else argv
    speak(_language(words))
    arguments = parsed(words)
    is_check = arguments.command == "check"
    try:
        code: int = arguments.run(arguments)
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, Ctrl-D
        text = _("Stopped. What was done so far is kept; the same command goes on from there.")
        print(f"\n{text}", file=sys.stderr)
        return _STOPPED
    except BrokenPipeError:  # the reader of our output went away: nobody is left to tell
        sys.stderr.close()
        return _UNKNOWN if is_check else _FAILED
    except AgentError as problem:
        from agent.cli.terminal import complain  # with all that draws in a terminal: not for the resident

        complain(problem)
        return _UNKNOWN if is_check else _exit_code(problem)
    return code


def _language(words: Sequence[str]) -> str:
    """The config's; the system's where the config cannot be read, which the command that needs it will say."""
    try:
        return load(config_of(words)).language
    except ConfigError:
        return "auto"


def _exit_code(problem: AgentError) -> int:
    if isinstance(problem, ConfigError):
        return _WRONG_USE
    return _LATER if problem.retry is Retry.LATER else _FAILED
