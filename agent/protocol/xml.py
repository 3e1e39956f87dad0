"""XML from outside: no document type, no entities, no network, bounded size and depth."""

from __future__ import annotations

from lxml import etree

from agent.protocol.elements import Element

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
        raise UnsafeXml(f"it is larger than {MAX_SIZE // 1024**2} MiB")
    try:
        etree.fromstring(xml, _parser(_Guard()))  # a look first: stops at the first thing that is forbidden
        return etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError as error:
        raise UnsafeXml(f"not well-formed: {_first_line(error.msg)}") from error


def _first_line(message: str | None) -> str:
    return (message or "").strip().partition("\n")[0] or "no reason is given"


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

    def doctype(self, *_: object) -> None:
        raise UnsafeXml("it has a document type declaration")

    def start(self, *_: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnsafeXml(f"it is nested deeper than {MAX_DEPTH} levels")

    def end(self, *_: object) -> None:
        self._depth -= 1

    def data(self, *_: object) -> None: ...

    def close(self) -> None: ...
