"""A PKCS#11 module that does as it is told: for what SoftHSM cannot do.

It has the part of PyKCS11's interface that `card_pkcs11` uses, and writes down each call that matters to a card.
Source: spec/eid.md, A2, A3, A5, A6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import PyKCS11
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from agent.sandbox.software_card import PrivateKey

OFFICIAL = "Belgium Government"
OPENSC = "OpenSC Project"

READY = PyKCS11.CKF_TOKEN_INITIALIZED | PyKCS11.CKF_USER_PIN_INITIALIZED
LOGIN = READY | PyKCS11.CKF_LOGIN_REQUIRED

RSA_MECHANISMS = ("CKM_RSA_PKCS", "CKM_SHA256_RSA_PKCS")
EC_MECHANISMS = ("CKM_ECDSA", "CKM_ECDSA_SHA256", "CKM_ECDSA_SHA384")

Object = dict[int, object]


def certificate(label: str, id_: bytes, of: x509.Certificate) -> Object:
    return {
        PyKCS11.CKA_CLASS: PyKCS11.CKO_CERTIFICATE,
        PyKCS11.CKA_LABEL: label,
        PyKCS11.CKA_ID: id_,
        PyKCS11.CKA_VALUE: of.public_bytes(Encoding.DER),
    }


def private_key(label: str, id_: bytes, key: PrivateKey, *, always_authenticate: bool | None = None) -> Object:
    """`always_authenticate` None: the module does not know the attribute, as the official one."""
    known = {} if always_authenticate is None else {PyKCS11.CKA_ALWAYS_AUTHENTICATE: always_authenticate}
    about = {PyKCS11.CKA_CLASS: PyKCS11.CKO_PRIVATE_KEY, PyKCS11.CKA_LABEL: label, PyKCS11.CKA_ID: id_}
    return {**about, **known, _KEY: key}


_KEY = -1


@dataclass
class Token:
    """A card in a reader. `fails` has return values by call: ``info``, ``open``, ``find``, ``login``, ``sign`` …

    Attributes:
        flags_afterwards: the token's flags once a PIN was tried.
        hides_keys: shows private keys after a login only.
    """

    objects: Sequence[Object] = ()
    label: str = "BELPIC"
    flags: int = LOGIN
    mechanisms: Sequence[str] = RSA_MECHANISMS
    fails: dict[str, int] = field(default_factory=dict)
    flags_afterwards: int | None = None
    hides_keys: bool = False


class Library:
    """Stands for a loaded PyKCS11Lib. `calls` is what was done with the cards, in order."""

    def __init__(self, *slots: Token | None, manufacturer: str = OPENSC, fails: dict[str, int] | None = None) -> None:
        self._slots, self._manufacturer, self._fails = slots, manufacturer, fails or {}
        self.calls: list[str] = []
        self.mechanism: int | None = None

    def getInfo(self) -> SimpleNamespace:  # noqa: N802  PyKCS11's names
        return SimpleNamespace(manufacturerID=self._manufacturer.ljust(32))

    def getSlotList(self, tokenPresent: bool) -> list[int]:  # noqa: N802, N803
        _fail(self._fails, "slots")
        return [number for number, token in enumerate(self._slots) if token or not tokenPresent]

    def getTokenInfo(self, slot: int) -> SimpleNamespace:  # noqa: N802
        token = self.token(slot)
        _fail(token.fails, "info")
        return SimpleNamespace(label=token.label.ljust(32), flags=token.flags)

    def getMechanismList(self, slot: int) -> list[str]:  # noqa: N802
        return list(self.token(slot).mechanisms)

    def openSession(self, slot: int) -> Session:  # noqa: N802
        _fail(self.token(slot).fails, "open")
        self.calls.append("open")
        return Session(self, self.token(slot))

    def unload(self) -> None:
        self.calls.append("unload")

    def token(self, slot: int) -> Token:
        token = self._slots[slot]
        assert token is not None
        return token


class Session:
    session = "handle"

    def __init__(self, library: Library, token: Token) -> None:
        self._library, self._token = library, token
        self._is_logged_in = False
        self._signing: tuple[Any, Object] | None = None

    @property
    def lib(self) -> Session:
        """PyKCS11 has the plain C calls there."""
        return self

    def closeSession(self) -> None:  # noqa: N802
        self._library.calls.append("close")
        _fail(self._token.fails, "close")

    def findObjects(self, template: Sequence[tuple[int, object]]) -> list[Object]:  # noqa: N802
        _fail(self._token.fails, "find")
        hidden = self._token.hides_keys and not self._is_logged_in
        visible = [found for found in self._token.objects if not (hidden and _KEY in found)]
        return [found for found in visible if all(found[type_] == value for type_, value in template)]

    def getAttributeValue(self, of: Object, types: Sequence[int]) -> list[object]:  # noqa: N802
        return [_as_pykcs11(of.get(type_)) for type_ in types]

    def login(self, pin: str | None, user: int) -> None:
        who = {PyKCS11.CKU_USER: "user", PyKCS11.CKU_CONTEXT_SPECIFIC: "context"}[user]
        self._library.calls.append(f"login {who} {pin}")
        if self._token.flags_afterwards is not None:
            self._token.flags = self._token.flags_afterwards
        _fail(self._token.fails, f"login {who}")
        self._is_logged_in = True

    def logout(self) -> None:
        self._library.calls.append("logout")
        _fail(self._token.fails, "logout")

    def sign(self, key: Object, data: bytes, mechanism: PyKCS11.Mechanism) -> PyKCS11.ckbytelist:
        self._library.calls.append(f"sign {key[PyKCS11.CKA_LABEL]}")
        _fail(self._token.fails, "sign")
        self._library.mechanism = mechanism.to_native().mechanism
        return PyKCS11.ckbytelist(_signature(key[_KEY], mechanism.to_native().mechanism, data))

    def C_SignInit(self, handle: str, native: Any, key: Object) -> int:  # noqa: N802
        self._library.calls.append(f"sign init {key[PyKCS11.CKA_LABEL]}")
        self._signing = native, key
        return self._token.fails.get("sign init", 0)

    def C_Sign(self, handle: str, data: PyKCS11.ckbytelist, output: PyKCS11.ckbytelist) -> int:  # noqa: N802
        assert self._signing
        native, key = self._signing
        signature = _signature(key[_KEY], native.mechanism, bytes(data))
        if not len(output):  # the question how long it will be
            output.resize(len(signature))
            return 0
        self._library.calls.append(f"sign {key[PyKCS11.CKA_LABEL]}")
        for position, byte in enumerate(signature):
            output[position] = byte
        return self._token.fails.get("sign", 0)


def _fail(fails: dict[str, int], call: str) -> None:
    if call in fails:
        raise PyKCS11.PyKCS11Error(fails[call])


def _as_pykcs11(value: object) -> object:
    return PyKCS11.ckbytelist(value) if isinstance(value, bytes) else value


def _signature(key: Any, mechanism: int, data: bytes) -> bytes:
    """What a card does with each mechanism; r‖s for EC."""
    sha256 = Prehashed(hashes.SHA256())
    match mechanism:
        case PyKCS11.CKM_SHA256_RSA_PKCS:
            return bytes(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
        case PyKCS11.CKM_RSA_PKCS:
            assert data[:-32] == bytes.fromhex("3031300d060960864801650304020105000420")
            return bytes(key.sign(data[-32:], padding.PKCS1v15(), sha256))
        case PyKCS11.CKM_ECDSA_SHA256:
            der = key.sign(data, ec.ECDSA(hashes.SHA256()))
        case PyKCS11.CKM_ECDSA:
            der = key.sign(data, ec.ECDSA(sha256))
        case _:
            raise AssertionError(f"no eID signs with {mechanism:#x}")
    return b"".join(number.to_bytes(key.key_size // 8) for number in decode_dss_signature(der))
