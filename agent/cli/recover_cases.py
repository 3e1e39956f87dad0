"""Which keystore `recover` is about, and what is known of its trouble."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path

from agent.cli.terminal import choose
from agent.config import Config
from agent.core.finding import Finding, Observation, State
from agent.core.holder import Holder, holder_by_name
from agent.core.recover import Remedy, Way, remedy
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Step
from agent.errors import KeystoreNotFound, NothingToRecover
from agent.pipeline.recover import request_under_way
from agent.pipeline.under_way import under_way
from agent.ports import Outside
from agent.text import _
from agent.watch.judge import judge
from agent.watch.look import Look, environment_of

TROUBLES = (Way.ANEW, Way.PUT_BACK, Way.REQUEST, Way.REPLACE, Way.WAIT, Way.UNLOCK)


@dataclass
class Case:
    """One keystore in trouble."""

    arguments: Namespace
    config: Config
    outside: Outside
    finding: Finding
    refused: Renewal | None
    is_forgotten: bool

    @property
    def path(self) -> Path:
        return Path(self.finding.observation.path)

    @property
    def before(self) -> Observation:
        """As the keystore was when it could last be opened, where it ever could."""
        seen = {each.path: each for each in self.outside.journal.lost()}
        observation = self.finding.observation
        return observation if observation.glance else seen.get(observation.path, observation)

    def remedy(self) -> Remedy:
        refused = self.refused.ended_because if self.refused else None
        return remedy(self.finding, self.outside.clock.now(), is_forgotten=self.is_forgotten, refused=refused)


def case_of(arguments: Namespace, config: Config, outside: Outside) -> Case:
    """Raises: NothingToRecover, JournalError."""
    refused = {each.path: each for each in outside.journal.unfinished() if each.ended_because}
    if arguments.keystore is not None:
        finding = _named(arguments.keystore.absolute(), config, outside)
        own = refused.get(finding.observation.path) or _refused_first(finding, refused)
        return Case(arguments, config, outside, finding, own, arguments.forgotten)
    now = outside.clock.now()
    cases = [
        Case(arguments, config, outside, each, refused.pop(each.observation.path, None), arguments.forgotten)
        for each in _findings(config, outside)
    ]
    cases += [_of_refused(each, arguments, config, outside) for each in refused.values()]
    cases = [each for each in cases if each.remedy().way in TROUBLES]
    if not cases:
        raise NothingToRecover(", ".join(map(str, config.folders)))
    if len(cases) == 1:
        return cases[0]
    lines = [f"{file_name(str(each.path))}: {remedy(each.finding, now).advice}" for each in cases]
    return cases[choose(_("Which keystore is it about?"), lines)]


def _findings(config: Config, outside: Outside) -> list[Finding]:
    journal = outside.journal
    look = Look(outside.keystores, outside.vault, journal)
    observations = look.in_folders(config.folders, config.patterns)
    folders = {str(folder) for folder in config.folders}
    lost = [each for each in journal.lost() if str(Path(each.path).parent) in folders]
    return judge(observations, outside.clock.now(), journal.words(), lost)


def _named(path: Path, config: Config, outside: Outside) -> Finding:
    """Of a watched folder with all that is beside it, because that may be a successor."""
    for finding in _findings(config, outside):
        if finding.observation.path == str(path):
            return finding
    journal, now = outside.journal, outside.clock.now()
    lost = [each for each in journal.lost() if each.path == str(path)]
    if not outside.keystores.exists(path):
        known = lost or [each for each in journal.observations().values() if each.path == str(path) and each.glance]
        found = judge([], now, journal.words(), known)
        if found:
            return found[0]
        if holder_by_name(path) is None:
            raise KeystoreNotFound(str(path))
        observation = Observation(str(path), environment_of(path), None)  # it was gone before the agent came
        return Finding(observation, State.MISSING, str(KeystoreNotFound(str(path))))
    observations = Look(outside.keystores, outside.vault, journal).at([path])
    return judge(observations, now, journal.words(), lost)[0]


def _refused_first(finding: Finding, refused: dict[str, Renewal]) -> Renewal | None:
    """A refused request for a new certificate of the same holder."""
    glance = finding.observation.glance
    holder = glance.holder if glance else holder_by_name(Path(finding.observation.path))
    for renewal in refused.values():
        if holder is not None and renewal.wanted and replace(renewal.holder, name=None) == replace(holder, name=None):
            return renewal
    return None


def _of_refused(renewal: Renewal, arguments: Namespace, config: Config, outside: Outside) -> Case:
    finding = Finding(Observation(renewal.path, renewal.environment, None), State.PENDING, renewal.ended_because or "")
    return Case(arguments, config, outside, finding, renewal, is_forgotten=False)


def begun_for(case: Case) -> Renewal | None:
    """What this command began before, and has not ended."""
    begun = under_way(case.outside, case.path)
    if begun is not None and not (begun.step is Step.ACTIVATE and case.finding.state is State.MISSING):
        return begun
    glance = case.before.glance
    holder: Holder | None = glance.holder if glance else holder_by_name(case.path)
    if holder is None:
        return None
    return request_under_way(holder, case.before.environment, case.outside)
