"""Key derivation and RC2 against published vectors, done by libcrypto and in Python."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, strategies

from agent.pkcs12 import der, kdf, libcrypto, pbe, rc2


@pytest.mark.parametrize(
    ("password", "salt", "iterations", "purpose", "size", "expected"),
    [
        # As circulated with the first implementations ("smeg", "queeg") and used by OpenSSL and GnuTLS since.
        ("smeg", "0A58CF64530D823F", 1, kdf.KEY, 24, "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3"),
        ("smeg", "0A58CF64530D823F", 1, kdf.IV, 8, "79993DFE048D3B76"),
        ("smeg", "642B99AB44FB4B1F", 1, kdf.KEY, 24, "F3A95FEC48D7711E985CFE67908C5AB79FA3D7C5CAA5D966"),
        ("smeg", "3D83C0E4546AC140", 1, kdf.INTEGRITY, 20, "8D967D88F6CAA9D714800AB3D48051D63F73A312"),
        ("queeg", "1682C0FC5B3F7EC5", 1000, kdf.KEY, 24, "483DD6E919D7DE2E8E648BA8F862F3FBFBDC2BCB2C02957F"),
        ("queeg", "1682C0FC5B3F7EC5", 1000, kdf.IV, 8, "9D461D1B00355C50"),
        ("queeg", "263216FCC2FAB31C", 1000, kdf.INTEGRITY, 20, "5EC4C7A80DF652294C3925B6489A7AB857C83476"),
    ],
)
def test_published_vectors(
    password: str, salt: str, iterations: int, purpose: int, size: int, expected: str, in_python: None
) -> None:
    found = kdf.derived("sha1", password, bytes.fromhex(salt), iterations, purpose=purpose, size=size)
    assert found.hex().upper() == expected


@pytest.fixture(params=[False, True], ids=["libcrypto", "in Python"])
def in_python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        without_libcrypto(monkeypatch)


def without_libcrypto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libcrypto, "_key_generation", lambda hash_name: None)
    monkeypatch.setattr(libcrypto, "_rc2", lambda: None)


@pytest.mark.skipif(sys.platform != "linux", reason="a Python elsewhere may have its libcrypto built in")
def test_this_python_has_both() -> None:
    assert libcrypto.derived("sha1", b"\0\0", b"salt", 1, purpose=kdf.KEY, size=8)
    assert libcrypto.rc2_cbc_decrypted(bytes(5), 40, bytes(8), bytes(8))


@pytest.mark.parametrize("hash_name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("password", ["", "Azerty123", "sleutel é€𝄞", "x" * 300])
def test_libcrypto_and_python_agree(hash_name: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def derive() -> bytes:
        return kdf.derived(hash_name, password, b"salt and more", 5, purpose=kdf.KEY, size=150)

    fast = derive()
    without_libcrypto(monkeypatch)
    assert derive() == fast


@pytest.mark.parametrize(
    ("key", "effective_bits", "plain", "cipher"),
    [  # RFC 2268, section 5
        ("0000000000000000", 63, "0000000000000000", "ebb773f993278eff"),
        ("ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"),
        ("88", 64, "0000000000000000", "61a8a244adacccf0"),
        ("88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"),
        ("88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"),
        ("88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_vectors_of_the_rfc(key: str, effective_bits: int, plain: str, cipher: str, in_python: None) -> None:
    found = rc2.decrypted_cbc(bytes.fromhex(key), effective_bits, bytes(8), bytes.fromhex(cipher))
    assert found.hex() == plain


@given(
    key=strategies.binary(min_size=5, max_size=16),
    iv=strategies.binary(min_size=8, max_size=8),
    blocks=strategies.binary(min_size=0, max_size=12).map(lambda octets: octets * 8),
)
def test_rc2_in_libcrypto_and_in_python_agree(key: bytes, iv: bytes, blocks: bytes) -> None:
    plain = rc2.decrypted_cbc(key, 8 * len(key), iv, blocks)
    with pytest.MonkeyPatch.context() as patch:
        without_libcrypto(patch)
        assert rc2.decrypted_cbc(key, 8 * len(key), iv, blocks) == plain


@pytest.mark.parametrize("bags", [[], [1], [40], [119], [120], [247], [300], [300, 20], [70_000], [300] * 5])
def test_the_first_block_of_a_safe_is_told_from_the_rest_or_derived(bags: list[int]) -> None:
    """Whatever the lengths of its headers, a safe is what it was."""
    kind = der.tlv(der.OID, b"\x2a\x86\x48")
    safe = der.sequence(
        *(der.sequence(kind, der.tlv(der.CONTEXT_0, bytes(size)), der.tlv(der.SET, b"")) for size in bags)
    )
    scheme = pbe.new_pbes1_3des(1)
    assert scheme.decrypted(scheme.encrypted(safe, "Azerty123"), "Azerty123") == safe


@given(plain=strategies.binary(max_size=400))
def test_what_is_no_safe_is_decrypted_as_well(plain: bytes) -> None:
    scheme = pbe.new_pbes1_3des(1)
    assert scheme.decrypted(scheme.encrypted(plain, "Azerty123"), "Azerty123") == plain


def test_the_first_block_is_told_where_both_headers_take_four_bytes() -> None:
    kind = der.tlv(der.OID, b"\x2a\x86\x48")
    safe = der.sequence(der.sequence(kind, der.tlv(der.CONTEXT_0, bytes(300))))
    assert der.first_block_of_sequences(bytes(8) + safe[8:]) == safe[:8]
    assert der.first_block_of_sequences(bytes(8) + safe[8:] + b"\0") is None
    assert der.first_block_of_sequences(der.sequence(der.sequence(kind, der.tlv(der.CONTEXT_0)))) is None
