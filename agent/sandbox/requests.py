"""From an HTTP body to a request that is well formed, known and timely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from agent.protocol.xml import UnsafeXml, parse_untrusted
from agent.sandbox import shapes
from agent.sandbox.catalogue import OPERATIONS, Operation
from agent.sandbox.refusals import Code, NotUnderstood, Refusal

CLOCK_TOLERANCE = timedelta(minutes=15)

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Request:
    """A request whose structure is right. Its contents and signature are not yet judged.

    Attributes:
        id: empty for GetEtk, which has none.
        issued: IssueInstant; None for GetEtk.
    """

    operation: Operation
    element: etree._Element
    id: str
    issued: datetime | None


def read_request(path: str, soap_action: str, body: bytes) -> Request:
    """Raises: NotUnderstood."""
    element = _content(body)
    operation = next((one for one in OPERATIONS if one.request_tag == element.tag), None)
    if operation is None:
        raise NotUnderstood(f"no operation takes a {element.tag}")
    if operation.path != path:
        raise NotUnderstood(f"{operation.name} is not at {path}")
    if operation.soap_action is not None and soap_action != f'"{operation.soap_action}"':
        raise NotUnderstood(f"the SOAPAction {soap_action} is not that of {operation.name}")
    has_id = operation.namespace != shapes.ETKDEPOT
    shapes.check(element, operation.shape, frozenset({"Id", "IssueInstant"}) if has_id else frozenset())
    if not has_id:
        return Request(operation, element, "", None)
    identifier, instant = str(element.attrib["Id"]), str(element.attrib["IssueInstant"])
    if not _ID.fullmatch(identifier):
        raise NotUnderstood("Id is no xs:ID")
    if not _INSTANT.fullmatch(instant):
        raise NotUnderstood("IssueInstant is no xs:dateTime with a zone")
    return Request(operation, element, identifier, _instant(instant))


def check_timely(request: Request, now: datetime) -> None:
    """Raises: Refusal."""
    if request.issued is not None and abs(request.issued - now) > CLOCK_TOLERANCE:
        raise Refusal(
            Code.ISSUE_INSTANT_NOT_NOW,
            "IssueInstant is too far from the present time",
            issued=request.issued.isoformat(),
            now=now.isoformat(),
        )


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as problem:
        raise NotUnderstood(f"IssueInstant: {problem}") from problem


def _content(body: bytes) -> etree._Element:
    try:
        envelope = parse_untrusted(body)
    except UnsafeXml as problem:
        raise NotUnderstood(f"not readable XML: {problem}") from problem
    if envelope.tag != f"{{{shapes.SOAP}}}Envelope":
        raise NotUnderstood("no SOAP 1.1 envelope")
    parts = [child for child in envelope if isinstance(child.tag, str)]
    if [part.tag for part in parts] not in (
        [f"{{{shapes.SOAP}}}Body"],
        [f"{{{shapes.SOAP}}}Header", f"{{{shapes.SOAP}}}Body"],
    ):
        raise NotUnderstood("an envelope has an optional Header and a Body")
    if len(parts) == 2 and len(parts[0]):
        raise NotUnderstood("the Header must be empty")
    content = [child for child in parts[-1] if isinstance(child.tag, str)]
    if len(content) != 1:
        raise NotUnderstood("Body must hold one request element")
    return content[0]
