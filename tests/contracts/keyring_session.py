"""A real keyring of its own: gnome-keyring on a session bus that nothing else sees, with `KeyringVault` beside it.

Source: spec/desktop.md, A desktop without a screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from agent.errors import VaultUnavailable
from agent.ports import Vault
from agent.secret import Secret

MISSING = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None]

_SCRIPT = """
printf 'test' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
exec "$0" -m tests.contracts.keyring_session
"""


class KeyringSession(Vault):
    """Speaks with the vault in the session, a line of JSON each way."""

    def __init__(self, folder: Path) -> None:
        home, runtime = folder / "home", folder / "runtime"
        home.mkdir()
        runtime.mkdir(mode=0o700)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_", "PYTHON"))}
        self._process = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", _SCRIPT, sys.executable],
            cwd=Path(__file__).parents[2],
            env=kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def password(self, path: Path) -> Secret | None:
        text = self._ask("password", path)
        return None if text is None else Secret(text)

    def keep(self, path: Path, password: Secret) -> None:
        self._ask("keep", path, password.reveal())

    def forget(self, path: Path) -> bool:
        return bool(self._ask("forget", path))

    def lock(self) -> None:
        """As the desktop does when its person is away."""
        self._ask("lock", Path())

    def close(self) -> None:
        self._process.communicate()

    def _ask(self, action: str, path: Path, password: str | None = None) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([action, str(path), password]) + "\n")
        self._process.stdin.flush()
        answer, problem = json.loads(self._process.stdout.readline())
        if problem is not None:
            raise VaultUnavailable(problem)
        return answer


def _done(action: str, path: Path, password: str | None) -> object:
    from agent.adapters.vault_keyring import KeyringVault

    vault = KeyringVault()
    match action:
        case "password":
            kept = vault.password(path)
            return kept.reveal() if kept is not None else None
        case "keep":
            vault.keep(path, Secret(password or ""))
        case "forget":
            return vault.forget(path)
        case "lock":
            import secretstorage

            secretstorage.get_default_collection(secretstorage.dbus_init()).lock()
    return None


def _serve() -> None:
    for line in sys.stdin:
        action, path, password = json.loads(line)
        try:
            answer = [_done(action, Path(path), password), None]
        except VaultUnavailable as problem:
            answer = [None, problem.problem]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
