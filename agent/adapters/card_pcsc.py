"""The readers as the PC/SC service lists them, and their cards' answers to reset. No card is connected to.

The calls are those of every PC/SC: winscard on Windows, pcsclite on Linux, a framework on macOS; their integers differ.
Source: PC/SC Workgroup, part 5; Microsoft, winscard.h; pcsclite.h; macOS, PCSC/wintypes.h.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from agent.core.survey import Reader, Readers
from agent.text import N_

_LIBRARY = {
    "win32": "winscard",
    "darwin": "/System/Library/Frameworks/PCSC.framework/PCSC",
}.get(sys.platform, "libpcsclite.so.1")

_Word: Any = ctypes.c_ulong if sys.platform == "linux" else ctypes.c_uint32
_Long: Any = ctypes.c_long if sys.platform == "linux" else ctypes.c_int32
_Context: Any = ctypes.c_size_t if sys.platform == "win32" else _Long
_ATR_ROOM = 36 if sys.platform == "win32" else 33

_USER, _UNAWARE, _PRESENT = 0, 0, 0x20
_NO_READERS = 0x8010002E
_PROBLEMS = {
    0x8010001D: N_("the card service is not running"),  # SCARD_E_NO_SERVICE
    0x8010001E: N_("the card service was stopped"),  # SCARD_E_SERVICE_STOPPED
}
_ABSENT = N_("the card service is not installed")
_SILENT = N_("the card service does not answer as it should")


class _State(ctypes.Structure):
    """SCARD_READERSTATE."""

    _pack_ = 1 if sys.platform == "darwin" else 0
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", _Word),
        ("event", _Word),
        ("atr_length", _Word),
        ("atr", ctypes.c_ubyte * _ATR_ROOM),
    )


class _NotAnswered(Exception):
    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code & 0xFFFFFFFF


def readers(library: Any = None) -> Readers:
    """Args: `library`: stands for the system's own, in tests."""
    try:
        service = _Service(library or _loaded())
    except OSError:
        return Readers(_ABSENT)
    try:
        return Readers(None, service.readers())
    except _NotAnswered as problem:
        return Readers(_PROBLEMS.get(problem.code, _SILENT))


def _loaded() -> Any:
    if sys.platform == "win32":
        return ctypes.WinDLL(_LIBRARY)
    return ctypes.CDLL(_LIBRARY)


class _Service:
    def __init__(self, library: Any) -> None:
        self._library = library
        ansi = "A" if sys.platform == "win32" else ""
        self._list_readers = getattr(library, f"SCardListReaders{ansi}")
        self._status_change = getattr(library, f"SCardGetStatusChange{ansi}")

    def readers(self) -> tuple[Reader, ...]:
        """Raises: _NotAnswered."""
        context = _Context()
        _check(self._library.SCardEstablishContext(_Word(_USER), None, None, ctypes.byref(context)))
        try:
            return tuple(self._reader(context, name) for name in self._names(context))
        finally:
            self._library.SCardReleaseContext(context)

    def _names(self, context: Any) -> list[bytes]:
        length = _Word(0)
        code = self._list_readers(context, None, None, ctypes.byref(length))
        if code & 0xFFFFFFFF == _NO_READERS:
            return []
        _check(code)
        names = ctypes.create_string_buffer(max(length.value, 1))
        code = self._list_readers(context, None, names, ctypes.byref(length))
        if code & 0xFFFFFFFF == _NO_READERS:  # unplugged in between
            return []
        _check(code)
        return [name for name in names.raw[: length.value].split(b"\0") if name]

    def _reader(self, context: Any, name: bytes) -> Reader:
        state = _State(name=name, current=_UNAWARE)
        _check(self._status_change(context, _Word(0), ctypes.byref(state), _Word(1)))
        atr = bytes(state.atr[: state.atr_length]) if state.event & _PRESENT else None
        return Reader(name.decode("mbcs" if sys.platform == "win32" else "utf-8", "replace"), atr)


def _check(code: int) -> None:
    if code:
        raise _NotAnswered(code)
