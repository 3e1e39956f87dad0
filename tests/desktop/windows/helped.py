"""A person at the window that recovers a keystore, with a keyboard: answers each page that comes, to the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.adapters.journal_sqlite import SqliteJournal
from agent.adapters.lock_file import FileLocks
from agent.core.checks import is_encryption, is_same_key
from agent.core.finding import Observation
from agent.core.keystore import Keystore
from agent.core.registration import CertificateStatus
from agent.desktop.windows.keystore_session import KeystoreWish
from agent.desktop.windows.pages import ContractShown, Introduction, Page, PasswordWanted, PinWanted
from agent.desktop.windows.recover_drawn import draw
from agent.desktop.windows.recover_pages import (
    BeforeAnew,
    BeforeRequest,
    CopiesFound,
    CopyPasswordWanted,
    Troubled,
    UnlockWanted,
    WorksAgain,
)
from agent.desktop.windows.recover_session import Recovering, RecoverWish
from agent.desktop.windows.request_pages import ContactWanted, OrganizationWanted, PasswordChosen
from agent.desktop.windows.stage import Stage
from agent.pipeline.ask import ask_about
from agent.secret import Secret
from agent.watch.look import Look
from tests.desktop.windows.applicant import Applicant
from tests.desktop.windows.visitor import CARD_POLL_S
from tests.journeys.practice import PASSWORD, PIN, Practice

NEW = Secret("Nieuwe-sleutel-2026")
EMAIL, PHONE = "anna@voorbeeld.be", "0470 12 34 56"

_PATIENCE_S = 30.0


@dataclass
class Trouble:
    """A practice whose keystore is looked at, until something happens to it.

    Attributes:
        places: where people keep copies.
    """

    practice: Practice
    places: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        practice = self.practice
        practice.journal = SqliteJournal(practice.folder / "state" / "journal.sqlite3")
        outside = replace(practice.outside, lock=FileLocks(practice.folder / "locks"))
        self.outside = outside
        practice.vault.keep(practice.path, PASSWORD)

    @property
    def folder(self) -> Path:
        return self.practice.path.parent

    def look(self) -> None:
        """As a check does."""
        practice = self.practice
        Look(practice.keystores, practice.vault, practice.journal).in_folders([self.folder], ["*p12"])

    def forgotten(self) -> None:
        """It was looked at once, then its password went."""
        self.look()
        self.practice.vault.forget(self.practice.path)
        self.practice.path.touch()
        self.look()

    def deleted(self) -> None:
        self.look()
        self.practice.path.unlink()

    def copied(self, name: str = "kopie.p12") -> Path:
        """A copy among a person's files, before the keystore goes."""
        place = self.practice.folder / "Downloads"
        place.mkdir(exist_ok=True)
        self.places.append(place)
        copy = place / name
        copy.write_bytes(self.practice.path.read_bytes())
        return copy

    def half_made(self) -> list[str]:
        """What other programs would pick up, beside the old keystore."""
        names = [each.name for each in self.folder.iterdir() if each.name.endswith("p12")]
        return [name for name in names if name != self.practice.path.name]

    def newest(self) -> Path:
        found = set(self.folder.glob("*.p12")) - {self.practice.path}
        (path,) = found
        return path

    def proved(self, path: Path, password: Secret) -> Keystore:
        """It identifies, it reads what is encrypted from now on, and eHealth says that it is in force."""
        practice = self.practice
        keystore = practice.keystores.read(path, password)
        authentication = keystore.authentication
        assert authentication is not None
        assert is_same_key(authentication.private_key.public_key(), authentication.certificate.public_key())
        assert is_encryption(keystore.keys[-1].certificate)
        info = ask_about(Observation(str(path), practice.environment, None), practice.outside, password)
        assert info.status is CertificateStatus.VALID_ACTIVE
        return keystore

    def has_the_old_keys(self, new: Keystore) -> bool:
        aliases = {entry.alias for entry in new.keys}
        return all(entry.alias in aliases for entry in self.practice.old.keys if is_encryption(entry.certificate))


class Helped(Applicant):
    """Sits before a window in which a keystore is recovered."""

    def __init__(self, trouble: Trouble, path: Path | None = None, is_forgotten: bool = False) -> None:
        self.sheets = []
        stage = Stage()
        practice = trouble.practice
        keystore = KeystoreWish(path, folders=(trouble.folder,), patterns=("*p12",))
        wish = RecoverWish(keystore, lambda: trouble.places, self._save, is_forgotten)
        outside = replace(trouble.outside, card=practice.card)
        session = Recovering(wish, lambda: outside, stage, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw)

    # ── Page by page ─────────────────────────────────────────────────────────────────────────────────────────────────

    def answer_until(
        self, *last: type[Page], rather: Mapping[type[Page], Callable[[Helped], None]] | None = None
    ) -> Page:
        """Answer what comes up until a page of one of these kinds does. `rather`: other answers than the usual."""
        answers = {**_USUAL, **(rather or {})}
        answered: Page | None = None
        end = time.monotonic() + _PATIENCE_S
        while type(self.window.page) not in last:
            page = self.window.page
            if page is not answered and type(page) in answers:
                self._let_pass()
                answers[type(page)](self)
                answered = page
            self._let_pass()
            assert time.monotonic() < end, f"there is still {self.window.page}: {self.text}"
        self._let_pass()
        return self.window.page

    def seen_until(
        self, last: type[Page], rather: Mapping[type[Page], Callable[[Helped], None]]
    ) -> Sequence[type[Page]]:
        """The kinds of the pages that had to be answered."""
        seen: list[type[Page]] = []

        def noted(kind: type[Page], act: Callable[[Helped], None]) -> Callable[[Helped], None]:
            def answer(helped: Helped) -> None:
                seen.append(kind)
                act(helped)

            return answer

        self.answer_until(last, rather={kind: noted(kind, act) for kind, act in {**_USUAL, **rather}.items()})
        return seen

    def give_contact(self, email: str = EMAIL, phone: str = PHONE) -> None:
        self.type(email)
        self.press("Tab", "Tab")
        self.type(phone)
        self.press("Return")

    def open_with(self, password: Secret = PASSWORD) -> None:
        self.type(password.reveal())
        self.press("Return")

    def does_not_know(self) -> None:
        self.letter("I do &not know it any more")

    def protect(self, keep: bool = True) -> None:
        self.type(NEW.reveal())
        self.press("Tab")
        self.type(NEW.reveal())
        if not keep:
            self.letter("&Store it in this computer's password vault")
        self.press("Return")

    def give_name(self) -> None:
        self.type("Groep De Brug")
        self.press("Return")

    def agree(self) -> None:
        self.press("Return")

    def enter_pin(self) -> None:
        self.type(PIN.reveal())
        self.press("Return")


_USUAL: Mapping[type[Page], Callable[[Helped], None]] = {
    Troubled: Helped.agree,
    UnlockWanted: Helped.does_not_know,
    PasswordWanted: Helped.open_with,
    CopyPasswordWanted: Helped.open_with,
    CopiesFound: Helped.agree,
    WorksAgain: Helped.agree,
    BeforeAnew: Helped.agree,
    BeforeRequest: Helped.agree,
    OrganizationWanted: Helped.give_name,
    ContactWanted: Helped.give_contact,
    PasswordChosen: Helped.protect,
    Introduction: Helped.agree,
    ContractShown: Helped.accept,
    PinWanted: Helped.enter_pin,
}
