"""`doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from agent import wiring
from agent.cli.report_file import for_outside, report, write_report
from agent.config import Config, default_path, load
from agent.core.doctor import as_json, exit_code, lines
from agent.errors import ConfigError
from agent.text import _
from agent.watch.doctor import Ground, examine, probes


def doctor(arguments: Namespace) -> int:
    """Look at everything, and say what was found."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without these signs still shows the words
    ground = ground_of(arguments.config)
    checks = examine(probes(ground))
    if arguments.json:
        print(json.dumps(as_json(checks), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(checks)))
    if arguments.report is not None:
        write_report(arguments.report, report(checks, ground))
        if not arguments.json:
            print(_("The report is in {path}.").format(path=arguments.report))
    return exit_code(checks)


def behind(named: Path | None) -> Any:
    """The same for a window, which shows what is found as it comes."""
    from agent.desktop.windows.doctor import Begun, Behind, Tell

    def run(begun: Begun, tell: Tell) -> None:
        looked_at = probes(ground_of(named))
        begun([probe.topic for probe in looked_at])
        examine(looked_at, tell)

    return Behind(
        run,
        lambda checks: for_outside("\n".join(lines(checks))),
        lambda path, checks: write_report(path, report(checks, ground_of(named))),
    )


def ground_of(named: Path | None) -> Ground:
    """What there is to look at. A config file that cannot be used is one of the things that are told."""
    path = named or default_path()
    try:
        return wiring.ground(load(named), None, path)
    except ConfigError as problem:
        return wiring.ground(Config(), problem, path)
