"""From what somebody types to whole messages: what the schemas accept, what the sandbox takes, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from agent.core.application_id import application_id
from agent.core.contact import PhoneRefused, email_address, phone_number
from agent.core.dn import is_name_of, parse
from agent.core.holder import Holder
from agent.core.identifiers import FOREIGNER, NumberRule, known_rule
from agent.core.identifiers import PERSON as PERSON_RULE
from agent.core.organization_name import in_certificate, organization_name
from agent.core.person import Person
from agent.core.registration import ContactData, Contract, LocalizedText
from agent.core.typed import Mistyped
from agent.core.x509 import name_of, signing_request_der
from agent.protocol import certra, soap
from agent.protocol.xml import parse_untrusted
from agent.protocol.xmldsig import KeySigner, sign
from agent.sandbox import reading
from agent.sandbox.names import contract_text, subject_of
from agent.sandbox.numbers import ORGANIZATIONS, check_number
from tests.core.test_organization_name import BELGIAN, LETTERS, names
from tests.protocol.conftest import NOW
from tests.protocol.samples import PERSON as SIGNER
from tests.protocol.samples import REQUEST_ID

Check = Callable[[etree._Element], None]


@dataclass(frozen=True)
class Form:
    """The fields as somebody filled them in."""

    rule: NumberRule
    number: str
    name: str
    application_id: str
    email: str
    phone: str

    def contact(self) -> ContactData:
        """Raises: Mistyped."""
        email, phone = email_address(self.email), phone_number(self.phone)
        return ContactData(email, phone, email, phone)

    def holder(self) -> Holder:
        """Raises: Mistyped."""
        number, name = self.rule.number(self.number), organization_name(self.name)
        return Holder(self.rule.type, number, application_id(self.application_id), name)


def _right_number(rule: NumberRule, digits: str) -> str:
    """One with these digits: of all pairs of check digits, the first that is right."""
    place = 6 if rule.type.startswith("NIHII") else rule.lengths[0] - 2
    tries = (f"{digits[:place]}{pair:02}{digits[place + 2 :]}"[: rule.lengths[0]] for pair in range(100))
    return next(number for number in tries if _is_taken(rule, number))


def _is_taken(rule: NumberRule, typed: str) -> bool:
    try:
        rule.number(typed)
    except Mistyped:
        return False
    return True


kinds = st.sampled_from([known_rule(one.type) for one in ORGANIZATIONS])
digits = st.text("0123456789", min_size=11, max_size=11)
right_forms = st.builds(
    lambda rule, digits, *rest: Form(rule, _right_number(rule, digits), *rest),
    kinds,
    digits,
    names.filter(lambda text: any(map(str.isalnum, text))),
    st.from_regex(r"\A[0-9A-Za-z_-]{0,30}\Z"),
    st.sampled_from(["zoe@example.org", "Zoe.d'Haese+x&y@example.org", "info@café.example.org"]),
    st.sampled_from(["0470/12.34.56", "+32 (0)2 223 45 67", "+31 6 12345678"]),
)
DE_BRUG = Form(known_rule("CBE"), "BE 0123.456.749", BELGIAN, "myapp-01", "zoe@example.org", "0470/12.34.56")


def request_of(form: Form) -> etree._Element:
    query = certra.GenerateContract(form.contact(), SIGNER, form.holder())
    return parse_untrusted(soap.request_xml(certra.GENERATE_CONTRACT, query, REQUEST_ID, NOW))


@settings(deadline=None)
@given(form=right_forms)
@example(form=DE_BRUG)
def test_a_form_that_is_taken_is_one_that_schema_and_service_take(form: Form, check_schema: Check) -> None:
    request = request_of(form)
    check_schema(request)
    holder = form.holder()
    assert reading.contact_data(request[0]) == form.contact()
    asked = reading.actor(reading.child(reading.child(request, "CertificateIdentifier"), "Actor"))
    assert (asked.type, asked.number, asked.name) == (holder.type, holder.number, holder.name)
    check_number(asked.type, asked.number, test_numbers=False)


@settings(deadline=None, max_examples=30)  # each one signs twice
@given(form=right_forms)
@example(form=DE_BRUG)
def test_the_signed_request_made_of_a_form_is_one_too(
    form: Form, check_schema: Check, rsa_key: rsa.RSAPrivateKey, rsa_signer: KeySigner
) -> None:
    holder = form.holder()
    contract = Contract(contract_text(subject_of(holder)), SIGNER, (LocalizedText("nl", f"<p>{holder.name}</p>"),))
    csr_der = signing_request_der(rsa_key, parse(contract.dn))
    query = certra.GenerateCertificate(form.contact(), csr_der, contract, ("tsa", "other"))
    signed = parse_untrusted(sign(soap.request_xml(certra.GENERATE_CERTIFICATE, query, REQUEST_ID, NOW), rsa_signer))
    check_schema(signed)
    request = reading.child(signed, "EHealthCSR")
    subject = name_of(reading.signing_request(reading.base64_of(request, "CSR")).subject)
    assert parse(reading.child(reading.child(request, "Contract"), "DN").text or "") == subject
    assert in_certificate(holder.name or "") in subject.values("OU")


@pytest.mark.parametrize("field", ["number", "name", "application_id", "email", "phone"])
@settings(deadline=None, max_examples=40)
@given(typed=st.text(max_size=40) | digits | names)
@example(typed="\ud800")
@example(typed="]]>&\x00\ufffe")
def test_whatever_one_field_holds_the_message_is_valid_or_the_field_is_refused(
    field: str, typed: str, check_schema: Check
) -> None:
    try:
        request = request_of(Form(**(vars(DE_BRUG) | {field: typed})))
    except Mistyped as problem:
        if not str(problem):
            pytest.fail(repr(typed))
        return
    check_schema(request)


@settings(deadline=None)
@given(digits=digits, month=st.sampled_from([*range(21, 33), *range(41, 53)]))
def test_the_request_of_a_person_with_a_bis_number_is_valid(digits: str, month: int, check_schema: Check) -> None:
    number = _right_number(FOREIGNER, f"{digits[:2]}{month}{digits[4:]}")
    query = certra.SubmitCsrForForeigner(Person(number, "Zoë", "d'Août"), DE_BRUG.contact(), b"\x30\x00")
    request = parse_untrusted(soap.request_xml(certra.SUBMIT_CSR_FOR_FOREIGNER, query, REQUEST_ID, NOW))
    check_schema(request)
    check_number("SSIN", reading.actor(request[0]).number, test_numbers=False)


# ── Persons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _national_number(born: str, serial: int, month_more: int, this_century: bool) -> str:
    """`born` is YYMMDD; the check digits by the words of the specification."""
    digits = f"{born[:2]}{int(born[2:4]) + month_more:02}{born[4:]}{serial:03}"
    return f"{digits}{97 - int(f'2{digits}' if this_century else digits) % 97:02}"


days = st.dates(date(1920, 1, 1), date(2019, 12, 31)).map(lambda day: day.strftime("%y%m%d"))
national_numbers = st.builds(_national_number, days, st.integers(1, 998), st.sampled_from([0, 20, 40]), st.booleans())
first_names = st.one_of(st.none(), st.text(st.sampled_from(LETTERS + " '-"), min_size=1, max_size=20).filter(str.strip))
surnames = st.text(st.sampled_from(LETTERS + " '-"), min_size=1, max_size=20).filter(
    lambda text: any(map(str.isalnum, text))
)


@settings(deadline=None)
@given(number=national_numbers, first=first_names, last=surnames, form=right_forms)
@example(number="85073100229", first="Zoë Agnès", last="d'Août", form=DE_BRUG)
@example(number="00210100148", first=None, last="Ĳsbrand", form=DE_BRUG)
def test_a_person_asks_with_the_eids_names_in_both_centuries_with_or_without_bis(
    number: str, first: str | None, last: str, form: Form, check_schema: Check, rsa_key: rsa.RSAPrivateKey
) -> None:
    signer, names_of_holder = Person(number, first, last), (first,) if first else ()
    holder = Holder("SSIN", PERSON_RULE.number(number), None, last)
    query = certra.GenerateContract(form.contact(), signer, holder, names_of_holder)
    request = parse_untrusted(soap.request_xml(certra.GENERATE_CONTRACT, query, REQUEST_ID, NOW))
    check_schema(request)
    asked = reading.actor(reading.child(reading.child(request, "CertificateIdentifier"), "Actor"))
    assert (asked.type, asked.number) == ("SSIN", number)
    check_number(asked.type, asked.number, test_numbers=False)
    assert reading.signer_of(reading.child(request, "Signer")).ssin == number
    dn = parse(contract_text(subject_of(holder, names_of_holder)))
    csr = reading.signing_request(signing_request_der(rsa_key, dn))
    assert name_of(csr.subject) == dn
    assert is_name_of(dn, holder)


# ── Phone numbers ────────────────────────────────────────────────────────────────────────────────────────────────────

belgian = st.one_of(
    st.from_regex(r"\A4[789][0-9]{7}\Z"),  # mobile
    st.from_regex(r"\A(?:2[2567][0-9]{6}|9[23][0-9]{6}|3[2-4][0-9]{6}|5[0-9]{7})\Z"),
)
SPACING = ("", " ", ".", "/", "-", "–", "\u00a0", " / ")


@st.composite
def written_phones(draw: st.DrawFn) -> tuple[str, str]:
    """A Belgian number in one of the usual ways of writing, and what eHealth wants."""
    number = draw(belgian)
    place = draw(st.integers(1, 3))
    groups = [number[:place], *(number[at : at + 2] for at in range(place, len(number), 2))]
    spaced = draw(st.sampled_from(SPACING)).join(groups)
    prefix = draw(st.sampled_from(["0", "+32", "+32 ", "0032", "0032 ", "+32 (0)", "+32(0)", "(0)"]))
    return f"{prefix}{spaced}", f"0032{number}"


@settings(deadline=None)
@given(phone=written_phones())
@example(phone=("0470/12.34.56", "0032470123456"))
@example(phone=("(0)9 223 45 67", "003292234567"))
def test_a_phone_number_written_in_any_usual_way_is_the_one_that_ehealth_wants(
    phone: tuple[str, str], check_schema: Check
) -> None:
    typed, wanted = phone
    try:
        number: str | None = phone_number(typed)
    except PhoneRefused as problem:  # a gap in the numbering plan: only a doubt
        number = problem.doubtful
    assert number == wanted
    query = certra.GenerateContract(ContactData("a@example.org", wanted), SIGNER, DE_BRUG.holder())
    request = parse_untrusted(soap.request_xml(certra.GENERATE_CONTRACT, query, REQUEST_ID, NOW))
    check_schema(request)
    assert reading.contact_data(reading.child(request, "ContactData")).phone_private == wanted


# ── Application ids ──────────────────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None, max_examples=60)
@given(typed=st.from_regex(r"\A[0-9A-Za-z_-]{1,30}\Z"), form=right_forms)
@example(typed="-", form=DE_BRUG)
@example(typed="CBE", form=DE_BRUG)
@example(typed="123456", form=DE_BRUG)
def test_an_application_id_is_in_the_request_and_in_the_certificates_name(
    typed: str, form: Form, check_schema: Check, rsa_key: rsa.RSAPrivateKey
) -> None:
    form = replace(form, application_id=typed)
    request, holder = request_of(form), form.holder()
    check_schema(request)
    identifier = reading.child(request, "CertificateIdentifier")
    assert [one.text for one in reading.children(identifier, "ApplicationId")] == [typed.upper()]
    dn = parse(contract_text(subject_of(holder)))
    csr = reading.signing_request(signing_request_der(rsa_key, dn))
    assert name_of(csr.subject) == dn
    assert is_name_of(dn, holder)
