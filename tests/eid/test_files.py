"""What is on the virtual eID: the sizes and bytes of spec/eid.md C3, certificates of B, identity files of C2."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from agent.core.eid import is_for_authentication, is_for_signature, person_of
from agent.core.person import Person
from agent.ports import CardKey
from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import ALICE, BOB
from tests.eid import pkcs15
from tests.eid.card import EidCard
from tests.eid.identity import fields_of
from tests.eid.people import Kind, make_card
from tests.eid.pkcs15 import CertificateFile

OLD, NEW = Generation.RSA_2048, Generation.P_384


def certificate(card: EidCard, file: CertificateFile) -> x509.Certificate:
    """Without the zeros behind it."""
    content = card.files[file.path]
    assert content[:2] == b"\x30\x82"
    return x509.load_der_x509_certificate(content[: 4 + int.from_bytes(content[2:4])])


def test_the_files_that_lead_to_the_others_are_as_long_as_the_manual_says(pki: Pki) -> None:
    files = make_card(pki, Kind(generation=OLD)).files
    wanted = {
        pkcs15.EF_DIR: 37,
        pkcs15.ODF: 36,
        pkcs15.TOKEN_INFO: 41,
        pkcs15.AODF: 53,
        pkcs15.PRKDF: 119,
        pkcs15.CDF: 163,
    }
    assert {path: len(files[path]) for path in wanted} == wanted


def test_the_private_keys_are_announced_byte_for_byte(pki: Pki) -> None:
    assert make_card(pki, Kind(generation=OLD)).files[pkcs15.PRKDF] == bytes.fromhex(
        f"303A30170C0E{b'Authentication'.hex()}030206C0040101300F04010203020520030203B802020082"
        "A10E300C300604043F00DF0002020800"
        f"303930150C09{b'Signature'.hex()}030206C004010102010130100401030303060040030203B802020083"
        "A10E300C300604043F00DF0002020800"
    )


def test_the_new_generation_announces_ec_keys_and_public_certificates(pki: Pki) -> None:
    files = make_card(pki, Kind(generation=NEW)).files
    assert files[pkcs15.PRKDF][0] == 0xA0
    assert files[pkcs15.PRKDF].endswith(bytes.fromhex("02020180"))
    assert bytes.fromhex("03020640") in files[pkcs15.CDF]
    assert bytes.fromhex("030206C0") not in files[pkcs15.CDF]
    assert files[pkcs15.CDF].count(bytes.fromhex("830100")) == len(CertificateFile)
    assert len(files[pkcs15.BASIC_KEY]) == 120


def test_only_a_card_for_opensc_announces_the_alias_and_public_certificates(pki: Pki) -> None:
    assert bytes.fromhex("0202008F") not in make_card(pki).files[pkcs15.PRKDF]
    aliased = make_card(pki, Kind(for_opensc=True)).files[pkcs15.PRKDF]
    assert bytes.fromhex("0202008F") in aliased
    assert bytes.fromhex("02020083") not in aliased
    private = bytes.fromhex("030206C0040101")
    assert make_card(pki).files[pkcs15.CDF].count(private) == len(CertificateFile)
    assert private not in make_card(pki, Kind(for_opensc=True)).files[pkcs15.CDF]


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("person", [ALICE, BOB], ids=lambda person: person.surname)
def test_the_certificates_are_a_citizens(pki: Pki, generation: Generation, person: Person) -> None:
    card = make_card(pki, Kind(person, generation))
    authentication, signature, authority, root = (certificate(card, file) for file in CertificateFile)
    assert person_of(authentication) == person_of(signature) == person
    assert is_for_authentication(authentication)
    assert not is_for_signature(authentication)
    assert is_for_signature(signature)
    for leaf, reference in ((authentication, 0x82), (signature, 0x83)):
        leaf.verify_directly_issued_by(authority)
        assert leaf.public_key() == card.keys[reference].public_key()
    authority.verify_directly_issued_by(root)
    assert root in pki.eid_roots


@pytest.mark.parametrize("generation", Generation)
def test_a_card_without_a_signature_certificate_still_has_its_key(pki: Pki, generation: Generation) -> None:
    card = make_card(pki, Kind(generation=generation, certified=(CardKey.AUTHENTICATION,)))
    whole = make_card(pki, Kind(generation=generation))
    assert card.files[CertificateFile.SIGNATURE.path] == bytes(2500)
    assert b"Signature" not in card.files[pkcs15.CDF]
    assert b"Signature" in card.files[pkcs15.PRKDF]
    assert len(card.files[pkcs15.CDF]) == len(whole.files[pkcs15.CDF])
    assert card.files[pkcs15.CDF].endswith(bytes(40))


@pytest.mark.parametrize("generation", Generation)
def test_a_foreigners_card_leads_to_the_same_root(pki: Pki, generation: Generation) -> None:
    card = make_card(pki, Kind(generation=generation, is_foreigner=True))
    authority = certificate(card, CertificateFile.CA)
    assert authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "SANDBOX Foreigner CA"
    certificate(card, CertificateFile.SIGNATURE).verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(certificate(card, CertificateFile.ROOT))
    assert fields_of(card.files[pkcs15.IDENTITY])[0x0F] == b"11"


def test_validity_is_as_wanted(pki: Pki) -> None:
    begins = datetime(2016, 5, 1, tzinfo=UTC)
    card = make_card(pki, Kind(validity=(begins, begins + timedelta(days=3652))))
    assert certificate(card, CertificateFile.SIGNATURE).not_valid_after_utc == begins + timedelta(days=3652)
    assert fields_of(card.files[pkcs15.IDENTITY])[0x03] == b"01.05.2016"


@pytest.mark.parametrize("generation", Generation)
def test_the_register_signed_identity_and_address(pki: Pki, generation: Generation) -> None:
    files = make_card(pki, Kind(generation=generation)).files
    content = files[pkcs15.RRN_CERTIFICATE]
    register = x509.load_der_x509_certificate(content[: 4 + int.from_bytes(content[2:4])]).public_key()
    address = files[pkcs15.ADDRESS]
    assert len(address) == 117
    for data, signature in (
        (files[pkcs15.IDENTITY], files[pkcs15.IDENTITY_SIGNATURE]),
        (address.rstrip(b"\0") + files[pkcs15.IDENTITY_SIGNATURE], files[pkcs15.ADDRESS_SIGNATURE]),
    ):
        if isinstance(register, ec.EllipticCurvePublicKey):
            register.verify(signature, data, ec.ECDSA(hashes.SHA384()))
        else:
            assert isinstance(register, rsa.RSAPublicKey)
            register.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    fields = fields_of(files[pkcs15.IDENTITY])
    assert fields[0x06] == ALICE.ssin.encode()
    assert len(fields[0x02]) == 16
    assert len(fields[0x11]) == (48 if generation is NEW else 32)
    assert (0x1A in fields) == (generation is NEW)
