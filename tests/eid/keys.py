"""What the eID's chip computes: signatures by algorithm byte. Hashing is the caller's work.

Source: spec/eid.md, C4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed, decode_dss_signature

from agent.sandbox.software_card import PrivateKey
from tests.eid.apdu import Refusal, Sw

_RSA_SIGNS: Mapping[int, hashes.HashAlgorithm] = {0x02: hashes.SHA1(), 0x04: hashes.MD5(), 0x08: hashes.SHA256()}
_RSA_PSS: Mapping[int, hashes.HashAlgorithm] = {0x10: hashes.SHA1(), 0x20: hashes.SHA256()}
_RSA_AS_GIVEN = 0x01
_EC_LENGTHS: Mapping[int, frozenset[int]] = {
    **{alg: frozenset({32 + 16 * place}) for place, alg in enumerate((0x01, 0x02, 0x04))},  # SHA-256, 384, 512
    **{alg: frozenset({32 + 16 * place}) for place, alg in enumerate((0x08, 0x10, 0x20))},  # SHA3-256, 384, 512
    0x40: frozenset({20, 28, 32, 48, 64}),  # a hash of any kind
}
_OF_LENGTH: Mapping[int, hashes.HashAlgorithm] = {
    one.digest_size: one for one in (hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
}


def algorithms(key: PrivateKey) -> frozenset[int]:
    """The algorithm bytes that MSE takes for a card with keys of this kind."""
    return frozenset((_RSA_AS_GIVEN, *_RSA_SIGNS, *_RSA_PSS) if isinstance(key, rsa.RSAPrivateKey) else _EC_LENGTHS)


def signature(key: PrivateKey, algorithm: int, data: bytes) -> bytes:
    """256 bytes for RSA-2048, r‖s in 96 for P-384. Raises: Refusal (6700) for data of a wrong length."""
    sign = _rsa(key, algorithm, data) if isinstance(key, rsa.RSAPrivateKey) else _ec(key, algorithm, data)
    if sign is None:
        raise Refusal(Sw.WRONG_LENGTH)
    return sign()


def _rsa(key: rsa.RSAPrivateKey, algorithm: int, data: bytes) -> Callable[[], bytes] | None:
    if algorithm == _RSA_AS_GIVEN:
        fits = 0 < len(data) <= key.key_size // 8 - 11
        return (lambda: key.sign(data, padding.PKCS1v15(), NoDigestInfo())) if fits else None
    if digest := _RSA_SIGNS.get(algorithm):
        pad: padding.PKCS1v15 | padding.PSS = padding.PKCS1v15()
    else:
        digest = _RSA_PSS[algorithm]
        pad = padding.PSS(padding.MGF1(digest), digest.digest_size)
    return (lambda: key.sign(data, pad, Prehashed(digest))) if len(data) == digest.digest_size else None


def _ec(key: ec.EllipticCurvePrivateKey, algorithm: int, data: bytes) -> Callable[[], bytes] | None:
    if len(data) not in _EC_LENGTHS[algorithm]:
        return None
    scheme, half = ec.ECDSA(Prehashed(_OF_LENGTH[len(data)])), key.key_size // 8
    return lambda: b"".join(number.to_bytes(half) for number in decode_dss_signature(key.sign(data, scheme)))
