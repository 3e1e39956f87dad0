"""The PKCS#15 files of an eID, byte for byte: where OpenSC learns what is on the card.

Source: spec/eid.md, C2 and C3.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from agent.sandbox.software_card import Generation

EF_DIR = bytes.fromhex("3F002F00")
ODF, TOKEN_INFO, AODF, PRKDF, CDF = (
    bytes.fromhex(f"3F00DF00{fid}") for fid in ("5031", "5032", "5034", "5035", "5037")
)
RRN_CERTIFICATE = bytes.fromhex("3F00DF00503C")
IDENTITY, IDENTITY_SIGNATURE, ADDRESS, ADDRESS_SIGNATURE, PHOTO = (
    bytes.fromhex(f"3F00DF01{fid}") for fid in ("4031", "4032", "4033", "4034", "4035")
)
BASIC_KEY = bytes.fromhex("3F00DF014040")


class CertificateFile(Enum):
    """A certificate with its own entry in the CDF: label, CKA_ID, file."""

    AUTHENTICATION = "Authentication", 0x02, 0x38
    SIGNATURE = "Signature", 0x03, 0x39
    CA = "CA", 0x04, 0x3A
    ROOT = "Root", 0x06, 0x3B

    @property
    def path(self) -> bytes:
        return bytes.fromhex(f"3F00DF0050{self.value[2]:02X}")

    @property
    def is_personal(self) -> bool:
        return self in (CertificateFile.AUTHENTICATION, CertificateFile.SIGNATURE)


ABSENT = bytes(2500)
"""A certificate file without a certificate."""


def certificate_file(certificate_der: bytes) -> bytes:
    return certificate_der.ljust(1100, b"\0")


def directory_files(
    generation: Generation, serial: bytes, present: frozenset[CertificateFile], for_opensc: bool
) -> Mapping[bytes, bytes]:
    """EF.DIR, ODF, TokenInfo, AODF, PrKDF and CDF.

    Args:
        serial: the chip number, 16 bytes.
        present: the certificates that the card has.
        for_opensc: as on no real card, the key Signature under another reference, and RSA cards' certificates public.
    """
    return {EF_DIR: _DIR, ODF: _ODF, TOKEN_INFO: _token_info(serial), AODF: _AODF} | {
        PRKDF: _prkdf(generation, 0x8F if for_opensc else 0x83),
        CDF: _cdf(generation, present, for_opensc or generation is Generation.P_384),
    }


_DIR = bytes.fromhex("61 23 4F 0C A00000017750 4B43532D3135 50 06 42454C504943 51 04 3F00DF00 73 05 06 03 60 38 02")
_ODF = bytes.fromhex("A0 0A 30 08 04 06 3F00DF005035  A4 0A 30 08 04 06 3F00DF005037  A8 0A 30 08 04 06 3F00DF005034")
_AODF = bytes.fromhex(
    "30 33 30 0F 0C 09" + b"Basic PIN".hex() + "03 02 06 C0 30 03 04 01 01 A1 1B 30 19 03 02 02 0C 0A 01 00"
    "02 01 04 02 01 08 80 01 01 04 01 FF 30 04 04 02 3F00"
)


def _token_info(serial: bytes) -> bytes:
    return bytes.fromhex(f"30 27 02 01 00 04 10 {serial.hex()} 80 06 42454C504943 03 02 04 30 9E 04 00 03 00 00")


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    assert len(content) < 0x80
    return bytes((tag, len(content))) + content


def _prkdf(generation: Generation, signature_key: int) -> bytes:
    kind, bits = {Generation.RSA_2048: (0x30, 2048), Generation.P_384: (0xA0, 384)}[generation]
    belpic, auth_id = bytes.fromhex("30 06 04 04 3F00DF00"), bytes.fromhex("03 02 06 C0 04 01 01")
    where = _tlv(0xA1, _tlv(0x30, belpic, _tlv(0x02, bits.to_bytes(2))))

    def entry(label: str, user_consent: bytes, id_and_usage: str, reference: int) -> bytes:
        common = _tlv(0x30, _tlv(0x0C, label.encode()), auth_id, user_consent)
        native = bytes.fromhex(id_and_usage + "03 02 03 B8") + _tlv(0x02, bytes((0, reference)))
        return _tlv(kind, common, _tlv(0x30, native), where)

    return entry("Authentication", b"", "04 01 02 03 02 05 20", 0x82) + entry(
        "Signature", bytes.fromhex("02 01 01"), "04 01 03 03 03 06 00 40", signature_key
    )


def _cdf(generation: Generation, present: frozenset[CertificateFile], is_public: bool) -> bytes:
    """As long as with all certificates: what is missing leaves zeros behind."""
    is_new = generation is Generation.P_384
    flags = bytes.fromhex("03 02 06 40" if is_public else "03 02 06 C0") + bytes.fromhex("04 01 01")

    def entry(file: CertificateFile) -> bytes:
        label, id_, _ = file.value
        common = _tlv(0x30, _tlv(0x0C, label.encode()), flags)
        authority = b"" if file.is_personal else bytes.fromhex("01 01 FF")
        trust = bytes.fromhex("83 01 00") if is_new else b""
        where = _tlv(0xA1, _tlv(0x30, _tlv(0x30, _tlv(0x04, file.path))))
        return _tlv(0x30, common, _tlv(0x30, _tlv(0x04, bytes((id_,))), authority, trust), where)

    entries = {file: entry(file) for file in CertificateFile}
    held = b"".join(entry for file, entry in entries.items() if file in present)
    return held.ljust(sum(map(len, entries.values())), b"\0")
