"""A password vault for rehearsals: it has nothing and keeps nothing."""

from __future__ import annotations

from pathlib import Path

from agent.errors import VaultUnavailable
from agent.secret import Secret


class EmptyVault:
    """The `Vault` port without a vault behind it."""

    def password(self, path: Path) -> Secret | None:  # noqa: ARG002
        return None

    def keep(self, path: Path, password: Secret) -> None:  # noqa: ARG002
        raise VaultUnavailable("a rehearsal stores no passwords")

    def forget(self, path: Path) -> bool:  # noqa: ARG002
        return False
