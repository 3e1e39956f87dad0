"""The identity, address and photo files of an eID, signed by a register of its own making.

Source: spec/eid.md, C2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from agent.core.person import Person
from agent.sandbox.software_card import Generation
from tests.eid import pkcs15

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(3000) + b"\xff\xd9"

CITIZEN, FOREIGNER = b"1", b"11"
"""Document types: a Belgian's card, a foreigner's A card."""


def files(
    person: Person,
    generation: Generation,
    chip_number: bytes,
    validity: tuple[datetime, datetime],
    document_type: bytes,
    sign: Callable[[bytes], bytes],
    basic_key_der: bytes = b"",
) -> Mapping[bytes, bytes]:
    """By path. `sign` is the register's signature; `basic_key_der` the SPKI of the chip's own key (1.8)."""
    digest = hashlib.sha384 if generation is Generation.P_384 else hashlib.sha256
    begins, ends = (f"{instant:%d.%m.%Y}".encode() for instant in validity)
    fields = {
        0x00: b"\x00\x02",
        0x01: b"000000000096",
        0x02: chip_number,
        0x03: begins,
        0x04: ends,
        0x05: b"Sandbox-sur-Escaut",
        0x06: person.ssin.encode(),
        0x07: person.surname.encode(),
        0x08: (person.first_names or "").encode(),
        0x09: b"",
        0x0A: b"Belg",
        0x0B: b"Brussel",
        0x0C: b"01 JAN  1980",
        0x0D: b"V",
        0x0E: b"",
        0x0F: document_type,
        0x10: b"0",
        0x11: digest(PHOTO).digest(),
    }
    if basic_key_der:
        fields[0x1A] = hashlib.sha384(basic_key_der).digest()
    identity = written(fields)
    identity_signature = sign(identity)
    address = written({0x00: b"\x00\x01", 0x01: b"Proefstraat 1", 0x02: b"1000", 0x03: b"Brussel"})
    held = {
        pkcs15.IDENTITY: identity,
        pkcs15.IDENTITY_SIGNATURE: identity_signature,
        pkcs15.ADDRESS: address.ljust(117, b"\0"),
        pkcs15.ADDRESS_SIGNATURE: sign(address + identity_signature),
        pkcs15.PHOTO: PHOTO,
    }
    return {**held, pkcs15.BASIC_KEY: basic_key_der} if basic_key_der else held


def written(fields: Mapping[int, bytes]) -> bytes:
    """Tag, length in one byte, value; none of these is 255 bytes long."""
    return b"".join(bytes((tag, len(value))) + value for tag, value in fields.items())


def fields_of(file: bytes) -> dict[int, bytes]:
    """The fields by tag, up to the zeros that fill the file up."""
    fields: dict[int, bytes] = {}
    while len(file) >= 2 and not (fields and file[0] == 0):
        tag, length = file[0], file[1]
        fields[tag], file = file[2 : 2 + length], file[2 + length :]
    return fields
