"""A person with a BIS number replaces their certificate in the renewal's window: with an eID, or by logging in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli.rehearsal import sealed, unsealed
from agent.core.renewal import Step
from agent.desktop.windows.foreigner_pages import LogInWanted, PersonWanted
from agent.desktop.windows.pages import Introduction, PasswordWanted
from agent.desktop.windows.request_drawn import draw
from agent.desktop.windows.request_pages import Begun, Made
from agent.desktop.windows.session import Session, Wish
from agent.desktop.windows.stage import Stage
from tests.desktop.windows.foreign_applicant import log_in
from tests.desktop.windows.visitor import CARD_POLL_S, Visitor
from tests.journeys.practice import PASSWORD, Practice
from tests.journeys.test_foreigner_again import NUMBER, old_key, practice_of
from tests.journeys.test_official_keystores import LETTER


class _Holder(Visitor):
    """Sits before the window in which their own keystore is renewed."""

    def __init__(self, practice: Practice) -> None:
        stage = Stage()
        session = Session(Wish(practice.path), lambda: practice.outside, stage, CARD_POLL_S)
        self._sit_down(practice, stage, session.run, draw)


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    return practice_of(tmp_path)


@pytest.fixture
def holder(practice: Practice) -> Iterator[_Holder]:
    holder = _Holder(practice)
    yield holder
    holder.leave()


def test_without_an_eid_what_ehealth_knows_is_filled_in_and_old_letters_stay_readable(
    practice: Practice, holder: _Holder
) -> None:
    letter = sealed(LETTER, practice.old.keys[-1].certificate)
    holder.until(Introduction)
    assert "“No eID…”" in holder.text
    holder.press("Alt-e")
    page = holder.until(PersonWanted)
    assert page.renews
    assert (page.given.surname.text, page.given.first_names.text) == ("Étranger", "Jean Zoë")
    assert page.given.email.text == "verantwoordelijke@example.org"
    assert NUMBER not in holder.text + holder.root.title()
    assert practice.journal.unfinished() == []
    holder.press("Return")
    url = holder.until(LogInWanted).url
    (begun,) = practice.journal.unfinished()
    assert begun.keys_of == str(practice.path)
    log_in(practice, url)
    made = holder.until(Made)
    assert made.is_stored, "the old password goes along"
    assert made.waits_for_activation
    assert unsealed(letter, old_key(practice, begun)) == LETTER
    holder.press("Alt-l")
    assert holder.until(Made, lambda page: not page.waits_for_activation).request.step is Step.DONE
    assert practice.card.pin_entries == 0


def test_back_leads_to_the_renewal_with_an_eid(practice: Practice, holder: _Holder) -> None:
    holder.until(Introduction)
    holder.press("Alt-e")
    holder.until(PersonWanted)
    holder.press("Alt-b")
    holder.until(Introduction)
    holder.press("Alt-e")
    holder.until(PersonWanted)


def test_closed_while_the_log_in_is_awaited_it_is_taken_up(practice: Practice, holder: _Holder) -> None:
    holder.until(Introduction)
    holder.press("Alt-e")
    holder.until(PersonWanted)
    holder.press("Return")
    url = holder.until(LogInWanted).url
    holder.close()
    holder.leave()
    again = _Holder(practice)
    again.until(Introduction)
    again.press("Alt-e")
    assert again.until(Begun).is_same
    again.press("Return")
    assert again.until(LogInWanted).url == url
    log_in(practice, url)
    again.until(Made)
    again.leave()


def test_the_password_that_is_not_stored_is_asked_for_once(practice: Practice) -> None:
    practice.vault.passwords.clear()
    holder = _Holder(practice)
    holder.until(PasswordWanted)
    holder.type(PASSWORD.reveal())
    holder.press("Alt-s", "Return")
    holder.until(Introduction)
    holder.press("Alt-e")
    holder.until(PersonWanted)
    assert practice.vault.passwords == {}
    holder.leave()


def test_nobody_else_is_offered_it(tmp_path: Path, screen: str) -> None:
    holder = _Holder(practice_of(tmp_path, number="80010100107"))
    holder.until(Introduction)
    assert "No eID" not in holder.text
    holder.leave()
