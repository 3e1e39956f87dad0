"""What a request must look like: elements, their order and number, attributes, simple values.

Written from the services' schemas (spec/xsd), not from the client, so that both cannot share a mistake.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from agent.sandbox.refusals import NotUnderstood

CERTRA = "urn:be:fgov:ehealth:certra:protocol:v2"
CERTRA_CORE = "urn:be:fgov:ehealth:certra:core:v2"
ETKRA = "urn:be:fgov:ehealth:etkra:protocol:v2"
ETKDEPOT = "urn:be:fgov:ehealth:etkdepot:1_0:protocol"
COMMONS = "urn:be:fgov:ehealth:commons:core:v2"
COMMONS_V1 = "urn:be:fgov:ehealth:commons:1_0:core"
ETEE = "urn:be:fgov:ehealth:etee:commons:core:v2"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True)
class Text:
    """A simple value. `attributes` are all required, and no other is allowed."""

    is_valid: Callable[[str], bool] = lambda _: True
    attributes: frozenset[str] = frozenset()


class Unchecked:
    """Content that somebody else judges (the signature)."""


@dataclass(frozen=True)
class Part:
    """One kind of child, at its place in the order. `most` None: any number."""

    name: str
    shape: Shape
    least: int = 1
    most: int | None = 1


Shape = Text | Unchecked | tuple[Part, ...]


def check(element: etree._Element, shape: Shape, attributes: frozenset[str] = frozenset()) -> None:
    """Raises: NotUnderstood, naming the element."""
    if isinstance(shape, Unchecked):
        return
    allowed = shape.attributes if isinstance(shape, Text) else attributes
    strange = {str(name) for name in element.attrib} ^ allowed
    if isinstance(shape, Text):
        if strange or len(element):
            raise NotUnderstood(f"{_short(element)}: unexpected child, or missing or unexpected attribute")
        if not shape.is_valid(element.text or ""):
            raise NotUnderstood(f"{_short(element)}: its value has not the right form")
        return
    if strange:
        raise NotUnderstood(f"{_short(element)}: missing or unexpected attribute {sorted(strange)[0]}")
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise NotUnderstood(f"{_short(element)}: text between its elements")
    _check_children(element, shape)


def _check_children(element: etree._Element, parts: tuple[Part, ...]) -> None:
    children = list(element)
    if not all(isinstance(child.tag, str) for child in children):
        raise NotUnderstood(f"{_short(element)}: a comment or processing instruction")
    for part in parts:
        count = 0
        while children and children[0].tag == part.name and (part.most is None or count < part.most):
            check(children.pop(0), part.shape)
            count += 1
        if count < part.least:
            raise NotUnderstood(f"{_short(element)}: {etree.QName(part.name).localname} is missing")
    if children:
        raise NotUnderstood(f"{_short(element)}: {_short(children[0])} is unexpected there")


def _short(element: etree._Element) -> str:
    return etree.QName(element).localname


def _base64(text: str) -> bool:
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return False


def _hex20(text: str) -> bool:
    return re.fullmatch(r"\s*[0-9A-Fa-f]{40}\s*", text) is not None


def _one_of(*values: str) -> Text:
    return Text(lambda text: text in values)


STRING = Text()
BASE64 = Text(_base64)
KEY_IDENTIFIER = Text(_hex20)
ID = Text(attributes=frozenset({"Type"}))
SIGNATURE = Part(f"{{{DSIG}}}Signature", Unchecked())

_LOCALIZED = (Part(f"{{{CERTRA_CORE}}}Value", Text(attributes=frozenset({f"{{{XML}}}lang"})), most=None),)
ACTOR = (
    Part(f"{{{COMMONS}}}Id", ID, most=None),
    Part(f"{{{COMMONS}}}FirstName", STRING, least=0, most=None),
    Part(f"{{{COMMONS}}}Name", STRING),
)
CONTACT_DATA = (
    Part(f"{{{CERTRA_CORE}}}EmailPrivate", STRING),
    Part(f"{{{CERTRA_CORE}}}EmailGeneral", STRING, least=0),
    Part(f"{{{CERTRA_CORE}}}PhonePrivate", STRING),
    Part(f"{{{CERTRA_CORE}}}PhoneGeneral", STRING, least=0),
)
CERTIFICATE_IDENTIFIER = (
    Part(f"{{{CERTRA_CORE}}}Actor", ACTOR),
    Part(f"{{{CERTRA_CORE}}}ApplicationId", STRING, least=0),
)
REVOCATION_REASON = _one_of("keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation")
_CONTRACT_HEAD = (Part(f"{{{CERTRA_CORE}}}DN", STRING), Part(f"{{{CERTRA_CORE}}}Signer", ACTOR))
_CONTRACT_TEXT = Part(f"{{{CERTRA_CORE}}}Text", _LOCALIZED)
CONTRACT = (*_CONTRACT_HEAD, _CONTRACT_TEXT)
REVOCATION_CONTRACT = (*_CONTRACT_HEAD, Part(f"{{{CERTRA_CORE}}}RevocationReason", REVOCATION_REASON), _CONTRACT_TEXT)
EHEALTH_CSR = (
    Part(f"{{{CERTRA_CORE}}}ContactData", CONTACT_DATA),
    Part(f"{{{CERTRA_CORE}}}CSR", BASE64),
    Part(f"{{{CERTRA_CORE}}}Contract", CONTRACT),
    Part(f"{{{CERTRA_CORE}}}BaseServiceUsage", STRING, least=0, most=None),
)
SEARCH_CRITERIA = (
    Part(
        f"{{{ETKDEPOT}}}Identifier",
        (
            Part(f"{{{ETKDEPOT}}}Type", STRING),
            Part(f"{{{ETKDEPOT}}}Value", STRING),
            Part(f"{{{ETKDEPOT}}}ApplicationID", STRING, least=0),
        ),
        most=None,
    ),
)
