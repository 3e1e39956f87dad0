"""`ready`: whether the next renewal could be done; and the same look for `check`, without a person."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence

from agent import wiring
from agent.cli.doctor import ground_of
from agent.cli.terminal import TerminalDoor, confirm
from agent.config import Config, load
from agent.core.doctor import Check, Mark, Topic, as_json, exit_code, lines
from agent.core.finding import Finding
from agent.core.reminders import name_of
from agent.errors import CardError, ServiceError
from agent.pipeline.acting import ask_for_whom, environments_of, holders_of
from agent.pipeline.ask import ask_about
from agent.pipeline.sign import with_card
from agent.ports import Outside
from agent.text import _
from agent.watch import ready as watch
from agent.watch.ready import Ready


def ready(arguments: Namespace) -> int:
    """Look at all that a renewal needs; show what eHealth has of contact data, to be confirmed."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    findings = watch.keystores_to_renew(arguments.keystore, outside, config.folders, config.patterns)
    looked = _look(findings, arguments, outside)
    found = [_confirmed(each, outside, arguments, is_one_of_several=len(looked) > 1) for each in looked]
    qualities = _qualities(findings, outside) if arguments.qualities else []
    checks = _once([*(each for one in found for each in one.checks), *qualities])
    if arguments.json:
        print(json.dumps(as_json(checks), indent=2, ensure_ascii=False))
    else:
        for one in found:
            if one.known is not None:
                print(f"{name_of(one.finding)}: {one.finding.reason}")
        print()
        print("\n".join(lines(checks)))
    return exit_code(checks)


def look_for_check(findings: Sequence[Finding], arguments: Namespace, config: Config) -> None:
    """The resident's look, week by week, at what is to be renewed within half a year."""
    outside = wiring.outside(config)
    known, now = outside.journal.readiness(), outside.clock.now()
    due = [each for each in findings if watch.is_due(each, known, now)]
    if due:
        _look(due, arguments, outside)


def _look(findings: Sequence[Finding], arguments: Namespace, outside: Outside) -> list[Ready]:
    ground = ground_of(arguments.config)
    return watch.look(findings, ground, lambda observation: ask_about(observation, outside, None))


def _confirmed(found: Ready, outside: Outside, arguments: Namespace, *, is_one_of_several: bool) -> Ready:
    """A person at the terminal says whether the contact data is right."""
    contact = found.contact
    if contact is None or not found.is_to_be_confirmed or arguments.json or not sys.stdin.isatty():
        return found
    text = _("eHealth reaches the responsible person at {email} and {phone}.")
    text = text.format(email=contact.email_private, phone=contact.phone_private)
    print(_("{name}: {state}").format(name=name_of(found.finding), state=text) if is_one_of_several else text)
    return watch.said(found, confirm(_("Is that still right?")), outside.journal)


def _once(checks: Sequence[Check]) -> list[Check]:
    """What several keystores share is told once."""
    return list(dict.fromkeys(checks))


def _qualities(findings: Sequence[Finding], outside: Outside) -> list[Check]:
    """Whom the eID may act for: one PIN for each of eHealth's environments that is in use."""
    print(_("eHealth is asked whom the eID's owner may act for: that costs its PIN, once."), file=sys.stderr)
    door = TerminalDoor()
    checks: list[Check] = []
    for environment in environments_of(findings):
        try:
            eid = with_card(door, outside.card.identity)
            acting = ask_for_whom(eid, environment, outside, door)
        except (CardError, ServiceError) as problem:
            checks.append(Check(Topic.QUALITIES, Mark.STOPS, str(problem), problem.advice))
        else:
            checks += [acting.check(holder) for holder in holders_of(findings, environment)]
    return checks
