"""What the outside must offer. Adapters and test fakes implement these; rules and pipeline know nothing else of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from agent.core.finding import Observation
from agent.core.glance import Fingerprint, Glance, Profile
from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.readiness import Readiness, Said
from agent.core.registration import AnyContract, CertificateStatus, ContactData, TokenStatus, Verdict
from agent.core.reminders import Reminded, Reminder
from agent.core.renewal import Renewal, Step
from agent.errors import CardError
from agent.protocol.wire import HttpReply, Service
from agent.secret import Secret

if TYPE_CHECKING:  # the resident knows these ports and must stay without cryptography
    from agent.core.keystore import Keystore


class Clock(Protocol):
    """Wall time, and waiting for it."""

    def now(self) -> datetime:
        """Aware UTC."""

    def wait(self, seconds: float) -> None:
        """Let `seconds` pass (a test's clock moves on instead)."""


# ── Keystores ────────────────────────────────────────────────────────────────────────────────────────────────────────


class FileStamp(NamedTuple):
    """A file as the last look found it; the same stamp means an unchanged file. A tuple, because there are many.

    Attributes:
        path: absolute.
        size: bytes.
        modified_ns: mtime in nanoseconds since the epoch.
        inode: the file system's own number, 0 where it has none.
    """

    path: str
    size: int
    modified_ns: int
    inode: int


class Keystores(Protocol):
    """Keystore files. Every method may raise `KeystoreError`."""

    def found(self, folders: Iterable[Path], patterns: Sequence[str]) -> list[FileStamp]:
        """The files in `folders` (not below them) whose name matches one of `patterns`, by folder and name.

        A folder that does not exist or cannot be read has none. A pattern is a shell's, without regard to case.
        """

    def stamp(self, path: Path) -> FileStamp:
        """Raises: KeystoreNotFound."""

    def glance(self, path: Path, password: Secret) -> Glance:
        """What the file says without opening a key. The password is proved by the file's own integrity code.

        Raises: KeystoreNotFound, NotPkcs12, Damaged, Hostile, WrongPassword, KeystoreBusy.
        """

    def keys_held(self, path: Path) -> int | None:
        """How many keys the file holds, told without its password; None where that is encrypted too.

        Raises: as `glance`, but for WrongPassword.
        """

    def read(self, path: Path, password: Secret) -> Keystore:
        """All entries, each key checked against its certificate.

        Raises: as `glance`.
        """

    def write(self, path: Path, keystore: Keystore, password: Secret, profile: Profile = Profile.COMPATIBLE) -> None:
        """Put `keystore` at `path`: written beside, flushed, opened again, each key proved, then renamed.

        Raises: WriteFailed, KeystoreBusy, PasswordRefused (not ASCII: Java could not open it).
        `path` is then as before.
        """

    def put_in_place(self, source: Path, target: Path) -> None:
        """Give a finished file its final name, at once, in the same folder. Never replaces another file.

        Does nothing where `source` is gone and `target` is there (it was done before).
        Raises: WriteFailed, KeystoreBusy, KeystoreNotFound.
        """

    def remove(self, path: Path) -> None:
        """Remove a working file of ours, if it is there. Raises: WriteFailed, KeystoreBusy."""

    def exists(self, path: Path) -> bool: ...


class Vault(Protocol):
    """The operating system's store for passwords; a keystore's password under the file's absolute path.

    Every method may raise `VaultUnavailable`.
    """

    def password(self, path: Path) -> Secret | None: ...

    def keep(self, path: Path, password: Secret) -> None: ...

    def forget(self, path: Path) -> bool:
        """False where there was none."""


# ── Card ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class CardKey(Enum):
    """The two keys of an eID that sign. Values are the PKCS#11 labels."""

    AUTHENTICATION = "Authentication"
    SIGNATURE = "Signature"  # non-repudiation: one PIN per signature


@dataclass(frozen=True)
class Eid:
    """Whose card it is, read without a PIN. Chains are DER, leaf first, as far as the card has them."""

    person: Person
    authentication_chain_der: tuple[bytes, ...]
    signature_chain_der: tuple[bytes, ...]

    def chain_der(self, key: CardKey) -> tuple[bytes, ...]:
        return self.signature_chain_der if key is CardKey.SIGNATURE else self.authentication_chain_der


class PinEntry(Protocol):
    """Asks the person for the PIN. Called only where the card's software does not ask itself, once per attempt."""

    def __call__(self, attempts_left: int | None) -> Secret:
        """`attempts_left` is None where the card does not tell. Raises: PinCancelled."""


class Card(Protocol):
    """The eID. Every method may raise `CardError`, and may block while a person looks for the card or the PIN."""

    def identity(self) -> Eid: ...

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        """The signature over SHA-256 of `data`: PKCS#1 v1.5 for RSA, r‖s for EC, proved with the certificate.

        One call is one attempt. Raises: WrongPerson where another card than `eid` is in the reader now; PinLastTry once
        where the next wrong PIN would block the card and somebody else asks for it: who calls again uses it; PinError.
        """

    def cancel(self) -> None:
        """From any thread: end the call under way, where it may wait for long; it raises PinCancelled there."""


# ── Services ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Services(Protocol):
    """The way to the eHealth platform: one SOAP envelope out, whatever comes back in."""

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        """Raises: Unreachable (nothing was sent), OutcomeUnknown(request_id) (sent, no whole answer came back)."""


# ── Journal, lock ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history. `facts` are short strings, never a secret or a national number.

    Attributes:
        what: a word for programs, such as ``renewal.send``.
        text: the sentence for people.
        path: of the keystore it is about, or None.
    """

    at: datetime
    what: str
    text: str
    path: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """What eHealth last said of a certificate, and when. `replacement_opens` is None where it did not say."""

    asked: datetime
    status: CertificateStatus
    token_status: TokenStatus
    replacement_opens: datetime | None
    base_services: tuple[str, ...] = ()


class Journal(Protocol):
    """What happened and what is under way. Every write is on disk when the call returns; may raise `JournalError`."""

    def save(self, renewal: Renewal) -> None:
        """Keep `renewal` as it now stands, under its `id`."""

    def unfinished(self) -> list[Renewal]:
        """Renewals that have not ended, oldest first."""

    def renewal_of(self, fingerprint: Fingerprint) -> Renewal | None:
        """The unfinished renewal of the keystore whose present certificate has this fingerprint."""

    def note(self, event: Event) -> None: ...

    def history(self, limit: int) -> list[Event]:
        """The newest `limit` events, newest first."""

    def observations(self) -> Mapping[FileStamp, Observation]:
        """What the last check found; where it is lasting, it holds for a file that still has the same stamp."""

    def observations_of(self, stamps: Sequence[FileStamp]) -> list[Observation] | None:
        """What the last look found at `stamps` (by folder and name), where they are all that is remembered; else None.

        The quick way for a look at many files of which none has changed.
        """

    def keep_observations(self, seen: Iterable[tuple[FileStamp, Observation]], forgotten: Iterable[str] = ()) -> None:
        """Remember `seen`, each in place of what was known of its path, and nothing more of the paths `forgotten`."""

    def lost(self) -> list[Observation]:
        """Keystores that could be opened once, and are gone or closed now: what was last seen of each, by path."""

    def keep_lost(self, lost: Iterable[Observation], found: Iterable[str] = ()) -> None:
        """Keep each of `lost`, which was opened, in place of what was kept of its path; forget the paths `found`."""

    def words(self) -> Mapping[Fingerprint, Word]:
        """What eHealth last said, by certificate."""

    def keep_word(self, fingerprint: Fingerprint, word: Word) -> None: ...

    def readiness(self) -> Mapping[Fingerprint, Readiness]:
        """What the last look at all that a renewal needs has found, by certificate."""

    def keep_readiness(self, fingerprint: Fingerprint, readiness: Readiness) -> None: ...

    def reminded(self) -> Mapping[str, Reminded]:
        """What the practice was told and when it asked for later, by `core.reminders.subject_of`."""

    def keep_reminded(self, reminded: Mapping[str, Reminded]) -> None:
        """Keep each of `reminded` in place of what was kept under its subject; the others stay."""


class Lock(Protocol):
    """One renewal per certificate at a time."""

    def hold(self, fingerprint: Fingerprint, path: Path) -> AbstractContextManager[None]:
        """Raises: RenewalBusy at once where another process holds it."""


# ── Notifications ────────────────────────────────────────────────────────────────────────────────────────────────────


class Notifier(Protocol):
    """The desktop's own notifications."""

    def show(self, reminder: Reminder, when_it_failed: Callable[[], None]) -> None:
        """Show it and return at once; `when_it_failed` is called, from another thread, where the desktop cannot."""


# ── The door ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class Door(Protocol):
    """Where the pipeline meets the person: a terminal, a window, the demo."""

    def step(self, step: Step, text: str) -> None:
        """`text` says what is being done now, for people."""

    def card_problem(self, problem: CardError) -> bool:
        """The card cannot be used as it is. True: the person put it right, try again. May wait for the card."""

    def contact(self, contact: ContactData, said: Said) -> ContactData:
        """Show by what eHealth reaches the practice; the same comes back, or what the person gives in its place.

        Args:
            said: what the person said of it. WRONG: they are asked for what is right.
        """

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:
        """Show the contract. OTHER_CONTACT only after `contact`, which is asked again then."""

    def enter_pin(self, attempts_left: int | None) -> Secret:
        """Raises: PinCancelled."""

    def waiting(self, until: datetime, by_hand: bool) -> None:
        """Nothing happens before `until`; `by_hand`: a person at eHealth looks at the request first."""


@dataclass(frozen=True)
class Outside:
    """All of the outside that the pipeline needs. `wiring` puts it together; tests put fakes in."""

    clock: Clock
    keystores: Keystores
    vault: Vault
    card: Card
    services: Services
    journal: Journal
    lock: Lock
