"""`doctor`: everything that a renewal needs is looked at, side by side, each with its own time-out.

A probe looks at one thing and says what it found as checks. One that hangs or fails is a line too: the others go on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from agent.config import Config
from agent.core import doctor_computer as computer
from agent.core.doctor import Check, Mark, Topic, failed, gave_no_answer, in_order
from agent.core.doctor_eid import readers_checks, software_checks
from agent.core.finding import State
from agent.core.holder import Environment
from agent.core.survey import Readers, Software
from agent.errors import (
    AgentError,
    ConfigError,
    JournalError,
    MiddlewareCrashed,
    MiddlewareMissing,
    MiddlewareUnusable,
    VaultUnavailable,
)
from agent.ports import Clock, Journal, Keystores, Vault
from agent.protocol.wire import HttpReply
from agent.secret import Secret
from agent.watch.judge import judge
from agent.watch.look import environment_of

TIME_OUT_S = 8.0

_BREATH_S = 0.2
_GRACE_S = 1.0
"""For what was given up to end, so that no process of its stays behind."""

_NAMES_S = 1.5
"""For the names of the keystores, on a share perhaps that does not answer."""


def _nothing() -> None:
    """There is nothing to give up."""


@dataclass(frozen=True)
class Probe:
    """Looks at one thing.

    Attributes:
        topic: what is said of where it hangs or fails.
        look: may raise AgentError, which is told with the mark `at_worst`.
        give_up: from another thread: nobody waits any more.
    """

    topic: Topic
    look: Callable[[], Sequence[Check]]
    at_worst: Mark = Mark.TODO
    give_up: Callable[[], object] = _nothing


@dataclass(frozen=True)
class Ground:
    """All that is looked at. Each call may raise AgentError, and may hang.

    Attributes:
        config_problem: why the config file cannot be used; `config` is then as the agent came.
        config_path: where it is, or would be.
        journal: None where none was begun yet.
        readers, software: look at the card in a process of its own; `stop_looking` ends it.
        greet: asks a service's server plainly.
    """

    clock: Clock
    config: Config
    config_problem: ConfigError | None
    config_path: Path
    keystores: Keystores
    vault: Vault
    journal: Journal | None
    readers: Callable[[], Readers]
    software: Callable[[], tuple[Path, int | None, Software]]
    stop_looking: Callable[[], object]
    greet: Callable[[Environment], HttpReply]
    folder: Callable[[Path], computer.FolderSeen]
    desktop: Callable[[], computer.DesktopSeen]
    notifications: Callable[[], str | None]
    is_running: Callable[[], bool]
    starts_at_login: Callable[[], bool]


# ── Running them ─────────────────────────────────────────────────────────────────────────────────────────────────────

Tell = Callable[[int, Sequence[Check]], object]
"""The probe's position, and what it found."""


def examine(
    probes: Sequence[Probe], tell: Tell = lambda _position, _checks: None, time_out_s: float = TIME_OUT_S
) -> list[Check]:
    """What all probes found, in the order in which it is told; `tell` hears of each as soon as it is there."""
    answers: queue.SimpleQueue[tuple[int, Sequence[Check]]] = queue.SimpleQueue()
    threads = [_started(position, probe, answers) for position, probe in enumerate(probes)]
    found: dict[int, Sequence[Check]] = {}
    end = time.monotonic() + time_out_s
    while len(found) < len(probes) and (left := end - time.monotonic()) > 0:
        try:
            position, checks = answers.get(timeout=min(left, _BREATH_S))
        except queue.Empty:
            continue
        found[position] = checks
        tell(position, checks)
    given_up = [position for position in range(len(probes)) if position not in found]
    for position in given_up:
        probes[position].give_up()
        found[position] = [gave_no_answer(probes[position].topic, time_out_s)]
        tell(position, found[position])
    end = time.monotonic() + _GRACE_S
    for position in given_up:
        threads[position].join(max(0.0, end - time.monotonic()))
    return in_order([check for position in sorted(found) for check in found[position]])


def _started(position: int, probe: Probe, answers: queue.SimpleQueue[tuple[int, Sequence[Check]]]) -> threading.Thread:
    def work() -> None:
        answers.put((position, _checks(probe)))

    thread = threading.Thread(target=work, name=f"probe {probe.topic.value}", daemon=True)
    thread.start()
    return thread


def _checks(probe: Probe) -> Sequence[Check]:
    try:
        return probe.look()
    except AgentError as problem:
        return [Check(probe.topic, probe.at_worst, str(problem), problem.advice)]
    except Exception as problem:  # noqa: BLE001 - a check that fails is a line; whose text could be anything is left out
        return [failed(probe.topic, type(problem).__name__)]


# ── The probes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def probes(ground: Ground) -> list[Probe]:
    """All of them, in the order in which they are told."""
    looks = _Looks(ground)
    return [
        *for_a_request(ground, looks.planned),
        *(Probe(Topic.FOLDER, looks.folder(each), Mark.STOPS) for each in ground.config.folders),
        Probe(Topic.FOUND, looks.passwords),
        Probe(Topic.VAULT, looks.vault),
        Probe(Topic.TRAY, looks.desktop),
        Probe(Topic.NOTIFICATIONS, lambda: [computer.notifications_check(ground.notifications())]),
        Probe(Topic.CONFIG, looks.config, Mark.STOPS),
        Probe(Topic.JOURNAL, looks.journal, Mark.STOPS),
        Probe(Topic.RUNNING, lambda: [computer.running_check(ground.is_running())]),
        Probe(Topic.AUTOSTART, lambda: [computer.autostart_check(ground.starts_at_login())]),
    ]


def for_a_request(
    ground: Ground,
    planned: Callable[[], datetime | None],
    seen: Callable[[Software], object] = lambda _software: None,
) -> list[Probe]:
    """What every request needs of this computer: reader, eID software, card, the way to eHealth.

    Args:
        planned: when the next signature is due, aware UTC; None where it is due now.
        seen: hears what the eID software shows.
    """
    looks = _Looks(ground)

    def software() -> list[Check]:
        try:
            module, bits, shown = ground.software()
        except (MiddlewareMissing, MiddlewareUnusable, MiddlewareCrashed) as problem:
            return [Check(Topic.SOFTWARE, Mark.STOPS, str(problem), problem.advice)]
        seen(shown)
        return software_checks(module, bits, shown, ground.clock.now(), planned())

    return [
        Probe(Topic.SERVICE, lambda: readers_checks(ground.readers()), give_up=ground.stop_looking),
        Probe(Topic.SOFTWARE, software, give_up=ground.stop_looking),
        Probe(Topic.PRODUCTION, looks.services, Mark.STOPS),
    ]


@dataclass(frozen=True)
class _Looks:
    ground: Ground

    def planned(self) -> datetime | None:
        """The first day on which a certificate that is valid now can be renewed: until then the eID must last."""
        if self.ground.journal is None:
            return None
        now = self.ground.clock.now()
        try:
            findings = judge(self.ground.journal.observations().values(), now, self.ground.journal.words())
        except JournalError:  # the journal's own line says so
            return None
        own = (each.renewable_from for each in findings if each.state is State.VALID and not each.superseded_by)
        return min((each for each in own if each is not None and each > now), default=None)

    def services(self) -> list[Check]:
        """Each environment that is in use, and the clock by what they answer."""
        environments = sorted(self._environments(), key=list(Environment).index)
        with ThreadPoolExecutor(len(environments)) as pool:
            greeted = list(pool.map(self._greeted, environments))
        checks = [each if isinstance(each, Check) else computer.service_check(each) for each in greeted]
        return [*checks, computer.clock_check([each for each in greeted if not isinstance(each, Check)])]

    def _greeted(self, environment: Environment) -> computer.Greeting | Check:
        services, clock = self.ground.config.services, self.ground.clock
        address = services.production if environment is Environment.PRODUCTION else services.acceptance
        before = clock.now()
        try:
            reply = self.ground.greet(environment)
        except AgentError as problem:
            return Check(computer.topic_of(environment), Mark.STOPS, str(problem), problem.advice)
        halfway = before + (clock.now() - before) / 2
        return computer.Greeting(environment, urlsplit(address).hostname or address, reply.status, reply.date, halfway)

    def _environments(self) -> set[Environment]:
        """By the names of the keystores; production where there are none, or their folder does not answer."""
        found: queue.SimpleQueue[set[Environment]] = queue.SimpleQueue()
        names = threading.Thread(
            target=lambda: found.put({environment_of(path) for path in self._keystores()}), name="names", daemon=True
        )
        names.start()
        names.join(_NAMES_S)
        return (found.get() if not found.empty() else set()) or {Environment.PRODUCTION}

    def _keystores(self) -> list[Path]:
        config = self.ground.config
        return [Path(stamp.path) for stamp in self.ground.keystores.found(config.folders, config.patterns)]

    def folder(self, folder: Path) -> Callable[[], list[Check]]:
        return lambda: [computer.folder_check(self.ground.folder(folder))]

    def passwords(self) -> list[Check]:
        """Each keystore's: stored or not, and whether the last look could open it with the stored one."""
        paths = self._keystores()
        found = computer.found_check(len(paths))
        try:
            stored = [path for path in paths if self.ground.vault.password(path) is not None]
        except VaultUnavailable:  # the vault's own line says so
            return [found]
        closed = self._closed()
        wrong = [str(path) for path in stored if str(path) in closed]
        unknown = [str(path) for path in paths if path not in stored]
        return [found, *computer.password_checks(len(stored) - len(wrong), wrong, unknown)]

    def _closed(self) -> set[str]:
        """The files that the last look could not open for want of the right password."""
        if self.ground.journal is None:
            return set()
        try:
            observations = self.ground.journal.observations()
        except JournalError:  # the journal's own line says so
            return set()
        return {each.path for each in observations.values() if each.password_needed}

    def vault(self) -> list[Check]:
        """With an entry that belongs to no keystore, and does not stay."""
        vault, place = self.ground.vault, self.ground.config_path.with_name(f"doctor-{token_urlsafe(6)}")
        told = Secret(token_urlsafe(12))
        vault.keep(place, told)
        try:
            back = vault.password(place)
            came_back = back is not None and back == told
        finally:
            forgot = vault.forget(place)
        return [computer.vault_check(came_back and forgot and vault.password(place) is None)]

    def desktop(self) -> list[Check]:
        seen = self.ground.desktop()
        return [computer.tray_check(seen), computer.windows_check(seen)]

    def config(self) -> list[Check]:
        if self.ground.config_problem is not None:
            raise self.ground.config_problem
        return [computer.config_check(str(self.ground.config_path), self.ground.config_path.exists())]

    def journal(self) -> list[Check]:
        journal = self.ground.journal
        if journal is None:
            return [computer.journal_check(False, None, 0)]
        newest = next(iter(journal.history(1)), None)
        waiting = sum(renewal.needs_a_person for renewal in journal.unfinished())
        return [computer.journal_check(True, newest.at if newest else None, waiting)]
