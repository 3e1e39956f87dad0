"""Names of files that every system takes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.core.file_name import as_file_name, is_file_name
from agent.core.holder import APPLICATION_ID_PATTERN, TYPE_PATTERN, Environment, Holder
from agent.pipeline.files import finished_path
from tests.core.test_organization_name import BELGIAN, names

FORBIDDEN = '<>:"/\\|?*'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (BELGIAN, "d'Août & Zonen, _De Brug_ + Cie.html"),
        ("Groep De Brug", "Groep De Brug.html"),
        ("A/B: 50 %?", "A_B_ 50 %_.html"),
        ("Apotheek N.V.", "Apotheek N.V.html"),
        ("Cafe\u0301", "Café.html"),
        ("CON", "_CON.html"),
        ("nul.x", "_nul.x.html"),
        ("CONSULT", "CONSULT.html"),
        (" ... ", "_.html"),
        ("", "_.html"),
    ],
    ids=ascii,
)
def test_a_text_as_the_name_of_a_file(text: str, name: str) -> None:
    assert as_file_name(text, ".html") == name


@pytest.mark.parametrize(
    "name", ["", "a/b", "a:b", 'a"b', "a\x00", "a.", "a ", " a", "con", "LPT1.txt", "COM¹", "a\ud800", "é" * 128]
)
def test_what_some_system_does_not_take_is_known(name: str) -> None:
    assert not is_file_name(name)


@given(names | st.text(max_size=300), st.sampled_from(["", ".html", ".txt"]))
@example("é" * 200, ".html")
@example("CON" + " " * 300 + "x", "")
@example("LPT1 .tx", "")
def test_any_text_can_name_a_file(text: str, ending: str) -> None:
    name = as_file_name(text, ending)
    assert is_file_name(name)
    assert name.endswith(ending)


@given(names)
def test_every_letter_of_a_belgian_name_is_kept(text: str) -> None:
    kept = as_file_name(text, ".html").removesuffix(".html")
    assert "".join("_" if sign in FORBIDDEN else sign for sign in text).strip(" ").rstrip(" .") in (kept, "")


@given(
    st.from_regex(rf"\A{TYPE_PATTERN}\Z").filter(lambda text: len(text) < 60),
    st.text("0123456789", min_size=1, max_size=32),
    st.none() | st.from_regex(rf"\A{APPLICATION_ID_PATTERN}\Z"),
    st.sampled_from(Environment),
)
def test_a_keystores_name_can_stand_everywhere(
    type_: str, number: str, application_id: str | None, environment: Environment
) -> None:
    holder = Holder(type_, number, application_id, BELGIAN)
    path = finished_path(Path("/keystores"), holder, environment, datetime(2031, 5, 6, tzinfo=UTC))
    assert path.parent == Path("/keystores")
    assert is_file_name(f"{path.name}.pending")
