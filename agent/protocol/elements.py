"""Elements and the values in them: made for a request, read from an answer. Nothing is matched by prefix.

Reading is tolerant of elements that nobody asked for, and of nothing else.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from agent.text import _

Element: TypeAlias = etree._Element


class Unexpected(ValueError):
    """The element does not hold what it should. `problem` says where and what."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


# ── Making ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Namespace:
    """Names and makes the elements of one namespace; `prefix` only where their parent declares none."""

    uri: str
    prefix: str | None = None

    def tag(self, name: str) -> str:
        return f"{{{self.uri}}}{name}"

    def __call__(self, name: str, *content: Element | str, **attributes: str) -> Element:
        """An element with these children, or this text."""
        made = etree.Element(self.tag(name), attributes, {self.prefix: self.uri} if self.prefix else None)
        for part in content:
            if isinstance(part, str):
                made.text = part
            else:
                made.append(part)
        return made


def base64_text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def instant_text(instant: datetime) -> str:
    """An xs:dateTime in UTC with milliseconds, as the official client writes it. `instant` is aware."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def local_name(element: Element) -> str:
    return etree.QName(element).localname


def children(parent: Element, tag: str) -> list[Element]:
    return list(parent.iterchildren(tag))


def optional(parent: Element, tag: str) -> Element | None:
    """Raises: Unexpected where there are several."""
    found = children(parent, tag)
    if len(found) > 1:
        problem = _("{element} has more than one {part}")
        raise Unexpected(problem.format(element=local_name(parent), part=etree.QName(tag).localname))
    return found[0] if found else None


def child(parent: Element, tag: str) -> Element:
    """Raises: Unexpected where there is none, or several."""
    found = optional(parent, tag)
    if found is None:
        problem = _("{element} has no {part}")
        raise Unexpected(problem.format(element=local_name(parent), part=etree.QName(tag).localname))
    return found


def text(element: Element) -> str:
    """The whole text, unchanged. A comment inside would hide what stands after it, so it is refused.

    Raises: Unexpected.
    """
    if len(element):
        raise Unexpected(_("{element} holds more than text").format(element=local_name(element)))
    return element.text or ""


def token(element: Element) -> str:
    """The text without white space around it. Raises: Unexpected."""
    return text(element).strip()


def instant(element: Element) -> datetime:
    """An xs:dateTime as aware UTC; one without a zone is taken for UTC. Raises: Unexpected."""
    try:
        read = datetime.fromisoformat(token(element))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unexpected(_("{element} is no date and time").format(element=local_name(element))) from error


def boolean(element: Element) -> bool:
    """Raises: Unexpected."""
    match token(element):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            raise Unexpected(_("{element} is neither true nor false").format(element=local_name(element)))


def octets(element: Element) -> bytes:
    """The content of an xs:base64Binary. Java ends its lines with ``&#13;``. Raises: Unexpected."""
    try:
        return base64.b64decode("".join(text(element).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unexpected(_("{element} is no base64").format(element=local_name(element))) from error
