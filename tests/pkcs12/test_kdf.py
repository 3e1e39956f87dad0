"""Key derivation and RC2 against published vectors, and libcrypto against the plain rounds."""

from __future__ import annotations

import pytest

from agent.pkcs12 import kdf, rc2


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
    password: str, salt: str, iterations: int, purpose: int, size: int, expected: str, plain_rounds: None
) -> None:
    found = kdf.derived("sha1", password, bytes.fromhex(salt), iterations, purpose=purpose, size=size)
    assert found.hex().upper() == expected


@pytest.fixture(params=[False, True], ids=["libcrypto", "plain rounds"])
def plain_rounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(kdf, "_libcrypto", lambda hash_name: None)


@pytest.mark.parametrize("hash_name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("password", ["", "Azerty123", "sleutel é€𝄞", "x" * 300])
def test_libcrypto_and_plain_rounds_agree(hash_name: str, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def derive() -> bytes:
        return kdf.derived(hash_name, password, b"salt and more", 5, purpose=kdf.KEY, size=150)

    fast = derive()
    monkeypatch.setattr(kdf, "_libcrypto", lambda name: None)
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
def test_rc2_vectors_of_the_rfc(key: str, effective_bits: int, plain: str, cipher: str) -> None:
    found = rc2.decrypted_cbc(bytes.fromhex(key), effective_bits, bytes(8), bytes.fromhex(cipher))
    assert found.hex() == plain
