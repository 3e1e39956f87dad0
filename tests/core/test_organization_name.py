"""Names of organizations, with every letter and sign that a Belgian name has, on their way into the certificate."""

from __future__ import annotations

import unicodedata

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.core.dn import Name, holder_of, parse, rfc2253
from agent.core.holder import Holder
from agent.core.organization_name import NameFault, NameRefused, in_certificate, organization_name
from agent.core.x509 import name_of, signing_request_der
from agent.sandbox.names import contract_text, subject_of

BELGIAN = 'd\'Août & Zonen, "De Brug" + Cie'
LETTERS = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸẞĳĲŁłŠšŽžĞğŞşİı"
SIGNS = " '’‘\"“”«»&,;+<>=\\/#()[]{}.:!?*%@§°²³ªº€£$|~^`_–—-"
KEY = rsa.generate_private_key(65537, 2048)
names = st.text(st.sampled_from(LETTERS + SIGNS + "abcXYZ019"), min_size=1, max_size=40)


def refused(typed: str) -> NameRefused:
    with pytest.raises(NameRefused) as caught:
        organization_name(typed)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "name", "subject"),
    [
        (BELGIAN, BELGIAN, 'D\'AOUT & ZONEN, "DE BRUG" + CIE'),
        ("  Groep   De Brug\t", "Groep De Brug", "GROEP DE BRUG"),
        ("Cafe\u0301 Zoe\u0308", "Café Zoë", "CAFE ZOE"),
        ("Œuvre d'Ænglish ĳ", "Œuvre d'Ænglish ĳ", "ŒUVRE D'ÆNGLISH Ĳ"),
        ("Große Straße", "Große Straße", "GROSSE STRASSE"),
        ("2\u00a0Kine's", "2 Kine's", "2 KINE'S"),
    ],
    ids=ascii,
)
def test_a_name_and_what_the_certificate_makes_of_it(typed: str, name: str, subject: str) -> None:
    assert organization_name(typed) == name
    assert in_certificate(name) == subject


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", NameFault.EMPTY),
        (" \t", NameFault.EMPTY),
        ("A\x00B", NameFault.SIGN),
        ("A\ud800", NameFault.SIGN),
        ("A\uffff", NameFault.SIGN),
        ("A\u202eB", NameFault.SIGN),
        ("- & -", NameFault.NO_LETTER),
        ("\u0301", NameFault.NO_LETTER),
        ("x" * 65, NameFault.TOO_LONG),
        ("ß" * 33, NameFault.TOO_LONG),
    ],
    ids=ascii,
)
def test_what_is_wrong_is_said(typed: str, fault: NameFault) -> None:
    problem = refused(typed)
    assert problem.fault is fault
    assert str(problem)
    assert problem.doubtful == (typed if fault is NameFault.TOO_LONG else None)


def test_accents_take_no_room() -> None:
    assert organization_name("e\u0301" * 64) == "é" * 64


@given(names | st.text(max_size=70))
@example("ŉ")
@example("ΐ")
def test_whatever_is_typed_is_a_name_or_refused(typed: str) -> None:
    try:
        name = organization_name(typed)
    except NameRefused as problem:
        if not str(problem):
            pytest.fail(repr(typed))
        return
    assert organization_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert in_certificate(in_certificate(name)) == in_certificate(name)
    assert in_certificate(unicodedata.normalize("NFD", name)) == in_certificate(name)


@settings(max_examples=60, deadline=None)  # each one signs
@given(names.filter(lambda text: any(map(str.isalnum, text))), st.sampled_from([None, "MYAPP-01"]))
@example(BELGIAN, None)
@example("#1 \\", "MYAPP-01")
@example("NIHII-GROUP=71234523", None)
@example("X, OU=Y, CN=CBE=1", None)
@example("MYAPP-01", "MYAPP-01")
@example("eHealth-platform Belgium", None)
def test_a_name_survives_contract_request_and_alias(typed: str, application_id: str | None) -> None:
    """The contract's DN, the subject of the PKCS#10 request made from it, and the alias in the keystore."""
    name = organization_name(typed)
    holder = Holder("NIHII-GROUP", "71234523", application_id, name)
    contract = parse(contract_text(subject_of(holder)))
    request = x509.load_der_x509_csr(signing_request_der(KEY, contract))
    assert request.is_signature_valid
    assert name_of(request.subject) == contract
    assert parse(rfc2253(contract)) == contract
    assert contract.is_same(_expected(holder))
    assert holder_of(contract) == Holder(holder.type, holder.number, application_id, in_certificate(name))


def _expected(holder: Holder) -> Name:
    """The DN that is to be expected for a holder, from our own idea of it."""
    number, application = f"{holder.type}={holder.number}", holder.application_id
    units = ("eHealth-platform Belgium", in_certificate(holder.name or ""), number, *filter(None, [application]))
    common_name = f"{number}, {application}" if application else number
    return Name((("C", "BE"), ("O", "Federal Government"), *(("OU", unit) for unit in units), ("CN", common_name)))
