"""The lock files: whole, hashed, and silent about where packages come from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from installer.environment import CLONE, Lock

PROJECT = tomllib.loads((CLONE / "pyproject.toml").read_text(encoding="utf-8"))
RUNNING: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]


def pins(lock: Lock) -> dict[str, str]:
    lines = lock.path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    requirements = [Requirement(line.split(" --hash=")[0]) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in requirements}


@pytest.mark.parametrize("lock", Lock)
def test_every_line_is_a_pinned_package_with_hashes_and_names_no_place(lock: Lock) -> None:
    text = lock.path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in (line for line in text.splitlines() if not line.startswith("#")):
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [^/:]+?)?( +--hash=sha256:[0-9a-f]{64})+", line)
    comments = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert "--" not in comments
    assert "://" not in comments


@pytest.mark.parametrize(
    ("lock", "asked"),
    [(Lock.RUN, [*RUNNING, *GROUPS["setup"]]), (Lock.TEST, [*RUNNING, *GROUPS["setup"], *GROUPS["test"]])],
)
def test_every_dependency_of_the_project_is_locked_as_it_asks(lock: Lock, asked: Iterable[str]) -> None:
    locked = pins(lock)
    for requirement in map(Requirement, asked):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_tests_run_with_the_versions_that_the_agent_runs_with() -> None:
    assert pins(Lock.RUN).items() <= pins(Lock.TEST).items()
