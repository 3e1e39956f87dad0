"""What leaves the practice: no national number, no name of a user, whatever the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.identifiers import is_national_number
from agent.core.mask import masked


def number(nine: int, from_2000: bool) -> str:
    return f"{nine:09}{97 - int(('2' if from_2000 else '') + f'{nine:09}') % 97:02}"


numbers = st.builds(number, st.integers(0, 999_999_999), st.booleans())


@st.composite
def written(draw: st.DrawFn) -> str:
    """A national number as people and programs write it."""
    digits = draw(numbers)
    form = draw(st.sampled_from(["{0}", "{1}.{2}.{3}-{4}.{5}", "{1}{2}{3}-{4}-{5}", "{1} {2} {3} {4} {5}", "SSIN={0}"]))
    return form.format(digits, digits[:2], digits[2:4], digits[4:6], digits[6:9], digits[9:])


def national_numbers(text: str) -> list[str]:
    """Every row of eleven digits in `text`, with signs between them or not, that is one."""
    rows = re.findall(r"[0-9](?:[ ./_-]{0,2}[0-9])*", text)
    digits = (re.sub("[^0-9]", "", row) for row in rows)
    return [row[at : at + 11] for row in digits for at in range(len(row)) if is_national_number(row[at : at + 11])]


texts = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("0123456789 .-/=\n\\")), max_size=40)


@given(
    st.lists(st.one_of(texts, written(), st.text("0123456789", max_size=30)), max_size=8), st.sampled_from(["", " "])
)
def test_no_national_number_is_left(parts: list[str], between: str) -> None:
    assert national_numbers(masked(between.join(parts))) == []


@given(written(), texts, st.sampled_from("/\\"))
def test_not_in_a_path_either(one: str, rest: str, separator: str) -> None:
    path = separator.join(["", "srv", one, f"{one} 20240107-120000.p12", rest])
    assert national_numbers(masked(path, home="/home/nele", user="nele")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/nele/ehealth/keystore", "~/ehealth/keystore"),
        ("'/home/nele'", "'~'"),
        ("/home/nelet/x", "~/x"),
        (r"C:\Users\Nele Maes\ehealth\keystore", r"~\ehealth\keystore"),
        ("/Users/jan/ehealth", "~/ehealth"),
        ("/srv/profiles/nele/keystore", "/srv/profiles/~/keystore"),
        ("/root/ehealth", "~/ehealth"),
        ("CN=SSIN=80010100107, O=x", "CN=SSIN=…, O=x"),
        ("SSIN\\=12345, serialNumber=123", "SSIN\\=…, serialNumber=…"),
        ("SSIN=80010100107 20240107-120000.p12", "SSIN=… 20240107-120000.p12"),
        ("80.01.01-001.07", "…"),
        ("800101001070", "…0"),
        ("80010100108", "80010100108"),  # no national number
        ("NIHII-GROUP=71234567 20240107-120000.p12", "NIHII-GROUP=71234567 20240107-120000.p12"),
        ("2026-11-23 22:58:45,123  INFO", "2026-11-23 22:58:45,123  INFO"),
    ],
)
def test_what_is_left(text: str, left: str) -> None:
    assert masked(text, home="/home/nele", user="nele") == left
