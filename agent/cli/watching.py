"""`check` and `status`."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from agent import wiring
from agent.cli import report
from agent.cli.terminal import complain, console, secret_from_stdin
from agent.config import Config, load
from agent.core.finding import Finding, Observation, State
from agent.core.menu import pending_line
from agent.core.renewal import Renewal, Step
from agent.core.validation import validation_of, what_to_do
from agent.errors import AgentError, VaultUnavailable
from agent.ports import Journal
from agent.secret import Secret
from agent.text import _, moment
from agent.watch.judge import judge, with_requests
from agent.watch.look import Look


def check(arguments: Namespace) -> int:
    """Judge keystores for monitoring."""
    config = load(arguments.config)
    findings = _findings(arguments, config)
    if arguments.ready:
        from agent.cli.readying import look_for_check

        look_for_check(findings, arguments, config)
    if arguments.json:
        print(
            json.dumps([report.as_json(finding, _now(arguments)) for finding in findings], indent=2, ensure_ascii=False)
        )
    elif findings:
        print("\n".join(report.lines(findings, _now(arguments))))
    else:
        print(report.ExitCode.UNKNOWN.name, _("no keystore found in {places}").format(places=_where(arguments, config)))
    return report.worst(findings)


def status(arguments: Namespace) -> int:
    """A table for people."""
    config = load(arguments.config)
    findings = _findings(arguments, config)
    if not findings:
        print(_("No keystore was found in {places}.").format(places=_where(arguments, config)))
        print(_("Name the file or folder, or set the folders in the config file."))
        return 0
    out = console()
    out.print(report.table(findings))
    closed = _vault_problem(findings)
    if closed is not None:
        complain(closed)
    unfinished = wiring.journal().unfinished()
    begun = {renewal.new_path for renewal in unfinished}  # each has its own line below
    others = [each for each in findings if each.observation.path.removesuffix(".pending") not in begun]
    for step in report.next_steps(others, _now(arguments), can_store=closed is None):
        out.print(step, markup=False, soft_wrap=True)
    for renewal in unfinished:
        what, command = _under_way(renewal)
        out.print(f"{what}\n      {command}", markup=False, soft_wrap=True)
    return 0


def _vault_problem(findings: Sequence[Finding]) -> VaultUnavailable | None:
    """Why a password that is needed is not at hand, where that is the vault's doing."""
    needed = [Path(each.observation.path) for each in findings if each.state is State.PASSWORD_NEEDED]
    try:
        for path in needed[:1]:
            wiring.vault().password(path)
    except VaultUnavailable as problem:
        return problem
    return None


def _under_way(renewal: Renewal) -> tuple[str, str]:
    """What is not finished, and the command that goes on with it."""
    validation = validation_of(renewal)
    if validation is not None:
        now = wiring.clock().now()
        lost = validation.url is None or validation.is_over(now)
        command = "request-foreigner --anew" if lost else "request-foreigner"
        return what_to_do(validation, now), f"ehealth-agent {command}"
    if renewal.step is Step.ACTIVATE:
        name = Path(renewal.new_path).name
        what = _("The encryption key of {name} waits to take over, until every computer has that file:")
        return what.format(name=name), f'ehealth-agent activate "{renewal.new_path}"'
    if renewal.old_path is None:
        what = f"{pending_line(renewal)}. " + _("It was begun on {begun}. Go on with:").format(
            begun=moment(renewal.started)
        )
        no_file = renewal.step is Step.MAKE_KEY  # to complete: it is asked for again
        return what, "ehealth-agent request" if no_file else f'ehealth-agent complete "{renewal.path}"'
    if renewal.ended_because:
        what = _("A renewal was begun on {begun} and is not finished ({why}). Go on with:")
    else:
        what = _("A renewal was begun on {begun} and is not finished. Go on with:")
    return what.format(
        begun=moment(renewal.started), why=renewal.ended_because
    ), f'ehealth-agent renew "{renewal.path}"'


def _where(arguments: Namespace, config: Config) -> str:
    return ", ".join(str(path) for path in arguments.paths or config.folders)


def _findings(arguments: Namespace, config: Config) -> list[Finding]:
    offered = secret_from_stdin(_("the keystore's password")) if arguments.password_stdin else None
    journal = wiring.journal()
    look = Look(wiring.keystores(), wiring.vault(), journal, offered)
    observations = _observations(look, arguments.paths, config)
    if arguments.ask:
        _ask(observations, config, offered)
    now = _now(arguments)
    findings = judge(observations, now, journal.words(), _lost(journal, arguments.paths, config))
    return with_requests(findings, journal.unfinished(), now)


def _now(arguments: Namespace) -> datetime:
    named: datetime | None = arguments.now
    return named or wiring.clock().now()


def _observations(look: Look, paths: list[Path], config: Config) -> list[Observation]:
    if not paths:
        return look.in_folders(config.folders, config.patterns) + look.away(config.folders)
    named = [path.absolute() for path in paths]
    gone = {each.path for each in look.journal.lost()}
    files = [path for path in named if not path.is_dir() and (path.exists() or str(path) not in gone)]
    folders = [path for path in named if path.is_dir()]
    return look.at(files) + look.in_folders(folders, config.patterns, forget=False)


def _lost(journal: Journal, paths: list[Path], config: Config) -> list[Observation]:
    """What was there, of the files and folders that are looked at."""
    places = {str(path.absolute()) for path in paths} or {str(folder) for folder in config.folders}
    return [each for each in journal.lost() if not places.isdisjoint((each.path, str(Path(each.path).parent)))]


def _ask(observations: list[Observation], config: Config, offered: Secret | None) -> None:
    """Ask eHealth about each certificate once; one that cannot be asked keeps what was last said of it."""
    from agent.pipeline.ask import ask_about

    outside = wiring.outside(config)
    for observation in {o.glance.fingerprint: o for o in observations if o.glance and not o.glance.pending}.values():
        try:
            ask_about(observation, outside, offered)
        except AgentError as problem:
            complain(problem, observation.path)
