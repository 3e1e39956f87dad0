"""`resume`: go on with renewals that need nobody. The resident starts it while no window is open."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from agent import wiring
from agent.cli.terminal import complain
from agent.config import Config, load
from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.readiness import Said
from agent.core.registration import AnyContract, ContactData, Verdict
from agent.core.renewal import Renewal, Step
from agent.errors import AgentError, CardError, CardMissing, NotYetDelivered, PasswordNeeded, PinCancelled, RenewalBusy
from agent.pipeline.files import pending_path
from agent.pipeline.renew import renew
from agent.pipeline.run import Options
from agent.ports import CardKey, Eid, Outside, PinEntry
from agent.secret import Secret
from agent.text import _

PATIENCE = timedelta(minutes=2)
"""A certificate that is due so soon is waited for; else the resident starts this again when it is time."""


class NobodyThere:
    """The card and the door of a renewal that nobody attends: it stops where somebody is needed."""

    def identity(self) -> Eid:
        raise CardMissing

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:  # noqa: ARG002
        raise CardMissing

    def cancel(self) -> None:
        pass

    def step(self, step: Step, text: str) -> None:  # noqa: ARG002
        print(text)

    def card_problem(self, problem: CardError) -> bool:  # noqa: ARG002
        return False

    def contact(self, contact: ContactData, said: Said) -> ContactData:  # noqa: ARG002
        return contact

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:  # noqa: ARG002
        return Verdict.DECLINED

    def enter_pin(self, attempts_left: int | None) -> Secret:  # noqa: ARG002
        raise PinCancelled

    def waiting(self, until: datetime, by_hand: bool) -> None:  # noqa: ARG002
        print(_("Asking again at {time}.").format(time=f"{until.astimezone():%H:%M:%S}"))


def resume(arguments: Namespace) -> int:
    """Go on with each renewal that needs no card and whose password is in the vault; leave the others."""
    config = load(arguments.config)
    outside = replace(wiring.outside(config), card=NobodyThere())
    for renewal in outside.journal.unfinished():
        if renewal.needs_a_person and not (renewal.step is Step.ACTIVATE and config.activate_at_once):
            continue
        try:
            _go_on(renewal, outside, config)
        except (NotYetDelivered, RenewalBusy, CardError):
            print(_("{path}: not now.").format(path=renewal.path))
        except AgentError as problem:
            complain(problem, renewal.path)
    return 0


def _go_on(renewal: Renewal, outside: Outside, config: Config) -> None:
    """Raises: AgentError; NotYetDelivered where it takes longer than our patience."""
    new = _kept(outside, pending_path(renewal), Path(renewal.new_path))
    old = _kept(outside, Path(renewal.old_path)) if renewal.old_path else new
    if old is None:
        raise PasswordNeeded(renewal.path)
    options = Options(old, new, config.profile, keep_password=True, wait=False, activate=config.activate_at_once)
    while True:
        try:
            renew(Path(renewal.path), renewal.environment, outside, NobodyThere(), options)
        except NotYetDelivered:
            wait = _wait(outside.journal.renewal_of(renewal.fingerprint), outside.clock.now())
            if wait is None:
                raise
            outside.clock.wait(wait.total_seconds())
        else:
            return


def _kept(outside: Outside, *places: Path) -> Secret | None:
    """The first password that the vault has for one of these files."""
    return next((password for place in places if (password := outside.vault.password(place)) is not None), None)


def _wait(renewal: Renewal | None, now: datetime) -> timedelta | None:
    if renewal is None or renewal.next_poll is None or renewal.next_poll - now > PATIENCE:
        return None
    return max(renewal.next_poll - now, timedelta())
