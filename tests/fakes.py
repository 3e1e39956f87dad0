"""Stand-ins for the outside, in memory. Each passes the same contract suite as the real thing (tests/contracts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.core.finding import Observation
from agent.core.glance import Fingerprint
from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.readiness import Readiness, Said
from agent.core.registration import AnyContract, ContactData, Verdict
from agent.core.reminders import Reminded
from agent.core.renewal import Renewal, Step
from agent.errors import CardError, PinCancelled, RenewalBusy
from agent.ports import Clock, Door, Event, FileStamp, Journal, Lock, Services, Vault, Word
from agent.protocol.wire import HttpReply, Service
from agent.secret import Secret

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The day on which tests happen."""


@dataclass
class FakeClock(Clock):
    """Time moves when somebody waits. `waited` are the seconds of each wait."""

    instant: datetime = NOW
    waited: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.instant

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.instant += timedelta(seconds=seconds)


@dataclass
class MemoryVault(Vault):
    """`problem` makes every call fail with it."""

    passwords: dict[Path, Secret] = field(default_factory=dict)
    problem: Exception | None = None

    def password(self, path: Path) -> Secret | None:
        self._check()
        return self.passwords.get(path)

    def keep(self, path: Path, password: Secret) -> None:
        self._check()
        self.passwords[path] = password

    def forget(self, path: Path) -> bool:
        self._check()
        return self.passwords.pop(path, None) is not None

    def _check(self) -> None:
        if self.problem is not None:
            raise self.problem


@dataclass
class MemoryJournal(Journal):
    """`saved` has every state of every renewal, in order; `on_save` runs after each save and may raise (a crash)."""

    saved: list[Renewal] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    on_save: Callable[[Renewal], None] | None = None
    _renewals: dict[str, Renewal] = field(default_factory=dict)
    _seen: dict[str, tuple[FileStamp, Observation]] = field(default_factory=dict)
    _words: dict[Fingerprint, Word] = field(default_factory=dict)
    _reminded: dict[str, Reminded] = field(default_factory=dict)
    _lost: dict[str, Observation] = field(default_factory=dict)
    _readiness: dict[Fingerprint, Readiness] = field(default_factory=dict)

    def save(self, renewal: Renewal) -> None:
        self._renewals[renewal.id] = renewal
        self.saved.append(renewal)
        if self.on_save is not None:
            self.on_save(renewal)

    def unfinished(self) -> list[Renewal]:
        return sorted((each for each in self._renewals.values() if not each.is_over), key=lambda each: each.started)

    def renewal_of(self, fingerprint: Fingerprint) -> Renewal | None:
        return next((each for each in self.unfinished() if each.fingerprint == fingerprint), None)

    def note(self, event: Event) -> None:
        self.events.append(event)

    def history(self, limit: int) -> list[Event]:
        return self.events[::-1][:limit]

    def observations(self) -> Mapping[FileStamp, Observation]:
        return dict(self._seen.values())

    def observations_of(self, stamps: Sequence[FileStamp]) -> list[Observation] | None:
        remembered = self.observations()
        return [remembered[stamp] for stamp in stamps] if set(remembered) == set(stamps) else None

    def keep_observations(self, seen: Iterable[tuple[FileStamp, Observation]], forgotten: Iterable[str] = ()) -> None:
        for path in forgotten:
            self._seen.pop(path, None)
        self._seen.update({stamp.path: (stamp, observation) for stamp, observation in seen})

    def lost(self) -> list[Observation]:
        return [self._lost[path] for path in sorted(self._lost)]

    def keep_lost(self, lost: Iterable[Observation], found: Iterable[str] = ()) -> None:
        for path in found:
            self._lost.pop(path, None)
        self._lost.update({each.path: each for each in lost})

    def readiness(self) -> Mapping[Fingerprint, Readiness]:
        return dict(self._readiness)

    def keep_readiness(self, fingerprint: Fingerprint, readiness: Readiness) -> None:
        self._readiness[fingerprint] = readiness

    def words(self) -> Mapping[Fingerprint, Word]:
        return dict(self._words)

    def keep_word(self, fingerprint: Fingerprint, word: Word) -> None:
        self._words[fingerprint] = word

    def reminded(self) -> Mapping[str, Reminded]:
        return dict(self._reminded)

    def keep_reminded(self, reminded: Mapping[str, Reminded]) -> None:
        self._reminded.update(reminded)


@dataclass
class MemoryLock(Lock):
    held: set[Fingerprint] = field(default_factory=set)

    @contextmanager
    def hold(self, fingerprint: Fingerprint, path: Path) -> Iterator[None]:
        if fingerprint in self.held:
            raise RenewalBusy(str(path))
        self.held.add(fingerprint)
        try:
            yield
        finally:
            self.held.discard(fingerprint)


@dataclass(frozen=True)
class Exchange:
    """What was sent."""

    environment: Environment
    service: Service
    soap_action: str
    envelope_xml: bytes
    request_id: str


@dataclass
class FakeServices(Services):
    """Hands each exchange to `answer`, which returns the reply or raises; `sent` has them all."""

    answer: Callable[[Exchange], HttpReply]
    sent: list[Exchange] = field(default_factory=list)

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        exchange = Exchange(environment, service, soap_action, envelope_xml, request_id)
        self.sent.append(exchange)
        return self.answer(exchange)


@dataclass
class FakeDoor(Door):
    """A person who accepts, and enters the PINs of `pins` one after the other; without one left, cancels.

    Attributes:
        repairs: how often a card problem is put right.
        other_contact: given where it is asked for; with `wants_other_contact` without being asked.
        reached: the contact data that was shown, and what is known of it.
        verdicts: what is said to the first contracts.
    """

    pins: list[Secret] = field(default_factory=lambda: [Secret("1234")])
    accepts: bool = True
    repairs: int = 0
    steps: list[Step] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    contracts: list[AnyContract] = field(default_factory=list)
    problems: list[CardError] = field(default_factory=list)
    attempts_left: list[int | None] = field(default_factory=list)
    waits: list[tuple[datetime, bool]] = field(default_factory=list)
    other_contact: ContactData | None = None
    wants_other_contact: bool = False
    reached: list[tuple[ContactData, Said]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def step(self, step: Step, text: str) -> None:
        self.steps.append(step)
        self.texts.append(text)

    def card_problem(self, problem: CardError) -> bool:
        self.problems.append(problem)
        self.repairs -= 1
        return self.repairs >= 0

    def contact(self, contact: ContactData, said: Said) -> ContactData:
        self.reached.append((contact, said))
        self.texts.append(f"{contact.email_private} {contact.phone_private}")
        if self.wants_other_contact or said is Said.WRONG:
            return self.other_contact or contact
        return contact

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:
        self.contracts.append(contract)
        if self.verdicts:
            return self.verdicts.pop(0)
        return Verdict.ACCEPTED if self.accepts else Verdict.DECLINED

    def enter_pin(self, attempts_left: int | None) -> Secret:
        self.attempts_left.append(attempts_left)
        if not self.pins:
            raise PinCancelled
        return self.pins.pop(0)

    def waiting(self, until: datetime, by_hand: bool) -> None:
        self.waits.append((until, by_hand))
