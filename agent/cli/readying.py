"""`ready`: whether the next renewal could be done; and the same look for `check`, without a person."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from agent import wiring
from agent.cli.doctor import ground_of
from agent.cli.terminal import TerminalDoor, confirm
from agent.config import Config, load
from agent.core.doctor import Check, Mark, Topic, as_json, exit_code, fine, lines
from agent.core.finding import Finding, State
from agent.core.holder import Environment, Holder
from agent.core.readiness import is_time_to_look
from agent.core.reminders import name_of
from agent.errors import CardError, KeystoreNotFound, ServiceError
from agent.pipeline.ask import ask_about
from agent.pipeline.enquiry import Enquiry
from agent.pipeline.sign import with_card
from agent.ports import Outside
from agent.text import _
from agent.watch import ready as watch
from agent.watch.judge import judge
from agent.watch.look import Look
from agent.watch.ready import Ready

_WHOLE = (State.VALID, State.RENEWABLE, State.URGENT)


def ready(arguments: Namespace) -> int:
    """Look at all that a renewal needs; show what eHealth has of contact data, to be confirmed."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    findings = _wanted(arguments.keystore, config, outside)
    closed = [each for each in findings if each.observation.glance is None]
    found = _look([each for each in findings if each.observation.glance is not None], arguments, outside)
    found = [_confirmed(each, outside, arguments) for each in found]
    qualities = _qualities(findings, outside) if arguments.qualities else []
    checks = [each for one in found for each in one.checks] + qualities + [_closed(each) for each in closed]
    if arguments.json:
        print(json.dumps(as_json(_once(checks)), indent=2, ensure_ascii=False))
    else:
        for one in found:
            print(f"{name_of(one.finding)}: {one.finding.reason}")
        print()
        print("\n".join(lines(_once(checks))))
    return exit_code(checks)


def look_for_check(findings: Sequence[Finding], arguments: Namespace, config: Config) -> None:
    """The resident's look, week by week, at what is to be renewed within half a year."""
    outside = wiring.outside(config)
    known, now = outside.journal.readiness(), outside.clock.now()
    due = [
        each
        for each in findings
        if each.observation.glance is not None
        and is_time_to_look(each, known.get(each.observation.glance.fingerprint), now)
    ]
    if due:
        _look(due, arguments, outside)


def _wanted(keystore: Path | None, config: Config, outside: Outside) -> list[Finding]:
    """Raises: KeystoreNotFound, JournalError."""
    look = Look(outside.keystores, outside.vault, outside.journal)
    observations = look.in_folders(config.folders, config.patterns, forget=False)
    named = str(keystore.absolute()) if keystore else None
    if named is not None and named not in {each.path for each in observations}:
        outside.keystores.stamp(Path(named))
        observations += look.at([Path(named)])
    findings = judge(observations, outside.clock.now(), outside.journal.words())
    if named is not None:
        return [each for each in findings if each.observation.path == named]
    wanted = [each for each in findings if not each.superseded_by and each.state in (*_WHOLE, State.PASSWORD_NEEDED)]
    if not wanted:
        raise KeystoreNotFound(", ".join(map(str, config.folders)))
    return wanted


def _look(findings: Sequence[Finding], arguments: Namespace, outside: Outside) -> list[Ready]:
    ground = ground_of(arguments.config)
    return watch.look(findings, ground, lambda observation: ask_about(observation, outside, None))


def _confirmed(found: Ready, outside: Outside, arguments: Namespace) -> Ready:
    """A person at the terminal says whether the contact data is right."""
    contact = found.contact
    if contact is None or arguments.json or not sys.stdin.isatty() or watch.digest(contact) == found.known.confirmed:
        return found
    text = _("eHealth reaches the responsible person at {email} and {phone}.")
    print(text.format(email=contact.email_private, phone=contact.phone_private))
    checks = [each for each in found.checks if each.topic is not Topic.CONTACT]
    if confirm(_("Is that still right?")):
        watch.confirm(found, outside.journal)
        said = watch.contact_check(contact, watch.digest(contact))
    else:
        todo = _("Have eHealth's support put it right before the renewal: it goes by these.")
        said = Check(Topic.CONTACT, Mark.TODO, _("not right any more, was said here"), todo)
    return Ready(found.finding, [*checks, said], found.known, contact)


def _closed(finding: Finding) -> Check:
    todo = _('Store it: ehealth-agent password set "{path}"').format(path=finding.observation.path)
    return Check(Topic.PASSWORDS, Mark.STOPS, finding.reason, todo)


def _once(checks: Sequence[Check]) -> list[Check]:
    """What several keystores share is told once."""
    return list(dict.fromkeys(checks))


# ── Whom the eID may act for ─────────────────────────────────────────────────────────────────────────────────────────


def _qualities(findings: Sequence[Finding], outside: Outside) -> list[Check]:
    """One PIN for each of eHealth's environments that is in use."""
    print(_("eHealth is asked whom the eID's owner may act for: that costs its PIN, once."), file=sys.stderr)
    door = TerminalDoor()
    environments = dict.fromkeys(each.observation.environment for each in findings)
    checks: list[Check] = []
    for environment in environments:
        holders = _holders(findings, environment)
        try:
            eid = with_card(door, outside.card.identity)
            told = Enquiry(environment, outside).qualities(eid, door)
        except (CardError, ServiceError) as problem:
            checks.append(Check(Topic.QUALITIES, Mark.STOPS, str(problem), problem.advice))
            continue
        may = {(one.type, one.number) for one in told.organizations}
        if told.natural_person:
            may.add(("SSIN", eid.person.ssin))
        checks += [_may_act(holder, (holder.type, holder.number) in may, eid.person.full_name) for holder in holders]
    return checks


def _holders(findings: Sequence[Finding], environment: Environment) -> list[Holder]:
    glances = [each.observation.glance for each in findings if each.observation.environment is environment]
    return list(dict.fromkeys(glance.holder for glance in glances if glance is not None and glance.holder is not None))


def _may_act(holder: Holder, may: bool, person: str) -> Check:
    whose = holder.name or (holder.type if holder.type == "SSIN" else f"{holder.type} {holder.number}")
    if may:
        return fine(Topic.QUALITIES, _("{person} may act for {whose}").format(person=person, whose=whose))
    todo = _("Have another responsible person sign, or have this one registered for it at eHealth.")
    found = _("{person} is not known to act for {whose}").format(person=person, whose=whose)
    return Check(Topic.QUALITIES, Mark.STOPS, found, todo)
