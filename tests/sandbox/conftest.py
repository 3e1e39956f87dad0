"""A sandbox for each test; its authorities are made once, for making keys takes long."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.sandbox.pki import open_pki
from agent.sandbox.services import Sandbox
from tests.sandbox.client import NOW, Client, Clock


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authorities")
    open_pki(folder, NOW)
    return folder


@pytest.fixture
def folder(authorities: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(authorities, tmp_path / "sandbox"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(folder: Path, clock: Clock) -> Sandbox:
    return Sandbox(folder, clock)


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock) -> Client:
    return Client(sandbox, clock)
