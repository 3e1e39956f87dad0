"""`doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from agent import wiring
from agent.cli.report_file import report, write_report
from agent.config import Config, default_path, load
from agent.core.doctor import as_json, exit_code, lines
from agent.errors import ConfigError
from agent.text import _
from agent.watch.doctor import Ground, examine, probes


def doctor(arguments: Namespace) -> int:
    """Look at everything, and say what was found."""
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


def ground_of(named: Path | None) -> Ground:
    """What there is to look at. A config file that cannot be used is one of the things that are told."""
    path = named or default_path()
    try:
        return wiring.ground(load(named), None, path)
    except ConfigError as problem:
        return wiring.ground(Config(), problem, path)
