"""From what somebody types to whole messages: what the schemas accept, what the sandbox takes, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from agent.core.application_id import application_id
from agent.core.contact import email_address, phone_number
from agent.core.dn import parse
from agent.core.holder import Holder
from agent.core.identifiers import FOREIGNER, NumberRule, known_rule
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
from tests.core.test_organization_name import BELGIAN, names
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
