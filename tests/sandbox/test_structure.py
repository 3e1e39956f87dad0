"""What is no request at all gets a SOAP fault that says why."""

from __future__ import annotations

import dataclasses

import pytest
from lxml import etree

from agent.protocol import certra, etkdepot, soap
from agent.sandbox.serving import SandboxReply
from tests.sandbox.client import GROUP, NOW, Client

ACTION = f'"{certra.GENERATE_CONTRACT.soap_action}"'
PATH = "/CertRa/v2"


def _request(client: Client) -> bytes:
    query = certra.GenerateContract(client.contact, client.person, client.holder)
    return soap.envelope(soap.request_xml(certra.GENERATE_CONTRACT, query, "_1", NOW))


def _fault(reply: SandboxReply) -> str:
    fault = etree.fromstring(reply.body).find(".//{*}Fault")
    assert reply.status == 500
    assert fault is not None, reply.body
    return str(fault.findtext("faultstring"))


def test_as_it_should_be_it_is_taken(client: Client) -> None:
    assert client.sandbox.answer(PATH, ACTION, _request(client)).status == 200


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b' Id="_1"', b"", "Id"),
        (b' Id="_1"', b' Id="1"', "xs:ID"),
        (b' Id="_1"', b' Id="a b"', "xs:ID"),
        (b"00:00.000Z", b"00:00.000", "zone"),
        (b"-11-23T", b"-13-23T", "IssueInstant"),
        (b"EmailPrivate>", b"EmailPrivat>", "EmailPrivate is missing"),
        (b"EmailGeneral>", b"EmailPrivate>", "PhonePrivate is missing"),
        (b' Type="SSIN"', b"", "attribute"),
        (b' Type="SSIN"', b' Type="SSIN" More="1"', "attribute"),
        (b"<SOAP-ENV:Header/>", b"<SOAP-ENV:Header><x/></SOAP-ENV:Header>", "Header"),
        (b"GenerateContractRequest", b"GenerateNothingRequest", "no operation"),
        (b"certra:protocol:v2", b"certra:protocol:v3", "no operation"),
        (b"schemas.xmlsoap.org/soap/envelope/", b"www.w3.org/2003/05/soap-envelope", "SOAP 1.1"),
        (b"</SOAP-ENV:Body>", b"<x/></SOAP-ENV:Body>", "one request"),
        (b"</SOAP-ENV:Envelope>", b"", "XML"),
        (b"test.persoon@", b"<!-- a -->test.persoon@", "EmailPrivate"),
    ],
)
def test_request_of_another_structure(client: Client, old: bytes, new: bytes, problem: str) -> None:
    body = _request(client)
    assert old in body
    assert problem in _fault(client.sandbox.answer(PATH, ACTION, body.replace(old, new)))
    assert not client.sandbox.state.contracts


def test_order_of_elements_is_the_schemas(client: Client) -> None:
    document = etree.fromstring(_request(client))
    (request,) = document[1]
    request.append(request[0])
    assert "ContactData is missing" in _fault(client.sandbox.answer(PATH, ACTION, etree.tostring(document)))


def test_document_type_is_not_read(client: Client) -> None:
    body = b'<!DOCTYPE x [<!ENTITY e "e">]>' + _request(client)
    assert "document type" in _fault(client.sandbox.answer(PATH, ACTION, body))


@pytest.mark.parametrize(
    ("path", "action", "problem"),
    [
        (PATH, ACTION.strip('"'), "SOAPAction"),
        (PATH, "", "SOAPAction"),
        (PATH, ACTION.replace("generateContract", "generatecontract"), "SOAPAction"),
        ("/EtkRa/v2", ACTION, "not at"),
    ],
)
def test_path_and_action_must_fit_the_request(client: Client, path: str, action: str, problem: str) -> None:
    assert problem in _fault(client.sandbox.answer(path, action, _request(client)))


def test_depot_lists_the_certificates_that_a_bare_number_could_mean(client: Client) -> None:
    for application in ("ONE", "TWO"):
        holder = dataclasses.replace(GROUP, application_id=application)
        client.old(holder=holder)
        assert client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(holder))
    request = soap.request_xml(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP), "", NOW)
    reply = client.send(etkdepot.GET_ETK, request)
    found = [one.text for one in etree.fromstring(reply.body).iterfind(".//{*}MatchingEtk//{*}ApplicationID")]
    assert found == ["ONE", "TWO"]
