"""Other contact data in a renewal's window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.core.registration import ContactData
from agent.desktop.windows.pages import (
    ContractShown,
    Finish,
    Introduction,
    Page,
    PinWanted,
    RenewalTrouble,
)
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.request_form_drawn import Contact
from agent.desktop.windows.request_pages import ContactChange
from agent.errors import Refused, RenewalRefused
from agent.sandbox.scenarios import Scenario, Trouble
from tests.desktop.windows.visitor import Seated, Visitor
from tests.journeys.practice import PASSWORD, PIN, Practice
from tests.journeys.test_contact import before, newest, say, sent


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    practice = Practice(tmp_path)
    practice.vault.passwords[practice.path] = PASSWORD
    return practice


@pytest.fixture
def comes(practice: Practice, seated: Seated) -> Callable[[], Visitor]:
    return lambda: seated(Visitor(practice))


def overwrite(visitor: Visitor, email: str, phone: str | None = None) -> None:
    """The responsible person's address, and number, in place of what is there."""
    drawn = visitor.window.drawn
    assert isinstance(drawn, Contact)
    drawn.fields[0].entry.selection_range(0, "end")
    visitor.type(email)
    if phone is not None:
        visitor.press("Tab", "Tab")
        drawn.fields[2].entry.selection_range(0, "end")
        visitor.type(phone)


def sign(visitor: Visitor) -> None:
    visitor.until(ContractShown)
    visitor.accept()
    visitor.until(PinWanted)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    visitor.until(Finish)


def to_the_contract(visitor: Visitor) -> ContractShown:
    visitor.until(Introduction)
    visitor.press("Return")
    return visitor.until(ContractShown)


def change(visitor: Visitor) -> None:
    """From the contract to what eHealth has."""
    visitor.press("Alt-c")
    visitor.until(ContactChange)


def test_who_changes_nothing_sees_it_and_clicks_no_more_than_before(
    practice: Practice, comes: Callable[[], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[type[Page]] = []
    show = RenewalWindow.show

    def seen(window: RenewalWindow, page: Page) -> None:
        shown.append(type(page))
        show(window, page)

    monkeypatch.setattr(RenewalWindow, "show", seen)
    visitor = comes()
    to_the_contract(visitor)
    has = before(practice)
    reached = f"After this renewal eHealth reaches the practice at {has.email_private} and {has.phone_private}"
    assert reached in visitor.text
    sign(visitor)
    assert ContactChange not in shown
    assert shown.count(ContractShown) == 1
    assert newest(practice) == has


def test_what_has_changed_is_put_right_at_the_contract(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    to_the_contract(visitor)
    change(visitor)
    assert before(practice).email_private in str(visitor.window.page)
    assert "eHealth gets it with the renewal" in visitor.text
    overwrite(visitor, "nieuw@praktijk.be", "0479/99.88.77")
    visitor.press("Return")
    contract = visitor.until(ContractShown)
    assert contract.contact is not None
    assert contract.contact.email_private == "nieuw@praktijk.be"
    assert "After this renewal eHealth reaches the practice at nieuw@praktijk.be and 0032479998877" in visitor.text
    sign(visitor)
    expected = replace(before(practice), email_private="nieuw@praktijk.be", phone_private="0032479998877")
    assert newest(practice) == expected
    assert practice.card.pin_entries == 1
    assert [expected.email_private in each for each in sent(practice, "generateContract")] == [False, True]


def test_back_at_the_contract_nothing_is_changed(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    to_the_contract(visitor)
    change(visitor)
    overwrite(visitor, "half@")
    visitor.press("Alt-l")
    visitor.until(ContractShown)
    sign(visitor)
    assert newest(practice) == before(practice)


def test_what_is_mistyped_stays_on_its_page(practice: Practice, comes: Callable[[], Visitor]) -> None:
    visitor = comes()
    to_the_contract(visitor)
    change(visitor)
    overwrite(visitor, "half@")
    visitor.press("Return")
    visitor.until(ContactChange)
    assert "What follows the @ is not complete" in visitor.text


def test_what_was_said_to_be_wrong_is_asked_for_first(practice: Practice, comes: Callable[[], Visitor]) -> None:
    say(practice, is_right=False)
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    assert visitor.until(ContactChange).is_doubted
    assert "Somebody said here that this is not right any more." in visitor.text
    overwrite(visitor, "nieuw@praktijk.be")
    visitor.press("Return")
    sign(visitor)
    assert newest(practice) == replace(before(practice), email_private="nieuw@praktijk.be")


def test_what_ehealth_does_not_take_is_put_right(practice: Practice, comes: Callable[[], Visitor]) -> None:
    """What it has may be from a time when more was taken."""
    registration = practice.sandbox.state.registrations[0]
    registration.contact = ContactData("oud@praktijk.be", "0479 99")
    visitor = comes()
    visitor.until(Introduction)
    visitor.press("Return")
    trouble = visitor.until(RenewalTrouble)
    assert isinstance(trouble.problem, Refused)
    assert "eHealth does not take the e-mail address or the phone number." in visitor.text
    visitor.press("Return")
    visitor.until(ContactChange)
    visitor.press("Tab", "Tab")
    overwrite_phone(visitor, "0479 99 88 77")
    visitor.press("Return")
    sign(visitor)
    assert newest(practice) == ContactData("oud@praktijk.be", "0032479998877")


def overwrite_phone(visitor: Visitor, phone: str) -> None:
    drawn = visitor.window.drawn
    assert isinstance(drawn, Contact)
    drawn.fields[2].entry.selection_range(0, "end")
    visitor.type(phone)


def test_a_refused_request_that_is_put_aside_does_not_forget_it(
    practice: Practice, comes: Callable[[], Visitor]
) -> None:
    practice.sandbox.trouble(Scenario(Trouble.REFUSAL))
    visitor = comes()
    to_the_contract(visitor)
    change(visitor)
    overwrite(visitor, "nieuw@praktijk.be")
    visitor.press("Return")
    visitor.until(ContractShown)
    visitor.accept()
    visitor.until(PinWanted)
    visitor.type(PIN.reveal())
    visitor.press("Return")
    assert isinstance(visitor.until(RenewalTrouble).problem, RenewalRefused)
    practice.sandbox.clear()
    visitor.press("Return")
    contract = visitor.until(ContractShown)
    assert contract.contact is not None
    assert contract.contact.email_private == "nieuw@praktijk.be"


PAGES = ["introduction", "doubted", "contract", "change", "other contract", "pin"]


@pytest.mark.parametrize("page", PAGES)
def test_broken_off_at_every_page_and_taken_up_again(
    practice: Practice, comes: Callable[[], Visitor], page: str
) -> None:
    if page == "doubted":
        say(practice, is_right=False)
    first = comes()
    first.until(Introduction)
    if page != "introduction":
        first.press("Return")
        first.until(ContactChange if page == "doubted" else ContractShown)
    if page in PAGES[3:]:
        change(first)
        overwrite(first, "nieuw@praktijk.be")
    if page in PAGES[4:]:
        first.press("Return")
        first.until(ContractShown)
    if page == "pin":
        first.accept()
        first.until(PinWanted)
    first.leave()
    assert "generatecertificate" not in practice.services.actions
    assert len(practice.sandbox.state.registrations) == 1

    again = comes()
    if page == "introduction":
        again.until(Introduction)
        again.press("Return")
    if page == "doubted":
        again.until(ContactChange)
    else:
        contract = again.until(ContractShown)
        assert contract.contact is not None
        is_kept = contract.contact.email_private == "nieuw@praktijk.be"
        assert is_kept == (page in PAGES[4:]), "what was gone on from is kept"
        change(again)
    overwrite(again, "ander@praktijk.be")
    again.press("Return")
    again.until(ContractShown, lambda shown: shown.contact and shown.contact.email_private == "ander@praktijk.be")
    sign(again)
    assert newest(practice) == replace(before(practice), email_private="ander@praktijk.be")
