"""The sheet for the safe: everything but what is secret or nobody's business."""

from __future__ import annotations

from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest

from agent.core.holder import Environment, Holder
from agent.core.sheet import Sheet, sheet_html
from agent.text import LANGUAGES, speak

FOLDER = PurePosixPath("/home/practice/ehealth/keystore")
ENDS = datetime(2029, 3, 2, 9, tzinfo=UTC)
BRUG = Sheet(
    'd\'Août & Zonen, "De Brug" <Cie>',
    Holder("CBE", "0417497106", "MYAPP-01", "D'AOUT"),
    Environment.PRODUCTION,
    FOLDER / "CBE=0417497106,MYAPP-01 20260302-100000.p12",
    ENDS,
    date(2026, 3, 2),
)
ANNA = Sheet(
    "Anna Peeters",
    Holder("SSIN", "80010100107", None, "Peeters"),
    Environment.ACCEPTANCE,
    FOLDER / "SSIN=80010100107 20260302-100000.acc-p12",
    ENDS,
    date(2026, 3, 2),
)


class Page(HTMLParser):
    """The text of a page, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.links = 0
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.links += sum(name in ("href", "src") for name, _value in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def test_it_says_whose_where_and_until_when() -> None:
    page = Page(sheet_html(BRUG))
    for fact in (
        'd\'Août & Zonen, "De Brug" <Cie>',
        "CBE 0417497106",
        "MYAPP-01",
        "CBE=0417497106,MYAPP-01 20260302-100000.p12",
        str(FOLDER),
        "2 March 2029",
        "From 2 December 2028, and by 20 February 2029 at the latest",
        "Made on 2 March 2026.",
    ):
        assert fact in page.text
    assert "acceptance" not in page.text


def test_of_a_person_it_has_no_national_number() -> None:
    page = Page(sheet_html(ANNA))
    assert "Anna Peeters" in page.text
    assert "80010100107" not in sheet_html(ANNA)
    assert "SSIN 20260302-100000.acc-p12" in page.text
    assert "acceptance: for tests" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_whole_in_every_language_and_needs_nothing_from_elsewhere(language: str) -> None:
    speak(language)
    html = sheet_html(BRUG)
    assert f'<html lang="{language}">' in html
    assert Page(html).links == 0
    assert "{" not in Page(html).text
    assert html.count("<span></span>") == 4, "places for a pen"
