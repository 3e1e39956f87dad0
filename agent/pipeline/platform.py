"""The eHealth platform as the pipeline talks to it: one operation, one answer or one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from agent.core.holder import Environment
from agent.ports import Clock, Services
from agent.protocol import soap, xmldsig
from agent.protocol.operation import Operation

Query = TypeVar("Query")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Platform:
    """One of eHealth's two environments."""

    services: Services
    clock: Clock
    environment: Environment

    def ask(self, operation: Operation[Query, Answer], query: Query, signer: xmldsig.XmlSigner | None = None) -> Answer:
        """Send `query`, signed where `signer` is given. Raises: ServiceError, and what the signer raises."""
        request_id = new_request_id()
        request_xml = self.request(operation, query, request_id)
        if signer is not None:
            request_xml = xmldsig.sign(request_xml, signer)
        return self.send(operation, request_xml, request_id)

    def request(self, operation: Operation[Query, Answer], query: Query, request_id: str) -> bytes:
        """The request element, not yet signed or wrapped."""
        return soap.request_xml(operation, query, request_id, self.clock.now())

    def send(self, operation: Operation[Query, Answer], request_xml: bytes, request_id: str) -> Answer:
        """Send a request that is complete. Raises: ServiceError."""
        reply = self.services.exchange(
            self.environment, operation.service, operation.soap_action, soap.envelope(request_xml), request_id
        )
        return soap.answer(operation, reply, request_id)


def new_request_id() -> str:
    """An Id that no other request has."""
    return soap.new_request_id(uuid4())
