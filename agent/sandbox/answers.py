"""Answers as XML: status, errors, faults. Prefixes are chosen to differ from the requests'."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from agent.sandbox.catalogue import Operation
from agent.sandbox.refusals import Refusal
from agent.sandbox.shapes import CERTRA, CERTRA_CORE, COMMONS, COMMONS_V1, ETEE, ETKDEPOT, ETKRA, SOAP

SUCCESS = "urn:be:fgov:ehealth:2.0:status:Success"
REQUESTER = "urn:be:fgov:ehealth:2.0:status:Requester"

_PREFIXES = {
    CERTRA: "ra",
    CERTRA_CORE: "racore",
    ETKRA: "etkra",
    ETKDEPOT: "depot",
    COMMONS: "cc",
    COMMONS_V1: "cc1",
    ETEE: "etee",
}


def node(name: str, *content: etree._Element | str, attributes: dict[str, str] | None = None) -> etree._Element:
    """An element by its Clark name, with text or children."""
    element = etree.Element(name, attributes or {})
    for item in content:
        if isinstance(item, str):
            element.text = item
        else:
            element.append(item)
    return element


def core(name: str, *content: etree._Element | str, **attributes: str) -> etree._Element:
    return node(f"{{{CERTRA_CORE}}}{name}", *content, attributes=attributes)


def commons(name: str, *content: etree._Element | str, **attributes: str) -> etree._Element:
    return node(f"{{{COMMONS}}}{name}", *content, attributes=attributes)


def instant(moment: datetime) -> str:
    """xs:dateTime in UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boolean(value: bool) -> str:
    return "true" if value else "false"


def success(operation: Operation, in_response_to: str, now: datetime, content: Iterable[etree._Element]) -> bytes:
    """A granted request's answer; `content` follows the status."""
    if operation.namespace == ETKDEPOT:
        return _envelope(_depot_response(operation, "200", "Success", content))
    status = () if operation.name == "GetExistingApplicationIds" else (_status(SUCCESS),)
    return _envelope(_response(operation, in_response_to, now, (*status, *content)))


def refused(operation: Operation, in_response_to: str, now: datetime, refusal: Refusal) -> bytes:
    """A failure always says why in StatusDetail: without it the official client crashes."""
    if operation.namespace == ETKDEPOT or operation.name == "GetExistingApplicationIds":
        return fault("Client", f"{refusal.code}: {refusal.message}")
    parameters = [
        node("Parameters", node("Name", name), node("Value", value)) for name, value in refusal.parameters.items()
    ]
    errors = node("Errors", node("Code", refusal.code), node("Message", refusal.message), *parameters)
    detail = commons("StatusDetail", node(f"{{{ETEE}}}EteeStatusDetail", errors))
    status = _status(REQUESTER, commons("StatusMessage", refusal.message), detail)
    return _envelope(_response(operation, in_response_to, now, (status,)))


def fault(who: str, message: str) -> bytes:
    """A SOAP 1.1 fault. `who` is ``Client`` or ``Server``."""
    body = node(
        f"{{{SOAP}}}Fault",
        node("faultcode", f"soap:{who}"),
        node("faultstring", message),
        node("faultactor", "sandbox"),
    )
    return _envelope(body)


def _status(value: str, *more: etree._Element) -> etree._Element:
    return commons("Status", commons("StatusCode", Value=value), *more)


def _response(
    operation: Operation, in_response_to: str, now: datetime, content: Iterable[etree._Element]
) -> etree._Element:
    attributes = {"Id": f"_{uuid.uuid4()}", "InResponseTo": in_response_to, "IssueInstant": instant(now)}
    return node(operation.response_tag, *content, attributes=attributes)


def _depot_response(operation: Operation, code: str, message: str, content: Iterable[etree._Element]) -> etree._Element:
    status = node(f"{{{COMMONS_V1}}}Status", node("Code", code), node("Message", message, attributes={"Lang": "EN"}))
    return node(operation.response_tag, status, *content, attributes={"Id": f"_{uuid.uuid4()}"})


def _envelope(content: etree._Element) -> bytes:
    used = {etree.QName(element).namespace for element in content.iter()}
    prefixes: dict[str, str] = {"soap": SOAP}
    prefixes |= {prefix: namespace for namespace, prefix in _PREFIXES.items() if namespace in used}
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=prefixes)
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    etree.cleanup_namespaces(envelope, top_nsmap=prefixes, keep_ns_prefixes=["soap"])
    return etree.tostring(envelope, encoding="UTF-8")
