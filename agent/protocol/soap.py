"""Requests in SOAP envelopes, and what comes back: an answer, or the one error that says what came instead.

Source: spec/ra-protocol.md, Services · Requests and responses; SOAP 1.1 section 4; SOAP 1.2 part 1 section 5.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from lxml import etree

from agent.errors import HtmlPage, HttpError, NotXml, NotYetDelivered, Refused, ServiceError, SoapFault, WrongReply
from agent.protocol.elements import Element, Namespace, Unexpected, child, instant_text, local_name, optional
from agent.protocol.namespaces import PREFIXES
from agent.protocol.operation import Operation
from agent.protocol.wire import HttpReply
from agent.protocol.xml import UnsafeXml, parse_untrusted
from agent.text import _

Query = TypeVar("Query")
Answer = TypeVar("Answer")

SOAP_1_1 = Namespace("http://schemas.xmlsoap.org/soap/envelope/")
SOAP_1_2 = Namespace("http://www.w3.org/2003/05/soap-envelope")

_BEFORE = b'<SOAP-ENV:Envelope xmlns:SOAP-ENV="%s"><SOAP-ENV:Header/><SOAP-ENV:Body>' % SOAP_1_1.uri.encode()
_AFTER = b"</SOAP-ENV:Body></SOAP-ENV:Envelope>"
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+)?html[\s>]", re.I | re.S)
_HTML_BEGINS_WITHIN = 2048


def new_request_id(uuid: UUID) -> str:
    """An xs:ID: a letter or underscore comes first."""
    return f"_{uuid}"


def request_xml(operation: Operation[Query, Answer], query: Query, request_id: str, issued: datetime) -> bytes:
    """The request element as a document of its own: UTF-8, no XML declaration, not indented, not signed.

    Args:
        request_id: an xs:ID; not written where the operation has none.
        issued: IssueInstant, aware.
    """
    attributes = {"Id": request_id, "IssueInstant": instant_text(issued)} if operation.has_id else {}
    prefixes = PREFIXES[operation.service]
    request = etree.Element(operation.request_tag, attributes, prefixes)  # type: ignore[arg-type]  # None: default
    request.extend(operation.write(query))
    return etree.tostring(request, encoding="UTF-8")


def envelope(request_xml: bytes) -> bytes:
    """A SOAP 1.1 message around a request as it is, byte for byte: a signature in it goes on holding."""
    return _BEFORE + request_xml + _AFTER


def answer(operation: Operation[Query, Answer], reply: HttpReply, request_id: str) -> Answer:
    """The answer in `reply` to the request with this Id.

    Raises: SoapFault, HttpError, HtmlPage, NotXml, WrongReply, Refused, NotYetDelivered.
    """
    try:
        response = _response(operation, reply)
        if operation.has_id and response.get("InResponseTo") != request_id:
            raise WrongReply(operation.name, _("it answers another request"))
        failure = operation.failure(response)
        if failure is None:
            return operation.read(response)
    except UnsafeXml as error:
        raise _instead(operation, reply) or NotXml(operation.name, error.problem) from error
    except Unexpected as error:
        raise WrongReply(operation.name, error.problem) from error
    if failure.code == operation.pending_code:
        raise NotYetDelivered
    raise Refused(operation.name, failure.code, failure.message, failure.parameters)


def _response(operation: Operation[Query, Answer], reply: HttpReply) -> Element:
    document = parse_untrusted(reply.body)
    soap = next((soap for soap in (SOAP_1_1, SOAP_1_2) if document.tag == soap.tag("Envelope")), None)
    if soap is None:
        raise _instead(operation, reply) or Unexpected(
            _("{element} is no SOAP envelope").format(element=local_name(document))
        )
    body = child(document, soap.tag("Body"))
    fault = optional(body, soap.tag("Fault"))
    if fault is not None:
        raise _fault(operation, fault, soap)
    if error := _http_error(operation, reply):
        raise error
    contents = list(body.iterchildren(etree.Element))
    if [element.tag for element in contents] != [operation.response_tag]:
        found = ", ".join(local_name(element) for element in contents) or _("nothing")
        problem = _("it holds {found} where {expected} should be")
        raise Unexpected(problem.format(found=found, expected=f"{operation.name}Response"))
    return contents[0]


def _instead(operation: Operation[Query, Answer], reply: HttpReply) -> ServiceError | None:
    """What came where no SOAP message did, as far as the HTTP reply tells."""
    if "html" in reply.content_type.lower() or _HTML.match(reply.body[:_HTML_BEGINS_WITHIN]):
        return HtmlPage(operation.name, reply.status)
    return _http_error(operation, reply)


def _http_error(operation: Operation[Query, Answer], reply: HttpReply) -> HttpError | None:
    return None if 200 <= reply.status < 300 else HttpError(operation.name, reply.status)


def _fault(operation: Operation[Query, Answer], fault: Element, soap: Namespace) -> SoapFault:
    if soap is SOAP_1_1:
        code, reason = fault.find("faultcode"), fault.find("faultstring")
    else:
        code = fault.find(f"{soap.tag('Code')}/{soap.tag('Value')}")
        reason = fault.find(f"{soap.tag('Reason')}/{soap.tag('Text')}")
    return SoapFault(operation.name, _words(code) or _("no code"), _words(reason) or _("no reason is given"))


def _words(element: Element | None) -> str:
    return " ".join((element.text or "").split()) if element is not None else ""
