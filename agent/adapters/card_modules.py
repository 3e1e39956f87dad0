"""Where the PKCS#11 module of the eID's software is, and whether this program can load it.

Source: spec/eid.md, A1.
"""

from __future__ import annotations

import os
import platform
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from agent.errors import MiddlewareMissing, MiddlewareUnusable
from agent.text import _

BITS = struct.calcsize("P") * 8
"""Of this program: a module must have the same."""


def find_module(configured: Path | None, is_there: Callable[[Path], bool] = Path.is_file) -> Path:
    """The module to load: the configured one, else the first that this platform has, the official middleware first.

    Raises: MiddlewareMissing, MiddlewareUnusable (it is for a program of another word size).
    """
    places = (configured,) if configured else places_to_look(sys.platform, platform.machine(), os.environ)
    for place in places:
        if is_there(place):
            bits = word_size(place)
            if bits not in (None, BITS):
                problem = _("it is {theirs}-bit software and this program is {ours}-bit")
                raise MiddlewareUnusable(str(place), problem.format(theirs=bits, ours=BITS))
            return place
    raise MiddlewareMissing(", ".join(map(str, places)))


def is_official(module: Path) -> bool:
    """Whether the file is the official middleware's, by its name: OpenSC's cannot use an eID's Signature key."""
    return "beid" in module.name


def places_to_look(system: str, machine: str, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where the modules are installed on `system` (as `sys.platform`): the official middleware before OpenSC.

    Args:
        machine: as `platform.machine`, for Debian's folders.
    """
    if system == "win32":
        windows = Path(environ.get("SystemRoot", r"C:\Windows"))
        programs = Path(environ.get("ProgramFiles", r"C:\Program Files"))
        return (
            windows / "System32" / "beidpkcs11.dll",
            windows / "SysWOW64" / "beidpkcs11.dll",  # with only this one there, its word size is the thing to tell
            programs / "OpenSC Project" / "OpenSC" / "pkcs11" / "opensc-pkcs11.dll",
        )
    if system == "darwin":
        bundle = "beid-pkcs11.bundle/Contents/MacOS/libbeidpkcs11.dylib"
        return (
            Path("/Library/Belgium Identity Card/Pkcs11", bundle),
            Path("/usr/local/lib", bundle),
            Path("/Library/OpenSC/lib/opensc-pkcs11.so"),
        )
    folders = [Path(f"/usr/lib/{machine}-linux-gnu"), Path("/usr/lib64"), Path("/usr/lib"), Path("/usr/local/lib")]
    return (
        *(folder / "libbeidpkcs11.so.0" for folder in folders),
        *(folder / name for folder in folders for name in ("opensc-pkcs11.so", "pkcs11/opensc-pkcs11.so")),
    )


def word_size(library: Path) -> int | None:
    """32 or 64, by the file's header (ELF, PE, Mach-O); None where that does not say it, or says several."""
    try:
        with library.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None  # loading it will say why
    if head.startswith(b"\x7fELF"):
        return {1: 32, 2: 64}.get(head[4])
    if head[:4] in (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe"):
        return 32
    if head[:4] in (b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe"):
        return 64
    if head.startswith(b"MZ") and len(head) >= 0x40:
        optional_header = struct.unpack_from("<I", head, 0x3C)[0] + 24
        return {b"\x0b\x01": 32, b"\x0b\x02": 64}.get(head[optional_header : optional_header + 2])
    return None
