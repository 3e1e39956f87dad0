"""Fixtures for every test that wants a card in a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.eid.pcscd import CannotRun, Pcsc, pcsc_service

_OPENSC = (
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
)


@pytest.fixture(scope="session")
def _pcsc_of_all() -> Iterator[Pcsc | CannotRun]:
    """One service for all tests of a process: it starts in no time, but its end is a process to wait for."""
    try:
        with pcsc_service() as service:
            service.start()
            yield service
            service.stop()
    except CannotRun as reason:
        yield reason


@pytest.fixture
def pcsc(_pcsc_of_all: Pcsc | CannotRun) -> Iterator[Pcsc]:
    """A PC/SC service with two readers of two slots each, all empty. Skips where it cannot run here."""
    if isinstance(_pcsc_of_all, CannotRun):
        pytest.skip(str(_pcsc_of_all))
    yield _pcsc_of_all
    _pcsc_of_all.as_new()


@pytest.fixture
def opensc() -> Path:
    """OpenSC's module; skips where it is not installed."""
    found = next((Path(place) for place in _OPENSC if Path(place).is_file()), None)
    if found is None:
        pytest.skip("opensc-pkcs11 is not installed")
    return found
