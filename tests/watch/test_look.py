"""What a look leaves in the journal for the resident, which opens no keystore itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Holder
from agent.errors import AgentError, KeystoreBusy, NotPkcs12, VaultUnavailable, WrongPassword
from agent.secret import Secret
from agent.watch.look import Look
from tests.fakes import NOW, MemoryJournal, MemoryVault

RIGHT = Secret("right")
GLANCE = Glance("CN=a", Holder("CBE", "0123456789"), NOW, NOW + timedelta(days=9), Fingerprint("aa"), False, 1)


@dataclass
class Files(Pkcs12Keystores):
    """Real files that are not really opened; `opened` are the paths that were."""

    problem: AgentError | None = None
    opened: list[Path] = field(default_factory=list)

    def glance(self, path: Path, password: Secret) -> Glance:
        self.opened.append(path)
        if self.problem is not None:
            raise self.problem
        if password != RIGHT:
            raise WrongPassword(str(path))
        return GLANCE


@dataclass
class Practice:
    folder: Path
    files: Files = field(default_factory=Files)
    vault: MemoryVault = field(default_factory=MemoryVault)
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def look(self, offered: Secret | None = None) -> list[str]:
        """What was seen: the name of each file and whether it opened."""
        look = Look(self.files, self.vault, self.journal, offered)
        return [_told(each) for each in look.in_folders([self.folder], ["*.p12"])]

    @property
    def remembered(self) -> list[str]:
        return [_told(each) for each in self.journal.observations().values()]


def _told(observation: Sequence[object]) -> str:
    path, _, glance, *_rest = observation
    return f"{Path(str(path)).name} {'opened' if glance else 'closed'}"


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    folder = tmp_path / "keystore"
    folder.mkdir()
    (folder / "a.p12").write_bytes(b"a")
    return Practice(folder)


def test_a_file_without_a_password_is_remembered_and_looked_at_again(practice: Practice) -> None:
    assert practice.look() == ["a.p12 closed"]
    assert practice.remembered == ["a.p12 closed"]
    assert next(iter(practice.journal.observations().values())).password_needed
    practice.vault.keep(practice.folder / "a.p12", RIGHT)
    assert practice.look() == ["a.p12 opened"]
    assert practice.remembered == ["a.p12 opened"]


@pytest.mark.parametrize("problem", [KeystoreBusy("a.p12"), WrongPassword("a.p12")])
def test_what_may_pass_by_itself_is_looked_at_again(practice: Practice, problem: AgentError) -> None:
    practice.vault.keep(practice.folder / "a.p12", RIGHT)
    practice.files.problem = problem
    practice.look()
    assert practice.remembered == ["a.p12 closed"]
    practice.files.problem = None
    assert practice.look() == ["a.p12 opened"]


def test_a_locked_vault_is_asked_again(practice: Practice) -> None:
    practice.vault.keep(practice.folder / "a.p12", RIGHT)
    practice.vault.problem = VaultUnavailable("it is locked")
    practice.look()
    assert practice.remembered == ["a.p12 closed"]
    practice.vault.problem = None
    assert practice.look() == ["a.p12 opened"]


def test_an_unchanged_file_is_opened_once(practice: Practice) -> None:
    practice.vault.keep(practice.folder / "a.p12", RIGHT)
    practice.look()
    practice.look()
    assert len(practice.files.opened) == 1


def test_what_is_no_keystore_is_opened_once(practice: Practice) -> None:
    practice.files.problem = NotPkcs12("a.p12", "JKS")
    practice.look()
    practice.look()
    assert len(practice.files.opened) == 1


def test_an_offered_password_leaves_no_trace(practice: Practice) -> None:
    practice.look()
    assert practice.look(offered=RIGHT) == ["a.p12 opened"]
    assert practice.remembered == ["a.p12 closed"]


def test_a_file_that_is_gone_is_forgotten(practice: Practice) -> None:
    practice.look()
    (practice.folder / "a.p12").unlink()
    assert practice.look() == []
    assert practice.remembered == []


def test_a_share_that_is_away_takes_nothing_with_it(practice: Practice) -> None:
    practice.look()
    away = practice.folder.rename(practice.folder.with_name("away"))
    assert practice.look() == []
    assert practice.remembered == ["a.p12 closed"]
    away.rename(practice.folder)
    assert practice.look() == ["a.p12 closed"]
