"""A new certificate in a window, by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Made,
    ServicesWanted,
)
from tests.desktop.windows.applicant import Applicant
from tests.journeys.practice import PASSWORD, Practice


@pytest.fixture
def practice(tmp_path: Path, screen: str) -> Practice:
    return Practice(tmp_path)


@pytest.fixture
def comes(practice: Practice) -> Iterator[Callable[[], Applicant]]:
    """Somebody sits down before a window; it is closed at the end."""
    applicants: list[Applicant] = []

    def sit_down() -> Applicant:
        applicants.append(Applicant(practice))
        return applicants[-1]

    yield sit_down
    for applicant in applicants:
        applicant.leave()


def test_an_organization_by_keyboard(practice: Practice, comes: Callable[[], Applicant]) -> None:
    applicant = comes()
    applicant.accept_conditions()
    applicant.give_organization("thuisverpleeg", "7.12345-23", "Groep De Brug Gent")
    applicant.until(ApplicationIdWanted)
    applicant.type("onthaal")
    applicant.press("Return")
    applicant.give_contact()
    applicant.until(ServicesWanted)
    applicant.press("Return")
    applicant.choose_password()
    applicant.sign()
    made = applicant.until(Made)
    new = Path(made.request.new_path)
    assert new.name.startswith("NIHII-GROUP=71234523,ONTHAAL ")
    assert practice.keystores.read(new, PASSWORD).authentication
    assert practice.card.pin_entries == 1
    assert "Your computer is now ready to use eHealth applications." in applicant.text
