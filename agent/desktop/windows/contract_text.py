"""A contract's HTML as pieces of text to read: headings, paragraphs, lists. Nothing of it is run or fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from html.parser import HTMLParser


class Style(Enum):
    PLAIN = auto()
    HEADING = auto()
    STRONG = auto()


@dataclass(frozen=True)
class Piece:
    text: str
    style: Style = Style.PLAIN


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "th", "caption", "legend"})
_STRONG = frozenset({"b", "strong", "em", "i", "u", "dt"})
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "ul", "ol", "dl", "dd", "dt", "table", "tr", "blockquote"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "hr", "pre", "caption", "address", "fieldset", "legend", "main"}
)
_UNSEEN = frozenset({"script", "style", "template", "title"})
_SPACE = re.compile(r"[ \t\r\n\f]+")


def pieces(html: str) -> list[Piece]:
    """What a person reads of `html`, in order. Blocks are parted by an empty line, list items begin with their sign."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.pieces or [Piece(html)]  # whatever it is, it is not kept from the person who signs it


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._open: list[str] = []
        self._counts: list[int | None] = []
        self._gap = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in ("ul", "ol"):
            self._counts.append(0 if tag == "ol" else None)
        self._part(tag)
        if tag == "li":
            self._add(self._sign())
        elif tag in ("td", "th") and self.pieces and not self._gap:
            self._gap = "   "
        if tag not in ("br", "hr", "img", "meta", "link", "input", "col", "wbr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._counts:
            self._counts.pop()
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if _UNSEEN.isdisjoint(self._open):
            self._add(data if "pre" in self._open else _SPACE.sub(" ", data))

    def _part(self, tag: str) -> None:
        if tag in _BLOCKS and self.pieces:
            line = tag in ("br", "tr", "li", "dd", "dt")
            self._gap = self._gap if self._gap == "\n\n" else "\n" if line else "\n\n"

    def _sign(self) -> str:
        if not self._counts or self._counts[-1] is None:
            return "•  "
        self._counts[-1] += 1
        return f"{self._counts[-1]}.  "

    def _add(self, text: str) -> None:
        begins_line = not self.pieces or self._gap.startswith("\n") or self.pieces[-1].text.endswith(("  ", "\n"))
        if begins_line and "pre" not in self._open:
            text = text.lstrip(" ")
        if not text:
            return
        text, self._gap = self._gap + text, ""
        self.pieces.append(Piece(text, self._style()))

    def _style(self) -> Style:
        if not _HEADINGS.isdisjoint(self._open):
            return Style.HEADING
        return Style.PLAIN if _STRONG.isdisjoint(self._open) else Style.STRONG
