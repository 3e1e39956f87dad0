"""Every trouble that a keystore can have, led in the terminal to a keystore that works."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.adapters.journal_sqlite import SqliteJournal
from agent.adapters.lock_file import FileLocks
from agent.core.checks import is_encryption, is_same_key
from agent.core.finding import State
from agent.core.glance import Profile
from agent.core.holder import Holder
from agent.core.keystore import Keystore
from agent.core.person import Person
from agent.core.registration import RevocationReason
from agent.errors import WriteFailed
from agent.pipeline.recover import put_back
from agent.pipeline.revoke import Revocation
from agent.ports import Journal
from agent.sandbox.scenarios import Scenario, Trouble
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from agent.watch.judge import judge
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Practice

NEW = "Nieuwe-sleutel-2026"
EMAIL, PHONE = "anna@voorbeeld.be", "0470 12 34 56"


@dataclass
class Terminal:
    """A person at the practice's PC, who answers one question after the other, and leaves where no answer is left.

    Attributes:
        asked: the questions, as they were put.
    """

    practice: Practice
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    places: list[Path] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    shows_paths: bool = False

    def __post_init__(self) -> None:
        practice, folder = self.practice, self.practice.folder
        practice.journal = SqliteJournal(folder / "state" / "journal.sqlite3")
        config = folder / "config.toml"
        config.write_text(f"[watch]\nfolders = ['{practice.path.parent}']\n")
        self.config = config
        self.put()

    def put(self) -> None:
        """This computer, as it now is."""
        practice = self.practice
        outside = replace(practice.outside, lock=FileLocks(practice.folder / "locks"))
        for name, value in {
            "outside": lambda _config: outside,
            "journal": lambda: practice.journal,
            "vault": lambda: practice.vault,
            "clock": lambda: practice.clock,
            "places": lambda: self.places,
        }.items():
            self.monkeypatch.setattr(wiring, name, value)
        self.monkeypatch.setattr(getpass, "getpass", self._answer)
        self.monkeypatch.setattr("builtins.input", self._answer)
        self.monkeypatch.setattr("sys.stdin", Keyboard())
        self.monkeypatch.setenv("COLUMNS", "200")

    def _answer(self, question: str = "") -> str:
        self.asked.append(question)
        if not self.answers:
            raise KeyboardInterrupt
        return self.answers.pop(0)

    def run(self, *words: str | Path, answers: Sequence[str] = ()) -> tuple[int, str]:
        self.answers, self.asked[:] = list(answers), []
        code = cli.main(["--config", str(self.config), *map(str, words)])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        assert self.shows_paths or RESPONSIBLE.ssin not in out + err
        return code, out + err

    @property
    def journal(self) -> Journal:
        return self.practice.journal

    def state(self) -> list[State]:
        code, _said = self.run("check")
        assert code in range(4)
        observations = list(self.journal.observations().values())
        found = judge(observations, self.practice.clock.now(), self.journal.words(), self.journal.lost())
        return [each.state for each in found if not each.superseded_by]

    def newest(self, password: Secret = PASSWORD) -> Keystore:
        folder = self.practice.path.parent
        path = max(folder.glob("*.p12"), key=lambda each: each.stat().st_mtime_ns)
        return self.practice.keystores.read(path, password)


class Keyboard(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(practice: Practice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    practice.vault.keep(practice.path, PASSWORD)
    return Terminal(practice, monkeypatch, capsys)


def works(terminal: Terminal, keystore: Keystore) -> None:
    """It identifies, it reads what is encrypted from now on, and eHealth has it in force."""
    practice = terminal.practice
    authentication = keystore.authentication
    assert authentication is not None
    assert is_same_key(authentication.private_key.public_key(), authentication.certificate.public_key())
    assert authentication.certificate.not_valid_after_utc > practice.clock.now() + timedelta(days=1000)
    assert is_encryption(keystore.keys[-1].certificate)
    registered = practice.sandbox.state.registrations[-1]
    assert registered.certificate == authentication.certificate
    assert registered.token is not None


def has_the_old_keys(old: Keystore, new: Keystore) -> bool:
    numbers = {entry.alias for entry in new.keys}
    return all(entry.alias in numbers for entry in old.keys if is_encryption(entry.certificate))


# ── Expired, revoked ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_expired_costs_a_yes_the_contract_and_the_pin(terminal: Terminal) -> None:
    practice = terminal.practice
    terminal.run("check")
    practice.clock.instant += timedelta(days=46)
    code, said = terminal.run("recover", answers=["y", "y", PIN.reveal()])
    assert code == 0, said
    assert len(terminal.asked) == 3
    assert "The old encryption keys go along" in said
    new = terminal.newest()
    works(terminal, new)
    assert has_the_old_keys(practice.old, new)
    assert practice.keystores.read(practice.path, PASSWORD).keys[0].certificate == practice.old.keys[0].certificate
    assert terminal.state() == [State.VALID]
    assert practice.sandbox.state.registrations[-1].contact == practice.sandbox.state.registrations[0].contact


def test_revoked(terminal: Terminal) -> None:
    practice = terminal.practice
    revocation = Revocation(practice.path, PASSWORD, practice.environment, practice.outside)
    revocation.carry_out(RevocationReason.AFFILIATION_CHANGED, practice.door)
    assert terminal.state() == [State.REVOKED]
    code, said = terminal.run("recover", practice.path, answers=["y", "y", PIN.reveal()])
    assert code == 0, said
    works(terminal, terminal.newest())
    assert has_the_old_keys(practice.old, terminal.newest())
    assert terminal.state() == [State.VALID]


def test_an_expired_one_whose_password_is_forgotten_leaves_its_keys_and_says_so(terminal: Terminal) -> None:
    practice = terminal.practice
    terminal.run("check")
    practice.vault.forget(practice.path)
    practice.clock.instant += timedelta(days=46)
    answers = ["", "y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    code, said = terminal.run("recover", practice.path, answers=answers)
    assert code == 0, said
    assert "keep the old file" in said
    works(terminal, terminal.newest(Secret(NEW)))
    assert any("none of the encryption keys" in event.text for event in terminal.journal.history(50))


# ── Forgotten ────────────────────────────────────────────────────────────────────────────────────────────────────────


def forgotten(terminal: Terminal) -> Practice:
    """It was looked at once, then its password went."""
    practice = terminal.practice
    terminal.run("check")
    practice.vault.forget(practice.path)
    practice.path.touch()
    terminal.run("check")
    return practice


def test_a_forgotten_password_in_the_replacement_period_needs_a_new_one_only(terminal: Terminal) -> None:
    practice = forgotten(terminal)
    before = practice.path.read_bytes()
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    code, said = terminal.run("recover", practice.path, "--forgotten", answers=answers)
    assert code == 0, said
    assert "Messages that were encrypted to its key cannot be read without it: keep the old file." in said
    new = terminal.newest(Secret(NEW))
    works(terminal, new)
    assert len([entry for entry in new.keys if is_encryption(entry.certificate)]) == 1
    assert practice.path.read_bytes() == before
    made = practice.sandbox.state.registrations[-1]
    assert made.replaces == practice.sandbox.state.registrations[0].identifier
    assert (made.contact.email_private, made.contact.phone_private) == (EMAIL, "0032470123456")
    assert terminal.state() == [State.VALID]
    assert "activate" in said, "others go on encrypting for the old key until then"


def test_what_was_never_opened_here_is_known_from_the_public_depot(terminal: Terminal) -> None:
    practice = terminal.practice
    practice.vault.forget(practice.path)
    answers = ["2", "y", EMAIL, PHONE, NEW, NEW, "n", "y", PIN.reveal()]
    code, said = terminal.run("recover", answers=answers)
    assert code == 0, said
    assert f"{GROUP.name} (NIHII-GROUP 71234523)" in said
    works(terminal, terminal.newest(Secret(NEW)))
    (new,) = set(practice.path.parent.glob("*.p12")) - {practice.path}
    practice.vault.keep(new, Secret(NEW))
    assert terminal.state() == [State.VALID], "the old one has a successor, though nobody can open it"


def test_before_the_period_it_says_when_and_does_not_ask_for_a_pin(terminal: Terminal) -> None:
    practice = terminal.practice
    practice.clock.instant -= timedelta(days=100)
    forgotten(terminal)
    before = practice.path.read_bytes()
    code, said = terminal.run("recover", practice.path, "--forgotten")
    assert code == 75
    assert "From 16 January 2026 on a new keystore can take over." in said
    assert said.index("take over") < said.index("take the old certificate back"), "not the first remedy"
    assert (practice.card.pin_entries, terminal.asked) == (0, [])
    assert practice.path.read_bytes() == before


def test_who_knows_it_after_all_is_asked_for_it_once(terminal: Terminal) -> None:
    practice = forgotten(terminal)
    code, said = terminal.run("recover", answers=["1", PASSWORD.reveal()])
    assert (code, practice.vault.password(practice.path)) == (0, PASSWORD), said
    assert terminal.state() == [State.RENEWABLE]


def test_what_cannot_be_right_is_asked_again_and_a_doubt_can_be_insisted_on(terminal: Terminal) -> None:
    practice = forgotten(terminal)
    contact = ["anna", EMAIL, "0470", "0999 99 99 99", "0999999999"]
    answers = ["y", *contact, NEW, NEW, "y", "y", PIN.reveal()]
    code, said = terminal.run("recover", practice.path, "--forgotten", answers=answers)
    assert code == 0, said
    assert "There is no @ in the e-mail address yet." in said
    assert "The phone number is not complete yet." in said
    assert "If it is right all the same, type it again." in said
    assert practice.sandbox.state.registrations[-1].contact.phone_private == "0032999999999"


def test_contact_data_on_the_command_line_has_to_be_right(terminal: Terminal) -> None:
    practice = forgotten(terminal)
    code, said = terminal.run("recover", practice.path, "--forgotten", "--email", "anna", answers=["y"])
    assert (code, practice.card.pin_entries) == (2, 0)
    assert "--email: There is no @" in said


# ── Gone ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def deleted(terminal: Terminal) -> Practice:
    terminal.run("check")
    terminal.practice.path.unlink()
    return terminal.practice


def test_a_keystore_that_is_gone_is_critical_until_it_is_back(terminal: Terminal) -> None:
    practice = terminal.practice
    content = practice.path.read_bytes()
    deleted(terminal)
    code, said = terminal.run("check")
    assert code == 2
    assert f"CRITICAL {practice.path}: This keystore was here and is gone." in said
    _code, said = terminal.run("status")
    assert f'Next: ehealth-agent recover "{practice.path}"' in said
    practice.path.write_bytes(content)
    assert terminal.run("check")[0] == 1
    assert terminal.journal.lost() == []


def test_moved_within_the_folder_it_is_not_gone(terminal: Terminal) -> None:
    practice = terminal.practice
    terminal.run("check")
    moved = practice.path.rename(practice.path.with_name("other name.p12"))
    practice.vault.keep(moved, PASSWORD)
    assert terminal.state() == [State.RENEWABLE]


def test_the_practice_says_that_it_is_gone_for_good(terminal: Terminal) -> None:
    practice = deleted(terminal)
    assert terminal.run("check")[0] == 2
    assert terminal.run("recover", practice.path, "--forget")[0] == 0
    assert terminal.run("check")[0] == 3, "there is none any more"
    assert terminal.run("recover", practice.path, "--forget")[0] == 1


@pytest.mark.parametrize("name", ["NIHII-GROUP=71234523 (1).p12", "oude map.p12.bak"])
def test_a_copy_is_found_proved_and_put_back(terminal: Terminal, tmp_path: Path, name: str) -> None:
    practice = terminal.practice
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    terminal.places.append(downloads)
    copy = downloads / name
    copy.write_bytes(practice.path.read_bytes())
    (downloads / "NIHII-GROUP=71234523 (2).p12").write_bytes(b"no keystore")
    deleted(terminal)
    code, said = terminal.run("recover", answers=["y"])
    assert code == 0, said
    assert f"A copy was found: {copy}" in said
    assert [entry.alias for entry in practice.keystores.read(practice.path, PASSWORD).keys] == [
        entry.alias for entry in practice.old.keys
    ]
    assert copy.exists()
    assert terminal.state() == [State.RENEWABLE]
    assert practice.card.pin_entries == 0
    assert practice.files() == [practice.path.name]


def test_a_copy_whose_password_nobody_stored_is_asked_for(terminal: Terminal, tmp_path: Path) -> None:
    practice = terminal.practice
    terminal.run("check")
    copy = tmp_path / practice.path.name
    practice.path.rename(copy)
    practice.vault.forget(practice.path)
    terminal.places.append(tmp_path)
    code, said = terminal.run("recover", answers=[PASSWORD.reveal(), "y"])
    assert code == 0, said
    assert f"This may be a copy: {copy}" in said
    assert practice.keystores.read(practice.path, PASSWORD).authentication is not None


def test_nothing_is_put_over_another_file(practice: Practice, tmp_path: Path) -> None:
    copy = tmp_path / "copy.p12"
    copy.write_bytes(practice.path.read_bytes())
    practice.path.write_bytes(b"somebody's")
    with pytest.raises(WriteFailed):
        put_back(copy, practice.path, PASSWORD, practice.outside, Profile.COMPATIBLE)
    assert practice.path.read_bytes() == b"somebody's"
    assert practice.files() == [practice.path.name]


def test_gone_without_a_copy_a_new_one_takes_over(terminal: Terminal) -> None:
    practice = deleted(terminal)
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    code, said = terminal.run("recover", answers=answers)
    assert code == 0, said
    assert "No copy of it was found" in said
    assert "if it turns up, keep it" in said
    works(terminal, terminal.newest(Secret(NEW)))
    assert practice.vault.password(next(practice.path.parent.glob("*.p12"))) == Secret(NEW)
    assert terminal.state() == [State.VALID], "its successor is there: nobody speaks of it any more"


def test_gone_before_the_period_says_when(terminal: Terminal) -> None:
    terminal.practice.clock.instant -= timedelta(days=100)
    deleted(terminal)
    code, said = terminal.run("recover")
    assert (code, terminal.asked) == (75, [])
    assert "From 16 January 2026 on" in said


def test_the_whole_folder_is_gone(terminal: Terminal) -> None:
    practice = terminal.practice
    terminal.run("check")
    practice.path.parent.rename(practice.path.parent.with_name("away"))
    code, said = terminal.run("check")
    assert code == 3
    assert "its folder is not there now" in said
    assert terminal.journal.lost() == [], "a share may come back"


def test_one_that_went_before_the_agent_came_is_known_by_its_name(terminal: Terminal, tmp_path: Path) -> None:
    practice = terminal.practice
    copy = tmp_path / "kopie.p12"
    practice.path.rename(copy)
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "n"]
    code, said = terminal.run("recover", practice.path, answers=answers)
    assert code == 1
    assert f"{GROUP.name} (NIHII-GROUP 71234523)" in said, "the public depot has its name"
    terminal.places.append(tmp_path)
    assert terminal.run("recover", practice.path.with_name("NIHII-GROUP=71234523 20200101-000000.p12"))[0] == 130


def test_a_name_that_tells_nothing_is_no_keystore(terminal: Terminal) -> None:
    code, said = terminal.run("recover", "/nowhere/k.p12")
    assert code == 1
    assert "There is no keystore at /nowhere/k.p12." in said


def test_what_waits_for_activation_is_said_again(terminal: Terminal) -> None:
    practice = deleted(terminal)
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    terminal.run("recover", practice.path, answers=answers)
    code, said = terminal.run("recover", practice.path)
    assert (code, terminal.asked) == (0, [])
    assert "What remains" in said


# ── A person's ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A single provider, whose keystore is for the person who has the eID."""
    holder = Holder("SSIN", RESPONSIBLE.ssin, None, "Persoon Test Tweede")
    practice = Practice(tmp_path, holder)
    practice.vault.keep(practice.path, PASSWORD)
    return Terminal(practice, monkeypatch, capsys, shows_paths=True)


def test_a_persons_own_keystore_is_asked_for_by_the_name_on_the_eid(person: Terminal) -> None:
    practice = person.practice
    practice.sandbox.state.registrations[0].first_names = ("Test", "Tweede")
    practice.sandbox.state.registrations[0].holder = Holder("SSIN", RESPONSIBLE.ssin, None, "Persoon")
    deleted(person)
    practice.clock.instant += timedelta(days=46)
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    code, said = person.run("recover", answers=answers)
    assert code == 0, said
    assert "(a person)" in said
    works(person, person.newest(Secret(NEW)))


def test_another_persons_eid_is_told_before_the_pin(person: Terminal) -> None:
    practice = person.practice
    deleted(person)
    stranger = Person("85010100115", "Iemand", "Anders")
    begun = practice.clock.now()
    practice.card = SoftwareCard(
        lambda key, public: practice.sandbox.pki.eid_chain(stranger, key, public, begun, begun + timedelta(days=900)),
        PIN,
    )
    person.put()
    code, said = person.run("recover")
    assert code == 1
    assert "the card in the reader is Iemand Anders's" in said
    assert practice.card.pin_entries == 0


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_refused_it_is_requested_again_with_another_key(terminal: Terminal) -> None:
    practice = terminal.practice
    practice.sandbox.state.scenarios.append(Scenario(Trouble.REFUSAL, times=1))
    code, said = terminal.run("renew", practice.path, "--yes", "--accept-contract", answers=[PIN.reveal()])
    assert code == 1, said
    code, said = terminal.run("recover", answers=["y", "", "y", PIN.reveal()])
    assert code == 0, said
    assert "This request was refused" in said
    new = terminal.newest()
    works(terminal, new)
    assert has_the_old_keys(practice.old, new)
    assert [name for name in practice.files() if name.endswith(".refused")]


def test_a_refused_request_for_a_lost_one_too(terminal: Terminal) -> None:
    practice = deleted(terminal)
    practice.sandbox.state.scenarios.append(Scenario(Trouble.REFUSAL, times=1))
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    assert terminal.run("recover", answers=answers)[0] == 1
    code, said = terminal.run("recover", practice.path, answers=["y", "y", PIN.reveal()])
    assert code == 0, said
    works(terminal, terminal.newest(Secret(NEW)))


# ── Broken off ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", range(3))
def test_expired_and_broken_off_at_each_question(terminal: Terminal, at: int) -> None:
    practice = terminal.practice
    terminal.run("check")
    practice.clock.instant += timedelta(days=46)
    _broken_off(terminal, ["y", "y", PIN.reveal()], at, ["recover", practice.path])
    works(terminal, terminal.newest())
    assert has_the_old_keys(practice.old, terminal.newest())


@pytest.mark.parametrize("at", range(8))
def test_forgotten_and_broken_off_at_each_question(terminal: Terminal, at: int) -> None:
    practice = forgotten(terminal)
    answers = ["y", EMAIL, PHONE, NEW, NEW, "y", "y", PIN.reveal()]
    _broken_off(terminal, answers, at, ["recover", practice.path, "--forgotten"])
    works(terminal, terminal.newest(Secret(NEW)))


def _broken_off(terminal: Terminal, answers: list[str], at: int, words: list[str | Path]) -> None:
    """Stopped at question `at`; then the same command again, asked for what is still missing."""
    practice = terminal.practice
    before = practice.files()
    assert terminal.run(*words, answers=answers[:at])[0] == 130
    assert [name for name in practice.files() if name.endswith("p12")] == before, "nothing half-made that others take"
    begun = terminal.journal.unfinished()
    code, said = terminal.run(*words, answers=answers[-2:] if begun else answers)
    assert code == 0, said
    assert practice.card.pin_entries <= 2


def test_only_what_works_is_nothing_to_recover(terminal: Terminal) -> None:
    code, said = terminal.run("recover")
    assert code == 1
    assert "Nothing that has to be recovered is known" in said
    assert terminal.run("recover", terminal.practice.path)[0] == 0
