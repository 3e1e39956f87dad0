"""The stand-in itself: a state folder, authorities, a clock, and one function from bytes to bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core import dn
from agent.core.holder import Holder
from agent.core.keystore import Keystore
from agent.core.registration import ContactData
from agent.core.x509 import certificate_of, name_of, public_key_identifier
from agent.sandbox import answers, tokens
from agent.sandbox.catalogue import OPERATIONS
from agent.sandbox.cms import encryption_token_der
from agent.sandbox.issued import new_keystore
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.reading import Call
from agent.sandbox.refusals import NotUnderstood
from agent.sandbox.registry import Mandate, Registration, Registry, State, Token
from agent.sandbox.requests import read_request
from agent.sandbox.scenarios import Scenario, struck
from agent.sandbox.serving import SOAP_TYPE, SandboxReply, serve

DEFAULT_CONTACT = ContactData("verantwoordelijke@example.org", "0032470123456", "info@example.org", "003221234567")
DEFAULT_SERVICES = ("tsa", "codage")


class Sandbox:
    """The stand-in services over one state folder. Its methods may be called from several threads.

    Attributes:
        pki: its authorities; public certificates lie as PEM in ``<folder>/pki``.
        base_url: where it is served, for addresses that answers hold.
        lock: held while a request is answered, and by whoever looks at `state` or changes it meanwhile.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], trusted_eid: Iterable[x509.Certificate] = ()
    ) -> None:
        """`clock` gives aware UTC. `trusted_eid`: authorities of eIDs beside the sandbox's own."""
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self.lock = threading.RLock()
        self._registry = Registry(folder / "state.json")
        self.pki: Pki = open_pki(folder, self.now())
        self._anchors = (*self.pki.eid_roots, *trusted_eid)
        self.base_url = "http://127.0.0.1"

    @property
    def state(self) -> State:
        """What is remembered. Whoever changes it calls `save`."""
        return self._registry.state

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations."""
        return tuple(operation.name for operation in OPERATIONS)

    def save(self) -> None:
        with self.lock:
            self._registry.save()

    def now(self) -> datetime:
        return self._clock() + timedelta(seconds=self.state.clock_offset_s)

    def set_clock(self, now: datetime) -> None:
        """From here on it is `now` (aware), and time goes on at its usual speed."""
        with self.lock:
            self.state.clock_offset_s = (now - self._clock()).total_seconds()
            self._registry.save()

    def trouble(self, *scenarios: Scenario) -> None:
        """Switch these on, beside those that are on already."""
        with self.lock:
            self.state.scenarios.extend(scenarios)
            self._registry.save()

    def clear(self) -> None:
        """Switch all scenarios off."""
        with self.lock:
            self.state.scenarios.clear()
            self._registry.save()

    def answer(self, path: str, soap_action: str, body: bytes) -> SandboxReply:
        """Answer one SOAP request. `soap_action` is the HTTP header as it came, with its quotes."""
        with self.lock:
            try:
                request = read_request(path, soap_action, body)
            except NotUnderstood as problem:
                return SandboxReply(500, SOAP_TYPE, answers.fault("Client", str(problem)))
            troubles = struck(self.state.scenarios, request.operation.name)
            call = Call(request, self.now(), self.state, self.pki, troubles, self.base_url)
            reply = serve(call, self._anchors)
            self._registry.save()
            return replace(reply, operation=request.operation.name)

    def approve(self, identifier: str | None = None) -> int:
        """As a person at eHealth: let requests that wait go on (one, or all). Returns how many did."""
        return self._judge(identifier, refused=False)

    def refuse(self, identifier: str | None = None) -> int:
        """As a person at eHealth: refuse requests that wait (one, or all). Returns how many were."""
        return self._judge(identifier, refused=True)

    def _judge(self, identifier: str | None, refused: bool) -> int:
        with self.lock:
            waiting = [
                one
                for one in self.state.registrations
                if not one.chain_der and not one.refused and identifier in (None, one.identifier)
            ]
            for one in waiting:
                one.approved, one.refused, one.polls_left = True, refused, 0
            self._registry.save()
            return len(waiting)

    def visit(self, visit_key: str) -> bool:
        """A foreigner's visit to the validation URL; False where there is no such URL or it has expired."""
        with self.lock:
            for one in self.state.registrations:
                if one.visit_key == visit_key and one.visit_ends is not None and self.now() <= one.visit_ends:
                    one.approved = True
                    self._registry.save()
                    return True
            return False

    def mandate(self, ssin: str, organizations: Sequence[Mandate]) -> None:
        """From here on this person may act for these organizations only."""
        with self.lock:
            self.state.mandates[ssin] = list(organizations)
            self._registry.save()

    def adopt(
        self,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
        encryption_certificates: Sequence[x509.Certificate] = (),
        *,
        contact: ContactData = DEFAULT_CONTACT,
        base_services: tuple[str, ...] = DEFAULT_SERVICES,
        first_names: tuple[str, ...] = (),
        name: str | None = None,
    ) -> Registration:
        """Register a certificate that was issued elsewhere, so that it can be renewed here.

        Args:
            chain: what stands above it; the leaf itself may be among them.
            encryption_certificates: oldest first; the last one's token is in force.
            name: the holder's name as registered; the DN's where None.
        Raises: ValueError where the subject is not an eHealth name, or the key is not RSA.
        """
        subject = name_of(certificate.subject)
        holder = dn.holder_of(subject)
        key = certificate.public_key()
        if holder is None or not isinstance(key, rsa.RSAPublicKey):
            raise ValueError(f"not an eHealth authentication certificate: {dn.rfc2253(subject)}")
        above = [one for one in chain if one != certificate]
        registration = Registration(
            identifier=public_key_identifier(key),
            holder=Holder(holder.type, holder.number, holder.application_id, name or holder.name),
            first_names=first_names,
            dn=dn.rfc2253(subject),
            spki_der=_spki(certificate),
            contact=contact,
            base_services=base_services,
            requested=certificate.not_valid_before_utc,
            chain_der=tuple(one.public_bytes(serialization.Encoding.DER) for one in (certificate, *above)),
        )
        with self.lock:
            known = self.state.by_identifier(registration.identifier)
            if known is not None:
                return known
            if encryption_certificates:
                self._give_token(registration, encryption_certificates[-1])
            self.state.registrations.append(registration)
            self._registry.save()
        return registration

    def _give_token(self, registration: Registration, certificate: x509.Certificate) -> None:
        content = certificate.public_bytes(serialization.Encoding.DER)
        token = Token(_spki(certificate), certificate.serial_number, content)
        others = [certificate_of(der) for der in registration.chain_der]
        token.etk_der = encryption_token_der(content, self.pki.token_signer, others, self.now())
        registration.token = token
        tokens.activate(self.state, registration)

    def issue_old(
        self,
        holder: Holder,
        not_after: datetime,
        *,
        first_names: tuple[str, ...] = (),
        contact: ContactData = DEFAULT_CONTACT,
        base_services: tuple[str, ...] = DEFAULT_SERVICES,
    ) -> Keystore:
        """A registered keystore as it would stand before a renewal: issued 36 months before `not_after` (aware UTC).

        It has the authentication key with its chain up to the root, one encryption key whose token is in force, and
        the certificate entries.
        """
        keystore = new_keystore(self.pki, holder, first_names, not_after)
        authentication, encryption = keystore.keys
        self.adopt(
            authentication.certificate,
            authentication.chain,
            [encryption.certificate],
            contact=contact,
            base_services=base_services,
            first_names=first_names,
            name=holder.name,
        )
        return keystore


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
