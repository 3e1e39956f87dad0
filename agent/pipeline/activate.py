"""Activate: a registered encryption token takes over, whoever registered it, and what the public depot serves is told.

Source: spec/ra-protocol.md, ETK; design/product.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from agent.core.checks import check_token
from agent.core.depot import Served
from agent.core.dn import holder_of
from agent.core.holder import Environment
from agent.core.keystore import KeyEntry, Keystore
from agent.core.registration import CertificateInfo, TokenStatus
from agent.core.renewal import Renewal
from agent.core.x509 import fingerprint
from agent.errors import (
    AgentError,
    BadReply,
    Damaged,
    NothingToActivate,
    NotYetDelivered,
    OutcomeUnknown,
)
from agent.pipeline.ask import ask_and_keep
from agent.pipeline.depot import served, served_certificate
from agent.pipeline.platform import Platform
from agent.pipeline.renew import renew
from agent.pipeline.run import Options, authentication_of, encryption_keys_of, signer_of, subject_of
from agent.pipeline.under_way import under_way
from agent.ports import Door, Event, Outside
from agent.protocol import etkra
from agent.text import _


@dataclass(frozen=True)
class Activated:
    """What came of it.

    Attributes:
        renewal: the agent's own, now DONE; None where it knows none.
        path: the keystore whose key others use now.
        serves: what the depot serves now; None where it could not be asked.
    """

    renewal: Renewal | None
    path: Path
    serves: Served | None


class Activation:
    """Letting the token of one keystore take over. `serves` is what the depot serves beforehand, where it tells.

    Args:
        path: the new keystore; of the agent's own renewals also the old one.
        environment: where the agent knows no renewal of it; else the renewal tells.
    Raises, when made: KeystoreError, ServiceError, NothingToActivate.
    """

    def __init__(self, path: Path, environment: Environment, outside: Outside, options: Options) -> None:
        self._outside, self._options = outside, replace(options, activate=True)
        self._path = path
        begun = under_way(outside, path)
        self._by_hand: _ByHand | None = None
        if begun is not None:
            self.holder, self.environment = begun.holder, begun.environment
        else:
            self._by_hand = by_hand = _ByHand(path, environment, outside, options)
            self.holder, self.environment = by_hand.holder, environment
        self.serves = self._served()

    def carry_out(self, door: Door) -> Activated:
        """Raises: AgentError. The same again goes on from there."""
        renewal = None
        path = self._path
        if self._by_hand is not None:
            self._by_hand.carry_out()
        else:
            renewal = renew(self._path, self.environment, self._outside, door, self._options)
            path = Path(renewal.new_path)
        return Activated(renewal, path, self._served())

    def _served(self) -> Served | None:
        """It is told, not needed: what it cannot tell stops nothing."""
        try:
            return served(self.holder, self.environment, self._outside)
        except AgentError:
            return None


class _ByHand:
    """A token that waits, though this agent's journal knows no renewal: another program or computer registered it."""

    def __init__(self, path: Path, environment: Environment, outside: Outside, options: Options) -> None:
        self._path, self._outside = path, outside
        self._platform = Platform(outside.services, outside.clock, environment)
        self._keystore: Keystore = outside.keystores.read(path, options.password)
        self._authentication: KeyEntry = authentication_of(self._keystore, path)
        holder = holder_of(subject_of(self._authentication))
        if holder is None:
            raise NothingToActivate(str(path))
        self.holder = holder
        if self._asked().token_status is not TokenStatus.WAIT_FOR_ACTIVATION:
            raise NothingToActivate(str(path))

    def carry_out(self) -> None:
        mark = fingerprint(self._authentication.certificate)
        with self._outside.lock.hold(mark, self._path):
            try:
                self._platform.ask(etkra.ACTIVATE_ETK, None, signer_of(self._authentication))
            except (OutcomeUnknown, BadReply):  # it may have been taken all the same
                if self._asked().token_status is not TokenStatus.VALID_ACTIVE:
                    raise
            if self._asked().token_status is not TokenStatus.VALID_ACTIVE:
                raise NotYetDelivered
            self._check_served()
            text = _("The new encryption key has taken over.")
            self._outside.journal.note(Event(self._outside.clock.now(), "activate", text, str(self._path)))

    def _check_served(self) -> None:
        """The world encrypts for a key that this keystore has."""
        token = served_certificate(self.holder, self._platform)
        own = [entry.certificate for entry in encryption_keys_of(self._keystore)]
        if not own:
            raise Damaged(str(self._path), _("it has no encryption key"))
        check_token(token, next((each for each in own if each == token), own[-1]))

    def _asked(self) -> CertificateInfo:
        return ask_and_keep(self._authentication, self._platform, self._outside)
