"""Look at keystore files: what changed is opened, what did not is remembered."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from agent.core.finding import Observation
from agent.core.holder import Environment
from agent.errors import (
    FolderAway,
    KeystoreBusy,
    KeystoreError,
    KeystoreNotFound,
    KeystoreUnreadable,
    PasswordNeeded,
    VaultUnavailable,
    WrongPassword,
)
from agent.ports import FileStamp, Journal, Keystores, Vault
from agent.secret import Secret


def environment_of(path: Path) -> Environment:
    """Acceptance files end in ``.acc-p12``, our unfinished ones in that and one more ending.

    Source: spec/keystore.md, Where and how they are named.
    """
    acceptance = any(suffix.casefold() == ".acc-p12" for suffix in path.suffixes[-2:])
    return Environment.ACCEPTANCE if acceptance else Environment.PRODUCTION


@dataclass(frozen=True)
class Look:
    """One look at many files.

    Attributes:
        offered: a password to try on files that the vault has none for, or None.
    """

    keystores: Keystores
    vault: Vault
    journal: Journal
    offered: Secret | None = None

    def in_folders(self, folders: Iterable[Path], patterns: Sequence[str], forget: bool = True) -> list[Observation]:
        """All keystores in `folders`, by path.

        Args:
            forget: these are all the folders there are: what was remembered of other files is of no use any more.
        Raises: JournalError.
        """
        folders = list(folders)
        stamps = self.keystores.found(folders, patterns)
        if not forget:
            return self._at(stamps, forget_others=False)
        there = {str(folder) for folder in folders if folder.is_dir()}
        return self._at(stamps, True, {str(folder) for folder in folders} - there, there)

    def away(self, folders: Iterable[Path]) -> list[Observation]:
        """The remembered keystores of folders that are not there now, told as what cannot be looked into.

        Raises: JournalError.
        """
        gone = {str(folder) for folder in folders if not folder.is_dir()}
        if not gone:
            return []
        known = self.journal.observations().values()
        paths = [Path(each.path) for each in known if os.path.dirname(each.path) in gone]  # noqa: PTH120
        return [_not_opened(path, FolderAway(str(path)), lasting=False) for path in paths]

    def at(self, paths: Iterable[Path]) -> list[Observation]:
        """The named files, in the given order; one that is not there is an unreadable observation.

        Raises: JournalError.
        """
        observations: list[Observation] = []
        for path in paths:
            try:
                observations += self._at([self.keystores.stamp(path)], forget_others=False)
            except KeystoreError as problem:
                observations.append(_not_opened(path, problem, lasting=False))
        return observations

    def _at(
        self,
        stamps: Sequence[FileStamp],
        forget_others: bool,
        away: Set[str] = frozenset(),
        there: Set[str] = frozenset(),
    ) -> list[Observation]:
        """The files of these stamps.

        Args:
            away: folders that cannot be looked into now; what was known of their files is kept.
            there: those that can: what is gone from them is remembered as lost.
        """
        unchanged = self.journal.observations_of(stamps)
        if unchanged is not None and all(map(attrgetter("lasting"), unchanged)):
            return unchanged
        remembered = self.journal.observations()
        observations, news, known_files = [], [], 0
        for stamp in stamps:
            known = remembered.get(stamp)
            known_files += known is not None
            if known is not None and known.lasting:
                observations.append(known)
                continue
            observation = self._opened(Path(stamp.path))
            observations.append(observation)
            # What an offered password leads to is not remembered: the next look, without it, has to say that it is
            # needed.
            if observation != known and (observation.lasting or self.offered is None):
                news.append((stamp, observation))
        gone: set[str] = set()
        if forget_others and len(remembered) > known_files:
            gone = {known.path for known in remembered}.difference(stamp.path for stamp in stamps)
            gone = {path for path in gone if os.path.dirname(path) not in away}  # noqa: PTH120 - there may be many
        if news or gone:
            missed = {path for path in gone if os.path.dirname(path) in there}  # noqa: PTH120
            self._keep_lost(remembered, news, missed.difference(_renamed(remembered, missed, stamps)))
            self.journal.keep_observations(news, gone)
        return observations

    def _keep_lost(
        self,
        before: Mapping[FileStamp, Observation],
        news: Sequence[tuple[FileStamp, Observation]],
        gone: Set[str],
    ) -> None:
        """What was known of a keystore that is gone, or that its password no longer opens: it may be needed."""
        closed = gone | {each.path for _stamp, each in news if each.password_needed}
        lost = [each for each in before.values() if each.path in closed and is_worth_keeping(each)] if closed else []
        opened = {each.path for _stamp, each in news if each.glance is not None}
        found = [each.path for each in self.journal.lost() if each.path in opened] if opened else []
        if lost or found:
            self.journal.keep_lost(lost, found)

    def _opened(self, path: Path) -> Observation:
        vault_problem = ""
        try:
            kept = self.vault.password(path)
        except VaultUnavailable as problem:
            kept, vault_problem = None, f" {problem}"
        password = kept if kept is not None else self.offered
        try:
            # Without a password the file is still looked at: it may be empty, hostile or no keystore at all.
            glance = self.keystores.glance(path, password or Secret(""))
        except WrongPassword as problem:
            reason = problem if password is not None else PasswordNeeded(str(path))
            return _not_opened(path, reason, vault_problem, password_needed=True, lasting=False)
        except (KeystoreBusy, KeystoreNotFound, KeystoreUnreadable) as problem:
            return _not_opened(path, problem, lasting=False)
        except KeystoreError as problem:  # what depends on an offered password is looked at again with the next one
            return _not_opened(path, problem, lasting=self.offered is None or kept is not None)
        return Observation(str(path), environment_of(path), glance, lasting=kept is not None)


def _renamed(before: Iterable[FileStamp], gone: Set[str], stamps: Sequence[FileStamp]) -> set[str]:
    """Those of `gone` that are there under another name: moved files keep their size and date."""
    if not gone:
        return set()
    known = {stamp.path for stamp in before}
    new = {(stamp.size, stamp.modified_ns) for stamp in stamps if stamp.path not in known}
    return {stamp.path for stamp in before if stamp.path in gone and (stamp.size, stamp.modified_ns) in new}


def is_worth_keeping(observation: Observation) -> bool:
    """A whole keystore of eHealth's, not one that a request is still working on."""
    glance = observation.glance
    is_working_file = observation.path.endswith(WORKING_FILES)
    return glance is not None and glance.holder is not None and not glance.pending and not is_working_file


WORKING_FILES = (".pending", ".token", ".refused")
"""How unfinished files of ours end (`pipeline.files`)."""


def _not_opened(
    path: Path, problem: KeystoreError, more: str = "", password_needed: bool = False, *, lasting: bool
) -> Observation:
    return Observation(str(path), environment_of(path), None, f"{problem}{more}", password_needed, lasting)
