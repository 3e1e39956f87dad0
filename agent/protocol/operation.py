"""What the services can be asked: an operation knows how its question is written and its answer read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from agent.protocol.elements import Element
from agent.protocol.namespaces import PROTOCOL
from agent.protocol.status import Failure, failure_of
from agent.protocol.wire import Service

Query = TypeVar("Query")
Answer = TypeVar("Answer")


class SignedWith(Enum):
    """Whose signature a request carries."""

    NOBODY = "nobody"
    EID_AUTHENTICATION = "the eID's authentication key"
    EID_SIGNATURE = "the eID's signature key"
    KEYSTORE = "the eHealth authentication key in the keystore"


@dataclass(frozen=True)
class Operation(Generic[Query, Answer]):
    """One operation of one service.

    Attributes:
        name: as in the names of its request and response elements.
        soap_action: as in the HTTP header, without its quotes; mixed case and missing ``etee:`` are the services' own.
        write: the children of the request element, in the schema's order, without the signature.
        read: the answer in the response element of a success. May raise `elements.Unexpected`.
        failure: what the response element says went wrong. May raise `elements.Unexpected`.
        pending_code: the failure that means "not yet, ask again"; None where there is none.
    Source: spec/ra-protocol.md, Services.
    """

    name: str
    service: Service
    soap_action: str
    signed_with: SignedWith
    write: Callable[[Query], Sequence[Element]]
    read: Callable[[Element], Answer]
    failure: Callable[[Element], Failure | None] = failure_of
    pending_code: str | None = None

    @property
    def request_tag(self) -> str:
        return PROTOCOL[self.service].tag(f"{self.name}Request")

    @property
    def response_tag(self) -> str:
        return PROTOCOL[self.service].tag(f"{self.name}Response")

    @property
    def has_id(self) -> bool:
        """The request has Id and IssueInstant, and the response says which Id it answers. EtkDepot v1 has neither."""
        return self.service is not Service.ETKDEPOT


def nothing(_: object) -> Sequence[Element]:
    """The children of a request that asks nothing more."""
    return ()
