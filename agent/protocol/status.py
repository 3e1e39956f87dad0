"""How a response says that it is none: the status of the v2 services.

Source: spec/ra-protocol.md, Requests and responses; the schemas of commons core v2 and etee commons core v2.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.protocol.elements import Element, Unexpected, child, children, optional, text, token
from agent.protocol.namespaces import COMMONS, ETEE
from agent.text import _

SUCCESS = "urn:be:fgov:ehealth:2.0:status:Success"


@dataclass(frozen=True)
class Failure:
    """Why the service did not do what was asked. `code` and `message` as they came."""

    code: str
    message: str
    parameters: tuple[tuple[str, str], ...] = ()


def failure_of(response: Element) -> Failure | None:
    """The failure that a v2 response reports, None for a success. Raises: Unexpected."""
    status = child(response, COMMONS.tag("Status"))
    code = child(status, COMMONS.tag("StatusCode")).get("Value")
    if code is None:
        raise Unexpected(_("{element} has no {part}").format(element="StatusCode", part="Value"))
    if code == SUCCESS:
        return None
    errors = _errors(status)
    if errors:
        return joined(errors)
    message = optional(status, COMMONS.tag("StatusMessage"))
    return Failure(code, (text(message) if message is not None else "") or _("no reason is given"))


def _errors(status: Element) -> list[Failure]:
    """Below EteeStatusDetail everything is in no namespace."""
    detail = optional(status, COMMONS.tag("StatusDetail"))
    listed = optional(detail, ETEE.tag("EteeStatusDetail")) if detail is not None else None
    return [_error(error) for error in children(listed, "Errors")] if listed is not None else []


def _error(error: Element) -> Failure:
    parameters = tuple(
        (text(child(parameter, "Name")), text(child(parameter, "Value"))) for parameter in children(error, "Parameters")
    )
    return Failure(token(child(error, "Code")), text(child(error, "Message")), parameters)


def joined(errors: list[Failure]) -> Failure:
    """The first error's code; the others follow in the message, each with its own."""
    first, *others = errors
    message = "; ".join([first.message, *(f"{other.message} ({other.code})" for other in others)])
    return Failure(first.code, message, tuple(pair for error in errors for pair in error.parameters))


def no_failure(response: Element) -> Failure | None:  # noqa: ARG001
    """For the one operation whose response has no status."""
    return None
