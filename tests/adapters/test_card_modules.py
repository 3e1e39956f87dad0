from __future__ import annotations

import platform
import struct
import sys
from pathlib import Path

import pytest

from agent.adapters import card_modules
from agent.adapters.card_modules import find_module, is_official, places_to_look, word_size
from agent.errors import MiddlewareMissing, MiddlewareUnusable

_SYSTEMS = [("win32", "AMD64"), ("darwin", "arm64"), ("linux", "x86_64"), ("linux", "aarch64")]


@pytest.mark.parametrize(("system", "machine"), _SYSTEMS)
def test_the_official_middleware_comes_before_opensc(system: str, machine: str) -> None:
    places = [str(place).lower() for place in places_to_look(system, machine, {})]
    is_official = ["beid" in place for place in places]
    assert is_official == sorted(is_official, reverse=True)
    assert len(set(is_official)) == 2
    assert all("beid" in place or "opensc" in place for place in places)


@pytest.mark.parametrize(("system", "machine"), _SYSTEMS)
def test_the_official_one_is_known_by_its_name(system: str, machine: str) -> None:
    for place in places_to_look(system, machine, {}):
        assert is_official(place) is ("opensc" not in str(place).lower())


def test_debians_folder_is_that_of_the_machine() -> None:
    assert places_to_look("linux", "aarch64", {})[0] == Path("/usr/lib/aarch64-linux-gnu/libbeidpkcs11.so.0")


def test_windows_folders_are_where_windows_says() -> None:
    places = places_to_look("win32", "AMD64", {"SystemRoot": "D:/Win", "ProgramFiles": "D:/Programs"})
    assert places[0] == Path("D:/Win/System32/beidpkcs11.dll")
    assert places[-1] == Path("D:/Programs/OpenSC Project/OpenSC/pkcs11/opensc-pkcs11.dll")


def test_the_first_module_that_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    places = places_to_look("linux", platform.machine(), {})
    assert find_module(None, is_there=lambda place: place in places[3:6]) == places[3]


def test_a_computer_without_eid_software_is_told_where_it_was_looked_for() -> None:
    with pytest.raises(MiddlewareMissing) as raised:
        find_module(None, is_there=lambda place: False)
    assert "beid" in raised.value.tried


def test_a_configured_module_is_the_only_one_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MiddlewareMissing) as raised:
        find_module(tmp_path / "module.so")
    assert raised.value.tried == str(tmp_path / "module.so")


_ELF_32, _ELF_64 = b"\x7fELF\x01\x01", b"\x7fELF\x02\x01"


def _pe(magic: int) -> bytes:
    return (
        b"MZ".ljust(0x3C, b"\0")
        + struct.pack("<I", 0x80)
        + bytes(0x40)
        + b"PE\0\0"
        + bytes(20)
        + magic.to_bytes(2, "little")
    )


@pytest.mark.parametrize(
    ("head", "bits"),
    [
        (_ELF_32, 32),
        (_ELF_64, 64),
        (_pe(0x10B), 32),
        (_pe(0x20B), 64),
        (b"\xce\xfa\xed\xfe", 32),
        (b"\xcf\xfa\xed\xfe", 64),
        (b"\xca\xfe\xba\xbe", None),
        (b"MZ", None),
        (b"not a library", None),
        (b"", None),
    ],
)
def test_the_word_size_is_in_the_files_header(head: bytes, bits: int | None, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.write_bytes(head)
    assert word_size(library) == bits


def test_a_module_of_another_word_size_is_refused_with_both_told(tmp_path: Path) -> None:
    module = tmp_path / "module"
    module.write_bytes(_ELF_32 if card_modules.BITS == 64 else _ELF_64)
    with pytest.raises(MiddlewareUnusable) as raised:
        find_module(module)
    assert "32-bit" in str(raised.value)
    assert "64-bit" in str(raised.value)
