"""The right key, over the whole request, under a trusted authority, at this moment."""

from __future__ import annotations

import base64
import copy
import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from lxml import etree

from agent.core import dn
from agent.core.person import Person
from agent.core.registration import CertificateStatus
from agent.core.x509 import signing_request_der
from agent.errors import SoapFault
from agent.ports import CardKey
from agent.protocol import certra, etkra, soap
from agent.protocol.operation import Operation
from agent.protocol.wire import HttpReply
from agent.protocol.xmldsig import KeySigner, sign
from agent.sandbox.refusals import Code
from agent.sandbox.services import Sandbox
from tests.sandbox.client import NOW, PERSON, SHARED, Client, Clock, refused, rsa_key, spki_der

DS = "{http://www.w3.org/2000/09/xmldsig#}"


def _unsigned(client: Client) -> bytes:
    contract = client.contract()
    csr_der = signing_request_der(rsa_key(0), dn.parse(contract.dn))
    query = certra.GenerateCertificate(client.contact, csr_der, contract, ("tsa",))
    return soap.request_xml(certra.GENERATE_CERTIFICATE, query, "_1", client.clock())


def _answered(client: Client, request_xml: bytes) -> object:
    return soap.answer(certra.GENERATE_CERTIFICATE, client.send(certra.GENERATE_CERTIFICATE, request_xml), "_1")


@pytest.mark.parametrize("card", ["RSA-2048", "P-384"])
def test_cards_of_both_generations_sign(client: Client, card: str) -> None:
    signer = client.eid(private_key=rsa_key(5) if card == "RSA-2048" else None)
    client.request(rsa_key(0), signer=signer)


def test_authentication_key_does_not_sign_requests(client: Client) -> None:
    with refused(Code.SIGNATURE_KEY_USAGE):
        client.request(rsa_key(0), signer=client.eid(CardKey.AUTHENTICATION))


def test_signature_key_does_not_ask_questions(client: Client) -> None:
    for operation, query in (
        (certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, None),
        (certra.GET_ACTOR_QUALITIES, PERSON.ssin),
    ):
        with refused(Code.SIGNATURE_KEY_USAGE):
            client.ask(operation, query, client.eid(CardKey.SIGNATURE))


def test_keystore_key_does_not_stand_in_for_the_eid(client: Client) -> None:
    software = client.old()
    with refused(Code.SIGNER_NOT_TRUSTED):
        client.request(rsa_key(0), signer=software)


def test_eid_does_not_stand_in_for_the_keystore_key(client: Client) -> None:
    client.old()
    with refused(Code.SIGNER_NOT_REGISTERED):
        client.info(client.eid(CardKey.AUTHENTICATION))


def test_certificate_of_somebody_elses_sandbox(client: Client, tmp_path: Path, clock: Clock) -> None:
    elsewhere = Client(Sandbox(tmp_path / "elsewhere", clock), clock)
    with refused(Code.SIGNER_NOT_TRUSTED):
        client.request(rsa_key(0), signer=elsewhere.eid())
    with refused(Code.SIGNER_NOT_REGISTERED):
        client.info(elsewhere.old())


def test_trusted_authority_is_trusted_as_root_or_as_citizen_ca(folder: Path, tmp_path: Path, clock: Clock) -> None:
    elsewhere = Client(Sandbox(tmp_path / "elsewhere", clock), clock)
    signer = elsewhere.eid()
    for anchor in signer.chain[1:]:
        (folder / "state.json").unlink(missing_ok=True)
        client = Client(Sandbox(folder, clock, [anchor]), clock)
        client.request(rsa_key(0), signer=signer)


def test_leaf_is_no_authority(client: Client, clock: Clock) -> None:
    """A chain through an eID's own certificate leads nowhere."""
    own = client.eid(private_key=rsa_key(5))
    subject = x509.Name([x509.NameAttribute(x509.ObjectIdentifier("2.5.4.3"), "Forged (Signature)")])
    forged = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(own.chain[0].subject)
        .public_key(rsa_key(6).public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(own.chain[0].extensions.get_extension_for_class(x509.KeyUsage).value, critical=True)
        .sign(rsa_key(5), own.chain[0].signature_hash_algorithm)  # type: ignore[arg-type]
    )
    with refused(Code.SIGNER_NOT_TRUSTED):
        client.request(rsa_key(0), signer=KeySigner(rsa_key(6), (forged, *own.chain)))


@pytest.mark.parametrize("order", ["leaf alone", "root before CA"])
def test_key_info_holds_the_chain_leaf_first(client: Client, order: str) -> None:
    signer = client.eid()
    leaf, authority, root = signer.chain
    chain = (leaf,) if order == "leaf alone" else (leaf, root, authority)
    with refused(Code.SIGNER_NOT_TRUSTED):
        client.request(rsa_key(0), signer=dataclasses.replace(signer, chain=chain))


def test_expired_eid(client: Client) -> None:
    with refused(Code.SIGNER_NOT_VALID_NOW):
        client.request(rsa_key(0), signer=client.eid(ends=NOW - timedelta(seconds=1)))


def test_eid_without_a_given_name_signs(client: Client) -> None:
    client.person = Person(PERSON.ssin, None, "Persoon")
    client.request(rsa_key(0))


def test_certificate_that_is_no_eids(client: Client) -> None:
    with refused(Code.SIGNER_NOT_AN_EID):
        client.request(rsa_key(0), signer=client.eid(person=Person("12345", "Not", "Citizen")))


def test_unsigned_request_is_not_understood(client: Client) -> None:
    with pytest.raises(SoapFault, match="Signature is missing"):
        _answered(client, _unsigned(client))


def test_request_changed_after_it_was_signed(client: Client) -> None:
    signed = sign(_unsigned(client), client.eid())
    with refused(Code.SIGNATURE_INVALID):
        _answered(client, signed.replace(b"test.persoon@", b"evil.persoon@"))
    _answered(client, signed)


def test_signature_moved_onto_another_request(client: Client) -> None:
    """A signature that holds over something else proves nothing about this."""
    signed = etree.fromstring(sign(_unsigned(client), client.eid()))
    victim = etree.fromstring(_unsigned(client).replace(b'"_1"', b'"_2"').replace(b"tsa", b"other"))
    signature = copy.deepcopy(signed[-1])
    etree.SubElement(signature, f"{DS}Object").append(signed)
    victim.append(signature)
    with refused(Code.SIGNATURE_INVALID):
        reply = client.send(certra.GENERATE_CERTIFICATE, etree.tostring(victim))
        soap.answer(certra.GENERATE_CERTIFICATE, reply, "_2")


def test_revoked_or_expired_certificate_may_still_ask_what_is_known_of_it(client: Client, clock: Clock) -> None:
    """The schema: anyone who controls the certificate can always get its details."""
    software = client.old(days_left=1)
    clock.pass_by(days=3)
    assert client.info(software).status is CertificateStatus.EXPIRED
    with refused(Code.SIGNER_NOT_VALID_NOW):
        client.ask(etkra.START_ETK_REGISTRATION, spki_der(rsa_key(1)), software)


@pytest.mark.parametrize("name", ["tampered", "reindented"])
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_official_clients_messages_after_they_were_changed(client: Client, name: str) -> None:
    xml = (SHARED / "golden" / f"{name}.StartETKRegistration.signed.xml").read_bytes()
    request = etree.fromstring(xml)
    client.sandbox.set_clock(_issued(request))
    reply = client.send(etkra.START_ETK_REGISTRATION, etree.tostring(request))
    with refused(Code.SIGNATURE_INVALID):
        soap.answer(etkra.START_ETK_REGISTRATION, reply, str(request.attrib["Id"]))


@pytest.mark.parametrize(
    "name", ["StartETKRegistration", "GetCertificateInfoForAuthenticationCertificate", "GenerateCertificate"]
)
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_official_clients_signed_messages_are_understood(client: Client, name: str) -> None:
    """Their signatures hold and their structure is right; what they are refused for is that nobody knows the signer."""
    request = etree.fromstring((SHARED / "golden" / f"{name}.signed.xml").read_bytes())
    chain = [x509.load_der_x509_certificate(_octets(one)) for one in request.iter(f"{DS}X509Certificate")]
    client.sandbox.set_clock(_issued(request))
    operations: tuple[Operation[Any, Any], ...] = (
        etkra.START_ETK_REGISTRATION,
        certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE,
        certra.GENERATE_CERTIFICATE,
    )
    operation = next(one for one in operations if one.name == name)
    unknown = Code.SIGNER_NOT_TRUSTED if name == "GenerateCertificate" else Code.SIGNER_NOT_REGISTERED

    def answered() -> object:
        reply: HttpReply = client.send(operation, etree.tostring(request))
        return soap.answer(operation, reply, str(request.attrib["Id"]))

    with refused(unknown):
        answered()
    if name != "GenerateCertificate":
        client.sandbox.adopt(chain[0], chain[1:])
        assert answered()


def _issued(request: etree._Element) -> datetime:
    return datetime.fromisoformat(str(request.attrib["IssueInstant"]))


def _octets(element: etree._Element) -> bytes:
    return base64.b64decode(element.text or "")
