"""What a module shows of a card: its objects, and the structures of PKCS#11 as bytes.

Source: spec/eid.md, A2 to A4; PKCS#11 v2.40 (structures: native alignment, the text fields filled up with spaces).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from agent.sandbox.software_card import Generation
from tests.middleware.chip import CKM_ECDSA, CKM_ECDSA_SHA256, CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS
from tests.middleware.values import Build, Chip

CKO_DATA, CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY = 0, 1, 2, 3
CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_LABEL, CKA_VALUE, CKA_OBJECT_ID = 0x00, 0x01, 0x02, 0x03, 0x11, 0x12
CKA_CERTIFICATE_TYPE, CKA_KEY_TYPE, CKA_ID, CKA_SENSITIVE = 0x80, 0x100, 0x102, 0x103
CKA_DECRYPT, CKA_SIGN, CKA_EXTRACTABLE = 0x105, 0x108, 0x162
CKA_EC_PARAMS, CKA_EC_POINT, CKA_ALWAYS_AUTHENTICATE = 0x180, 0x181, 0x202
CKK_RSA, CKK_EC = 0, 3

CKF_RNG, CKF_WRITE_PROTECTED, CKF_LOGIN_REQUIRED, CKF_USER_PIN_INITIALIZED = 0x01, 0x02, 0x04, 0x08
CKF_PROTECTED_AUTHENTICATION_PATH, CKF_TOKEN_INITIALIZED = 0x100, 0x400
CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED = 0x20000, 0x40000
_CKF_TOKEN_PRESENT, _CKF_REMOVABLE_DEVICE, _CKF_HW_SLOT = 0x01, 0x02, 0x04

_ULONG = struct.calcsize("@L")
_IDS = {"Card": 1, "Authentication": 2, "Signature": 3, "CA": 4, "Root": 6}
_OTHER_ID = 9
_P384_OID_DER = bytes.fromhex("06052b81040022")

_RSA_MECHANISMS = (CKM_RSA_PKCS, 0x05, 0x06, CKM_SHA256_RSA_PKCS, 0x41, 0x42, 0x08, 0x0E, 0x43)
_OPENSC_MECHANISMS = (CKM_RSA_PKCS, 0x06, CKM_SHA256_RSA_PKCS, 0x41, 0x42)
_EC_MECHANISMS = (CKM_ECDSA, CKM_ECDSA_SHA256, 0x1045, 0x1046)

_APPLETS = {Generation.RSA_2048: 0x17, Generation.P_384: 0x18}


def ulong(number: int) -> bytes:
    return struct.pack("@L", number)


@dataclass(frozen=True)
class Object:
    """`attributes` by type, as bytes; a type that is not there is not known to the module."""

    kind: int
    label: str
    attributes: Mapping[int, bytes]


def objects(chip: Chip, build: Build, id_length: int | None, tries_left_at_insertion: int) -> Iterator[Object]:
    """All of a token's, in order."""
    length = id_length or (1 if build is Build.OPENSC else _ULONG)
    for label, pkcs8_der in chip.keys:
        yield from _key(label, pkcs8_der, build, length)
    for label, der in chip.certificates:
        yield _certificate(label, der, length)
    if build is not Build.OPENSC:
        yield from _data(chip, tries_left_at_insertion)


def _id(label: str, length: int) -> bytes:
    return _IDS.get(label, _OTHER_ID).to_bytes(length, "little")


def _key(label: str, pkcs8_der: bytes, build: Build, id_length: int) -> Iterator[Object]:
    key = load_der_private_key(pkcs8_der, None, unsafe_skip_rsa_key_validation=True)
    kind = ulong(CKK_RSA if isinstance(key, rsa.RSAPrivateKey) else CKK_EC)
    common = {CKA_TOKEN: b"\1", CKA_LABEL: label.encode(), CKA_ID: _id(label, id_length), CKA_KEY_TYPE: kind}
    private = {
        CKA_PRIVATE: b"\1",
        CKA_SIGN: b"\1",
        CKA_SENSITIVE: b"\1",
        CKA_EXTRACTABLE: b"\0",
        CKA_DECRYPT: b"\0",
        CKA_CLASS: ulong(CKO_PRIVATE_KEY),
    }
    if build is Build.OPENSC:
        private[CKA_ALWAYS_AUTHENTICATE] = b"\1" if label == "Signature" else b"\0"
    yield Object(CKO_PRIVATE_KEY, label, {**common, **private})
    public = {CKA_CLASS: ulong(CKO_PUBLIC_KEY), CKA_PRIVATE: b"\0"}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        wrapper = b"\x04" + bytes([len(point)]) if build is Build.OPENSC else b""  # an OCTET STRING, or bare
        public |= {CKA_EC_PARAMS: _P384_OID_DER, CKA_EC_POINT: wrapper + point}
    yield Object(CKO_PUBLIC_KEY, label, {**common, **public})


def _certificate(label: str, der: bytes | None, id_length: int) -> Object:
    known = {CKA_CLASS: ulong(CKO_CERTIFICATE), CKA_TOKEN: b"\1", CKA_PRIVATE: b"\0", CKA_LABEL: label.encode()}
    if der is not None:
        known |= {CKA_CERTIFICATE_TYPE: ulong(0), CKA_ID: _id(label, id_length), CKA_VALUE: der}
    return Object(CKO_CERTIFICATE, label, known)


def _data(chip: Chip, tries_left: int) -> Iterator[Object]:
    """The official middleware's data objects: some of each group."""
    leaf = next((der for label, der in chip.certificates if label in ("Signature", "Authentication") and der), None)
    groups: dict[str, dict[str, bytes]] = {
        "carddata": {
            "ATR": bytes.fromhex("3B7F96000080318065B085040120120FFF829000"),
            "carddata_serialnumber": bytes.fromhex(chip.serial),
            "carddata_appl_version": bytes([_APPLETS[chip.generation]]),
        },
        "photo": {"PHOTO_FILE": b"\xff\xd8\xff photo"},
        "address": {"address_street_and_number": b"Wetstraat 1", "address_zip": b"1000"},
        "id": {"card_number": b"000000000000"},
    }
    if chip.generation is Generation.P_384:
        groups["carddata"]["carddata_pin_counter"] = bytes([tries_left])
    if leaf is not None:
        groups["id"] |= _names(leaf)
    for group, files in groups.items():
        for label, value in files.items():
            known = {CKA_CLASS: ulong(CKO_DATA), CKA_TOKEN: b"\1", CKA_PRIVATE: b"\0", CKA_LABEL: label.encode()}
            yield Object(CKO_DATA, label, {**known, CKA_OBJECT_ID: group.encode(), CKA_VALUE: value})


def _names(leaf_der: bytes) -> dict[str, bytes]:
    try:
        subject = x509.load_der_x509_certificate(leaf_der).subject
    except ValueError:
        return {}
    wanted = {"national_number": x509.NameOID.SERIAL_NUMBER, "surname": x509.NameOID.SURNAME}
    found = {label: subject.get_attributes_for_oid(oid) for label, oid in wanted.items()}
    return {label: str(values[0].value).encode() for label, values in found.items() if values}


# ── Structures ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _filled(text: str, length: int) -> bytes:
    return text.encode(errors="surrogateescape")[:length].ljust(length)


_OFFICIAL = "Belgium Government"


def info(build: Build, manufacturer: str | None) -> bytes:
    """CK_INFO."""
    own = ("OpenSC Project", "OpenSC smartcard framework", b"\x00\x17")
    theirs = (_OFFICIAL, "Belgium eID PKCS#11 interface v2", b"\x05\x01")
    maker, library, version = own if build is Build.OPENSC else theirs
    return struct.pack("@2s32sL32s2s", b"\2\x28", _filled(manufacturer or maker, 32), 0, _filled(library, 32), version)


def slot_info(name: str, has_card: bool) -> bytes:
    """CK_SLOT_INFO."""
    flags = _CKF_REMOVABLE_DEVICE | _CKF_HW_SLOT | (_CKF_TOKEN_PRESENT if has_card else 0)
    return struct.pack("@64s32sL2s2s", _filled(name, 64), _filled("", 32), flags, bytes(2), bytes(2))


def token_info(chip: Chip, build: Build, has_pinpad: bool, pin_flags: int) -> bytes:
    """CK_TOKEN_INFO. `pin_flags`: what OpenSC knows of the tries."""
    if build is Build.OPENSC:
        label, maker, model, firmware = "BELPIC (Basic PIN)", "(unknown)", "PKCS#15", bytes(2)
        serial, flags = chip.serial.lower(), CKF_RNG | CKF_LOGIN_REQUIRED
    else:
        label, maker, model, firmware = "BELPIC", _OFFICIAL, "Belgium eID", bytes([_APPLETS[chip.generation], 0])
        serial, flags = chip.serial, CKF_WRITE_PROTECTED
        flags |= CKF_LOGIN_REQUIRED if build is Build.NO_DIALOGS else 0
    flags |= CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | pin_flags
    flags |= CKF_PROTECTED_AUTHENTICATION_PATH if has_pinpad else 0
    flags = (flags if chip.flags is None else chip.flags) | chip.more_flags
    numbers = 0, 0, 0, 0, 12, 4, *[2**64 - 1 if _ULONG == 8 else 2**32 - 1] * 4
    texts = _filled(label if chip.label is None else chip.label, 32), _filled(maker, 32), _filled(model, 16)
    serial_number, time = _filled(serial, 16), _filled("", 16)
    return struct.pack("@32s32s16s16sL10L2s2s16s", *texts, serial_number, flags, *numbers, bytes(2), firmware, time)


def mechanisms(chip: Chip, build: Build) -> tuple[int, ...]:
    if chip.mechanisms is not None:
        return chip.mechanisms
    if build is Build.OPENSC:
        return _OPENSC_MECHANISMS  # 0.23 offers these for the EC cards too
    return _RSA_MECHANISMS if chip.generation is Generation.RSA_2048 else _EC_MECHANISMS
