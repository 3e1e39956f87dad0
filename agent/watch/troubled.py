"""Which keystores are in trouble, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.core.finding import Finding, Observation, State
from agent.core.holder import holder_by_name
from agent.core.recover_case import TROUBLES, Case, worst_first
from agent.core.renewal import Renewal
from agent.errors import KeystoreNotFound, NothingToRecover
from agent.ports import Outside
from agent.secret import Secret
from agent.watch.copies import Copies, copies_of
from agent.watch.judge import judge
from agent.watch.look import Look, environment_of


@dataclass(frozen=True)
class Watched:
    """What `recover` looks at.

    Attributes:
        folders: where keystores are.
        patterns: how their files are called.
        offered: a password that somebody gave, for files that the vault has none for.
    """

    outside: Outside
    folders: Sequence[Path]
    patterns: Sequence[str]
    offered: Secret | None = None

    def in_trouble(self, is_forgotten: bool = False) -> list[Case]:
        """The keystores that `recover` leads on, the worst first. Raises: NothingToRecover, JournalError."""
        refused, now = self._refused(), self.outside.clock.now()
        cases = [self._case(each, refused.get(each.observation.path), is_forgotten) for each in self._findings()]
        cases = [each for each in cases if each.remedy(now).way in TROUBLES]
        cases = [replace(each, refused=_own(each.finding, refused)) for each in cases]
        told = {each.refused.path for each in cases if each.refused}
        cases += [self._case(_finding_of(each), each) for path, each in refused.items() if path not in told]
        if not cases:
            raise NothingToRecover(", ".join(map(str, self.folders)))
        return worst_first(cases)

    def case_of(self, path: Path, is_forgotten: bool = False) -> Case:
        """Of this keystore, also of one that is gone; in trouble or not. Raises: KeystoreNotFound, JournalError."""
        refused = self._refused()
        own = refused.get(str(path))
        if own is not None and own.old_path is None and not self.outside.keystores.exists(path):
            return self._case(_finding_of(own), own)  # no file was ever there
        finding = self._named(path)
        return self._case(finding, _own(finding, refused), is_forgotten)

    def copies(self, case: Case, usual: Iterable[Path], told: Sequence[Secret] = ()) -> Copies:
        """Copies of a keystore that is gone: beside it, in the watched folders, and where people keep files.

        Args:
            told: passwords that somebody named.
        """
        places = dict.fromkeys([case.path.parent, *self.folders, *usual])
        return copies_of(case.before, places, self.outside.keystores, self.outside.vault, told)

    def look_again(self, path: Path, password: Secret) -> None:
        """So that the journal has the keystore as it is now. Raises: JournalError."""
        Look(self.outside.keystores, self.outside.vault, self.outside.journal, password).at([path])

    # ── Findings ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _case(self, finding: Finding, refused: Renewal | None, is_forgotten: bool = False) -> Case:
        observation = finding.observation
        if observation.glance is None:
            seen = {each.path: each for each in self.outside.journal.lost()}
            observation = seen.get(observation.path, observation)
        return Case(finding, observation, refused, is_forgotten)

    def _refused(self) -> dict[str, Renewal]:
        return {each.path: each for each in self.outside.journal.unfinished() if each.ended_because}

    def _findings(self) -> list[Finding]:
        journal = self.outside.journal
        look = Look(self.outside.keystores, self.outside.vault, journal, self.offered)
        observations = look.in_folders(self.folders, self.patterns)
        folders = {str(folder) for folder in self.folders}
        lost = [each for each in journal.lost() if str(Path(each.path).parent) in folders]
        return judge(observations, self.outside.clock.now(), journal.words(), lost)

    def _named(self, path: Path) -> Finding:
        """Of a watched folder with all that is beside it, because that may be a successor."""
        for finding in self._findings():
            if finding.observation.path == str(path):
                return finding
        journal, now = self.outside.journal, self.outside.clock.now()
        lost = [each for each in journal.lost() if each.path == str(path)]
        if not self.outside.keystores.exists(path):
            known = lost or [each for each in journal.observations().values() if each.path == str(path) and each.glance]
            found = judge([], now, journal.words(), known)
            if found:
                return found[0]
            if holder_by_name(path) is None:
                raise KeystoreNotFound(str(path))
            observation = Observation(str(path), environment_of(path), None)  # it was gone before the agent came
            return Finding(observation, State.MISSING, str(KeystoreNotFound(str(path))))
        observations = Look(self.outside.keystores, self.outside.vault, journal).at([path])
        return judge(observations, now, journal.words(), lost)[0]


def _own(finding: Finding, refused: Mapping[str, Renewal]) -> Renewal | None:
    """The refused request for this keystore, or for a new certificate of the same holder."""
    if finding.observation.path in refused:
        return refused[finding.observation.path]
    glance = finding.observation.glance
    holder = glance.holder if glance else holder_by_name(Path(finding.observation.path))
    for renewal in refused.values():
        if holder is not None and renewal.wanted and replace(renewal.holder, name=None) == replace(holder, name=None):
            return renewal
    return None


def _finding_of(refused: Renewal) -> Finding:
    observation = Observation(refused.path, refused.environment, None)
    return Finding(observation, State.PENDING, refused.ended_because or "")
