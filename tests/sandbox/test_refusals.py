"""Every refusal, by its own code; a refused request leaves nothing behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from agent.core import dn
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import ContactData, Contract, LocalizedText, PublicKeyIdentifier, RevocationReason
from agent.core.x509 import signing_request_der, x509_name
from agent.errors import Refused
from agent.protocol import certra, etkra
from agent.protocol.xmldsig import KeySigner
from agent.sandbox.names import subject_of
from agent.sandbox.pki import encryption_key_usage
from agent.sandbox.refusals import Code
from agent.sandbox.registry import Mandate
from agent.sandbox.services import Sandbox
from tests.sandbox.client import (
    CONTACT,
    GROUP,
    NOW,
    PERSON,
    STRANGER,
    Client,
    Clock,
    ec_key,
    identifier_of,
    refused,
    rsa_key,
)


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_issue_instant_far_from_now(client: Client, sandbox: Sandbox, seconds: int) -> None:
    sandbox.set_clock(NOW + timedelta(seconds=seconds))
    with refused(Code.ISSUE_INSTANT_NOT_NOW):
        client.contract()


@pytest.mark.parametrize(
    "contact",
    [
        ContactData("no address", "0032470123456"),
        ContactData("a@b", "0032470123456"),
        ContactData("a@example.org", "+32470123456"),
        ContactData("a@example.org", ""),
        ContactData("a@example.org", "0032470123456", "two@at@example.org"),
        ContactData("a@example.org", "0032470123456", None, "02/123"),
    ],
)
def test_contact_data_that_nobody_can_be_reached_by(client: Client, contact: ContactData) -> None:
    with refused(Code.CONTACT_DATA_INVALID):
        client.contract(contact=contact)


@pytest.mark.parametrize(
    ("holder", "code"),
    [
        (Holder("NIHII-NONSENSE", "71234523", None, "x"), Code.IDENTIFIER_TYPE_UNKNOWN),
        (Holder("NIHII-GROUP", "7123452", None, "x"), Code.IDENTIFIER_FORMAT),
        (Holder("NIHII-GROUP", "７1234523", None, "x"), Code.IDENTIFIER_FORMAT),
        (Holder("NIHII-GROUP", "71234567", None, "x"), Code.IDENTIFIER_CHECK_DIGITS),
        (Holder("CBE", "0123456748", None, "x"), Code.IDENTIFIER_CHECK_DIGITS),
        (Holder("SSIN", "80010100164", None, "x"), Code.IDENTIFIER_CHECK_DIGITS),
        (dataclasses.replace(GROUP, application_id="lower"), Code.APPLICATION_ID_INVALID),
        (dataclasses.replace(GROUP, application_id="X" * 31), Code.APPLICATION_ID_INVALID),
        (Holder("SSIN", PERSON.ssin, "APP", PERSON.surname), Code.APPLICATION_ID_INVALID),
        (Holder("SSIN", STRANGER.ssin, None, PERSON.surname), Code.ACTOR_INVALID),
        (Holder("SSIN", PERSON.ssin, None, "Persoon-Anders"), Code.ACTOR_INVALID),
        (dataclasses.replace(GROUP, name=""), Code.ACTOR_INVALID),
    ],
)
def test_holders_that_get_no_contract(client: Client, holder: Holder, code: Code) -> None:
    with refused(code):
        client.contract(holder=holder, first_names=(PERSON.first_names,))


def test_signer_without_an_ssin(client: Client) -> None:
    with refused(Code.ACTOR_INVALID):
        client.contract(signer=Person("8001010010", "Test", "Persoon"))


def test_test_numbers_spare_the_check_digits_only(client: Client, sandbox: Sandbox) -> None:
    sandbox.state.test_numbers = True
    client.contract(holder=Holder("NIHII-GROUP", "71234567", None, "x"))
    with refused(Code.IDENTIFIER_FORMAT):
        client.contract(holder=Holder("NIHII-GROUP", "712345678", None, "x"))


def test_number_of_a_registered_holder_is_not_checked_again(client: Client) -> None:
    client.holder = Holder("NIHII-GROUP", "71234567", None, "Test groep Een")
    client.old()
    assert client.contract().dn.startswith("CN=NIHII-GROUP=71234567,")


# ── The contract and who signs it


def _text_changed(contract: Contract) -> Contract:
    first, *others = contract.text
    return dataclasses.replace(contract, text=(LocalizedText(first.language, first.text + " "), *others))


def _languages_swapped(contract: Contract) -> Contract:
    return dataclasses.replace(contract, text=contract.text[::-1])


def _dn_changed(contract: Contract) -> Contract:
    return dataclasses.replace(contract, dn=contract.dn.replace("71234523", "71234524"))


def _signer_changed(contract: Contract) -> Contract:
    return dataclasses.replace(contract, signer=STRANGER)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_text_changed, Code.CONTRACT_UNKNOWN),
        (_languages_swapped, Code.CONTRACT_UNKNOWN),
        (_dn_changed, Code.CONTRACT_DN_CHANGED),
        (_signer_changed, Code.CONTRACT_SIGNER_CHANGED),
    ],
)
def test_contract_that_is_not_the_one_that_was_issued(
    client: Client, change: Callable[[Contract], Contract], code: Code
) -> None:
    contract = client.contract()
    csr_der = signing_request_der(rsa_key(0), dn.parse(contract.dn))
    with refused(code):
        client.request(rsa_key(0), change(contract), csr_der=csr_der)
    client.request(rsa_key(0), contract)  # and as it was, it is taken


def test_contract_with_its_name_escaped_and_spaced_is_unchanged(client: Client) -> None:
    contract = client.contract()
    written = ", ".join(part.replace("NIHII-GROUP=", r"NIHII-GROUP\=") for part in contract.dn.split(","))
    client.request(rsa_key(0), dataclasses.replace(contract, dn=written))


@pytest.mark.parametrize(
    "person",
    [
        STRANGER,
        dataclasses.replace(PERSON, ssin=STRANGER.ssin),
        dataclasses.replace(PERSON, first_names="Test"),
        dataclasses.replace(PERSON, surname="PERSOON"),
    ],
)
def test_eid_that_is_not_the_contract_signers(client: Client, person: Person) -> None:
    with refused(Code.SIGNER_IS_ANOTHER_PERSON):
        client.request(rsa_key(0), signer=client.eid(person=person))


def test_base_service_that_is_not_for_this_type(client: Client) -> None:
    client.holder = Holder("SITE", "0123", None, "Campus")
    with refused(Code.BASE_SERVICE_NOT_ALLOWED):
        client.request(rsa_key(0), services=("tsa", "codage"))


# ── The CSR


def _csr(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: hashes.SHA256 | hashes.SHA512) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509_name(subject_of(GROUP)))
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


def _broken_signature() -> bytes:
    der = _csr(rsa_key(0), hashes.SHA256())
    return der[:-1] + bytes([der[-1] ^ 1])


@pytest.mark.parametrize(
    ("csr", "code"),
    [
        (lambda: b"\x30\x00", Code.CSR_INVALID),
        (_broken_signature, Code.CSR_SIGNATURE),
        (lambda: _csr(rsa_key(0), hashes.SHA512()), Code.CSR_SIGNATURE),
        (lambda: _csr(ec_key(), hashes.SHA256()), Code.CSR_KEY),
        (lambda: _csr(rsa.generate_private_key(public_exponent=65537, key_size=1024), hashes.SHA256()), Code.CSR_KEY),
        (
            lambda: signing_request_der(rsa_key(0), subject_of(Holder("NIHII-GROUP", "71234523", None, "Groep Twee"))),
            Code.CSR_SUBJECT,
        ),
        (
            lambda: signing_request_der(rsa_key(0), subject_of(dataclasses.replace(GROUP, application_id="APP"))),
            Code.CSR_SUBJECT,
        ),
    ],
)
def test_signing_requests_that_are_not_taken(client: Client, csr: Callable[[], bytes], code: Code) -> None:
    with refused(code):
        client.request(rsa_key(0), csr_der=csr())
    assert not client.sandbox.state.registrations


def test_subject_in_another_order_is_the_same_name(client: Client) -> None:
    subject = subject_of(GROUP)
    client.request(rsa_key(0), csr_der=signing_request_der(rsa_key(0), dn.Name(subject.attributes[::-1])))


def test_key_that_was_used_before(client: Client) -> None:
    software = client.certificate(0)
    client.token(software, 1)
    client.holder = dataclasses.replace(GROUP, application_id="SECOND")
    for number in (0, 1):  # as an authentication key and as an encryption key
        with refused(Code.KEY_ALREADY_USED):
            client.request(rsa_key(number))
    with refused(Code.KEY_ALREADY_USED):
        client.start_token(client.certificate(2), rsa_key(0))


# ── One certificate per name


def test_second_request_while_the_first_is_under_way(client: Client) -> None:
    client.request(rsa_key(0))
    with refused(Code.CERT_REQUEST_IN_PROGRESS):
        client.request(rsa_key(1))


@pytest.mark.parametrize(("days_left", "granted"), [(91, False), (90, True), (1, True)])
def test_replacement_opens_ninety_days_before_the_end(client: Client, days_left: int, granted: bool) -> None:
    client.old(days_left=days_left)
    if granted:
        assert client.request(rsa_key(0)).replaces is not None
    else:
        with refused(Code.CERT_ALREADY_ACTIVE):
            client.request(rsa_key(0))


def test_third_certificate_while_two_are_active(client: Client) -> None:
    client.old(days_left=30)
    client.certificate(0)
    with refused(Code.CERT_ALREADY_ACTIVE):
        client.request(rsa_key(1))


def test_unknown_key_identifier_is_not_the_same_as_not_yet(client: Client) -> None:
    with refused(Code.CERT_NOT_FOUND):
        client.ask(certra.GET_CERTIFICATE, PublicKeyIdentifier("00" * 20))


# ── Foreigners


@pytest.mark.parametrize(
    ("ssin", "code"),
    [
        (PERSON.ssin, Code.IDENTIFIER_FORMAT),
        ("80210100151", Code.IDENTIFIER_CHECK_DIGITS),
        ("8021010015", Code.IDENTIFIER_FORMAT),
    ],
)
def test_only_bis_numbers_are_foreigners(client: Client, ssin: str, code: Code) -> None:
    person = Person(ssin, "Jean", "Etranger")
    csr_der = signing_request_der(rsa_key(0), subject_of(Holder("SSIN", ssin, None, "Etranger"), ("Jean",)))
    with refused(code):
        client.ask(certra.SUBMIT_CSR_FOR_FOREIGNER, certra.SubmitCsrForForeigner(person, CONTACT, csr_der))


# ── Revocation


def test_revocation_that_does_not_fit_its_contract(client: Client, sandbox: Sandbox) -> None:
    client.certificate(0)
    identifier = identifier_of(rsa_key(0))
    query = certra.GenerateRevocationContract(identifier, PERSON, RevocationReason.SUPERSEDED)
    contract = client.ask(certra.GENERATE_REVOCATION_CONTRACT, query)
    other_reason = dataclasses.replace(contract, reason=RevocationReason.KEY_COMPROMISE)
    for changed, code in (
        (other_reason, Code.CONTRACT_REASON_CHANGED),
        (dataclasses.replace(contract, text=contract.text[:1]), Code.CONTRACT_UNKNOWN),
    ):
        with refused(code):
            client.ask(certra.REVOKE, certra.Revoke(identifier, changed), client.eid())
    with refused(Code.SIGNER_IS_ANOTHER_PERSON):
        client.ask(certra.REVOKE, certra.Revoke(identifier, contract), client.eid(person=STRANGER))
    sandbox.mandate(PERSON.ssin, [Mandate("CBE", "0123456749", "Andere")])
    with refused(Code.SIGNER_NOT_AUTHORIZED):
        client.ask(certra.REVOKE, certra.Revoke(identifier, contract), client.eid())


def test_revocation_of_what_is_not_active(client: Client) -> None:
    client.request(rsa_key(0))
    for identifier, code in (
        (identifier_of(rsa_key(0)), Code.CERT_NOT_REVOCABLE),
        (PublicKeyIdentifier("AB" * 20), Code.CERT_NOT_FOUND),
    ):
        query = certra.GenerateRevocationContract(identifier, PERSON, RevocationReason.SUPERSEDED)
        with refused(code):
            client.ask(certra.GENERATE_REVOCATION_CONTRACT, query)


# ── Encryption tokens


def test_token_for_a_key_that_is_none(client: Client) -> None:
    software = client.certificate()
    point = (
        ec_key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for der in (b"\x30\x00", point):
        with refused(Code.ENCRYPTION_KEY):
            client.ask(etkra.START_ETK_REGISTRATION, der, software)


def test_token_is_completed_only_once_started_and_once(client: Client) -> None:
    software = client.certificate()
    with refused(Code.ETK_NOT_STARTED):
        client.complete_token(software, b"\x30\x00")
    client.token(software, 1)
    with refused(Code.ETK_ALREADY_REGISTERED):
        client.start_token(software, rsa_key(2))
    with refused(Code.ETK_ALREADY_REGISTERED):
        client.complete_token(software, b"\x30\x00")


def test_registration_may_be_started_again_before_it_is_complete(client: Client) -> None:
    software = client.certificate()
    first = client.start_token(software, rsa_key(1))
    second = client.start_token(software, rsa_key(1))
    assert first != second
    client.token(software, 1)


_USAGES = {
    "more": {"key_encipherment", "data_encipherment", "digital_signature"},
    "less": {"key_encipherment"},
    "other": {"digital_signature"},
}
_ALL_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _usage(words: set[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in words for name in _ALL_USAGES})


@dataclasses.dataclass
class _Draft:
    """An encryption certificate, right unless a test changes it."""

    issuer: x509.Name
    subject: x509.Name
    serial: int
    start: datetime
    end: datetime
    public_key: rsa.RSAPublicKey
    signing_key: Any
    usage: x509.KeyUsage | None = dataclasses.field(default_factory=encryption_key_usage)
    critical: bool = True
    algorithm: hashes.SHA256 | hashes.SHA512 = dataclasses.field(default_factory=hashes.SHA256)

    def der(self) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .issuer_name(self.issuer)
            .subject_name(self.subject)
            .serial_number(self.serial)
            .not_valid_before(self.start)
            .not_valid_after(self.end)
            .public_key(self.public_key)
        )
        if self.usage is not None:
            builder = builder.add_extension(self.usage, critical=self.critical)
        return builder.sign(self.signing_key, self.algorithm).public_bytes(serialization.Encoding.DER)


def _draft(software: KeySigner, serial: int, key: rsa.RSAPrivateKey) -> _Draft:
    leaf = software.chain[0]
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    return _Draft(leaf.subject, leaf.subject, serial, start, end, key.public_key(), software.private_key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"serial": 12345}, Code.ETK_SERIAL_NUMBER),
        ({"issuer": x509_name(subject_of(dataclasses.replace(GROUP, application_id="A")))}, Code.ETK_SUBJECT),
        ({"subject": x509_name(subject_of(dataclasses.replace(GROUP, application_id="A")))}, Code.ETK_SUBJECT),
        ({"start": NOW + timedelta(seconds=1)}, Code.ETK_VALIDITY),
        ({"end": NOW + timedelta(days=1)}, Code.ETK_VALIDITY),
        ({"critical": False}, Code.ETK_KEY_USAGE),
        ({"usage": None}, Code.ETK_KEY_USAGE),
        ({"usage": _usage(_USAGES["more"])}, Code.ETK_KEY_USAGE),
        ({"usage": _usage(_USAGES["less"])}, Code.ETK_KEY_USAGE),
        ({"usage": _usage(_USAGES["other"])}, Code.ETK_KEY_USAGE),
        ({"algorithm": hashes.SHA512()}, Code.ETK_SIGNATURE),
    ],
)
def test_encryption_certificates_that_are_not_registered(client: Client, change: dict[str, Any], code: Code) -> None:
    software = client.certificate()
    draft = _draft(software, client.start_token(software, rsa_key(1)), rsa_key(1))
    with refused(code):
        client.complete_token(software, dataclasses.replace(draft, **change).der())
    assert client.complete_token(software, draft.der()).etk_der  # and as it should be, it is taken


def test_encryption_certificate_for_or_by_another_key(client: Client) -> None:
    software = client.certificate()
    draft = _draft(software, client.start_token(software, rsa_key(1)), rsa_key(1))
    with refused(Code.ETK_PUBLIC_KEY):
        client.complete_token(software, dataclasses.replace(draft, public_key=rsa_key(2).public_key()).der())
    with refused(Code.ETK_SIGNATURE):
        client.complete_token(software, dataclasses.replace(draft, signing_key=rsa_key(2)).der())
    version = b"\xa0\x03\x02\x01"
    for nonsense in (b"\x30\x00", draft.der().replace(version + b"\x02", version + b"\x07", 1)):
        with refused(Code.ETK_CERTIFICATE_INVALID):
            client.complete_token(software, nonsense)


def test_a_refusal_says_which_check_failed_in_code_message_and_parameters(client: Client) -> None:
    client.holder = Holder("NIHII-GROUP", "71234567", None, "x")
    with pytest.raises(Refused) as caught:
        client.contract()
    assert caught.value.code == Code.IDENTIFIER_CHECK_DIGITS
    assert "check digits" in caught.value.message
    assert caught.value.parameters == (("value", "71234567"),)


def test_token_with_a_certificate_past_its_end(client: Client, clock: Clock) -> None:
    software = client.old(days_left=1)
    clock.pass_by(days=2)
    with refused(Code.SIGNER_NOT_VALID_NOW):
        client.start_token(software, rsa_key(1))
