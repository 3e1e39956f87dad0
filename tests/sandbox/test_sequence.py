"""The whole way, as a client goes it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from lxml import etree

from agent.core import dn
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import CertificateStatus, RevocationReason, TokenStatus
from agent.core.x509 import name_of, signing_request_der
from agent.errors import NotYetDelivered
from agent.ports import CardKey
from agent.protocol import certra, etk, etkdepot, etkra
from agent.sandbox.names import subject_of
from agent.sandbox.pki import months_later
from agent.sandbox.refusals import Code
from agent.sandbox.registry import Mandate
from agent.sandbox.services import Sandbox
from tests.sandbox.client import GROUP, NOW, PERSON, STRANGER, Client, Clock, identifier_of, refused, rsa_key


def test_new_certificate_and_token_from_contract_to_depot(client: Client) -> None:
    contract = client.contract()
    assert contract.dn == (
        "CN=NIHII-GROUP=71234523,OU=NIHII-GROUP=71234523,OU=GROEP EEN,OU=eHealth-platform Belgium,"
        "O=Federal Government,C=BE"
    )
    requested = client.request(rsa_key(0), contract, services=("tsa", "codage"))
    assert requested == certra.CertificateRequested(identifier_of(rsa_key(0)), True, None)
    for _ in range(2):
        with pytest.raises(NotYetDelivered):
            client.ask(certra.GET_CERTIFICATE, requested.public_key_identifier)
    software = client.collect(rsa_key(0), polls=1)
    leaf, issuing, root = software.chain
    assert name_of(leaf.subject).is_same(dn.parse(contract.dn))
    assert (leaf.not_valid_before_utc, leaf.not_valid_after_utc) == (NOW, months_later(NOW, 36))
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)

    registered = client.token(software)
    assert not registered.to_be_activated
    in_depot = client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP))
    assert in_depot == registered.etk_der
    token = etk.read_etk(in_depot)
    assert token.encryption_certificate.subject == leaf.subject
    assert {leaf, issuing, root} < set(token.certificates)
    assert token.signer == client.sandbox.pki.token_signer.certificate

    info = client.info(software)
    assert (info.status, info.token_status) == (CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE)
    assert (info.holder, info.contact, info.base_services) == (GROUP, client.contact, ("tsa", "codage"))
    assert (info.revocable, info.replaceable) == (True, False)
    assert info.replacement_opens == leaf.not_valid_after_utc - timedelta(days=90)


def test_replacement_keeps_the_old_token_until_the_new_one_is_activated(client: Client) -> None:
    old = client.old(days_left=45)
    info = client.info(old)
    assert info.replaceable
    old_etk = client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP))
    requested = client.request(rsa_key(0))
    assert requested.replaces == info.public_key_identifier
    assert not client.info(old).replaceable, "a second request would be refused"
    new = client.collect(rsa_key(0))
    assert client.info(old).status is client.info(new).status is CertificateStatus.VALID_ACTIVE

    assert client.token(new).to_be_activated
    assert client.info(new).token_status is TokenStatus.WAIT_FOR_ACTIVATION
    assert client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP)) == old_etk
    client.ask(etkra.ACTIVATE_ETK, None, new)
    assert client.info(new).token_status is TokenStatus.VALID_ACTIVE
    assert client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP)) != old_etk
    with refused(Code.ETK_NOT_TO_BE_ACTIVATED):
        client.ask(etkra.ACTIVATE_ETK, None, new)


def test_application_ids_tell_certificates_of_one_organization_apart(client: Client) -> None:
    client.certificate(0)
    client.holder = dataclasses.replace(GROUP, application_id="MYAPP-01")
    software = client.certificate(1)
    subject = dn.rfc2253(name_of(software.chain[0].subject))
    assert subject.startswith(r"CN=NIHII-GROUP\=71234523\, MYAPP-01,OU=MYAPP-01,OU=NIHII-GROUP\=71234523,OU=GROEP EEN,")
    assert client.info(software).holder == client.holder
    assert client.ask(certra.GET_EXISTING_APPLICATION_IDS, GROUP) == (None, "MYAPP-01")


def test_a_name_with_separators_stays_one_name(client: Client) -> None:
    client.holder = dataclasses.replace(GROUP, name='Jansen, Peeters + Co; "De <Zon>"')
    software = client.certificate()
    assert name_of(software.chain[0].subject).values("OU")[1] == 'JANSEN, PEETERS + CO; "DE <ZON>"'


def test_contract_is_a_page_in_two_languages_that_says_what_is_signed(client: Client) -> None:
    client.holder = dataclasses.replace(GROUP, name="Zorg & <Co>")
    texts = client.contract().text
    assert [text.language for text in texts] == ["nl", "fr"]
    for one in texts:
        page = etree.fromstring(one.text, etree.HTMLParser())
        read = " ".join(map(str, page.itertext()))
        assert one.text.startswith("<!DOCTYPE html>")
        assert "SANDBOX" in read
        assert all(fact in read for fact in ("Zorg & <Co>", GROUP.number, PERSON.full_name, "OU=ZORG & ", "23/11/2026"))


def test_a_person_gets_a_certificate_of_their_own(client: Client) -> None:
    client.holder = Holder("SSIN", PERSON.ssin, None, PERSON.surname)
    software = client.certificate_for_person()
    assert dn.rfc2253(name_of(software.chain[0].subject)).startswith(
        rf"CN=SSIN\={PERSON.ssin},OU=SSIN\={PERSON.ssin},OU=PERSOON TEST TWEEDE,"
    )
    info = client.info(software)
    assert (info.entity, info.first_names) == ("NaturalPerson", (PERSON.first_names,))


def test_foreigner_gets_a_certificate_after_the_visit(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    person = Person("80210100150", "Jean", "Étranger")
    subject = subject_of(Holder("SSIN", person.ssin, None, person.surname), ("Jean",))
    query = certra.SubmitCsrForForeigner(person, client.contact, signing_request_der(rsa_key(0), subject))
    validation = client.ask(certra.SUBMIT_CSR_FOR_FOREIGNER, query)
    assert validation.expires > clock()
    with pytest.raises(NotYetDelivered):
        client.collect(rsa_key(0))
    assert not sandbox.visit("something else")
    assert sandbox.visit(validation.url.rpartition("/")[2])
    assert client.collect(rsa_key(0)).chain[0].subject


def test_foreigner_who_comes_too_late_is_refused(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    person = Person("80210100150", "Jean", "Etranger")
    subject = subject_of(Holder("SSIN", person.ssin, None, person.surname), ("Jean",))
    query = certra.SubmitCsrForForeigner(person, client.contact, signing_request_der(rsa_key(0), subject))
    validation = client.ask(certra.SUBMIT_CSR_FOR_FOREIGNER, query)
    clock.instant = validation.expires + timedelta(seconds=1)
    assert not sandbox.visit(validation.url.rpartition("/")[2])
    with refused(Code.CERT_REQUEST_REFUSED):
        client.collect(rsa_key(0))


def test_revocation_takes_certificate_and_token_back(client: Client) -> None:
    software = client.certificate()
    client.token(software)
    identifier = identifier_of(rsa_key(0))
    query = certra.GenerateRevocationContract(identifier, PERSON, RevocationReason.SUPERSEDED)
    contract = client.ask(certra.GENERATE_REVOCATION_CONTRACT, query)
    client.ask(certra.REVOKE, certra.Revoke(identifier, contract), client.eid())
    info = client.info(software)
    assert (info.status, info.token_status) == (CertificateStatus.REVOKED, TokenStatus.REVOKED)
    assert not info.revocable
    with refused(Code.SIGNER_REVOKED):
        client.ask(etkra.ACTIVATE_ETK, None, software)
    with pytest.raises(Exception, match="ETK_NOT_FOUND"):
        client.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP))
    client.certificate(1)  # the DN is free again


def test_a_citizen_sees_what_they_may_manage(client: Client, sandbox: Sandbox) -> None:
    client.certificate()
    sandbox.issue_old(Holder("CBE", "0123456749", None, "Andere"), NOW + timedelta(days=10))
    signer = client.eid(CardKey.AUTHENTICATION)
    assert len(client.ask(certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, None, signer)) == 2
    sandbox.mandate(PERSON.ssin, [Mandate("CBE", "0123456749", "Andere")])
    (info,) = client.ask(certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, None, signer)
    assert info.holder.number == "0123456749"
    qualities = client.ask(certra.GET_ACTOR_QUALITIES, PERSON.ssin, signer)
    assert qualities.natural_person
    assert [(one.type, one.number) for one in qualities.organizations] == [("CBE", "0123456749")]
    with refused(Code.SIGNER_IS_ANOTHER_PERSON):
        client.ask(certra.GET_ACTOR_QUALITIES, STRANGER.ssin, signer)


def test_who_has_no_mandate_waits_for_a_person_at_ehealth(client: Client, sandbox: Sandbox) -> None:
    sandbox.mandate(PERSON.ssin, [])
    requested = client.request(rsa_key(0))
    assert not requested.automatically_validated
    with pytest.raises(NotYetDelivered):
        client.collect(rsa_key(0))
    assert sandbox.approve() == 1
    assert client.collect(rsa_key(0), polls=1)


def test_organization_types_have_names_rules_and_services(client: Client) -> None:
    types = {one.identifier_type: one for one in client.ask(certra.GET_GENERIC_ORGANIZATION_TYPES, None)}
    assert len(types) == 34
    group = types["NIHII-GROUP"]
    assert [text.language for text in group.name] == ["nl", "fr"]
    assert (group.pattern, group.check_digit_algorithms) == ("[0-9]{8}", ("NIHII_MOD97",))
    assert types["EHP"].check_digit_algorithms == ()
    assert "codage" not in types["SITE"].base_services


def test_expired_certificate_says_so_and_frees_its_name(client: Client, clock: Clock) -> None:
    old = client.old(days_left=1)
    clock.pass_by(days=2)
    info = client.info(old)
    assert (info.status, info.token_status) == (CertificateStatus.EXPIRED, TokenStatus.EXPIRED)
    assert client.request(rsa_key(0)).replaces is None
