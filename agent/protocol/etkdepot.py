"""EtkDepot v1: which encryption token the world now uses. An older service, with its own status and without Ids.

Source: spec/ra-protocol.md, ETK; the schemas of etkdepot protocol 1_0 and commons core 1_0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.holder import Holder
from agent.protocol.elements import Element, child, children, octets, text, token
from agent.protocol.namespaces import COMMONS_1_0, ETKDEPOT
from agent.protocol.operation import Operation, SignedWith
from agent.protocol.status import Failure, joined
from agent.protocol.wire import Service

_SUCCESS = "200"
_tag = ETKDEPOT.tag


@dataclass(frozen=True, slots=True)
class GetEtk:
    """Whose token."""

    holder: Holder


def _write(query: GetEtk) -> Sequence[Element]:
    holder = query.holder
    application = (ETKDEPOT("ApplicationID", holder.application_id),) if holder.application_id else ()
    identifier = ETKDEPOT("Identifier", ETKDEPOT("Type", holder.type), ETKDEPOT("Value", holder.number), *application)
    return (ETKDEPOT("SearchCriteria", identifier),)


def _failure(response: Element) -> Failure | None:
    """Code and Message of Status are in no namespace, those of Error in the service's."""
    status = child(response, COMMONS_1_0.tag("Status"))
    code = token(child(status, "Code"))
    if code != _SUCCESS:
        return Failure(code, " / ".join(map(text, children(status, "Message"))))
    errors = [
        Failure(token(child(error, _tag("Code"))), text(child(error, _tag("Message"))))
        for error in children(response, _tag("Error"))
    ]
    return joined(errors) if errors else None


GET_ETK = Operation[GetEtk, bytes](
    "GetEtk",
    Service.ETKDEPOT,
    "",
    SignedWith.NOBODY,
    _write,
    lambda response: octets(child(response, _tag("ETK"))),
    failure=_failure,
)
"""The token in force, for `etk.read_etk`. No token at all, or several that fit, is a `WrongReply`."""
