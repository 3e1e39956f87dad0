"""Check digits: each number has exactly one right pair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sandbox.numbers import ORGANIZATIONS, CheckDigits, check_number, has_right_check_digits
from agent.sandbox.refusals import Code, Refusal


@given(st.integers(0, 999_999))
def test_nihii_numbers_have_one_right_pair(first: int) -> None:
    right = [pair for pair in range(100) if has_right_check_digits(CheckDigits.NIHII, f"{first:06d}{pair:02d}")]
    assert right == [97 - first % 97]


@given(st.integers(0, 99_999_999))
def test_cbe_numbers_have_one_right_pair(first: int) -> None:
    right = [pair for pair in range(100) if has_right_check_digits(CheckDigits.CBE, f"{first:08d}{pair:02d}")]
    assert right == [97 - first % 97]


@given(st.integers(0, 999_999_999))
def test_ssins_have_a_right_pair_for_each_century(first: int) -> None:
    right = {pair for pair in range(100) if has_right_check_digits(CheckDigits.SSIN, f"{first:09d}{pair:02d}")}
    assert right == {97 - first % 97, 97 - (2_000_000_000 + first) % 97}


@pytest.mark.parametrize("known", ORGANIZATIONS, ids=lambda known: known.type)
def test_every_type_takes_a_right_number_and_no_other_length(known: object) -> None:
    kind = next(one for one in ORGANIZATIONS if one is known)
    number = next(
        text
        for text in (f"{n:0{kind.digits}d}" for n in range(10**6))
        if has_right_check_digits(kind.check_digits, text)
    )
    assert check_number(kind.type, number, test_numbers=False) is kind
    for wrong in (number[:-1], number + "0", number[:-1] + "x"):
        with pytest.raises(Refusal) as caught:
            check_number(kind.type, wrong, test_numbers=True)
        assert caught.value.code is Code.IDENTIFIER_FORMAT
