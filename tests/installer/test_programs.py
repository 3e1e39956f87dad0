"""Other programs' failures, as a person is told of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer.problem import Problem
from installer.programs import advice, run_quietly

OFFLINE = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: [Errno -3] Name not known'
ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)
ERROR: No matching distribution found for anyio==4.16.0
"""
NO_WHEEL = """\
ERROR: Could not find a version that satisfies the requirement pykcs11==1.5.20 (from versions: none)
ERROR: No matching distribution found for pykcs11==1.5.20
"""
CHANGED = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (OFFLINE, "network cannot be reached"),
        (NO_WHEEL, "not made for this Python"),
        (CHANGED, "not what the lock file names"),
        (FULL, "disk is full"),
        ("one\ntwo\n\nthree\nfour\n", "It said: two / three / four"),
        ("", "did not say why"),
    ],
)
def test_a_failure_is_told_by_what_can_be_done(output: str, told: str) -> None:
    assert told in advice(output)


def test_a_program_that_succeeds_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    run_quietly([sys.executable, "-c", "print('noise')"], "It failed")
    assert capfd.readouterr() == ("", "")


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(Problem, match=r"^It failed\. It said: the reason$"):
        run_quietly([sys.executable, "-c", "import sys; sys.exit('the reason')"], "It failed")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^It failed: No such file or directory \(.*missing\)\.$"):
        run_quietly([tmp_path / "missing"], "It failed")
