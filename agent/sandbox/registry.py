"""What the sandbox remembers: certificates and requests, contracts, tokens, scenarios, its clock.

One JSON file, replaced as a whole after every change, so that a restart goes on where the last answer ended.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from cryptography import x509

from agent.core import dn
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import CertificateStatus, ContactData, LocalizedText, RevocationReason, TokenStatus
from agent.core.x509 import certificate_of
from agent.sandbox.scenarios import Scenario

REPLACEMENT_PERIOD = timedelta(days=90)
DEFAULT_POLLS = 2


@dataclass
class Token:
    """An encryption token, from its challenge on.

    Attributes:
        spki_der: the public key to be registered.
        serial_number: what the challenge holds.
        activated: a number that grows: the depot serves the highest of a holder; None until then.
    """

    spki_der: bytes
    serial_number: int
    certificate_der: bytes | None = None
    etk_der: bytes | None = None
    activated: int | None = None


@dataclass
class Registration:
    """One certificate, from its request on. Instants are aware UTC.

    Attributes:
        identifier: the public key identifier.
        holder: `name` as registered, accents and case kept.
        dn: RFC 2253 text of the subject.
        requester: SSIN of who signed the request; None for certificates from elsewhere.
        approved: nobody at "eHealth" has to look any more.
        polls_left: how often "not yet" is still answered.
        chain_der: leaf first, as far as known; empty until delivered.
        visit_key: what the foreigner's validation URL ends with; `visit_ends` is its last instant.
    """

    identifier: str
    holder: Holder
    first_names: tuple[str, ...]
    dn: str
    spki_der: bytes
    contact: ContactData
    base_services: tuple[str, ...]
    requested: datetime
    requester: str | None = None
    automatically_validated: bool = True
    approved: bool = True
    refused: bool = False
    polls_left: int = 0
    replaces: str | None = None
    chain_der: tuple[bytes, ...] = ()
    revoked: RevocationReason | None = None
    token: Token | None = None
    visit_key: str | None = None
    visit_ends: datetime | None = None

    @property
    def certificate(self) -> x509.Certificate | None:
        return certificate_of(self.chain_der[0]) if self.chain_der else None

    @property
    def replacement_opens(self) -> datetime | None:
        return self.certificate.not_valid_after_utc - REPLACEMENT_PERIOD if self.certificate else None

    def status(self, now: datetime) -> CertificateStatus:
        certificate = self.certificate
        if self.revoked:
            return CertificateStatus.REVOKED
        if self.refused or (self.visit_ends is not None and not self.approved and now > self.visit_ends):
            return CertificateStatus.REFUSED
        if certificate is None:
            return CertificateStatus.IN_PROGRESS
        expired = now > certificate.not_valid_after_utc
        return CertificateStatus.EXPIRED if expired else CertificateStatus.VALID_ACTIVE

    def token_status(self, now: datetime) -> TokenStatus:
        if self.token is None:
            return TokenStatus.NOT_REQUESTED
        match self.status(now):
            case CertificateStatus.REVOKED:
                return TokenStatus.REVOKED
            case CertificateStatus.EXPIRED:
                return TokenStatus.EXPIRED
        if self.token.etk_der is None:
            return TokenStatus.IN_REQUEST
        return TokenStatus.WAIT_FOR_ACTIVATION if self.token.activated is None else TokenStatus.VALID_ACTIVE

    def is_replaceable(self, now: datetime) -> bool:
        opens = self.replacement_opens
        return self.status(now) is CertificateStatus.VALID_ACTIVE and opens is not None and now >= opens


@dataclass
class IssuedContract:
    """A contract as it was handed out. `reason` and `identifier` are those of a revocation contract."""

    dn: str
    signer: Person
    text: tuple[LocalizedText, ...]
    holder: Holder
    first_names: tuple[str, ...] = ()
    reason: RevocationReason | None = None
    identifier: str | None = None


@dataclass
class Mandate:
    """An organization that a person may act for."""

    type: str
    number: str
    name: str


@dataclass
class State:
    """All that is remembered.

    Attributes:
        clock_offset_s: what is added to the outer clock, seconds.
        polls: how often "not yet" is answered before a certificate is delivered.
        test_numbers: numbers without right check digits are taken.
        mandates: per SSIN, the organizations of a person; who is not in here may act for any.
        activations: how many tokens were activated so far.
    """

    registrations: list[Registration] = field(default_factory=list)
    contracts: list[IssuedContract] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    mandates: dict[str, list[Mandate]] = field(default_factory=dict)
    clock_offset_s: float = 0.0
    polls: int = DEFAULT_POLLS
    test_numbers: bool = False
    activations: int = 0

    def by_identifier(self, identifier: str) -> Registration | None:
        return next((one for one in self.registrations if one.identifier == identifier.strip().upper()), None)

    def with_name(self, name: dn.Name) -> list[Registration]:
        return [one for one in self.registrations if dn.parse(one.dn).is_same(name)]

    def knows_key(self, spki_der: bytes) -> bool:
        tokens = (one.token.spki_der for one in self.registrations if one.token)
        return spki_der in (*(one.spki_der for one in self.registrations), *tokens)

    def may_act_for(self, ssin: str, holder: Holder) -> bool:
        if holder.type == "SSIN":
            return holder.number == ssin
        if ssin not in self.mandates:
            return True
        return any((one.type, one.number) == (holder.type, holder.number) for one in self.mandates[ssin])


class Registry:
    """The state and its file."""

    def __init__(self, path: Path) -> None:
        """Raises: OSError; ValueError where the file holds something else."""
        self._path = path
        self._written = path.read_text() if path.exists() else ""
        self.state: State = _read_state(self._written) if self._written else State()

    def save(self) -> None:
        """Write what changed; on disk when this returns."""
        text = json.dumps(_encoded(self.state), indent=1)
        if text == self._written:
            return
        beside = self._path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._written = text


def _read_state(text: str) -> State:
    try:
        state = _decoded(State, json.loads(text))
        assert isinstance(state, State)
    except (ValueError, TypeError, AttributeError, KeyError) as problem:
        raise ValueError(f"its state.json is not a sandbox's: {problem}") from problem
    return state


def _encoded(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        return {key: _encoded(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {one.name: _encoded(getattr(value, one.name)) for one in dataclasses.fields(value)}
    for kind, write in _WRITE.items():
        if isinstance(value, kind):
            return write(value)
    return value


_WRITE: dict[type, Callable[[Any], Any]] = {
    Enum: lambda value: value.value,
    datetime: lambda value: value.isoformat(),
    bytes: lambda value: base64.b64encode(value).decode(),
}
_READ: dict[type, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, bytes: base64.b64decode}


def _decoded(wanted: Any, value: Any) -> Any:
    """`value` from JSON as the annotation `wanted` says."""
    if value is None:
        return None
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is types.UnionType:  # of something and None
        return _decoded(arguments[0], value)
    if origin in (list, tuple):
        return origin(_decoded(arguments[0], item) for item in value)
    if origin is dict:
        return {key: _decoded(arguments[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        return typing.cast(type, wanted)(**{key: _decoded(hints[key], item) for key, item in value.items()})
    read = wanted if isinstance(wanted, type) and issubclass(wanted, Enum) else _READ.get(wanted)
    return read(value) if read else value
