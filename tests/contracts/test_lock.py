from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from agent.adapters.lock_file import FileLocks
from agent.core.glance import Fingerprint
from agent.errors import RenewalBusy
from agent.ports import Lock
from tests.fakes import MemoryLock

ONE, OTHER = Fingerprint("0f" * 32), Fingerprint("1e" * 32)
PATH = Path("/k/old.p12")


@pytest.fixture(params=["memory", "file"])
def lock(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Lock]:
    """Gives the lock as each window of the agent has it."""
    if request.param == "memory":
        only = MemoryLock()
        return lambda: only
    return lambda: FileLocks(tmp_path / "state" / "locks")


def test_a_second_renewal_of_a_certificate_is_told_at_once(lock: Callable[[], Lock]) -> None:
    with lock().hold(ONE, PATH), pytest.raises(RenewalBusy, match=r"old\.p12"), lock().hold(ONE, PATH):
        pytest.fail("held twice")


def test_so_is_one_in_another_thread(lock: Callable[[], Lock]) -> None:
    refused = []

    def second() -> None:
        try:
            with lock().hold(ONE, PATH):
                pass
        except RenewalBusy as busy:
            refused.append(busy)

    with lock().hold(ONE, PATH):
        thread = Thread(target=second)
        thread.start()
        thread.join()
    assert refused


def test_two_certificates_are_renewed_side_by_side(lock: Callable[[], Lock]) -> None:
    with lock().hold(ONE, PATH), lock().hold(OTHER, PATH):
        pass


def test_the_next_renewal_may_begin_when_the_first_has_ended_or_failed(lock: Callable[[], Lock]) -> None:
    with lock().hold(ONE, PATH):
        pass
    with pytest.raises(KeyError), lock().hold(ONE, PATH):
        raise KeyError
    with lock().hold(ONE, PATH):
        pass


def test_a_refused_renewal_leaves_the_lock_with_its_holder(lock: Callable[[], Lock]) -> None:
    with lock().hold(ONE, PATH):
        for _ in range(2):
            with pytest.raises(RenewalBusy), lock().hold(ONE, PATH):
                pytest.fail("held twice")
