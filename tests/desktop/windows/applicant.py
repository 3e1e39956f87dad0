"""A person at the window for a new certificate, with a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tkinter import ttk

from agent.desktop.windows.pages import ContractShown, PinWanted
from agent.desktop.windows.parts import visible, with_mnemonic
from agent.desktop.windows.request_drawn import draw
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Conditions,
    ContactWanted,
    ForWhom,
    Made,
    OrganizationWanted,
    PasswordChosen,
    ServicesWanted,
)
from agent.desktop.windows.request_session import RequestSession, RequestWish
from agent.desktop.windows.stage import Stage
from agent.text import _
from tests.desktop.windows.visitor import CARD_POLL_S, Visitor
from tests.journeys.practice import PASSWORD, PIN, Practice

OTHER_GROUP = "7.98765.30"
ENTERPRISE = 'd\'Août & Zonen, "De Brug" + Cie'


class Applicant(Visitor):
    """Sits before a window in which a certificate is requested. `sheets` are the last pages that were printed."""

    def __init__(self, practice: Practice, folder: Path | None = None) -> None:
        self.sheets: list[Made] = []
        stage = Stage()
        self._sit_down(practice, stage, self._session(practice, stage, folder), draw)

    def _session(self, practice: Practice, stage: Stage, folder: Path | None) -> Callable[[], None]:
        wish = RequestWish(folder or practice.path.parent, practice.environment)
        return RequestSession(wish, lambda: practice.outside, stage, self._save, CARD_POLL_S).run

    def _save(self, made: Made) -> Path:
        self.sheets.append(made)
        return Path("/home/onthaal/Downloads/sheet.html")

    def type(self, text: str) -> None:
        """What no key of the screen's keyboard has is put where the keyboard is."""
        for sign in text:
            if sign.isascii():
                super().type(sign)
            else:
                where = self.keyboard()
                assert isinstance(where, ttk.Entry)
                where.insert("insert", sign)

    @property
    def boxes(self) -> list[str]:
        """The texts of all boxes that can be ticked."""
        return [str(each.cget("text")) for each in visible(self.root) if isinstance(each, ttk.Checkbutton)]

    def letter(self, text: str) -> None:
        """Alt and the letter that is underlined in this text, in the language that is spoken."""
        shown, underline = with_mnemonic(_(text))
        self.press(f"Alt-{shown[underline].lower()}")

    def accept(self) -> None:
        self.press("End")
        self.letter("&Accept and sign")

    def sign(self) -> None:
        """The contract, accepted, and the PIN."""
        self.until(ContractShown)
        self.accept()
        self.until(PinWanted)
        self.type(PIN.reveal())
        self.press("Return")

    # ── The form, by keyboard ────────────────────────────────────────────────────────────────────────────────────────

    def accept_conditions(self) -> None:
        self.until(Conditions)
        self.press("Return")
        self.until(ForWhom)

    def give_organization(self, kind: str, number: str, name: str) -> None:
        """Another organization, after the conditions."""
        self.until(ForWhom)
        self.letter("An &organization")
        self.press("Return")
        self.until(OrganizationWanted)
        self.type(kind)
        self.press("Tab", "Tab")
        self.type(number)
        self.press("Tab")
        self.type(name)
        self.press("Return")
        self.until(ApplicationIdWanted)

    def give_contact(self, email: str = "anna@voorbeeld.be", phone: str = "0470 12.34.56") -> None:
        self.until(ContactWanted)
        self.type(email)
        self.press("Tab", "Tab")
        self.type(phone)
        self.press("Return")
        self.until(ServicesWanted)

    def choose_password(self, keep: bool = True) -> None:
        self.until(PasswordChosen)
        self.type(PASSWORD.reveal())
        self.press("Tab")
        self.type(PASSWORD.reveal())
        if not keep:
            self.letter("&Store it in this computer's password vault")
        self.press("Return")


def is_untouched(practice: Practice) -> bool:
    return practice.files() == [practice.path.name] and practice.journal.unfinished() == []


def half_made(practice: Practice) -> list[str]:
    """What other programs would pick up, beside the keystore that was there before."""
    return [name for name in practice.files() if name.endswith("p12") and name != practice.path.name]


def fill_in(applicant: Applicant) -> None:
    """All pages of the form for a group of nurses, to the contract."""
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", OTHER_GROUP, "Groep De Brug Gent")
    applicant.press("Return")
    applicant.give_contact()
    applicant.press("Return")
    applicant.choose_password()
    applicant.until(ContractShown)
