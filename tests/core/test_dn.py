"""Distinguished names: as aliases, as the service writes them, and whose they are."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.dn import Name, NotADistinguishedName, holder_of, parse, rfc2253
from agent.core.holder import Holder

GROUP = Name(
    (
        ("C", "BE"),
        ("O", "Federal Government"),
        ("OU", "eHealth-platform Belgium"),
        ("OU", "TEST GROEP EEN"),
        ("OU", "NIHII-GROUP=71234567"),
        ("CN", "NIHII-GROUP=71234567"),
    )
)

values = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=30
)


@given(st.lists(st.tuples(st.sampled_from(["C", "O", "OU", "CN", "2.5.4.5"]), values), min_size=1, max_size=6))
def test_a_name_survives_being_written_and_read(attributes: list[tuple[str, str]]) -> None:
    name = Name(tuple(attributes))
    assert parse(rfc2253(name)) == name


def test_an_alias_escapes_what_java_escapes() -> None:
    assert rfc2253(GROUP).startswith("CN=NIHII-GROUP\\=71234567,OU=NIHII-GROUP\\=71234567,OU=TEST GROEP EEN,")


@pytest.mark.parametrize(
    "written",
    [
        (
            r"CN=NIHII-GROUP\=71234567, OU=eHealth-platform Belgium, OU=TEST GROEP EEN, OU=NIHII-GROUP\=71234567,"
            r" O=Federal Government, C=BE"
        ),
        (
            "CN=NIHII-GROUP=71234567,OU=NIHII-GROUP=71234567,OU=TEST GROEP EEN,OU=eHealth-platform Belgium,"
            "O=Federal Government,C=BE"
        ),
        (
            'CN="NIHII-GROUP=71234567",OU=NIHII-GROUP=71234567;OU=Test  Groep Een,OU=eHealth-platform Belgium,'
            "O=Federal Government,C=BE"
        ),
    ],
)
def test_the_service_may_escape_and_order_as_it_likes(written: str) -> None:
    assert parse(written).is_same(GROUP)


def test_another_number_is_another_name() -> None:
    assert not parse(rfc2253(GROUP).replace("71234567", "71234568")).is_same(GROUP)


def test_an_unescaped_comma_before_an_application_id_does_not_cut_the_name() -> None:
    name = parse(
        'CN=NIHII-GROUP=71234567, MYAPP-01,OU=MYAPP-01,OU=NIHII-GROUP=71234567,OU=D\'AOUT, "DE BRUG" + CIE,'
        "OU=eHealth-platform Belgium,O=Federal Government,C=BE"
    )
    assert holder_of(name) == Holder("NIHII-GROUP", "71234567", "MYAPP-01", 'D\'AOUT, "DE BRUG" + CIE')


def test_whose_certificate_it_is() -> None:
    assert holder_of(GROUP) == Holder("NIHII-GROUP", "71234567", None, "TEST GROEP EEN")


def test_a_type_that_is_not_known_here_is_read_like_any_other() -> None:
    name = parse("CN=NIHII-NEW_THING=12345678,OU=NIHII-NEW_THING=12345678,OU=X,OU=eHealth-platform Belgium,C=BE")
    assert holder_of(name) == Holder("NIHII-NEW_THING", "12345678", None, "X")


def test_an_organization_called_like_the_platform_keeps_its_name() -> None:
    name = parse("CN=CBE=1,OU=CBE=1,OU=eHealth-platform Belgium,OU=eHealth-platform Belgium,C=BE")
    assert holder_of(name) == Holder("CBE", "1", None, "eHealth-platform Belgium")


def test_an_organization_called_like_the_platform_keeps_its_name_in_capitals_too() -> None:
    name = parse("CN=CBE=1,OU=CBE=1,OU=EHEALTH-PLATFORM BELGIUM,OU=eHealth-platform Belgium,C=BE")
    assert holder_of(name) == Holder("CBE", "1", None, "EHEALTH-PLATFORM BELGIUM")


def test_a_name_that_is_not_of_ehealth_has_no_holder() -> None:
    assert holder_of(parse("CN=www.example.org,O=Somebody,C=BE")) is None


@pytest.mark.parametrize("text", ["", "   ", "no attribute", "=value", 'CN="open'])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(NotADistinguishedName):
        parse(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(NotADistinguishedName):
        parse(text)
