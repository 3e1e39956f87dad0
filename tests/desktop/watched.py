"""A user whose keystore the resident watches: real processes, in a home of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.adapters.journal_sqlite import SqliteJournal
from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.watch.look import Look
from tests.desktop.session import home, until
from tests.fakes import FakeClock, MemoryVault
from tests.journeys.practice import PASSWORD, Practice


@dataclass
class Resident:
    """A user whose keystore has 45 days left; its password is not asked for, because the last look knows the file."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ |= home(self.folder)
        practice = Practice(self.folder, clock=FakeClock(datetime.now(UTC) + timedelta(minutes=5)))
        keystores = self.keystores = practice.path.parent
        self.state = self.folder / "data" / "ehealth-certificate-agent"
        vault = MemoryVault({practice.path: PASSWORD})
        Look(Pkcs12Keystores(), vault, SqliteJournal(self.state / "journal.sqlite3")).in_folders([keystores], ["*.p12"])
        config = self.folder / "config" / "ehealth-certificate-agent" / "config.toml"
        config.parent.mkdir()
        nowhere = "http://127.0.0.1:9"
        config.write_text(
            f"[watch]\nfolders = ['{keystores}']\n"
            "[reminders]\nquiet_from = '00:00'\nquiet_until = '00:00'\n"
            f"[services]\nproduction = '{nowhere}'\nacceptance = '{nowhere}'\n"
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-X", "faulthandler", "-m", "agent", "run", *arguments]

    @contextmanager
    def running(self, environ: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Ends it as a session does, and holds it to ending well."""
        child = subprocess.Popen(self.command(*arguments), env=environ)
        try:
            until(lambda: self.said("starts."), "it starts")
            yield child
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
            assert self.said("The agent ends.")
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGABRT)  # tells where each thread is
                child.wait()

    @property
    def log(self) -> str:
        path = self.state / "agent.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def said(self, text: str) -> bool:
        return text in self.log
