"""Every kind of answer that is none has its own error, and nothing else ever escapes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import errors
from agent.errors import HtmlPage, HttpError, NotXml, NotYetDelivered, Refused, ServiceError, SoapFault, WrongReply
from agent.protocol import certra, etkdepot, etkra, soap
from agent.protocol.operation import Operation
from agent.protocol.wire import HttpReply
from tests.protocol.samples import ANSWERS, KEY_ID, QUESTIONS, REQUEST_ID, SUCCESS, enveloped, failed, response_xml

ASKED = certra.GET_CERTIFICATE
NAME = ASKED.name
GOOD = enveloped(response_xml(ASKED, SUCCESS + "<p:X509Certificate>MAA=</p:X509Certificate>"))

FAULT_1_1 = enveloped(
    b"<S:Fault><faultcode>S:Server</faultcode><faultstring xml:lang='en'>SOA-02001\n  no service</faultstring>"
    b"<detail><x:Error xmlns:x='urn:x'>more</x:Error></detail></S:Fault>"
)
FAULT_1_2 = enveloped(
    b"<S:Fault><S:Code><S:Value>S:Receiver</S:Value></S:Code>"
    b"<S:Reason><S:Text xml:lang='en'>no service</S:Text><S:Text xml:lang='nl'>geen dienst</S:Text></S:Reason>"
    b"</S:Fault>",
    soap.SOAP_1_2.uri,
)
HTML = b"<!-- proxy -->\n<!doctype HTML><html><body><br>Log in</body></html>"
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'


def failure(*errors_: str, **keywords: str) -> bytes:
    return enveloped(response_xml(ASKED, failed(*errors_, **keywords)))


NO_ANSWERS: dict[str, tuple[HttpReply, ServiceError]] = {
    "fault": (HttpReply(500, "text/xml", FAULT_1_1), SoapFault(NAME, "S:Server", "SOA-02001 no service")),
    "fault with 200": (HttpReply(200, "text/xml", FAULT_1_1), SoapFault(NAME, "S:Server", "SOA-02001 no service")),
    "fault in SOAP 1.2": (
        HttpReply(500, "application/soap+xml", FAULT_1_2),
        SoapFault(NAME, "S:Receiver", "no service"),
    ),
    "fault as HTML": (HttpReply(500, "text/html", FAULT_1_1), SoapFault(NAME, "S:Server", "SOA-02001 no service")),
    "empty fault": (
        HttpReply(500, "", enveloped(b"<S:Fault/>")),
        SoapFault(NAME, "no code", "no reason is given"),
    ),
    "HTTP error": (HttpReply(503, "text/plain", b"Service Unavailable"), HttpError(NAME, 503)),
    "empty HTTP error": (HttpReply(502, "", b""), HttpError(NAME, 502)),
    "HTTP error with XML": (HttpReply(400, "text/xml", b"<error/>"), HttpError(NAME, 400)),
    "HTTP error with an answer": (HttpReply(500, "text/xml", GOOD), HttpError(NAME, 500)),
    "redirect": (HttpReply(302, "", b""), HttpError(NAME, 302)),
    "HTML page": (HttpReply(200, "text/html; charset=utf-8", HTML), HtmlPage(NAME, 200)),
    "HTML error page": (HttpReply(503, "Text/HTML", HTML), HtmlPage(NAME, 503)),
    "HTML that claims to be XML": (HttpReply(200, "text/xml", b"\xef\xbb\xbf" + HTML), HtmlPage(NAME, 200)),
    "XHTML": (HttpReply(407, "", XHTML), HtmlPage(NAME, 407)),
    "text that claims to be HTML": (HttpReply(200, "text/html", b"blocked"), HtmlPage(NAME, 200)),
    "nothing": (HttpReply(200, "text/xml", b""), NotXml(NAME, "not well-formed")),
    "JSON": (HttpReply(200, "application/json", b'{"html": "<html>"}'), NotXml(NAME, "not well-formed")),
    "cut off": (HttpReply(200, "text/xml", GOOD[:-20]), NotXml(NAME, "not well-formed")),
    "cut off in a contract": (
        HttpReply(200, "text/xml", enveloped(b"<x><![CDATA[<html> ")[:-30]),
        NotXml(NAME, "not well-formed"),
    ),
    "DTD": (HttpReply(200, "text/xml", b"<!DOCTYPE x>" + GOOD[39:]), NotXml(NAME, "document type")),
    "too deep": (HttpReply(200, "text/xml", enveloped(b"<a>" * 99 + b"</a>" * 99)), NotXml(NAME, "nested deeper")),
    "too large": (HttpReply(200, "text/xml", GOOD + b" " * 5 * 1024**2), NotXml(NAME, "larger than")),
    "no envelope": (HttpReply(200, "text/xml", b"<Envelope/>"), WrongReply(NAME, "Envelope is no SOAP envelope")),
    "no body": (
        HttpReply(200, "text/xml", GOOD.replace(b"S:Body", b"S:Boody")),
        WrongReply(NAME, "Envelope has no Body"),
    ),
    "empty body": (HttpReply(200, "text/xml", enveloped(b"")), WrongReply(NAME, "it holds nothing where")),
    "two answers": (
        HttpReply(200, "text/xml", enveloped(response_xml(ASKED, SUCCESS) * 2)),
        WrongReply(NAME, "it holds GetCertificateResponse, GetCertificateResponse where"),
    ),
    "the answer to another operation": (
        HttpReply(200, "text/xml", enveloped(response_xml(certra.REVOKE, SUCCESS))),
        WrongReply(NAME, "it holds RevokeResponse where GetCertificateResponse should be"),
    ),
    "the right name in a wrong namespace": (
        HttpReply(200, "text/xml", GOOD.replace(b'xmlns:p="urn:be:fgov:ehealth:certra:', b'xmlns:p="urn:be:fgov:')),
        WrongReply(NAME, "it holds GetCertificateResponse where"),
    ),
    "an echo of the request": (
        HttpReply(200, "text/xml", soap.envelope(b'<GetCertificateRequest xmlns="urn:x"/>')),
        WrongReply(NAME, "it holds GetCertificateRequest where"),
    ),
    "the answer to another request": (
        HttpReply(200, "text/xml", GOOD.replace(REQUEST_ID.encode(), b"_other")),
        WrongReply(NAME, "it answers another request"),
    ),
    "an answer to nobody": (
        HttpReply(200, "text/xml", enveloped(response_xml(ASKED, SUCCESS, answers=None))),
        WrongReply(NAME, "it answers another request"),
    ),
    "a refusal for somebody else": (
        HttpReply(200, "text/xml", failure("A|b").replace(REQUEST_ID.encode(), b"_other")),
        WrongReply(NAME, "it answers another request"),
    ),
    "no status": (
        HttpReply(200, "text/xml", enveloped(response_xml(ASKED, "<p:X509Certificate/>"))),
        WrongReply(NAME, "GetCertificateResponse has no Status"),
    ),
    "a status without code": (
        HttpReply(200, "text/xml", GOOD.replace(b" Value=", b" Worth=")),
        WrongReply(NAME, "StatusCode has no Value"),
    ),
    "a success without what was asked": (
        HttpReply(200, "text/xml", enveloped(response_xml(ASKED, SUCCESS))),
        WrongReply(NAME, "it has no certificate"),
    ),
    "a certificate that is no base64": (
        HttpReply(200, "text/xml", GOOD.replace(b"MAA=", b"M(A)=")),
        WrongReply(NAME, "X509Certificate is no base64"),
    ),
    "not yet": (HttpReply(200, "text/xml", failure("CERT_NOT_YET_DELIVERED|Wait.")), NotYetDelivered()),
    "refused": (
        HttpReply(200, "text/xml", failure("SIGNER_UNKNOWN|Wie &lt;u&gt; bent.|SSIN=1|hint=x")),
        Refused(NAME, "SIGNER_UNKNOWN", "Wie <u> bent.", (("SSIN", "1"), ("hint", "x"))),
    ),
    "refused twice": (
        HttpReply(200, "text/xml", failure("FIRST|One|a=1", "SECOND|Two|b=2")),
        Refused(NAME, "FIRST", "One; Two (SECOND)", (("a", "1"), ("b", "2"))),
    ),
    "refused without detail": (
        HttpReply(200, "text/xml", failure(value="urn:be:fgov:ehealth:2.0:status:Responder", message="Down.")),
        Refused(NAME, "urn:be:fgov:ehealth:2.0:status:Responder", "Down."),
    ),
    "refused without a word": (
        HttpReply(200, "text/xml", failure(value="urn:x", message="")),
        Refused(NAME, "urn:x", "no reason is given"),
    ),
    "nearly a success": (
        HttpReply(200, "text/xml", GOOD.replace(b"status:Success", b"status:Successful")),
        Refused(NAME, "urn:be:fgov:ehealth:2.0:status:Successful", "no reason is given"),
    ),
}


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_what_is_no_answer_has_its_own_error(case: str) -> None:
    reply, expected = NO_ANSWERS[case]
    with pytest.raises(ServiceError) as raised:
        soap.answer(ASKED, reply, REQUEST_ID)
    assert type(raised.value) is type(expected)
    facts = raised.value.facts
    for fact, value in expected.facts.items():
        if fact == "problem":  # the parser's own words may follow
            assert str(facts[fact]).startswith(str(value)) or str(value) in str(facts[fact])
        else:
            assert facts[fact] == value
    assert str(raised.value)


def test_every_error_of_an_answer_is_in_the_table() -> None:
    covered = {type(expected) for _, expected in NO_ANSWERS.values()}
    assert covered == {*errors.BadReply.__subclasses__(), errors.Refused, errors.NotYetDelivered}


def test_success_is_an_answer_whatever_the_content_type_says() -> None:
    for content_type in ("", "text/html", "application/octet-stream"):
        assert soap.answer(ASKED, HttpReply(200, content_type, GOOD), REQUEST_ID) == (b"\x30\x00",)


def test_an_answer_in_another_encoding_is_read() -> None:
    content = failed("X|Gevraagd: één")
    body = enveloped(response_xml(ASKED, content)).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    with pytest.raises(Refused, match="Gevraagd: één"):
        soap.answer(ASKED, HttpReply(200, "text/xml", body), REQUEST_ID)


def test_not_yet_is_a_refusal_for_every_other_operation() -> None:
    body = enveloped(response_xml(certra.REVOKE, failed("CERT_NOT_YET_DELIVERED|Wait.")))
    with pytest.raises(Refused):
        soap.answer(certra.REVOKE, HttpReply(200, "text/xml", body), REQUEST_ID)


def test_a_prefix_is_never_what_is_matched() -> None:
    body = f"""<Envelope xmlns="{soap.SOAP_1_1.uri}" xmlns:p="urn:other"><Body>
      <GetCertificateResponse xmlns="urn:be:fgov:ehealth:certra:protocol:v2" InResponseTo="{REQUEST_ID}">
        <p:Status xmlns:p="urn:be:fgov:ehealth:commons:core:v2">
          <p:StatusCode Value="urn:be:fgov:ehealth:2.0:status:Success"/></p:Status>
        <p:X509Certificate>MAE=</p:X509Certificate><X509Certificate>MAA=</X509Certificate>
      </GetCertificateResponse></Body></Envelope>"""
    assert soap.answer(ASKED, HttpReply(200, "text/xml", body.encode()), REQUEST_ID) == (b"\x30\x00",)


# ── EtkDepot has its own way of saying no ────────────────────────────────────────────────────────────────────────────


def depot(content: str) -> HttpReply:
    return HttpReply(200, "text/xml", enveloped(response_xml(etkdepot.GET_ETK, content)))


GIVEN = (
    "<p:GivenSearchCriteria><p:Identifier><p:Type>CBE</p:Type><p:Value>0</p:Value></p:Identifier>"
    "</p:GivenSearchCriteria>"
)


def test_the_depots_status_is_a_number() -> None:
    status = '<old:Status><Code>500</Code><Message Lang="EN">No</Message><Message Lang="FR">Non</Message></old:Status>'
    with pytest.raises(Refused) as raised:
        soap.answer(etkdepot.GET_ETK, depot(status), REQUEST_ID)
    assert (raised.value.code, raised.value.message) == ("500", "No / Non")


def test_the_depot_may_say_no_inside_a_success() -> None:
    status = f"<old:Status><Code>200</Code><Message>OK</Message></old:Status>{GIVEN}"
    no = f"{status}<p:Error><p:Code>NO_ETK</p:Code><p:Message>None for this one</p:Message></p:Error>"
    with pytest.raises(Refused, match="None for this one"):
        soap.answer(etkdepot.GET_ETK, depot(no), REQUEST_ID)


def test_several_tokens_that_fit_are_no_answer() -> None:
    several = (
        f"<old:Status><Code>200</Code><Message>OK</Message></old:Status>{GIVEN}"
        "<p:MatchingEtk><p:Identifier><p:Type>CBE</p:Type><p:Value>0</p:Value></p:Identifier></p:MatchingEtk>"
    )
    with pytest.raises(WrongReply, match="has no ETK"):
        soap.answer(etkdepot.GET_ETK, depot(several), REQUEST_ID)


# ── Anything at all ──────────────────────────────────────────────────────────────────────────────────────────────────


OPERATIONS = st.sampled_from([operation for operation, _ in QUESTIONS])


@given(OPERATIONS, st.integers(100, 599), st.sampled_from(["", "text/xml", "text/html"]), st.binary(max_size=300))
def test_any_bytes_raise_a_service_error(
    operation: Operation[Any, Any], status: int, content_type: str, body: bytes
) -> None:
    with pytest.raises(ServiceError):
        soap.answer(operation, HttpReply(status, content_type, body), REQUEST_ID)


@given(st.sampled_from(ANSWERS), st.data())
def test_a_damaged_answer_is_read_or_raises_a_service_error(sample: Any, data: st.DataObject) -> None:
    body = bytearray(enveloped(response_xml(sample.operation, sample.content)))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 40))
        body[position : position + length] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"<", b"/>", b"<!-- -->"])
        )
    with suppress(ServiceError):  # any other error fails the test
        soap.answer(sample.operation, HttpReply(200, "text/xml", bytes(body)), REQUEST_ID)


def test_a_request_id_may_be_an_xml_id() -> None:
    assert soap.new_request_id(UUID(int=7)) == "_00000000-0000-0000-0000-000000000007"


def test_a_key_identifier_of_another_length_is_not_taken() -> None:
    body = f"{SUCCESS}<p:PublicKeyIdentifier>{KEY_ID[:-2]}</p:PublicKeyIdentifier>"
    body += "<p:AutomaticallyValidated>true</p:AutomaticallyValidated>"
    reply = HttpReply(200, "text/xml", enveloped(response_xml(certra.GENERATE_CERTIFICATE, body)))
    with pytest.raises(WrongReply, match="no identifier of a public key"):
        soap.answer(certra.GENERATE_CERTIFICATE, reply, REQUEST_ID)


def test_a_status_that_is_not_known_here_is_said_by_name() -> None:
    sample = next(s for s in ANSWERS if s.operation is certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE)
    body = enveloped(response_xml(sample.operation, sample.content.replace("VALID_ACTIVE", "SUSPENDED")))
    with pytest.raises(WrongReply, match="'SUSPENDED' is no CertificateStatus"):
        soap.answer(sample.operation, HttpReply(200, "text/xml", body), REQUEST_ID)


def test_a_token_half_registered_is_no_answer() -> None:
    body = enveloped(response_xml(etkra.COMPLETE_ETK_REGISTRATION, SUCCESS + "<p:ETK>AAEC</p:ETK>"))
    with pytest.raises(WrongReply, match="has no ToBeActivated"):
        soap.answer(etkra.COMPLETE_ETK_REGISTRATION, HttpReply(200, "text/xml", body), REQUEST_ID)
