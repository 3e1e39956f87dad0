"""`inventory`: all certificates that a person can manage, beside the keystores found here."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC
from functools import partial
from pathlib import Path

from rich.table import Table
from rich.text import Text

from agent import wiring
from agent.cli.terminal import TerminalDoor, confirm, console, secret_from_stdin
from agent.config import load
from agent.core.holder import Environment
from agent.core.holder_words import environment_name, holder_number
from agent.core.inventory import Place, Row
from agent.core.inventory_words import advice, heading, is_only_counted, place_name, summary
from agent.core.mask import without_national_numbers
from agent.core.reminders import file_name
from agent.core.renewal import Step
from agent.errors import PinCancelled
from agent.pipeline.inventory import Inventory, take_inventory
from agent.pipeline.sign import with_card
from agent.text import _, in_digits, ngettext
from agent.watch.known import known_findings

_SIGNS = {
    Place.WATCHED: ("✓", "green"),
    Place.REPLACED: ("✓", "dim"),
    Place.OVER: ("✓", "dim"),
    Place.REQUESTED: ("…", "yellow"),
    Place.ENDED: ("✗", "red"),
}
_OTHERS = ("!", "yellow")


def inventory(arguments: Namespace) -> int:
    """Ask eHealth with the eID, one PIN, and show what is where."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    environment = Environment.ACCEPTANCE if arguments.acceptance else Environment.PRODUCTION
    pin = secret_from_stdin(_("the eID's PIN")) if arguments.pin_stdin else None
    door = TerminalDoor(pin=pin, out=console(stderr=arguments.json))
    if pin is None:
        door.out.print(heading())
        if not confirm(_("Is the eID in the reader? Go on?")):
            raise PinCancelled
    look = partial(known_findings, outside, config.folders, config.patterns)
    door.step(Step.SIGN, _("Reading the eID"))
    eid = with_card(door, outside.card.identity)
    door.step(Step.SIGN, _("Asking eHealth, with the eID: type the PIN where it is asked for"))
    taken = take_inventory(environment, outside, door, eid, config.folders, look)
    if arguments.json:
        print(json.dumps(as_json(taken), indent=2, ensure_ascii=False))
        return 0
    out = console()
    out.print()
    out.print(
        _("Certificates that {name} manages ({environment}):").format(
            name=taken.person, environment=environment_name(environment)
        ),
        markup=False,
    )
    if taken.rows:
        out.print(table(taken.rows))
    for line in summary(taken.rows):
        out.print(line, markup=False)
    return 0


def table(rows: Sequence[Row]) -> Table:
    """For people, on eighty columns. What is long over and replaced is only counted, by `summary`."""
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    grid.add_column("")
    grid.add_column(_("Whose"), overflow="fold")
    grid.add_column(_("Valid until"), no_wrap=True)
    grid.add_column(_("Here"), overflow="fold")
    for row in rows:
        if is_only_counted(row):
            continue
        sign, colour = _SIGNS.get(row.place, _OTHERS)
        if row.ends_soon and row.place is Place.WATCHED:
            sign, colour = _OTHERS
        files = "\n".join(sorted({file_name(path) for path in row.paths}))
        whose = "\n".join(line for line in (row.name, holder_number(row.holder)) if line)
        here = "\n".join(line for line in (place_name(row), advice(row), files) if line)
        grid.add_row(Text(sign, style=colour), Text(whose), _until(row), Text(here, style=colour))
    return grid


def _until(row: Row) -> str:
    if row.ends is None:
        return ""
    days = row.days
    left = "" if days is None or days < 0 else ngettext("{days} day left", "{days} days left", days).format(days=days)
    return f"{in_digits(row.ends)}\n{left}".strip()


def as_json(taken: Inventory) -> dict[str, object]:
    """What ``--json`` prints: no national number in it, nor in the names of files."""
    return {
        "environment": taken.environment.value,
        "at": taken.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "certificates": [
            {
                "name": row.name,
                "type": row.holder.type,
                "number": None if row.is_person else row.holder.number,
                "application_id": row.holder.application_id,
                "status": row.status.value if row.status else None,
                "place": row.place.value,
                "not_after": row.ends.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
                if row.ends
                else None,
                "days_left": row.days,
                "needs_somebody": row.needs_somebody,
                "files": [without_national_numbers(str(Path(path))) for path in row.paths],
            }
            for row in taken.rows
        ],
    }
