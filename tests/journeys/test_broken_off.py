"""Every command of a certificate's life, broken off at each of its questions, and given again to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent import wiring
from agent.sandbox.scenarios import Scenario, Trouble
from agent.watch.doctor import Ground
from tests.journeys.asked import Asked
from tests.journeys.practice import PASSWORD, PIN, Practice
from tests.watch.test_doctor import ground

NEW = "Nieuwe-sleutel-2026"
STOPPED = 130
NOT_NOW = 75

ANSWERS = {
    "Password of": PASSWORD.reveal(),
    "Renew this keystore?": "y",
    "Has any of that changed?": "n",
    "Do you accept this contract?": "y",
    "PIN of the eID": PIN.reveal(),
    "Which request is to be completed?": "",
    "Why?": "2",
    "Revoke this certificate?": "y",
    "New password": NEW,
    "The same again": NEW,
    "Is the eID in the reader? Go on?": "y",
    "Surname": "Étranger",
    "First name(s)": "Jean",
    "BIS number": "80210100150",
    "E-mail address of this person": "jean@example.org",
    "Phone number of this person": "+33 6 12 34 56 78",
    "Store it in this computer's password vault?": "n",
    "Is that still right?": "y",
}


@dataclass
class Person:
    """Answers every question, but breaks off at one of them.

    Attributes:
        breaks_off_at: the place of that question, from 0; None: at none.
    """

    asked: Asked
    breaks_off_at: int | None = None
    how: type[BaseException] = KeyboardInterrupt
    heard: list[str] = field(default_factory=list)

    def give(self, *command: str | Path) -> tuple[int, str]:
        """The command's exit code and all that it wrote."""
        self.heard.clear()
        self.asked.monkeypatch.setattr("builtins.input", self._answer)
        self.asked.monkeypatch.setattr("getpass.getpass", self._answer)
        return self.asked.run(*command, script=[])

    def _answer(self, question: str = "") -> str:
        self.heard.append(question)
        if len(self.heard) - 1 == self.breaks_off_at:
            raise self.how
        return next(answer for beginning, answer in ANSWERS.items() if beginning in question)


Prepare = Callable[[Practice], Sequence[str | Path]]
"""What there is before the command; gives what stands behind it."""


def its_keystore(practice: Practice) -> Sequence[Path]:
    return [practice.path]


def half_finished(practice: Practice) -> Sequence[Path]:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.SLOW_DELIVERY, times=1, value=1))
    practice.requested_elsewhere()
    return []


def waits_for_activation(practice: Practice) -> Sequence[Path]:
    return [Path(practice.renew(activate=False).new_path)]


def with_a_stored_password(practice: Practice) -> Sequence[Path]:
    practice.vault.keep(practice.path, PASSWORD)
    return []


def without_waiting(_practice: Practice) -> Sequence[str]:
    return ["--no-browser", "--no-wait"]


WAYS: dict[str, tuple[Prepare, Sequence[str]]] = {
    "renew": (
        its_keystore,
        ["Password", "Renew this", "Has any", "Do you accept", "PIN"],
    ),
    "complete": (half_finished, ["Which request", "Password"]),
    "revoke": (its_keystore, ["Password", "Why", "Revoke this", "Do you accept", "PIN"]),
    "activate": (waits_for_activation, ["Password"]),
    "password change": (its_keystore, ["Password", "New", "The same"]),
    "inventory": (with_a_stored_password, ["Is the eID", "PIN"]),
    "ready --qualities": (with_a_stored_password, ["Is that", "PIN"]),
    "request-foreigner": (
        without_waiting,
        ["Surname", "First", "BIS", "E-mail", "Phone", "New", "The same", "Store it"],
    ),
}
"""For each command what is asked, in its order."""

AT_EACH_QUESTION = [(name, place) for name, (_prepare, questions) in WAYS.items() for place in range(len(questions))]


@pytest.fixture(autouse=True)
def well(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer has all that a renewal needs."""

    def here(*_given: object) -> Ground:
        own = practice
        return ground(clock=own.clock, journal=own.journal, keystores=own.keystores, vault=own.vault)

    monkeypatch.setattr(wiring, "ground", here)


def finished(practice: Practice) -> dict[str, bytes]:
    """What other software would pick up."""
    return {each.name: each.read_bytes() for each in practice.path.parent.glob("*p12")}


@pytest.mark.parametrize("how", [KeyboardInterrupt, EOFError], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize(("name", "place"), AT_EACH_QUESTION)
def test_broken_off_nothing_is_lost_and_the_same_command_comes_to_its_end(
    asked: Asked, practice: Practice, name: str, place: int, how: type[BaseException]
) -> None:
    prepare, questions = WAYS[name]
    command = [*name.split(), *prepare(practice)]
    before = finished(practice)
    person = Person(asked, place, how)
    code, said = person.give(*command)
    assert code == STOPPED, said
    assert said.splitlines()[-1].startswith("Stopped. ")
    assert person.heard[-1].startswith(questions[place])
    assert finished(practice) == before
    assert practice.card.tries_left == 3

    person.breaks_off_at = None
    code, said = person.give(*command)
    assert code == (NOT_NOW if "--no-wait" in command else 0), said


@pytest.mark.parametrize("name", WAYS)
def test_what_is_asked_is_what_is_broken_off_at(asked: Asked, practice: Practice, name: str) -> None:
    prepare, questions = WAYS[name]
    person = Person(asked)
    person.give(*name.split(), *prepare(practice))
    assert len(person.heard) == len(questions)
    assert all(heard.startswith(known) for heard, known in zip(person.heard, questions, strict=True))
