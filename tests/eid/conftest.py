from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.sandbox.pki import Pki, open_pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))
