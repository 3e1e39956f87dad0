"""A practice to send on a journey: real keystore files, the sandbox as eHealth, a software card, a clock that jumps."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.core.holder import Environment, Holder
from agent.core.keystore import Keystore
from agent.core.person import Person
from agent.core.renewal import Renewal, Step
from agent.errors import NotYetDelivered, OutcomeUnknown
from agent.pipeline.files import finished_path
from agent.pipeline.renew import renew
from agent.pipeline.run import Options
from agent.ports import Journal, Outside, Services
from agent.protocol.wire import HttpReply, Service
from agent.sandbox.pki import open_pki
from agent.sandbox.services import Sandbox
from agent.sandbox.serving import Delivery
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from tests.fakes import NOW, FakeClock, FakeDoor, MemoryJournal, MemoryLock, MemoryVault

GROUP = Holder("NIHII-GROUP", "71234523", None, "GROEP DE BRUG")
OTHERS = Holder("NIHII-GROUP", "79876530", None, "GROEP DE BRUG GENT")
RESPONSIBLE = Person("80010100107", "Test Tweede", "Persoon")
PASSWORD = Secret("Journey-2026")
PIN = Secret("1234")


@cache
def _authorities() -> Path:
    """The sandbox's PKI, made once: its seven keys take longer than a renewal."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    open_pki(folder, NOW)
    return folder


class Accented(str):
    """A password as other programs take it, and ours would not."""

    __slots__ = ()

    def isascii(self) -> bool:
        return True


@dataclass
class SandboxServices(Services):
    """The sandbox without HTTP between. `actions` are the SOAP actions that were sent, `envelopes` the messages."""

    sandbox: Sandbox
    actions: list[str] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        self.actions.append(soap_action.rpartition(":")[2])
        self.envelopes.append(envelope_xml)
        reply = self.sandbox.answer(service.value, f'"{soap_action}"', envelope_xml)
        if reply.delivery is not Delivery.WHOLE:
            raise OutcomeUnknown(request_id, "the connection was cut")
        return HttpReply(reply.status, reply.content_type, reply.body)


@dataclass
class Practice:
    """One keystore with 45 days left, and everything that its renewal needs.

    Made in an empty `folder`; in one that a practice already lives in, that practice goes on.
    """

    folder: Path
    holder: Holder = GROUP
    environment: Environment = Environment.PRODUCTION
    days_left: int = 45
    clock: FakeClock = field(default_factory=FakeClock)
    door: FakeDoor = field(default_factory=FakeDoor)
    vault: MemoryVault = field(default_factory=MemoryVault)
    journal: Journal = field(default_factory=MemoryJournal)

    def __post_init__(self) -> None:
        if is_new := not (self.folder / "ehealth").exists():
            shutil.copytree(_authorities(), self.folder / "ehealth")
        self.sandbox = Sandbox(self.folder / "ehealth", self.clock.now)
        self.services = SandboxServices(self.sandbox)
        self.keystores = Pkcs12Keystores()
        begun = self.clock.now() - timedelta(days=365)
        ends = begun + timedelta(days=3650)
        self.card = SoftwareCard(
            lambda key, public: self.sandbox.pki.eid_chain(RESPONSIBLE, key, public, begun, ends), PIN
        )
        not_after = self.clock.now() + timedelta(days=self.days_left)
        keystores = self.folder / "keystore"
        if is_new:
            keystores.mkdir()
            path = finished_path(keystores, self.holder, self.environment, not_after - timedelta(days=1096))
            self.keystores.write(path, self.sandbox.issue_old(self.holder, not_after), PASSWORD)
        self.path = min(keystores.iterdir())
        self.old = self.keystores.read(self.path, PASSWORD)

    @property
    def outside(self) -> Outside:
        return Outside(self.clock, self.keystores, self.vault, self.card, self.services, self.journal, MemoryLock())

    def renew(self, path: Path | None = None, **options: object) -> Renewal:
        wanted = Options(**{"password": PASSWORD, "activate": True, **options})  # type: ignore[arg-type]
        return renew(path or self.path, self.environment, self.outside, self.door, wanted)

    def requested_elsewhere(self, path: Path | None = None) -> Path:
        """In place of the keystore at `path`, by a program that does not tell which one it replaces.

        While the sandbox's delivery is slow, it is half-finished.
        """
        with pytest.raises(NotYetDelivered):
            self.renew(path, wait=False)
        (pending,) = self.path.parent.glob("*.pending")
        self.journal = MemoryJournal()
        return pending.rename(pending.with_suffix(""))

    def opened(self, renewal: Renewal) -> Keystore:
        return self.keystores.read(Path(renewal.new_path), PASSWORD)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.joinpath("keystore").iterdir())


# ── Killed ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Killed(BaseException):
    """The process is gone: nothing after this runs."""


def kill(practice: Practice, step: Step, after_the_act: bool) -> None:
    """Kill once: just after `step` was journaled, or when it has acted and the next step is about to be journaled."""
    journal = practice.journal
    assert isinstance(journal, MemoryJournal)
    save = journal.save
    killed: list[Step] = []
    began: list[Step] = []

    def saving(renewal: Renewal) -> None:
        if after_the_act and began and renewal.step is not step and not killed:
            killed.append(step)
            raise Killed
        save(renewal)
        if renewal.step is step and not killed:
            began.append(step)
            if not after_the_act:
                killed.append(step)
                raise Killed

    journal.save = saving  # type: ignore[method-assign]
