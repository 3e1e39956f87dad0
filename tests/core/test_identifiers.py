"""Numbers as people type them: what is taken, what is refused, and with which sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agent.core.identifiers import (
    FOREIGNER,
    PERSON,
    CheckDigits,
    NumberFault,
    NumberRefused,
    NumberRule,
    is_national_number,
    is_type,
    known_rule,
    rule_of,
)
from agent.core.registration import LocalizedText, OrganizationType
from agent.sandbox import numbers as service
from agent.sandbox.refusals import Refusal

GROUP, ENTERPRISE = known_rule("NIHII-GROUP"), known_rule("CBE")
RULES = [PERSON, *(known_rule(one.type) for one in service.ORGANIZATIONS)]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.type)

# Right numbers, made from any digits: the check digits are computed here a third time, in other words than in either
# program. 97 - n % 97 is what makes the whole number, n * 100 + check, leave the remainder of 100 * n + 97 - n.
nihii = st.integers(0, 999_999).map(lambda first: f"{first:06}{_complement(first):02}")
cbe = st.integers(0, 199_999_99).map(lambda first: f"{first:08}{_complement(first):02}")
last_century = st.integers(0, 999_999_999).map(lambda first: f"{first:09}{_complement(first):02}")
this_century = st.integers(0, 999_999_999).map(lambda first: f"{first:09}{_complement(2 * 10**9 + first):02}")
right = st.one_of(
    st.tuples(st.just(GROUP), nihii),
    st.tuples(st.just(ENTERPRISE), cbe),
    st.tuples(st.just(PERSON), last_century | this_century),
)


def _complement(first: int) -> int:
    return next(check for check in range(1, 98) if (first + check) % 97 == 0)


def refused(rule: NumberRule, typed: str) -> NumberRefused:
    with pytest.raises(NumberRefused) as caught:
        rule.number(typed)
    return caught.value


def judged_right(rule: NumberRule, number: str) -> bool:
    """What the sandbox says, which knows nothing of the client's rules."""
    try:
        service.check_number(rule.type, number, test_numbers=False)
    except Refusal:
        return False
    return True


def organization_type(type_: str, pattern: str | None, algorithms: Sequence[str] = ()) -> OrganizationType:
    return OrganizationType((LocalizedText("nl", "Iets"),), type_, pattern, tuple(algorithms), ())


# ── What is taken ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "typed", "number"),
    [
        (GROUP, "71234523", "71234523"),
        (GROUP, " 7/12345.23 ", "71234523"),
        (GROUP, "7-12345-23-001", "71234523"),
        (GROUP, "71234523001", "71234523"),
        (known_rule("NIHII"), "1 23456 25 004", "12345625"),
        (known_rule("NIHII11"), "1-23456-25-004", "12345625004"),
        (ENTERPRISE, "0123.456.749", "0123456749"),
        (ENTERPRISE, "BE 0123.456.749", "0123456749"),
        (ENTERPRISE, "be0123456749", "0123456749"),
        (ENTERPRISE, "BE-412.345.614", "0412345614"),
        (ENTERPRISE, "412345614", "0412345614"),
        (ENTERPRISE, "1000.000.021", "1000000021"),
        (known_rule("CBE-CONSORTIUM"), "BE0123456749", "0123456749"),
        (PERSON, "85.07.31-002.29", "85073100229"),
        (PERSON, "85 07 31 002 29", "85073100229"),
        (PERSON, "\u202a85.07.31–002.29\u202c", "85073100229"),
        (FOREIGNER, "40.25.01-123.86", "40250112386"),
        (known_rule("EHP"), "12 3456 7890", "1234567890"),
        (known_rule("SITE"), "0042", "0042"),
        (known_rule("NIHII-NEW_THING"), "71234523", "71234523"),
        (known_rule("NEW"), "123", "123"),
        (known_rule("CBE-NEW"), "1", "1"),
    ],
    ids=lambda value: value.type if isinstance(value, NumberRule) else value,
)
def test_a_number_may_be_written_in_the_usual_ways(rule: NumberRule, typed: str, number: str) -> None:
    assert rule.number(typed) == number


_SEPARATORS = ["", " ", ".", "-", "/", "–", " ", " / ", "\t", "\u200b"]


@given(right, st.lists(st.sampled_from(_SEPARATORS), min_size=12, max_size=12))
def test_signs_between_the_digits_of_a_right_number_do_not_matter(
    case: tuple[NumberRule, str], between: list[str]
) -> None:
    rule, number = case
    typed = "".join(sign for pair in zip(between, number, strict=False) for sign in pair) + between[-1]
    assert rule.number(typed) == number


@given(nihii, st.text("0123456789", min_size=3, max_size=3))
def test_of_a_riziv_number_with_its_qualification_the_first_eight_digits_are_taken(number: str, more: str) -> None:
    assert GROUP.number(f"{number[0]}-{number[1:6]}-{number[6:]}-{more}") == number


@pytest.mark.parametrize(
    "number",
    ["85073100229", "00010100173", "00010100105", "40250112386", "85473112391", "79990000123", "00000019497"],
    ids=["1985", "1900 or unknown", "2000", "BIS month + 20", "BIS month + 40", "test number, month 99", "remainder 0"],
)
def test_check_digits_of_both_centuries_bis_and_test_numbers(number: str) -> None:
    assert is_national_number(number)
    assert PERSON.number(number) == number


@pytest.mark.parametrize("text", ["", "8507310022", "850731002290", "85.07.31-002.29", "٨5073100229", "85073100229\n"])
def test_only_eleven_plain_digits_are_a_national_number(text: str) -> None:
    assert not is_national_number(text)


@given(last_century | this_century)
def test_a_bis_number_is_known_by_its_month(number: str) -> None:
    month = int(number[2:4])
    if 21 <= month <= 32 or 41 <= month <= 52:
        assert FOREIGNER.number(number) == number
    elif month not in (20, 40):  # stand for a month that is not known
        assert refused(FOREIGNER, number).fault is NumberFault.NOT_BIS


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "typed", "sentence"),
    [
        (GROUP, "", "The number is missing."),
        (GROUP, " . ", "The number is missing."),
        (ENTERPRISE, "B", "The number is missing."),
        (ENTERPRISE, "BE", "The number is missing."),
        (GROUP, "71234", "So far 5 of 8 digits."),
        (GROUP, "7123452O", "“O” is no digit."),
        (GROUP, "BE71234523", "“B” is no digit."),
        (GROUP, "7123٤523", "“٤” is no digit."),
        (GROUP, "\ud800", "“U+D800” is no digit."),
        (GROUP, "71234567", "The check digits do not fit: is a digit mistyped?"),
        (GROUP, "712345230", "These are 9 digits; the first 8 of the RIZIV/INAMI number are enough."),
        (ENTERPRISE, "01234567490", "These are 11 digits; there should be 10."),
        (FOREIGNER, "85073100229", "This is no BIS number: the month in it would be 20 or 40 higher."),
        (known_rule("NEW"), "1" * 33, "These are 33 digits; there should be 32."),
    ],
    ids=lambda value: value.type if isinstance(value, NumberRule) else ascii(value),
)
def test_what_is_wrong_is_said(rule: NumberRule, typed: str, sentence: str) -> None:
    assert str(refused(rule, typed)) == sentence


@given(right)
def test_while_a_right_number_is_typed_nothing_is_called_wrong(case: tuple[NumberRule, str]) -> None:
    rule, number = case
    assume(rule is not ENTERPRISE or number[0] in "01")
    for end in range(len(number)):
        problem = refused(rule, number[:end])
        assert problem.unfinished
        assert problem.fault in (NumberFault.EMPTY, NumberFault.TOO_SHORT)


def test_typing_on_to_the_eleventh_digit_of_a_riziv_number_is_no_fault() -> None:
    problems = [refused(GROUP, "71234523001"[:count]) for count in (9, 10)]
    assert all(problem.unfinished for problem in problems)
    assert not refused(GROUP, "712345230012").unfinished


@given(right, st.data())
def test_one_mistyped_digit_is_noticed(case: tuple[NumberRule, str], data: st.DataObject) -> None:
    rule, number = case
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    wrong = number[:place] + digit + number[place + 1 :]
    if rule is PERSON and judged_right(rule, wrong):  # the right number of somebody born in the other century
        assert rule.number(wrong) == wrong
        return
    problem = refused(rule, wrong)
    assert (problem.fault, problem.doubtful) == (NumberFault.CHECK_DIGITS, wrong)


@given(right, st.data())
def test_two_digits_that_changed_places_are_noticed(case: tuple[NumberRule, str], data: st.DataObject) -> None:
    rule, number = case
    place = data.draw(st.integers(0, len(number) - 2))
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(wrong != number)
    border = len(number) - 3  # between the digits and their check digits a swap can go unnoticed by any modulus
    if judged_right(rule, wrong):
        assert rule is PERSON or place == border
        assert rule.number(wrong) == wrong
    else:
        assert refused(rule, wrong).fault is NumberFault.CHECK_DIGITS


# ── Against the service ──────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=30)
@given(st.sampled_from(RULES), st.text("0123456789", min_size=11, max_size=11))
@example(GROUP, "71234500000")
@example(PERSON, "85073100200")
def test_the_service_agrees_on_all_hundred_check_digits(rule: NumberRule, digits: str) -> None:
    """Judge and client are written apart, and say the same of every number."""
    (length,) = rule.lengths
    place = 6 if rule.check_digits is CheckDigits.NIHII else length - 2
    for pair in range(100):
        number = f"{digits[:place]}{pair:02}{digits[place + 2 :]}"[:length]
        assert (taken(rule, number) == number) == judged_right(rule, number), number


@each_rule
def test_what_the_service_tells_of_a_type_is_what_is_known_here(rule: NumberRule) -> None:
    known = service.holder_type(rule.type)
    assert known is not None
    told = rule_of(organization_type(rule.type, known.pattern, [known.check_digits] if known.check_digits else []))
    assert (told.lengths, told.check_digits) == (rule.lengths, rule.check_digits)
    assert is_type(rule.type)


typed = st.text(max_size=40) | st.text("0123456789BEbe ./-+()–\u200b\ud800٤²", max_size=16)


@given(st.sampled_from([*RULES, FOREIGNER]), typed)
@example(PERSON, "²²²²²²²²²²²")
def test_whatever_is_typed_is_a_number_of_the_right_form_or_refused_with_a_sentence(
    rule: NumberRule, text: str
) -> None:
    number = taken(rule, text)
    if isinstance(number, NumberRefused):
        assert str(number)
        assert number.doubtful is None or has_only_digits(number.doubtful)
    else:
        assert has_only_digits(number)
        assert judged_right(rule, number)
        assert rule.number(number) == number


def taken(rule: NumberRule, typed: str) -> str | NumberRefused:
    try:
        return rule.number(typed)
    except NumberRefused as problem:
        return problem


def has_only_digits(number: str) -> bool:
    return number.isascii() and number.isdigit()


# ── What the service says wins ───────────────────────────────────────────────────────────────────────────────────────


def test_the_services_expression_wins_over_what_is_known_here() -> None:
    rule = rule_of(organization_type("NIHII-GROUP", "[78][0-9]{8}", ["NIHII"]))
    assert rule.lengths == (9,)
    assert refused(rule, "61234523").fault is NumberFault.TOO_SHORT
    assert refused(rule, "612345230").fault is NumberFault.FORM
    assert rule.number("712345230") == "712345230"


def test_a_type_without_algorithm_has_no_check_digits() -> None:
    assert rule_of(organization_type("CBE", r"\d{10}")).number("BE 0123.456.748") == "0123456748"


def test_a_new_type_is_judged_by_what_the_service_names() -> None:
    rule = rule_of(organization_type("NEW-TYPE", r"^(?:0|1)\d{9}$", ["MOD97-CBE"]))
    assert (rule.lengths, rule.check_digits) == ((10,), CheckDigits.CBE)
    assert rule.number("0123456749") == "0123456749"
    assert refused(rule, "2123456749").fault is NumberFault.FORM


@pytest.mark.parametrize(
    "pattern", [None, r"\p{Digit}{6}", "[0-9&&[^5]]{4}", "(", "(?<x>1)", r"\Q1\E", "([0-9]+)+x", "[9-0]"]
)
def test_an_expression_that_may_mean_something_else_here_is_left_to_the_service(pattern: str | None) -> None:
    rule = rule_of(organization_type("NEW-TYPE", pattern, ["UNHEARD_OF"]))
    assert (rule.pattern, rule.lengths, rule.check_digits) == (None, (), None)
    assert rule.number("12 34") == "1234"
    assert rule_of(organization_type("CBE", pattern, ["x"])).lengths == (10,)


def test_of_two_lengths_both_are_taken_and_what_lies_between_waits() -> None:
    rule = rule_of(organization_type("NEW", "[0-9]{6}|[0-9]{8}"))
    assert rule.lengths == (6, 8)
    assert refused(rule, "1234567").unfinished
    assert [rule.number(number) for number in ("123456", "12345678")] == ["123456", "12345678"]


@given(st.text(max_size=30), st.text(max_size=20), typed)
def test_whatever_the_service_says_of_a_type_a_number_is_taken_or_refused(pattern: str, type_: str, text: str) -> None:
    rule = rule_of(organization_type(type_, pattern, [type_]))
    with contextlib.suppress(NumberRefused):
        assert rule.number(text).isdigit()


@pytest.mark.parametrize("type_", ["", "../CBE", "urn:be:cbe", "cbe", "CBE=1", "-CBE", "CBE\n", "A,B"])
def test_what_cannot_be_in_a_name_is_no_type(type_: str) -> None:
    assert not is_type(type_)
