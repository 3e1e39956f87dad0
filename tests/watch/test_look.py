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


# ── Lost ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def opened(practice: Practice, name: str = "a.p12") -> Path:
    path = practice.folder / name
    path.write_bytes(b"a")
    practice.vault.keep(path, RIGHT)
    practice.look()
    return path


def lost(practice: Practice) -> list[str]:
    return [Path(each.path).name for each in practice.journal.lost()]


def test_one_that_was_opened_and_is_gone_is_kept_in_mind(practice: Practice) -> None:
    path = opened(practice)
    path.unlink()
    practice.look()
    assert lost(practice) == ["a.p12"]
    assert practice.journal.lost()[0].glance == GLANCE
    opened(practice)
    assert lost(practice) == [], "it is back"


def test_one_that_no_password_opens_any_more_is_known_by_what_it_was(practice: Practice) -> None:
    path = opened(practice)
    practice.vault.keep(path, Secret("another"))
    path.write_bytes(b"changed")
    assert practice.look() == ["a.p12 closed"]
    assert lost(practice) == ["a.p12"]
    practice.vault.keep(path, RIGHT)
    assert practice.look() == ["a.p12 opened"]
    assert lost(practice) == []


@pytest.mark.parametrize("name", ["a.p12.pending", "a.p12.refused"])
def test_a_working_file_of_ours_is_not_lost_when_it_goes(practice: Practice, name: str) -> None:
    path = opened(practice)
    practice.vault.keep(practice.folder / name, RIGHT)
    renamed = path.rename(practice.folder / name)
    look = Look(practice.files, practice.vault, practice.journal)
    look.in_folders([practice.folder], ["*"])
    practice.journal.keep_lost([], [str(path)])
    renamed.unlink()
    look.in_folders([practice.folder], ["*"])
    assert lost(practice) == []


def test_a_folder_that_is_no_longer_watched_takes_nothing_with_it(practice: Practice, tmp_path: Path) -> None:
    opened(practice)
    Look(practice.files, practice.vault, practice.journal).in_folders([tmp_path], ["*.p12"])
    assert (practice.remembered, lost(practice)) == ([], [])


def test_a_share_that_is_away_is_told_and_loses_nothing(practice: Practice) -> None:
    opened(practice)
    practice.folder.rename(practice.folder.with_name("away"))
    look = Look(practice.files, practice.vault, practice.journal)
    (told,) = look.away([practice.folder])
    assert (told.glance, "its folder is not there now" in str(told.problem)) == (None, True)
    assert lost(practice) == []


def test_one_that_was_renamed_is_not_lost_though_its_password_is_not_known_there(practice: Practice) -> None:
    path = opened(practice)
    path.rename(path.with_name("b.p12"))
    assert practice.look() == ["b.p12 closed"]
    assert lost(practice) == []
