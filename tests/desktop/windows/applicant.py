"""A person at the window for a new certificate, with a keyboard."""

from __future__ import annotations

from pathlib import Path

from agent.desktop.windows.pages import ContractShown, PinWanted
from agent.desktop.windows.parts import with_mnemonic
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


class Applicant(Visitor):
    """Sits before a window in which a certificate is requested. `sheets` are the last pages that were printed."""

    def __init__(self, practice: Practice) -> None:
        self.sheets: list[Made] = []
        stage = Stage()
        wish = RequestWish(practice.path.parent, practice.environment)
        session = RequestSession(wish, lambda: practice.outside, stage, self._save, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw)

    def _save(self, made: Made) -> Path:
        self.sheets.append(made)
        return Path("/home/onthaal/Downloads/sheet.html")

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
