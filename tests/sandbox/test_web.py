"""Over HTTP: what reaches a client, in good times and bad."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.x509 import signing_request_der
from agent.errors import HtmlPage, HttpError, IssuedCertificateError, NotXml, NotYetDelivered, SoapFault, WrongReply
from agent.protocol import certra, etk, etkra
from agent.sandbox.names import subject_of
from agent.sandbox.refusals import Code
from agent.sandbox.scenarios import Scenario, Trouble
from agent.sandbox.services import Sandbox
from agent.sandbox.serving import SandboxReply
from agent.sandbox.web import MAX_BODY, SandboxServer
from tests.sandbox.client import (
    GROUP,
    SHARED,
    Client,
    Clock,
    hold_against_schema,
    identifier_of,
    refused,
    rsa_key,
    spki_der,
)


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> Iterator[SandboxServer]:
    with SandboxServer(sandbox, record=tmp_path / "record") as running:
        yield running


@pytest.fixture
def line(server: SandboxServer) -> Iterator[http.client.HTTPConnection]:
    """A connection that stays open."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=20)
    yield connection
    connection.close()


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock, line: http.client.HTTPConnection) -> Client:
    def post(path: str, action: str, body: bytes) -> SandboxReply:
        line.request("POST", path, body, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action})
        reply = line.getresponse()
        return SandboxReply(reply.status, reply.getheader("Content-Type") or "", reply.read())

    return Client(sandbox, clock, post=post)


def _order(line: http.client.HTTPConnection, **order: Any) -> dict[str, Any]:
    line.request("POST", "/_sandbox", json.dumps(order), {"Content-Type": "application/json"})
    reply = line.getresponse()
    shown = json.loads(reply.read())
    assert reply.status == 200, shown
    return dict(shown)


# ── Scenarios


def test_slow_delivery(client: Client, line: http.client.HTTPConnection) -> None:
    _order(line, scenario="slow_delivery", value=4)
    client.request(rsa_key(0))
    for _ in range(4):
        with pytest.raises(NotYetDelivered):
            client.ask(certra.GET_CERTIFICATE, identifier_of(rsa_key(0)))
    assert client.ask(certra.GET_CERTIFICATE, identifier_of(rsa_key(0)))


def test_manual_validation_delivers_only_once_approved(client: Client, line: http.client.HTTPConnection) -> None:
    _order(line, scenario="manual_validation")
    assert not client.request(rsa_key(0)).automatically_validated
    with pytest.raises(NotYetDelivered):
        client.collect(rsa_key(0), polls=5)
    (waiting,) = _order(line, approve="all")["certificates"]
    assert waiting["status"] == "IN_PROGRESS"
    client.collect(rsa_key(0), polls=1)


def test_refusal_by_a_person(client: Client, line: http.client.HTTPConnection) -> None:
    _order(line, scenario="refusal", times=1)
    client.request(rsa_key(0))
    with refused(Code.CERT_REQUEST_REFUSED):
        client.collect(rsa_key(0))
    assert _order(line)["certificates"][0]["status"] == "REFUSED"
    client.request(rsa_key(1))  # the name is free again, and the scenario used up
    client.collect(rsa_key(1))


def test_soap_fault(client: Client, sandbox: Sandbox) -> None:
    sandbox.trouble(Scenario(Trouble.SOAP_FAULT, times=1))
    with pytest.raises(SoapFault, match="told to fail"):
        client.contract()
    client.contract()


@pytest.mark.parametrize("status", [None, 407, 502])
def test_html_page_as_from_a_proxy(client: Client, sandbox: Sandbox, status: int | None) -> None:
    sandbox.trouble(Scenario(Trouble.HTML_PAGE, value=status))
    with pytest.raises(HtmlPage) as caught:
        client.contract()
    assert caught.value.status == (status or 200)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_http_status(client: Client, sandbox: Sandbox, status: int) -> None:
    sandbox.trouble(Scenario(Trouble.HTTP_STATUS, value=status))
    with pytest.raises(HttpError) as caught:
        client.contract()
    assert caught.value.status == status


def test_connection_cut_before_the_request_was_taken(client: Client, sandbox: Sandbox) -> None:
    contract = client.contract()
    sandbox.trouble(Scenario(Trouble.CUT_BEFORE, "GenerateCertificate", 1))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.request(rsa_key(0), contract)
    with refused(Code.CERT_NOT_FOUND):
        client.collect(rsa_key(0))
    client.request(rsa_key(0), contract)


def test_connection_cut_after_the_request_was_taken(client: Client, sandbox: Sandbox) -> None:
    contract = client.contract()
    sandbox.trouble(Scenario(Trouble.CUT_AFTER, "GenerateCertificate", 1))
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.request(rsa_key(0), contract)
    assert client.collect(rsa_key(0))
    with refused(Code.KEY_ALREADY_USED):
        client.request(rsa_key(0), contract)


def test_connection_cut_in_the_middle_of_the_answer(client: Client, sandbox: Sandbox) -> None:
    sandbox.trouble(Scenario(Trouble.CUT_MIDWAY, "GenerateContract", 1))
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        client.contract()
    assert len(sandbox.state.contracts) == 1


@pytest.mark.parametrize(("trouble", "problem"), [(Trouble.TRUNCATED, NotXml), (Trouble.DTD, NotXml)])
def test_answer_that_cannot_be_read(
    client: Client, sandbox: Sandbox, trouble: Trouble, problem: type[Exception]
) -> None:
    sandbox.trouble(Scenario(trouble, times=1))
    with pytest.raises(problem):
        client.contract()
    client.contract()


def test_answer_to_another_request(client: Client, sandbox: Sandbox) -> None:
    sandbox.trouble(Scenario(Trouble.WRONG_IN_RESPONSE_TO, "GenerateContract"))
    with pytest.raises(WrongReply):
        client.contract()
    client.ask(certra.GET_GENERIC_ORGANIZATION_TYPES, None)  # another operation is spared


def test_certificate_for_another_key_or_name(client: Client, sandbox: Sandbox) -> None:
    client.request(rsa_key(0))
    sandbox.trouble(Scenario(Trouble.OTHER_KEY, times=3))
    other_key = client.collect(rsa_key(0)).chain[0]
    assert other_key.public_key() != rsa_key(0).public_key()
    sandbox.trouble(Scenario(Trouble.OTHER_DN, times=1))
    other_name = client.collect(rsa_key(0)).chain[0]
    assert other_name.public_key() == rsa_key(0).public_key()
    assert other_name.subject != other_key.subject
    right = client.collect(rsa_key(0)).chain[0]
    assert (right.public_key(), right.subject) == (rsa_key(0).public_key(), other_key.subject)


def test_wrong_challenge(client: Client, sandbox: Sandbox) -> None:
    software = client.certificate()
    sandbox.trouble(Scenario(Trouble.WRONG_CHALLENGE, times=1))
    challenge = client.ask(etkra.START_ETK_REGISTRATION, spki_der(rsa_key(1)), software)
    with pytest.raises(IssuedCertificateError):
        etk.serial_number_of(challenge, rsa_key(1))
    client.token(software, 1)


# ── The switchboard


def test_order_shows_what_it_did(line: http.client.HTTPConnection, sandbox: Sandbox) -> None:
    shown = _order(line, scenario="cut_after", operation="Revoke", times=2, polls=7, test_numbers=True)
    assert shown["scenarios"] == [{"scenario": "cut_after", "operation": "Revoke", "times": 2, "value": None}]
    assert (shown["polls"], shown["test_numbers"]) == (7, True)
    assert _order(line, clear=True)["scenarios"] == []
    assert _order(line, clock="2030-01-01T00:00:00Z")["now"] == "2030-01-01T00:00:00+00:00"
    assert _order(line, shift_days=-1)["now"] == "2029-12-31T00:00:00+00:00"
    mandate = {"type": "CBE", "number": "0123456749", "name": "Andere"}
    _order(line, mandates={"80010100107": [mandate]})
    assert sandbox.state.mandates["80010100107"][0].name == "Andere"


@pytest.mark.parametrize(
    "order",
    [
        b"{",
        b"[]",
        b'{"nonsense": 1}',
        b'{"scenario": "nonsense"}',
        b'{"scenario": "dtd", "operation": "Nonsense"}',
        b'{"scenario": "dtd", "times": -1}',
        b'{"times": 1}',
        b'{"polls": true}',
        b'{"polls": -1}',
        b'{"clock": "2026-01-01T00:00:00"}',
        b'{"clock": "tomorrow"}',
        b'{"shift_days": 1e99}',
        b'{"mandates": {"1": [{}]}}',
        b'{"polls": 9, "approve": 1}',
    ],
)
def test_order_that_cannot_be_followed_changes_nothing(
    line: http.client.HTTPConnection, sandbox: Sandbox, order: bytes
) -> None:
    before = sandbox.state.__class__()
    line.request("POST", "/_sandbox", order, {"Content-Type": "application/json"})
    reply = line.getresponse()
    assert (reply.status, list(json.loads(reply.read()))) == (400, ["problem"])
    assert sandbox.state == before


def test_a_web_page_cannot_give_orders(line: http.client.HTTPConnection) -> None:
    line.request("POST", "/_sandbox", b'{"clear": true}', {"Content-Type": "text/plain"})
    reply = line.getresponse()
    assert (reply.status, reply.read()) == (415, b"orders come as application/json")
    line.request("GET", "/_sandbox", headers={"Host": "attacker.example"})
    assert line.getresponse().status == HTTPStatus.MISDIRECTED_REQUEST


def test_visit_of_the_validation_address(client: Client, line: http.client.HTTPConnection) -> None:
    person = Person("80210100150", "Jean", "Etranger")
    csr_der = signing_request_der(rsa_key(0), subject_of(Holder("SSIN", person.ssin, None, "Etranger"), ("Jean",)))
    query = certra.SubmitCsrForForeigner(person, client.contact, csr_der)
    url = urlsplit(client.ask(certra.SUBMIT_CSR_FOR_FOREIGNER, query).url)
    assert url.netloc == f"{line.host}:{line.port}"
    for path, status in (("/_sandbox/validate/nobody", 404), (url.path, 200)):
        with pytest.raises(NotYetDelivered):
            client.collect(rsa_key(0), polls=3)
        line.request("GET", path)
        reply = line.getresponse()
        reply.read()
        assert reply.status == status
    client.collect(rsa_key(0), polls=1)


# ── HTTP itself


def test_connection_is_kept_open(client: Client, line: http.client.HTTPConnection) -> None:
    client.contract()
    kept = line.sock
    client.contract()
    assert line.sock is kept is not None


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("GET", {}, None, 405),
        ("PUT", {}, b"", 501),
        ("POST", {"Content-Type": "application/soap+xml"}, b"<a/>", 415),
        ("POST", {"Content-Type": "text/xml", "Content-Length": str(MAX_BODY + 1)}, None, 413),
        ("POST", {"Content-Type": "text/xml", "Content-Length": "-1"}, None, 411),
        ("POST", {"Content-Type": "text/xml"}, b"not xml", 500),
        ("POST", {"Content-Type": "text/xml"}, b"", 500),
    ],
)
def test_what_is_no_soap_request(
    line: http.client.HTTPConnection, method: str, headers: dict[str, str], body: bytes | None, status: int
) -> None:
    line.request(method, "/CertRa/v2", body, headers)
    assert line.getresponse().status == status


def test_it_listens_on_this_computer_only(server: SandboxServer) -> None:
    assert urlsplit(server.address).hostname == "127.0.0.1"


def test_every_request_and_answer_is_recorded(client: Client, tmp_path: Path) -> None:
    client.contract()
    client.ask(certra.GET_GENERIC_ORGANIZATION_TYPES, None)
    names = sorted(path.name for path in (tmp_path / "record").iterdir())
    assert names == [
        "0001-GenerateContract.answer.xml",
        "0001-GenerateContract.request.xml",
        "0002-GetGenericOrganizationTypes.answer.xml",
        "0002-GetGenericOrganizationTypes.request.xml",
    ]
    with SandboxServer(client.sandbox, record=tmp_path / "record"):
        pass
    request = (tmp_path / "record" / names[1]).read_bytes()
    assert etree.fromstring(request).tag.endswith("Envelope")


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_official_clients_own_bytes_are_answered(
    sandbox: Sandbox, server: SandboxServer, line: http.client.HTTPConnection
) -> None:
    raw = (SHARED / "golden" / "GenerateContract.http").read_bytes()
    _order(line, clock="2026-11-23T11:57:00Z", test_numbers=True)
    where = urlsplit(server.address)
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        for _ in range(2):  # on one connection, as it does
            connection.sendall(raw)
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            body = reply.read()
            assert reply.status == 200
            hold_against_schema("/CertRa/v2", body)
    assert b"Success" in body
    assert b"CN=NIHII-GROUP=71234567,OU=NIHII-GROUP=71234567,OU=TEST GROEP EEN," in body
    assert len(sandbox.state.contracts) == 2
    assert GROUP.number.encode() not in body
