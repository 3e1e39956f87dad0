"""A contract is shown whole: no text of it is lost, whatever its HTML is like."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.desktop.windows.contract_text import Style, pieces
from agent.sandbox.contracts import contract_text
from installer.gallery import HOLDER, NOW, SIGNER

WORDS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12)
TAGS = ("p", "div", "b", "em", "h1", "h3", "ul", "ol", "li", "table", "tr", "td", "span", "article", "unknown", "pre")


def _shown(html: str) -> str:
    return "".join(piece.text for piece in pieces(html))


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> tuple[str, list[str]]:
    """HTML, and its words in order."""
    html = ""
    words: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            inner, more = draw(documents(depth - 1))
            tag = draw(st.sampled_from(TAGS))
            closed = draw(st.booleans())
            html, words = f"{html}<{tag}>{inner}{f'</{tag}>' if closed else ''}", [*words, *more]
        else:
            word = draw(WORDS)
            html, words = f"{html} {escape(word)} ", [*words, word]
    return html, words


@given(documents())
def test_every_word_is_shown_in_order(document: tuple[str, list[str]]) -> None:
    html, words = document
    shown = _shown(f"<!DOCTYPE html><html><body>{html}</body></html>")
    position = 0
    for word in words:
        position = shown.index(word, position) + len(word)


@given(st.text())
def test_what_is_no_html_is_shown_all_the_same(text: str) -> None:
    assert pieces(text) or not text


def test_a_contract_as_it_comes() -> None:
    dutch, french = contract_text(HOLDER, SIGNER, "CN=X", NOW)
    shown = _shown(dutch.text)
    assert "\n\nContract voor de aanvraag van een eHealth-certificaat\n\n•  Houder: GROEPSPRAKTIJK" in shown
    assert "\n1.  gemachtigd te zijn" in shown
    assert "\n4.  elke wijziging" in shown
    assert "clé de chiffrement (ETK)" in _shown(french.text)


def test_headings_and_emphasis_are_told_apart() -> None:
    found = pieces("<h2>Terms</h2><p>Read <strong>all</strong> of it.</p>")
    assert [(piece.text.strip(), piece.style) for piece in found] == [
        ("Terms", Style.HEADING),
        ("Read", Style.PLAIN),
        ("all", Style.STRONG),
        ("of it.", Style.PLAIN),
    ]


@pytest.mark.parametrize(
    "html", ["<script>alert(1)</script>x", "<style>p { color: red }</style>x", "<title>hidden</title>x"]
)
def test_what_no_browser_shows_is_not_shown(html: str) -> None:
    assert _shown(html) == "x"


def test_an_unclosed_head_hides_nothing() -> None:
    assert _shown("<html><head><meta charset=utf-8><p>Contract") == "Contract"


def test_a_document_without_text_is_shown_as_it_is() -> None:
    assert _shown("<img src=contract.png>") == "<img src=contract.png>"
