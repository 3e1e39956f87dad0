"""A person without Belgian residence requests a certificate in a window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from agent.core.checks import is_encryption
from agent.core.menu import Act, Choice, menu
from agent.core.renewal import Step
from agent.core.x509 import name_of
from agent.desktop.windows import foreigner_drawn
from agent.desktop.windows.foreigner_pages import AnewWanted, ForeignerTrouble, LogInWanted, PersonWanted
from agent.desktop.windows.keystore_session import KeystoreWish
from agent.desktop.windows.life import KINDS
from agent.desktop.windows.life_drawn import draw as draw_life
from agent.desktop.windows.pages import PasswordWanted, Progress
from agent.desktop.windows.request_pages import Begun, Conditions, ForWhom, Made, PasswordChosen
from agent.desktop.windows.stage import Stage
from agent.errors import NonResidentTurnedDown, RequestRefused
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.scenarios import Scenario, Trouble
from agent.text import speak
from tests.desktop.windows.applicant import half_made, is_untouched
from tests.desktop.windows.foreign_applicant import NUMBER, OTHER_NUMBER, ForeignApplicant, WithoutEid, log_in
from tests.desktop.windows.visitor import CARD_POLL_S, Seated, Visitor
from tests.journeys.practice import PASSWORD, Practice


@pytest.fixture
def stranger(practice: Practice, seated: Seated) -> Callable[[], ForeignApplicant]:
    """Somebody sits down before this window."""
    return lambda: seated(ForeignApplicant(practice))


# ── The whole way ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_from_the_passport_to_the_keystore(
    practice: Practice, stranger: Callable[[], ForeignApplicant], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(foreigner_drawn, "open_address", browse)
    applicant = stranger()
    applicant.give_person()
    assert is_untouched(practice)
    applicant.choose_password()
    page = applicant.until(LogInWanted)
    assert page.goes_on_alone
    assert "Log in before" in applicant.root.title()
    assert "once Jean Zoë Étranger has logged in at this address" in applicant.text
    assert "itsme" in applicant.text
    assert "the agent goes on and says when it is ready" in applicant.text
    assert NUMBER not in applicant.text + applicant.root.title()
    assert half_made(practice) == []

    applicant.press("Return")  # opens it in the browser
    assert opened == [page.url]
    assert "The browser was told to open it." in applicant.text
    applicant.letter("Copy the &address")
    assert applicant.root.clipboard_get() == page.url

    log_in(practice, page.url)
    made = applicant.until(Made)
    new = Path(made.request.new_path)
    assert "Your computer is now ready to use eHealth applications." in applicant.text
    assert NUMBER not in applicant.root.title()
    assert half_made(practice) == [new.name]
    authentication, encryption = practice.keystores.read(new, PASSWORD).keys
    assert "ETRANGER JEAN ZOE" in name_of(authentication.certificate.subject).values("OU")
    assert is_encryption(encryption.certificate)
    assert practice.vault.passwords[new] == PASSWORD
    assert practice.card.pin_entries == 0
    assert practice.services.actions.count("submitCSRForForeigner") == 1
    assert "generateContract" not in practice.services.actions
    assert not any(NUMBER in event.text for event in practice.journal.history(100))
    applicant.letter("&Sheet for the safe")
    assert applicant.until(Made, lambda page: page.sheet).holder.name == "Jean Zoë Étranger"


def test_who_says_that_they_have_logged_in_is_not_kept_waiting(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    applicant.fill_in()
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    practice.journal.save(replace(begun, next_poll=practice.clock.now() + timedelta(hours=6)))
    again = stranger()
    again.until(Begun)
    again.press("Return")
    log_in(practice, again.until(LogInWanted).url)
    before = practice.clock.now()
    again.letter("I &have logged in")
    again.until(Made)
    assert practice.clock.now() - before < timedelta(hours=1)


def test_without_a_browser_the_address_is_to_be_typed(
    practice: Practice, stranger: Callable[[], ForeignApplicant], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreigner_drawn, "open_address", lambda _url: False)
    applicant = stranger()
    applicant.fill_in(keep=False)
    assert "the request goes on when you open it again" in applicant.text
    applicant.press("Return")
    assert "No browser could be opened" in applicant.text


# ── What is typed ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_field_says_what_is_wrong_and_nothing_goes_on(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    applicant.give_person(number="80010100107")
    assert "This is no BIS number" in applicant.text
    assert isinstance(applicant.window.page, PersonWanted)
    assert is_untouched(practice)


def test_what_is_only_doubted_can_be_insisted_on(practice: Practice, stranger: Callable[[], ForeignApplicant]) -> None:
    applicant = stranger()
    applicant.until(PersonWanted)
    for text in ("Étranger", "Jean Zoë", NUMBER, "jean@example.org"):
        applicant.type(text)
        applicant.press("Tab")
    applicant.type("09 123 45 67")
    applicant.press("Return")
    assert isinstance(applicant.window.page, PersonWanted)
    applicant.press("space", "Return")
    applicant.until(PasswordChosen)


def test_back_keeps_what_was_typed(practice: Practice, stranger: Callable[[], ForeignApplicant]) -> None:
    applicant = stranger()
    applicant.give_person()
    applicant.until(PasswordChosen)
    applicant.type(PASSWORD.reveal())
    applicant.press("Tab")
    applicant.type(PASSWORD.reveal())
    applicant.letter("&Back")
    given = applicant.until(PersonWanted).given
    assert (given.surname.text, given.number.text, given.phone.text) == ("Étranger", NUMBER, "+33 6 12 34 56 78")
    assert NUMBER not in repr(given)
    applicant.press("Return")
    assert applicant.until(PasswordChosen).is_chosen
    assert is_untouched(practice)
    applicant.press("Return")
    applicant.until(LogInWanted)


def test_a_refusal_leads_back_to_what_was_typed(
    practice: Practice, stranger: Callable[[], ForeignApplicant], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_number: object) -> None:
        raise Refusal(Code.ACTOR_INVALID, "This person is not known")

    applicant = stranger()
    applicant.give_person()
    with monkeypatch.context() as refusing:
        refusing.setattr("agent.sandbox.certification.check_number", refuse)
        applicant.choose_password()
        assert isinstance(applicant.until(ForeignerTrouble).problem, RequestRefused)
    applicant.letter("Change the &data")
    assert applicant.until(PersonWanted).given.surname.text == "Étranger"
    applicant.press("Return")
    assert applicant.until(PasswordChosen).is_chosen
    applicant.press("Return")
    applicant.until(LogInWanted)
    assert half_made(practice) == []


def test_a_request_that_is_refused_later_is_put_aside_and_begun_anew(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    page = applicant.fill_in()
    practice.sandbox.refuse()
    applicant.letter("I &have logged in")
    assert isinstance(applicant.until(ForeignerTrouble).problem, NonResidentTurnedDown)
    applicant.letter("&Put it aside and begin anew")
    assert applicant.until(LogInWanted).url != page.url


# ── Broken off ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("last", [PersonWanted, PasswordChosen], ids=lambda kind: kind.__name__)
def test_closed_while_it_is_filled_in_nothing_was_written(
    practice: Practice, stranger: Callable[[], ForeignApplicant], last: type[PersonWanted | PasswordChosen]
) -> None:
    applicant = stranger()
    if last is PasswordChosen:
        applicant.give_person()
    applicant.until(last)
    applicant.close()
    applicant.leave()
    assert is_untouched(practice)
    assert practice.vault.passwords == {}
    stranger().fill_in()


@pytest.mark.parametrize(
    "action", ["submitCSRForForeigner", "getcertificate", "startETKRegistration", "completeETKregistration"]
)
def test_closed_while_ehealth_is_asked_it_goes_on_where_it_was(
    practice: Practice, stranger: Callable[[], ForeignApplicant], action: str
) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.NEW_ADDRESS))
    applicant = stranger()
    exchange, is_asked = practice.services.exchange, Event()

    def closing(*message: object) -> object:
        reply = exchange(*message)  # type: ignore[arg-type]
        if practice.services.actions[-1] == action:
            applicant.window.stage.close()
            is_asked.set()
        return reply

    practice.services.exchange = closing  # type: ignore[method-assign, assignment]
    applicant.give_person()
    applicant.choose_password()
    if action not in ("submitCSRForForeigner", "getcertificate"):
        log_in(practice, applicant.until(LogInWanted).url)
    assert is_asked.wait(30)
    applicant.leave()
    practice.services.exchange = exchange  # type: ignore[method-assign]
    (begun,) = practice.journal.unfinished()

    again = stranger()
    assert again.until(Begun).requests == (begun,)
    again.press("Return")
    if begun.step in (Step.SUBMIT, Step.COLLECT):
        page = again.until(LogInWanted)
        assert half_made(practice) == []
        log_in(practice, page.url)
    made = again.until(Made)
    assert made.request.public_key_identifier == begun.public_key_identifier
    assert half_made(practice) == [Path(made.request.new_path).name]
    assert sum(one.holder.type == "SSIN" for one in practice.sandbox.state.registrations) == 1


def test_closed_while_the_log_in_is_awaited_it_is_taken_up(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    page = applicant.fill_in()
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    assert begun.step is Step.COLLECT
    assert not begun.needs_a_person, "the agent asks for the certificate by itself"
    assert half_made(practice) == []

    again = stranger()
    assert again.until(Begun).requests == (begun,)
    assert "Jean Zoë Étranger, a person" in again.text
    assert NUMBER not in again.text
    again.press("Return")
    assert again.until(LogInWanted).url == page.url
    log_in(practice, page.url)
    assert again.until(Made).request.id == begun.id
    assert practice.services.actions.count("submitCSRForForeigner") == 1


def test_closed_at_the_last_page_nothing_is_under_way(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    log_in(practice, applicant.fill_in().url)
    applicant.until(Made)
    applicant.close()
    applicant.leave()
    assert practice.journal.unfinished() == []
    stranger().until(PersonWanted)


def test_what_is_taken_up_asks_for_the_password_that_is_not_stored(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    applicant.fill_in(keep=False)
    applicant.close()
    applicant.leave()
    again = stranger()
    again.until(Begun)
    again.press("Return")
    again.until(PasswordWanted)
    assert NUMBER not in again.text
    again.type(PASSWORD.reveal())
    again.press("Return")
    again.until(LogInWanted)


def test_of_two_requests_the_newest_comes_first(practice: Practice, stranger: Callable[[], ForeignApplicant]) -> None:
    first = stranger()
    first.fill_in()
    first.close()
    first.leave()
    practice.clock.instant += timedelta(hours=1)
    second = stranger()
    second.until(Begun)
    second.letter("&New request")
    second.fill_in("Fremd", OTHER_NUMBER)
    second.close()
    second.leave()

    third = stranger()
    page = third.until(Begun)
    assert [each.holder.name for each in page.requests] == ["Fremd", "Étranger"]
    third.press("Down", "Return")
    assert third.until(LogInWanted).whose == "Jean Zoë Étranger"
    third.close()
    third.leave()
    fourth = stranger()
    fourth.until(Begun)
    fourth.press("Return")
    assert fourth.until(LogInWanted).whose == "Jean Zoë Fremd"


def test_a_second_request_for_the_same_person_goes_on_with_the_first(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    url = applicant.fill_in().url
    applicant.close()
    applicant.leave()
    again = stranger()
    again.until(Begun)
    again.letter("&New request")
    again.give_person()
    again.until(Begun, lambda page: page.is_same)
    again.letter("&Back")
    again.until(PersonWanted)
    again.press("Return")
    again.until(Begun, lambda page: page.is_same)
    again.press("Return")
    assert again.until(LogInWanted).url == url


# ── Nobody can log in ────────────────────────────────────────────────────────────────────────────────────────────────


def test_too_late_is_said_and_begun_anew(practice: Practice, stranger: Callable[[], ForeignApplicant]) -> None:
    applicant = stranger()
    page = applicant.fill_in()
    assert page.ends is not None
    practice.clock.instant = page.ends + timedelta(minutes=1)
    applicant.until(AnewWanted)
    assert "Nobody logged in at eHealth before" in applicant.text
    applicant.press("Return")
    again = applicant.until(LogInWanted)
    assert again.url != page.url
    assert again.ends is not None
    assert again.ends > page.ends
    log_in(practice, again.url)
    applicant.until(Made)
    assert len(half_made(practice)) == 1


def test_what_expired_while_the_window_was_closed_is_said(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    page = applicant.fill_in()
    applicant.close()
    applicant.leave()
    assert page.ends is not None
    practice.clock.instant = page.ends + timedelta(days=1)
    again = stranger()
    again.until(Begun)
    again.press("Return")
    again.until(AnewWanted)
    again.close()
    again.leave()
    assert len(practice.journal.unfinished()) == 1


@pytest.mark.parametrize(
    "trouble",
    [Scenario(Trouble.CUT_AFTER, "SubmitCSRForForeigner", times=1), Scenario(Trouble.UNSAFE_ADDRESS, times=1)],
)
def test_a_lost_or_unsafe_address_is_never_shown(
    practice: Practice, stranger: Callable[[], ForeignApplicant], trouble: Scenario
) -> None:
    practice.sandbox.state.scenarios.append(trouble)
    applicant = stranger()
    applicant.give_person()
    applicant.choose_password()
    applicant.until(AnewWanted)
    assert "address to log in at was lost" in applicant.text
    assert "login.example" not in applicant.text
    practice.sandbox.refuse()
    applicant.press("Return")
    applicant.until(LogInWanted)


# ── From other windows ───────────────────────────────────────────────────────────────────────────────────────────────


def test_without_an_eid_a_new_certificate_goes_another_way_and_back(practice: Practice) -> None:
    speak("en")
    applicant = WithoutEid(practice)
    applicant.until(Conditions)
    applicant.letter("No &eID…")
    applicant.until(PersonWanted)
    applicant.letter("&Back")
    applicant.until(Conditions)
    applicant.press("Return")
    applicant.until(ForWhom)
    applicant.letter("&Back")
    applicant.until(Conditions)
    applicant.letter("No &eID…")
    log_in(practice, applicant.fill_in().url)
    applicant.until(Made)
    assert practice.card.pin_entries == 0
    applicant.leave()


def test_a_new_certificate_takes_up_what_waits_for_a_log_in(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    url = applicant.fill_in().url
    applicant.close()
    applicant.leave()
    again = WithoutEid(practice)
    again.until(Begun)
    again.press("Return")
    assert again.until(LogInWanted).url == url
    log_in(practice, url)
    again.until(Made)
    again.leave()


class _Completing(Visitor):
    def __init__(self, practice: Practice, path: Path) -> None:
        stage = Stage()
        wish = KeystoreWish(path, folders=(practice.path.parent,), patterns=("*.p12",))
        session = KINDS["complete"](wish, lambda: practice.outside, stage, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw_life)


def test_completing_it_from_the_tray_says_where_to_log_in(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    url = applicant.fill_in().url
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    guest = _Completing(practice, Path(begun.path))
    assert guest.until(LogInWanted).url == url
    log_in(practice, url)
    assert guest.until(Made).request.id == begun.id
    guest.leave()


def test_the_tray_s_way_is_one_that_this_request_has(
    practice: Practice, stranger: Callable[[], ForeignApplicant]
) -> None:
    applicant = stranger()
    applicant.fill_in()
    applicant.close()
    applicant.leave()
    (begun,) = practice.journal.unfinished()
    waits, unsent = (menu([], [each], practice.clock.now()) for each in (begun, replace(begun, step=Step.SUBMIT)))
    assert "Étranger: requested; waits for the log-in at eHealth" in [item.text for item in waits]
    assert Choice(Act.COMPLETE, begun.path) in [item.choice for item in waits]
    assert "Étranger: to be sent" in [item.text for item in unsent]
    assert Choice(Act.REQUEST, begun.path) in [item.choice for item in unsent]


def test_progress_speaks_of_no_card() -> None:
    page = Progress(Step.SUBMIT, "Sending the request", is_first=True, by_login=True)
    assert not page.needs_card
    assert all(Step.SIGN not in steps for _name, steps in page.stages)
