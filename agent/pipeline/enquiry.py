"""What eHealth tells before a certificate is asked for, and what a person can manage: nothing here changes anything.

What a person may do, and has, costs a PIN for the eID's Authentication key: say so beforehand. The rest is free.
Source: spec/ra-protocol.md, The order of calls; design/product.md.
"""

from __future__ import annotations

from typing import TypeVar

from agent.core.eid import authentication_certificate
from agent.core.holder import Environment, Holder
from agent.core.identifiers import is_type
from agent.core.registration import CertificateInfo, OrganizationType
from agent.pipeline.platform import Platform
from agent.pipeline.sign import CardSigner, with_card
from agent.ports import CardKey, Door, Eid, Outside
from agent.protocol import certra
from agent.protocol.operation import Operation

Query = TypeVar("Query")
Answer = TypeVar("Answer")


class Enquiry:
    """Questions to one of eHealth's two environments. Each may raise ServiceError."""

    def __init__(self, environment: Environment, outside: Outside) -> None:
        self._outside = outside
        self._platform = Platform(outside.services, outside.clock, environment)

    def organization_types(self) -> tuple[OrganizationType, ...]:
        """The kinds of organizations that can have certificates, as far as a keystore can be named after them."""
        kinds = self._platform.ask(certra.GET_GENERIC_ORGANIZATION_TYPES, None)
        return tuple(kind for kind in kinds if is_type(kind.identifier_type))

    def application_ids(self, organization: Holder) -> tuple[str | None, ...]:
        """Those of the organization's active certificates; None stands for one without."""
        return self._platform.ask(certra.GET_EXISTING_APPLICATION_IDS, organization)

    def qualities(self, eid: Eid, door: Door) -> certra.ActorQualities:
        """For whom the card's owner may manage certificates. One PIN. Raises: CardError."""
        return self._signed(certra.GET_ACTOR_QUALITIES, eid.person.ssin, eid, door)

    def certificates(self, eid: Eid, door: Door) -> tuple[CertificateInfo, ...]:
        """All that the card's owner can manage, personal and by mandate. One PIN. Raises: CardError."""
        return self._signed(certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, None, eid, door)

    def _signed(self, operation: Operation[Query, Answer], query: Query, eid: Eid, door: Door) -> Answer:
        authentication_certificate(eid.authentication_chain_der, self._outside.clock.now())
        signer = CardSigner(self._outside.card, eid, CardKey.AUTHENTICATION, door)
        return with_card(door, lambda: self._platform.ask(operation, query, signer))
