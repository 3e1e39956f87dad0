"""The ASN.1 that PKCS#12 is written in: a small reader and writer over bytes.

The reader knows definite lengths only and never recurses. What was written with indefinite lengths or strings in pieces
(Bouncy Castle does both) is first rewritten by `definite`.
Source: ITU-T X.690, 8.1.
"""

from __future__ import annotations

from typing import TypeAlias

from agent.errors import Hostile
from agent.text import _

INTEGER, OCTET_STRING, NULL, OID, BMP_STRING, SEQUENCE, SET, CONTEXT_0 = 0x02, 0x04, 0x05, 0x06, 0x1E, 0x30, 0x31, 0xA0
IMPLICIT_0 = 0x80
_OCTET_STRING_IN_PIECES = 0x24
_INDEFINITE, _END_OF_CONTENTS = 0x80, 0x00
_OF_SEVERAL_BYTES = tuple(range(0x1F, 0x100, 0x20))
_NOT_READ = frozenset((_END_OF_CONTENTS, _OCTET_STRING_IN_PIECES, *_OF_SEVERAL_BYTES))
"""Tags that no element here has."""

MAX_DEPTH = 32
MAX_ELEMENTS = 20_000

Element: TypeAlias = tuple[int, int, int]
"""Tag, first offset of the content, first offset after it."""


class Malformed(Exception):
    """The bytes are no ASN.1, or not the ASN.1 that is expected here."""


class Truncated(Malformed):
    """An element goes on after the bytes end."""


class Indefinite(Malformed):
    """BER's indefinite length or a string in pieces: `definite` first."""


def elements(der: bytes, start: int, stop: int) -> list[Element]:
    """The elements that follow one another between two offsets.

    Raises: Malformed, Truncated, Indefinite, Hostile.
    """
    found: list[Element] = []
    end = start
    try:
        while end < stop:
            tag, length, begin = der[end], der[end + 1], end + 2
            if tag in _NOT_READ:
                raise _refused(tag, length)
            if length >= 0x80:
                if length == _INDEFINITE:
                    raise Indefinite
                begin += length & 0x7F
                length = int.from_bytes(der[end + 2 : begin], "big")
            end = begin + length
            found.append((tag, begin, end))
            if end < stop and len(found) == MAX_ELEMENTS:
                raise Hostile("", _("more than {count} elements").format(count=MAX_ELEMENTS))
    except IndexError:
        raise Truncated from None
    if end > stop:
        raise Truncated
    return found


def _refused(tag: int, length: int) -> Malformed:
    if tag == _OCTET_STRING_IN_PIECES or length == _INDEFINITE:
        return Indefinite()
    if tag == _END_OF_CONTENTS:
        return Malformed("end-of-contents where none belongs")
    return Malformed("a tag of several bytes")


def first(der: bytes) -> Element:
    """The element that `der` begins with. Raises: Malformed, Truncated, Indefinite."""
    tag, start, length = _header(der, 0)
    if length is None:
        raise Indefinite
    if start + length > len(der):
        raise Truncated
    return tag, start, start + length


def inside(der: bytes, element: Element, tag: int) -> list[Element]:
    """What a constructed element holds, once it has the expected tag. Raises: as `elements`."""
    if element[0] != tag:
        raise Malformed(f"tag {element[0]:#04x} instead of {tag:#04x}")
    return elements(der, element[1], element[2])


def content(der: bytes, element: Element, tag: int) -> bytes:
    """The content bytes of an element, once it has the expected tag. Raises: Malformed."""
    if element[0] != tag:
        raise Malformed(f"tag {element[0]:#04x} instead of {tag:#04x}")
    return der[element[1] : element[2]]


def first_block_of_sequences(unread: bytes) -> bytes | None:
    """The first eight bytes of a SEQUENCE of SafeBags that must stand there, given all bytes after them.

    Both headers, the SEQUENCE's and the first bag's, take four bytes each wherever an OBJECT IDENTIFIER begins at the
    ninth byte and what follows fits to the last byte. None where it does not.
    """
    try:
        parts = elements(unread, 8, len(unread))
    except (Malformed, Hostile):
        return None
    own = 3 if len(parts) > 2 and parts[2][0] == SET else 2
    if [tag for tag, _start, _stop in parts[:2]] != [OID, CONTEXT_0] or any(tag != SEQUENCE for tag, *_ in parts[own:]):
        return None
    whole, bag = len(unread) - 4, parts[own - 1][2] - 8
    if not 0xFF < bag <= whole <= 0xFFFF:
        return None
    return b"\x30\x82%b\x30\x82%b" % (whole.to_bytes(2, "big"), bag.to_bytes(2, "big"))


def integer(der: bytes, element: Element) -> int:
    """Raises: Malformed."""
    return int.from_bytes(content(der, element, INTEGER), "big", signed=True)


def definite(ber: bytes) -> bytes:
    """The first element of `ber` with definite lengths throughout, and octet strings in one piece.

    Raises: Malformed, Truncated, Hostile (nested deeper than `MAX_DEPTH`, or too many elements).
    """
    # One frame per element under way: its tag, where it must end (None: at end-of-contents), its content so far.
    open_: list[tuple[int, int | None, bytearray]] = [(SEQUENCE, None, bytearray())]
    at = count = 0
    while True:
        while len(open_) > 1 and open_[-1][1] == at:
            _close(open_)
        if len(open_) == 1 and open_[0][2]:
            return bytes(open_[0][2])
        tag, start, length = _header(ber, at)
        count += 1
        if len(open_) > MAX_DEPTH:
            raise Hostile("", _("nested deeper than {count} levels").format(count=MAX_DEPTH))
        if count > MAX_ELEMENTS:
            raise Hostile("", _("more than {count} elements").format(count=MAX_ELEMENTS))
        ends = open_[-1][1]
        if ends is not None and start + (length or 0) > ends:
            raise Malformed("an element is longer than the one that holds it")
        if tag == _END_OF_CONTENTS:
            if ends is not None or length or len(open_) == 1:
                raise Malformed("end-of-contents where none belongs")
            _close(open_)
            at = start
        elif tag & 0x20:
            open_.append((tag, None if length is None else start + length, bytearray()))
            at = start
        elif length is None:
            raise Malformed("an indefinite length on a primitive element")
        elif start + length > len(ber):
            raise Truncated
        else:
            at = start + length
            open_[-1][2].extend(tlv(tag, ber[start:at]))


def _close(open_: list[tuple[int, int | None, bytearray]]) -> None:
    tag, _end, body = open_.pop()
    if tag == _OCTET_STRING_IN_PIECES:
        tag, body = OCTET_STRING, bytearray(joined(bytes(body), 0, len(body)))
    open_[-1][2].extend(tlv(tag, bytes(body)))


def _header(ber: bytes, at: int) -> tuple[int, int, int | None]:
    """Tag, offset of the content, length (None: indefinite)."""
    try:
        tag, length = ber[at], ber[at + 1]
    except IndexError:
        raise Truncated from None
    if tag & 0x1F == 0x1F:
        raise Malformed("a tag of several bytes")
    if length == _INDEFINITE:
        return tag, at + 2, None
    if length < 0x80:
        return tag, at + 2, length
    start = at + 2 + (length & 0x7F)
    return tag, start, int.from_bytes(ber[at + 2 : start], "big")


def joined(der: bytes, start: int, stop: int) -> bytes:
    """The octet strings between two offsets as one. Raises: as `elements`."""
    return b"".join(content(der, piece, OCTET_STRING) for piece in elements(der, start, stop))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def tlv(tag: int, *contents: bytes) -> bytes:
    """An element with the given contents."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*contents: bytes) -> bytes:
    return tlv(SEQUENCE, *contents)


def integer_der(value: int) -> bytes:
    """A non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out.extend(reversed(groups))
    return bytes(out)


def dotted(oid_content: bytes) -> str:
    """An OBJECT IDENTIFIER as people write it."""
    arcs, value = [], 0
    for byte in oid_content[:32]:  # long ones are nobody's, and big numbers are slow
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        return "none"
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
