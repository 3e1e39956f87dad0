"""XML from outside does nothing but be read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.protocol.elements import Unexpected, boolean, child, instant, octets, optional, text, token
from agent.protocol.xml import MAX_DEPTH, MAX_SIZE, UnsafeXml, parse_untrusted

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))

REFUSED = {
    "nothing": (b"", "not well-formed"),
    "no XML": (b"\x00\xff", "not well-formed"),
    "cut off": (b"<a><b>tex", "not well-formed"),
    "two roots": (b"<a/><b/>", "not well-formed"),
    "unknown entity": (b"<a>&amp;&lol;</a>", "not well-formed"),
    "unknown encoding": (b'<?xml version="1.0" encoding="nonsense"?><a/>', "not well-formed"),
    "empty document type": (b"<!DOCTYPE a><a/>", "document type"),
    "document type in UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "document"),
    "document type elsewhere": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "document type"),
    "file entity": (b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>', "document type"),
    "parameter entity": (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><a/>', "document type"),
    "billion laughs": (b'<!DOCTYPE a [<!ENTITY l0 "ha">' + LAUGHS + b"]><a>&l9;</a>", "document type"),
    "laughs in an attribute": (b'<!DOCTYPE a [<!ENTITY l0 "ha">' + LAUGHS + b']><a b="&l9;"/>', "document type"),
    "one level too deep": (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "nested deeper"),
    "endless depth": (b"<a>" * 1_000_000, "nested deeper"),
    "one byte too large": (b"<a>" + b" " * (MAX_SIZE - 6) + b"</a>", "larger than 5 MiB"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_harmless_xml_is_refused(case: str) -> None:
    xml, problem = REFUSED[case]
    with pytest.raises(UnsafeXml) as refused:
        parse_untrusted(xml)
    assert problem in refused.value.problem
    assert "\n" not in refused.value.problem


def test_the_limits_themselves_are_allowed() -> None:
    parse_untrusted(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)
    parse_untrusted(b"<a>" + b" " * (MAX_SIZE - 7) + b"</a>")


def test_many_elements_side_by_side_are_no_depth() -> None:
    assert len(parse_untrusted(b"<a>" + b"<b/>" * 1000 + b"</a>")) == 1000


def test_xinclude_and_stylesheets_are_left_alone() -> None:
    xml = (
        b'<?xml-stylesheet href="http://127.0.0.1:9/"?><a xmlns:x="http://www.w3.org/2001/XInclude">'
        b'<x:include href="file:///etc/passwd" parse="text"/></a>'
    )
    assert parse_untrusted(xml).xpath("string()") == ""


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(xml: bytes) -> None:
    with suppress(UnsafeXml):
        assert parse_untrusted(xml).tag


# ── Values in elements ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_comment_cannot_hide_the_end_of_a_text() -> None:
    with pytest.raises(Unexpected, match="more than text"):
        text(parse_untrusted(b"<Name>admin<!-- -->.example</Name>"))
    with pytest.raises(Unexpected, match="more than text"):
        text(parse_untrusted(b"<Name>admin<?x y?></Name>"))


def test_text_is_kept_to_the_letter_and_tokens_are_trimmed() -> None:
    element = parse_untrusted("<a> &lt;é&#13;\n€ </a>".encode())
    assert text(element) == " <é\r\n€ "
    assert token(element) == "<é\r\n€"


def test_one_of_two_is_never_chosen() -> None:
    parent = parse_untrusted(b"<a><b>1</b><b>2</b></a>")
    with pytest.raises(Unexpected, match="a has more than one b"):
        child(parent, "b")
    with pytest.raises(Unexpected, match="a has no c"):
        child(parent, "c")
    assert optional(parent, "c") is None


@pytest.mark.parametrize("written", ["", "yesterday", "2030-13-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "x" * 300])
def test_what_is_no_instant_is_unexpected(written: str) -> None:
    with pytest.raises(Unexpected, match="no date and time"):
        instant(parse_untrusted(f"<a>{written}</a>".encode()))


@pytest.mark.parametrize("written", ["", "TRUE", "yes", "10"])
def test_what_is_no_boolean_is_unexpected(written: str) -> None:
    with pytest.raises(Unexpected, match="neither true nor false"):
        boolean(parse_untrusted(f"<a>{written}</a>".encode()))


@pytest.mark.parametrize("written", ["AAE", "AA-_", "é", "AA=="[:3]])
def test_what_is_no_base64_is_unexpected(written: str) -> None:
    with pytest.raises(Unexpected, match="no base64"):
        octets(parse_untrusted(f"<a>{written}</a>".encode()))
