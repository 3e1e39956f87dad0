"""What is sent is what the schemas and the official client say; what comes back is understood."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import ContactData, Contract, LocalizedText
from agent.protocol import certra, certra_types, elements, etkdepot, soap
from agent.protocol.operation import Operation, SignedWith
from agent.protocol.wire import HttpReply
from agent.protocol.xml import parse_untrusted
from agent.protocol.xmldsig import KeySigner, sign
from tests.protocol import samples
from tests.protocol.conftest import NOW
from tests.protocol.samples import ANSWERS, QUESTIONS, REQUEST_ID, Sample, enveloped, response_xml

by_name = pytest.mark.parametrize(("operation", "query"), QUESTIONS, ids=[operation.name for operation, _ in QUESTIONS])
by_answer = pytest.mark.parametrize("sample", ANSWERS, ids=[sample.operation.name for sample in ANSWERS])


def canonical(xml: bytes) -> bytes:
    return etree.tostring(etree.fromstring(xml), method="c14n", exclusive=True)


def without_prefixes(xml: bytes) -> str:
    return str(etree.canonicalize(xml.decode(), rewrite_prefixes=True))


def reply(response: bytes, soap_namespace: str = soap.SOAP_1_1.uri) -> HttpReply:
    return HttpReply(200, "text/xml; charset=utf-8", enveloped(response, soap_namespace))


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


@by_name
def test_every_question_is_valid_for_the_services_schema(
    operation: Operation[Any, Any], query: Any, check_schema: Callable[[etree._Element], None], rsa_signer: KeySigner
) -> None:
    request_xml = soap.request_xml(operation, query, REQUEST_ID, NOW)
    if operation.signed_with is not SignedWith.NOBODY:
        request_xml = sign(request_xml, rsa_signer)
    check_schema(parse_untrusted(request_xml))


@by_name
def test_every_question_keeps_valid_inside_its_envelope(
    operation: Operation[Any, Any], query: Any, check_schema: Callable[[etree._Element], None], ec_signer: KeySigner
) -> None:
    request_xml = soap.request_xml(operation, query, REQUEST_ID, NOW)
    if operation.signed_with is not SignedWith.NOBODY:
        request_xml = sign(request_xml, ec_signer)
    message = parse_untrusted(soap.envelope(request_xml))
    header, body = message
    assert (header.tag, len(header), body.tag) == (soap.SOAP_1_1.tag("Header"), 0, soap.SOAP_1_1.tag("Body"))
    (request,) = body
    assert request.tag == operation.request_tag
    check_schema(request)


def test_every_operation_is_there_once_with_the_services_own_soap_action() -> None:
    assert {operation.name: operation.soap_action for operation, _ in QUESTIONS} == samples.ACTIONS
    assert len(QUESTIONS) == len(samples.ACTIONS)


def test_who_signs_what() -> None:
    signed = {operation.name: operation.signed_with for operation, _ in QUESTIONS}
    assert {name for name, key in signed.items() if key is SignedWith.EID_SIGNATURE} == {
        "GenerateCertificate",
        "Revoke",
    }
    assert {name for name, key in signed.items() if key is SignedWith.EID_AUTHENTICATION} == {
        "GetActorQualities",
        "GetCertificateInfoForCitizen",
    }
    assert {name for name, key in signed.items() if key is SignedWith.KEYSTORE} == {
        "GetCertificateInfoForAuthenticationCertificate",
        "StartETKRegistration",
        "CompleteETKRegistration",
        "ActivateETK",
    }


def test_generate_contract_is_what_the_official_client_sends(golden: Callable[[str], bytes]) -> None:
    query = certra.GenerateContract(
        ContactData("test.persoon@example.org", "0470123456", "info@example.org", "021234567"),
        Person("80010100164", "Test", "Persoon"),
        Holder("NIHII-GROUP", "71234567", None, "Test groep Een"),
        ("Test",),
    )
    issued = datetime(2026, 11, 23, 12, 35, 18, 268999, tzinfo=timezone(timedelta(hours=1)))
    ours = soap.request_xml(certra.GENERATE_CONTRACT, query, REQUEST_ID, issued)
    assert canonical(ours) == canonical(golden("GenerateContract.unsigned.xml"))


def test_our_envelope_is_the_official_clients(golden: Callable[[str], bytes]) -> None:
    _, _, body = golden("GenerateContract.http").replace(b"\r\n", b"\n").partition(b"\n\n")
    (payload,) = parse_untrusted(body)[1]
    assert canonical(soap.envelope(etree.tostring(payload))) == canonical(body)


def test_generate_certificate_is_what_the_official_client_sends(golden: Callable[[str], bytes]) -> None:
    theirs = parse_untrusted(golden("GenerateCertificate.signed.xml"))
    signed_part, signature = theirs
    theirs.remove(signature)
    csr = signed_part[1]
    query = certra.GenerateCertificate(
        ContactData("test.persoon@example.org", "0470123456", "info@example.org", "021234567"),
        b64decode(csr.text or ""),
        Contract(
            "CN=NIHII-GROUP\\=71234567, OU=eHealth-platform Belgium, OU=TEST GROEP EEN, OU=NIHII-GROUP\\=71234567, "
            "O=Federal Government, C=BE",
            Person("80010100164", "Test", "Persoon"),
            (
                LocalizedText("nl", "<!DOCTYPE html><html><body><p>Testcontract & voorwaarden — één</p></body></html>"),
                LocalizedText("fr", "<html><body><p>Contrat d'essai €</p></body></html>"),
            ),
        ),
        ("tsa", "codage"),
    )
    ours = soap.request_xml(
        certra.GENERATE_CERTIFICATE,
        query,
        "_c37742c6-2252-420a-bdd6-313dff39f6fe",
        datetime(2026, 11, 23, 11, 35, 18, 344000, tzinfo=UTC),
    )
    assert without_prefixes(ours) == without_prefixes(etree.tostring(theirs))


def test_the_depot_is_asked_without_an_id() -> None:
    request = parse_untrusted(soap.request_xml(etkdepot.GET_ETK, etkdepot.GetEtk(samples.GROUP), REQUEST_ID, NOW))
    assert not request.attrib


def test_an_application_id_is_left_out_where_there_is_none() -> None:
    query = etkdepot.GetEtk(Holder("CBE", "0123456749"))
    assert b"ApplicationID" not in soap.request_xml(etkdepot.GET_ETK, query, REQUEST_ID, NOW)


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@by_answer
def test_every_sample_answer_is_one_that_a_service_may_give(
    sample: Sample, check_schema: Callable[[etree._Element], None]
) -> None:
    check_schema(parse_untrusted(response_xml(sample.operation, sample.content)))


@by_answer
def test_every_answer_is_understood(sample: Sample) -> None:
    response = response_xml(sample.operation, sample.content)
    assert soap.answer(sample.operation, reply(response), REQUEST_ID) == sample.answer


@by_answer
def test_answers_in_soap_1_2_are_understood(sample: Sample) -> None:
    response = response_xml(sample.operation, sample.content)
    assert soap.answer(sample.operation, reply(response, soap.SOAP_1_2.uri), REQUEST_ID) == sample.answer


@by_answer
def test_elements_of_tomorrow_and_comments_between_do_no_harm(sample: Sample) -> None:
    new = '<!-- new --><p:New xmlns:x="urn:x"><x:Er>1</x:Er></p:New><?pi?>'
    response = response_xml(sample.operation, sample.content + new)
    assert soap.answer(sample.operation, reply(response), REQUEST_ID) == sample.answer


def test_every_operation_has_a_sample_answer() -> None:
    assert {sample.operation.name for sample in ANSWERS} == set(samples.ACTIONS)


def test_the_official_stand_ins_answers_are_understood(golden: Callable[[str], bytes]) -> None:
    contract = soap.answer(
        certra.GENERATE_CONTRACT,
        HttpReply(200, "text/xml", golden("GenerateContract.answer.xml")),
        "_25a3f754-5996-4ab3-9735-b27bedf59bb3",
    )
    assert contract.signer == Person("80010100164", "Test", "Persoon")
    assert contract.text == (LocalizedText("nl", "<html>contract</html>"),)
    requested = soap.answer(
        certra.GENERATE_CERTIFICATE,
        HttpReply(200, "text/xml", golden("GenerateCertificate.answer.xml")),
        "_953aaef3-9801-42a0-a87c-700fede34b59",
    )
    assert requested == certra.CertificateRequested(samples.KEY_ID, True, None)


# ── There and back ───────────────────────────────────────────────────────────────────────────────────────────────────

LETTERS = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝŸẞĳĲŁłŠšŽžĞğŞşİı’‘–—€"
SPECIAL = "&<>\"'\r\n\t ,+;=\\#]"
written = st.text(
    st.sampled_from(LETTERS + SPECIAL + "abcXYZ019-_@.")
    | st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]),
    max_size=40,
).filter(lambda text: not {"\ufffe", "\uffff"} & set(text))
maybe_written = st.none() | written
contacts = st.builds(ContactData, written, written, maybe_written, maybe_written)
people = st.builds(Person, written, st.none() | written.filter(bool), written)
contracts = st.builds(
    Contract,
    written,
    people,
    st.lists(st.builds(LocalizedText, st.sampled_from(["nl", "fr", "de"]), written), min_size=1, max_size=3).map(tuple),
)


@given(contact=contacts, contract=contracts)
@example(contact=samples.CONTACT, contract=samples.CONTRACT)
@example(
    contact=ContactData("]]>", "&#13;"),
    contract=Contract("CN=a\\,b", Person("1", LETTERS, "O'" + SPECIAL), (LocalizedText("nl", "<![CDATA[x]]>"),)),
)
def test_what_is_sent_is_read_back_to_the_letter(contact: ContactData, contract: Contract) -> None:
    query = certra.GenerateCertificate(contact, b"", contract)
    request_xml = soap.request_xml(certra.GENERATE_CERTIFICATE, query, REQUEST_ID, NOW)
    (csr,) = parse_untrusted(soap.envelope(request_xml))[1][0]
    read_contact = certra_types.read_contact(csr[0])
    assert read_contact == contact
    assert certra_types.read_contract(csr[2]) == contract


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_instants_are_read_back_to_the_millisecond(moment: datetime) -> None:
    element = etree.Element("At")
    element.text = elements.instant_text(moment)
    assert timedelta(0) <= moment.astimezone(UTC) - elements.instant(element) < timedelta(milliseconds=1)
