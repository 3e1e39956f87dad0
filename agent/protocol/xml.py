"""XML from outside: no document type, no entities, no network, bounded size and depth."""

from __future__ import annotations

from lxml import etree

from agent.protocol.elements import Element
from agent.text import _

MAX_SIZE = 5 * 1024 * 1024
"""Bytes. The largest real answer, all certificates of a large organization, stays far below."""

MAX_DEPTH = 64
"""Levels of elements. The services' deepest message has twelve."""


class UnsafeXml(ValueError):
    """Bytes that are no XML, or XML that is not read. `problem` completes "… cannot be read"."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def parse_untrusted(xml: bytes) -> Element:
    """The root element. Comments and processing instructions stay where they are; `elements.text` refuses them in text.

    Raises: UnsafeXml.
    """
    if len(xml) > MAX_SIZE:
        raise UnsafeXml(_("it is larger than {count} MiB").format(count=MAX_SIZE // 1024**2))
    try:
        etree.fromstring(xml, _parser(_Guard()))  # a look first: stops at the first thing that is forbidden
        return etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as error:
        raise UnsafeXml(_("not well-formed: {problem}").format(problem=_first_line(error.msg))) from error


def _first_line(message: str | None) -> str:
    return (message or "").strip().partition("\n")[0] or _("no reason is given")


def _parser(guard: _Guard | None = None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_blank_text=False,
        target=guard,  # type: ignore[arg-type]  # the stubs ask for methods and names that lxml does not
    )


class _Guard:
    """Sees the document go by and keeps nothing of it."""

    def __init__(self) -> None:
        self._depth = 0

    def doctype(self, *_event: object) -> None:
        raise UnsafeXml(_("it has a document type declaration"))

    def start(self, *_event: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnsafeXml(_("it is nested deeper than {count} levels").format(count=MAX_DEPTH))

    def end(self, *_event: object) -> None:
        self._depth -= 1

    def data(self, *_event: object) -> None: ...

    def close(self) -> None: ...
