"""The virtual eID answers as the tables of spec/eid.md say: C3 (files), C4 (commands). C5 is in `test_pin`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import ALICE, PIN
from tests.eid import pkcs15
from tests.eid.apdu import pin_block
from tests.eid.card import EidCard
from tests.eid.identity import fields_of
from tests.eid.people import Kind, make_card

OLD, NEW = Generation.RSA_2048, Generation.P_384
VERIFY = bytes.fromhex("0020000108") + pin_block(PIN)


@pytest.fixture
def old(pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=OLD))


@pytest.fixture
def new(pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=NEW))


@pytest.fixture(params=list(Generation), ids=lambda generation: generation.name)
def either(request: pytest.FixtureRequest, pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=request.param))


def sent(card: EidCard, *commands: str) -> str:
    """The answer to the last command, data and status word in hexadecimal."""
    answer = b""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    return answer.hex().upper()


def read(card: EidCard, path: bytes) -> bytes:
    """A whole file, as middleware reads it: by path, in pieces, the last one repeated with the Le that is told."""
    assert sent(card, f"00A4080C{len(path):02X}{path.hex()}") == "9000"
    content = b""
    while True:
        answer = card.transmit(bytes((0x00, 0xB0, *len(content).to_bytes(2), 0x00)))
        if answer[-2] == 0x6C:
            return content + card.transmit(bytes((0x00, 0xB0, *len(content).to_bytes(2), answer[-1])))[:-2]
        if answer == b"\x6b\x00":
            return content
        content += answer[:-2]


# ── C4, SELECT ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00A4040C0FA00000003029057000AD13100101FF", "9000"),
        ("00A404000FA00000003029057000AD13100101FF", "9000"),
        ("00A4040C0CA000000177504B43532D3135", "9000"),
        ("00A4040C0CA000000177496446696C6573", "9000"),
        ("00A4040C05A000000001", "6A82"),
        ("00A4020C022F00", "9000"),
        ("00A4020C02DF00", "9000"),
        ("00A4020C025031", "6A82"),  # not in this folder
        ("00A4020C03DF0050", "6A87"),
        ("00A4080C022F00", "9000"),
        ("00A4080C043F002F00", "9000"),
        ("00A4080C04DF005031", "9000"),
        ("00A4080C063F00DF005031", "9000"),
        ("00A4080C063F00DF005099", "6A82"),
        ("00A4080C033F00DF", "6A87"),
        ("00A4030C022F00", "6A86"),
        ("00A4020D022F00", "6A86"),
    ],
)
def test_select(either: EidCard, command: str, sw: str) -> None:
    assert sent(either, command) == sw


def test_files_are_found_from_where_one_is_and_folders_from_anywhere(either: EidCard) -> None:
    assert sent(either, "00A4020C02DF00", "00A4020C025031") == "9000"
    assert sent(either, "00A4020C02DF01", "00A4020C024031") == "9000"
    assert sent(either, "00A4020C025031") == "6A82"
    assert sent(either, "00A4020C023F00", "00A4020C022F00") == "9000"


def test_a_failed_select_leaves_the_file_selected(either: EidCard) -> None:
    assert sent(either, "00A4080C043F002F00", "00A4020C029999", "00B0000002") == "61239000"


# ── C4, READ BINARY, GET RESPONSE, READ RECORD ───────────────────────────────────────────────────────────────────────


def test_read_binary(either: EidCard) -> None:
    assert sent(either, "00B0000001") == "6986"
    sent(either, "00A4080C043F002F00")
    assert sent(either, "00B0000000") == "6C25"
    assert sent(either, "00B0000025") == (pkcs15._DIR.hex().upper() + "9000")
    assert sent(either, "00B0000A1C") == "6C1B"
    assert sent(either, "00B0000A1B") == (pkcs15._DIR[10:].hex().upper() + "9000")
    assert sent(either, "00B0002500") == "6B00"
    assert sent(either, "00A4020C02DF00", "00B0000001") == "6986"


def test_le_of_zero_reads_256_bytes(either: EidCard) -> None:
    assert len(sent(either, "00A4080C063F00DF005038", "00B0000000")) == 2 * 258


def test_get_response(old: EidCard) -> None:
    assert sent(old, "00C0000000") == "6985"
    sent(old, "002241B6050480088482", VERIFY.hex())
    assert sent(old, f"002A9E9A20{bytes(32).hex()}") == "6100"
    assert sent(old, "00C0000080")[-4:] == "6180"
    assert sent(old, "00C00000FF") == "6C80"
    assert sent(old, "00C0000080")[-4:] == "9000"
    assert sent(old, "00C0000080") == "6985"


def test_another_command_takes_the_response_away(old: EidCard) -> None:
    sent(old, "002241B6050480088482", VERIFY.hex(), f"002A9E9A20{bytes(32).hex()}")
    assert sent(old, "80E400001C", "00C0000000") == "6985"


def test_read_record(new: EidCard) -> None:
    assert sent(new, "80B2060600") == "6986"
    sent(new, "00A4080C063F00DF014031")
    assert sent(new, "80B2060600") == f"060B{ALICE.ssin.encode().hex()}9000".upper()
    assert fields_of(bytes.fromhex(sent(new, "80B2070800"))[:-2]) == {
        7: ALICE.surname.encode(),
        8: (ALICE.first_names or "").encode(),
    }
    assert sent(new, "80B2060605") == "6C0D"
    assert sent(new, "80B2707100") == "6A83"
    assert sent(new, "00A4080C063F00DF014033", "80B2020200")[-4:] == "9000"
    assert sent(new, "00A4080C063F00DF014035", "80B2060600") == "6981"


# ── C4, the applet's own, and what it does not know ──────────────────────────────────────────────────────────────────


def test_get_card_data(old: EidCard, new: EidCard) -> None:
    for card, rest in ((old, "A5030101011700030121010F"), (new, "A5030101011800010100020F")):
        assert sent(card, "80E400001C") == (card.serial.hex() + rest + "9000").upper()
        assert sent(card, "80E4000000") == "6C1C"
    assert sent(old, "80E400011F") == "6A86"
    new.pin.tries = 2
    assert sent(new, "80E400011F").endswith("0F02FFFF9000")
    assert sent(new, "80E400011C") == "6C1F"


@pytest.mark.parametrize("command", ["80E60000", "80E6000000"])
def test_log_off(either: EidCard, command: str) -> None:
    sent(either, VERIFY.hex())
    assert either.pin.is_open
    assert sent(either, command) == "9000"
    assert not either.pin.is_open


def test_get_challenge(either: EidCard) -> None:
    first, second = sent(either, "0084000014"), sent(either, "0084000014")
    assert len(first) == len(second) == 2 * 22
    assert first != second


def test_internal_authenticate(new: EidCard) -> None:
    challenge = bytes(range(48))
    assert sent(new, f"00880281329430{challenge.hex()}") == "6160"
    signature = bytes.fromhex(sent(new, "00C0000060"))[:-2]
    basic_key = load_der_public_key(read(new, pkcs15.BASIC_KEY))
    assert isinstance(basic_key, ec.EllipticCurvePublicKey)
    basic_key.verify(der(signature), challenge, ec.ECDSA(Prehashed(hashes.SHA384())))
    assert sent(new, f"00880281319430{bytes(47).hex()}") == "6A80"
    assert sent(new, f"00880282329430{challenge.hex()}") == "6A86"
    assert new.pin.attempts == 0


@pytest.mark.parametrize("command", [f"00880281329430{bytes(48).hex()}", "80B2060600"])
def test_the_old_applet_has_neither_internal_authenticate_nor_records(old: EidCard, command: str) -> None:
    assert sent(old, "00A4080C063F00DF014031", command) == "6D00"


@pytest.mark.parametrize(
    ("command", "sw"),
    [("FFCA000000", "6E00"), ("01A40000", "6E00"), ("00D60000", "6D00"), ("80200001", "6D00"), ("00E6", "6700")],
)
def test_what_no_eid_knows(either: EidCard, command: str, sw: str) -> None:
    assert sent(either, command) == sw


@pytest.mark.parametrize("command", ["0020000108241234", "00A4080C043F002F0000FF", "00A4080C013F002F00"])
def test_a_command_that_is_not_as_long_as_it_says(either: EidCard, command: str) -> None:
    assert sent(either, command) == "6700"
    assert either.pin.attempts == 0


# ── C4, MSE and PSO ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("002241B605048001 8483", "9000"),
        ("002241B605048001 8482", "9000"),
        ("002241B605048003 8482", "6A80"),
        ("002241B605048101 8482", "6A80"),
        ("002241B605038001 8482", "6A80"),
        ("002241B604048001 84", "6A80"),
        ("002241B605048001 8481", "6A88"),
        ("002241B605048001 848F", "6A88"),
        ("002241A405048001 8482", "6A86"),
    ],
)
def test_mse(either: EidCard, command: str, sw: str) -> None:
    assert sent(either, command) == sw


def test_only_the_new_card_signs_any_hash_and_only_the_old_one_has_no_other(old: EidCard, new: EidCard) -> None:
    raw = "002241B6050480408482"
    assert (sent(old, raw), sent(new, raw)) == ("6A80", "9000")


def test_pso_without_its_conditions(either: EidCard) -> None:
    hash_ = f"002A9E9A20{bytes(32).hex()}"
    assert sent(either, VERIFY.hex(), hash_) == "6985"
    assert sent(either, "002241B6050480018482", "80E60000", hash_) == "6982"
    assert sent(either, f"002A9E9B20{bytes(32).hex()}") == "6A86"


Check = Callable[[rsa.RSAPublicKey, bytes, bytes], None]


def with_pkcs1(algorithm: hashes.HashAlgorithm) -> Check:
    return lambda key, signature, digest: key.verify(signature, digest, padding.PKCS1v15(), Prehashed(algorithm))


def with_pss(algorithm: hashes.HashAlgorithm) -> Check:
    scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return lambda key, signature, digest: key.verify(signature, digest, scheme, Prehashed(algorithm))


@pytest.mark.parametrize("reference", ["82", "83"])
@pytest.mark.parametrize(
    ("algorithm", "size", "check"),
    [
        ("02", 20, with_pkcs1(hashes.SHA1())),
        ("04", 16, with_pkcs1(hashes.MD5())),
        ("08", 32, with_pkcs1(hashes.SHA256())),
        ("10", 20, with_pss(hashes.SHA1())),
        ("20", 32, with_pss(hashes.SHA256())),
    ],
)
def test_every_rsa_algorithm(old: EidCard, algorithm: str, size: int, check: Check, reference: str) -> None:
    key = old.keys[int(reference, 16)].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    digest = bytes(range(size))
    check(key, signed(old, algorithm, reference, digest), digest)
    assert pso(old, algorithm, reference, digest + b"\0") == "6700"
    assert old.signatures == [int(reference, 16)]


def test_rsa_with_a_digest_info_of_the_caller(old: EidCard) -> None:
    key = old.keys[0x83].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    digest = bytes(range(64))
    info = bytes.fromhex("3051300d060960864801650304020305000440") + digest
    key.verify(signed(old, "01", "83", info), digest, padding.PKCS1v15(), Prehashed(hashes.SHA512()))
    assert signed(old, "01", "83", bytes(245))
    assert pso(old, "01", "83", bytes(246)) == "6700"


@pytest.mark.parametrize("reference", ["82", "83"])
@pytest.mark.parametrize(
    ("algorithm", "sizes"),
    [("01", [32]), ("02", [48]), ("04", [64]), ("08", [32]), ("10", [48]), ("20", [64]), ("40", [20, 28, 32, 48, 64])],
)
def test_every_ec_algorithm(new: EidCard, algorithm: str, sizes: list[int], reference: str) -> None:
    key = new.keys[int(reference, 16)].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    kinds = {20: hashes.SHA1(), 28: hashes.SHA224(), 32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}
    for size in sizes:
        digest = bytes(range(size))
        key.verify(der(signed(new, algorithm, reference, digest)), digest, ec.ECDSA(Prehashed(kinds[size])))
    assert pso(new, algorithm, reference, bytes(33)) == "6700"


def pso(card: EidCard, algorithm: str, reference: str, data: bytes) -> str:
    """MSE, VERIFY, PSO; the answer to PSO."""
    return sent(card, f"002241B6050480{algorithm}84{reference}", VERIFY.hex(), f"002A9E9A{len(data):02X}{data.hex()}")


def signed(card: EidCard, algorithm: str, reference: str, data: bytes) -> bytes:
    told = pso(card, algorithm, reference, data)
    assert told in ("6100", "6160")
    return bytes.fromhex(sent(card, f"00C00000{told[2:]}"))[:-2]


def der(signature: bytes) -> bytes:
    """r‖s as a SEQUENCE."""
    assert len(signature) == 96
    return encode_dss_signature(int.from_bytes(signature[:48]), int.from_bytes(signature[48:]))
