"""A client of the sandbox for tests: asks through `agent.protocol`, and holds each answer against the schemas."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from agent.core import dn
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import ContactData, Contract, PublicKeyIdentifier
from agent.core.x509 import public_key_identifier, signing_request_der
from agent.errors import NotYetDelivered, Refused
from agent.ports import CardKey
from agent.protocol import certra, etk, etkra, soap
from agent.protocol.operation import Operation
from agent.protocol.wire import HttpReply
from agent.protocol.xmldsig import KeySigner, sign
from agent.sandbox.refusals import Code
from agent.sandbox.services import Sandbox
from agent.sandbox.serving import SandboxReply

SHARED = Path(__file__).resolve().parents[3] / "shared"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PERSON = Person("80010100107", "Test Tweede", "Persoon")
STRANGER = Person("80010100206", "Iemand", "Anders")
GROUP = Holder("NIHII-GROUP", "71234523", None, "Groep Één")
CONTACT = ContactData("test.persoon@example.org", "0032470123456", "info@example.org", None)


@dataclass
class Clock:
    """A clock that tests move."""

    instant: datetime = NOW

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)


@cache
def _schema(service: str) -> etree.XMLSchema | None:
    folder = SHARED / "spec" / "xsd" / "ehealth-etee" / "XSD"
    version = "1_0" if service == "etkdepot" else "2_0"
    path = folder / f"ehealth-{service}-schema-protocol-{version}.xsd"
    return etree.XMLSchema(etree.parse(path)) if path.exists() else None


def hold_against_schema(path: str, envelope_xml: bytes) -> None:
    """The response (or request) in an envelope, judged by the services' own schema where that is at hand."""
    schema = _schema(path.split("/")[1].lower())
    document = etree.fromstring(envelope_xml)
    if etree.QName(document).localname != "Envelope":
        return
    (content,) = document[-1]
    if schema is not None and etree.QName(content).localname != "Fault":
        schema.assertValid(etree.fromstring(etree.tostring(content)))


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """One of a few keys that all tests share: making one takes long. A fresh sandbox has seen none of them."""
    assert number < 8
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP384R1())


@dataclass
class Client:
    """Everything that a practice and its responsible person hold."""

    sandbox: Sandbox
    clock: Clock
    person: Person = PERSON
    holder: Holder = GROUP
    contact: ContactData = CONTACT
    post: Callable[[str, str, bytes], SandboxReply] | None = None
    ids: Iterator[str] = field(default_factory=lambda: (f"_{uuid4()}" for _ in itertools.count()))

    def ask(self, operation: Operation[Any, Any], query: Any, signer: KeySigner | None = None) -> Any:
        """One question and its answer. Raises: as `soap.answer`."""
        request_id = next(self.ids)
        request_xml = soap.request_xml(operation, query, request_id, self.clock())
        if signer is not None:
            request_xml = sign(request_xml, signer)
        return soap.answer(operation, self.send(operation, request_xml), request_id)

    def send(self, operation: Operation[Any, Any], request_xml: bytes) -> HttpReply:
        path, action = operation.service.value, f'"{operation.soap_action}"'
        post = self.post or self.sandbox.answer
        reply = post(path, action, soap.envelope(request_xml))
        with contextlib.suppress(etree.XMLSyntaxError):
            hold_against_schema(path, reply.body)
        return HttpReply(reply.status, reply.content_type, reply.body)

    # ── The person's card

    def eid(
        self,
        key: CardKey = CardKey.SIGNATURE,
        person: Person | None = None,
        private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
        ends: datetime = NOW + timedelta(days=2000),
    ) -> KeySigner:
        private_key = private_key or ec_key()
        chain = self.sandbox.pki.eid_chain(
            person or self.person, key, private_key.public_key(), NOW - timedelta(days=1000), ends
        )
        return KeySigner(private_key, chain)

    # ── The way to a certificate

    def contract(self, **changes: Any) -> Contract:
        query = {"contact": self.contact, "signer": self.person, "holder": self.holder, **changes}
        found = self.ask(certra.GENERATE_CONTRACT, certra.GenerateContract(**query))
        assert isinstance(found, Contract)
        return found

    def request(
        self,
        key: rsa.RSAPrivateKey,
        contract: Contract | None = None,
        signer: KeySigner | None = None,
        csr_der: bytes | None = None,
        services: tuple[str, ...] = ("tsa",),
    ) -> certra.CertificateRequested:
        contract = contract or self.contract()
        csr_der = csr_der or signing_request_der(key, dn.parse(contract.dn))
        query = certra.GenerateCertificate(self.contact, csr_der, contract, services)
        found = self.ask(certra.GENERATE_CERTIFICATE, query, signer or self.eid())
        assert isinstance(found, certra.CertificateRequested)
        return found

    def collect(self, key: rsa.RSAPrivateKey, polls: int = 10) -> KeySigner:
        """Poll until the certificate is there; with the whole chain, as a keystore has it."""
        identifier = public_key_identifier(key.public_key())
        for _ in range(polls):
            try:
                chain_der = self.ask(certra.GET_CERTIFICATE, identifier)
            except NotYetDelivered:
                continue
            chain = (*map(x509.load_der_x509_certificate, chain_der), self.sandbox.pki.ehealth_root.certificate)
            return KeySigner(key, chain)
        raise NotYetDelivered

    def certificate(self, number: int = 0) -> KeySigner:
        """A new certificate for `rsa_key(number)`."""
        self.request(rsa_key(number))
        return self.collect(rsa_key(number))

    def certificate_for_person(self, number: int = 0) -> KeySigner:
        """As `certificate`, for the person who signs."""
        first_names = (self.person.first_names,) if self.person.first_names else ()
        self.request(rsa_key(number), self.contract(first_names=first_names))
        return self.collect(rsa_key(number))

    def old(self, days_left: int = 45, holder: Holder | None = None) -> KeySigner:
        keystore = self.sandbox.issue_old(holder or self.holder, self.clock() + timedelta(days=days_left))
        entry = keystore.authentication
        assert entry is not None
        return KeySigner(entry.private_key, entry.chain)

    def info(self, software: KeySigner) -> Any:
        return self.ask(certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE, None, software)

    # ── The encryption token

    def start_token(self, software: KeySigner, key: rsa.RSAPrivateKey) -> int:
        challenge = self.ask(etkra.START_ETK_REGISTRATION, spki_der(key), software)
        return etk.serial_number_of(challenge, key)

    def complete_token(self, software: KeySigner, certificate_der: bytes) -> etkra.TokenRegistered:
        found = self.ask(etkra.COMPLETE_ETK_REGISTRATION, certificate_der, software)
        assert isinstance(found, etkra.TokenRegistered)
        return found

    def token(self, software: KeySigner, number: int = 7) -> etkra.TokenRegistered:
        """A registered token for `rsa_key(number)`."""
        key = rsa_key(number)
        serial = self.start_token(software, key)
        der = etk.encryption_certificate_der(key.public_key(), serial, software.chain[0], software.private_key)
        return self.complete_token(software, der)


def spki_der(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def identifier_of(key: rsa.RSAPrivateKey) -> PublicKeyIdentifier:
    return public_key_identifier(key.public_key())


@contextlib.contextmanager
def refused(code: Code) -> Iterator[None]:
    """The service says no, for exactly this reason."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code, str(caught.value)


def id_of(request_xml: bytes) -> str:
    found = re.search(rb' Id="([^"]+)"', request_xml)
    assert found is not None
    return found.group(1).decode()
