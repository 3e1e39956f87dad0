"""Whole renewals with a virtual eID behind PC/SC and OpenSC, and whatever happens to card and reader on the way.

The card is an RSA one made for OpenSC (`Kind.for_opensc`), in a card process; eHealth is the sandbox. The card counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.card_process import ProcessCard
from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.registration import AnyContract, Verdict
from agent.core.renewal import Step
from agent.errors import (
    CardError,
    CardMissing,
    CardRemoved,
    NotAnEid,
    PinBlocked,
    PinWrong,
    ReaderMissing,
    WrongPerson,
)
from agent.ports import Outside
from agent.secret import Secret
from tests.adapters.softhsm import BOB
from tests.eid.apdu import Ins
from tests.eid.card import SIGNATURE_ALIAS, EidCard
from tests.eid.pcscd import Pcsc
from tests.eid.people import Kind, make_card
from tests.eid.strangers import BankCard, BrokenCard
from tests.eid.vpcd import Chip
from tests.fakes import FakeDoor
from tests.journeys.practice import PIN, RESPONSIBLE, Practice

Act = Callable[[], object]


def nothing() -> None:
    pass


def both(first: Act, then: Act) -> Act:
    def act() -> None:
        first()
        then()

    return act


@dataclass
class AtTheReader(FakeDoor):
    """A person with hands: `on` has what they do the first time that a step begins, the contract or the PIN is asked.

    For each card problem they do the next of `repair`; with none left they give up.
    """

    pins: list[Secret] = field(default_factory=lambda: [PIN] * 9)
    on: dict[str, Act] = field(default_factory=dict)
    repair: list[Act] = field(default_factory=list)

    def _do(self, what: str) -> None:
        self.on.pop(what, nothing)()

    def step(self, step: Step, text: str) -> None:
        super().step(step, text)
        self._do(step.value)

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:
        self._do("accept")
        return super().accept(contract, signer, environment)

    def enter_pin(self, attempts_left: int | None) -> Secret:
        self._do("pin")
        return super().enter_pin(attempts_left)

    def card_problem(self, problem: CardError) -> bool:
        self.problems.append(problem)
        if not self.repair:
            return False
        self.repair.pop(0)()
        return True


@dataclass
class OpenScPractice(Practice):
    door: AtTheReader = field(default_factory=AtTheReader)
    middleware: ProcessCard = field(kw_only=True)

    @property
    def outside(self) -> Outside:
        return replace(super().outside, card=self.middleware)

    def eid(self, person: Person = RESPONSIBLE) -> EidCard:
        begun = self.clock.now() - timedelta(days=365)
        sort = Kind(person, validity=(begun, begun + timedelta(days=3650)), for_opensc=True)
        return make_card(self.sandbox.pki, sort, PIN.reveal())


@pytest.fixture
def practice(tmp_path: Path, pcsc: Pcsc, opensc: Path) -> OpenScPractice:
    return OpenScPractice(tmp_path, middleware=ProcessCard(opensc, pcsc.env))


@pytest.fixture
def card(practice: OpenScPractice, pcsc: Pcsc) -> EidCard:
    """In the first reader."""
    card = practice.eid()
    pcsc.slots[0].insert(card)
    return card


def is_renewed(practice: OpenScPractice, card: EidCard, pins: int, problems: list[type[CardError]]) -> bool:
    """The renewal went through, with so many PIN entries, one request and one certificate; the card has its tries."""
    renewal = practice.renew()
    assert [type(problem) for problem in practice.door.problems] == problems
    assert len(practice.door.attempts_left) == pins
    assert practice.services.actions.count("generatecertificate") == 1
    assert card.signatures[-1:] == [SIGNATURE_ALIAS]
    assert card.pin.tries == 3
    assert len(practice.opened(renewal).keys) == 3
    return renewal.step is Step.DONE


def test_one_pin_renews_a_keystore(practice: OpenScPractice, card: EidCard) -> None:
    assert is_renewed(practice, card, pins=1, problems=[])
    assert card.signatures == [SIGNATURE_ALIAS]
    assert card.pin.attempts == 2, "the one PIN, at the login and right before the signature: OpenSC's way"


# ── The card goes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_card_that_comes_late_is_waited_for(practice: OpenScPractice, pcsc: Pcsc) -> None:
    card = practice.eid()
    practice.door.repair = [lambda: pcsc.slots[0].insert(card)]
    assert is_renewed(practice, card, pins=1, problems=[CardMissing])


def test_a_card_pulled_after_the_contract_is_waited_for(practice: OpenScPractice, card: EidCard, pcsc: Pcsc) -> None:
    practice.door.on["accept"] = pcsc.slots[0].pull
    practice.door.repair = [lambda: pcsc.slots[0].insert(card)]
    assert is_renewed(practice, card, pins=1, problems=[CardMissing])


@pytest.mark.parametrize("ins", [Ins.VERIFY, Ins.PSO], ids=lambda ins: ins.name)
def test_a_card_pulled_during_the_signature(practice: OpenScPractice, card: EidCard, pcsc: Pcsc, ins: Ins) -> None:
    def pull(coming: Ins) -> None:
        if coming is ins:
            pcsc.slots[0].pull()

    def insert() -> None:
        card.before = lambda _: None
        pcsc.slots[0].insert(card)

    card.before = pull
    practice.door.repair = [insert]
    assert is_renewed(practice, card, pins=2, problems=[CardRemoved])


def test_a_card_pulled_after_the_signature_is_no_longer_needed(
    practice: OpenScPractice, card: EidCard, pcsc: Pcsc
) -> None:
    practice.door.on[Step.SEND.value] = pcsc.slots[0].pull
    assert is_renewed(practice, card, pins=1, problems=[])


def test_who_gives_up_goes_on_another_day(practice: OpenScPractice, card: EidCard, pcsc: Pcsc) -> None:
    before = practice.path.read_bytes()
    practice.door.on["pin"] = pcsc.slots[0].pull
    with pytest.raises(CardRemoved):
        practice.renew()
    assert (practice.path.read_bytes(), practice.services.actions.count("generatecertificate")) == (before, 0)
    practice.door.problems.clear()
    pcsc.slots[0].insert(card)
    assert is_renewed(practice, card, pins=2, problems=[])


# ── Another card ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_persons_card_gets_no_pin(practice: OpenScPractice, card: EidCard, pcsc: Pcsc) -> None:
    other = practice.eid(BOB)
    practice.door.on["accept"] = lambda: pcsc.slots[0].insert(other)
    practice.door.repair = [lambda: pcsc.slots[0].insert(card)]
    assert is_renewed(practice, card, pins=1, problems=[WrongPerson])
    assert (other.pin.attempts, other.signatures) == (0, [])


def test_a_card_swapped_while_the_pin_is_typed(practice: OpenScPractice, card: EidCard, pcsc: Pcsc) -> None:
    other = practice.eid(BOB)
    practice.door.on["pin"] = lambda: pcsc.slots[0].insert(other)
    practice.door.repair = [nothing, lambda: pcsc.slots[0].insert(card)]
    assert is_renewed(practice, card, pins=2, problems=[CardRemoved, WrongPerson])
    assert (other.pin.attempts, other.signatures) == (0, [])


def test_of_two_cards_in_two_readers_the_one_that_began_signs(
    practice: OpenScPractice, card: EidCard, pcsc: Pcsc
) -> None:
    other = practice.eid(BOB)
    practice.door.on["accept"] = both(lambda: pcsc.slots[0].insert(other), lambda: pcsc.slots[2].insert(card))
    assert is_renewed(practice, card, pins=1, problems=[])
    assert (other.pin.attempts, other.signatures) == (0, [])


@pytest.mark.parametrize("stranger", [BankCard, BrokenCard])
def test_a_reader_that_answers_nonsense_stands_in_nobodys_way(
    practice: OpenScPractice, pcsc: Pcsc, stranger: Callable[[], Chip]
) -> None:
    card = practice.eid()
    pcsc.slots[0].insert(stranger())
    practice.door.repair = [lambda: pcsc.slots[1].insert(card)]
    assert is_renewed(practice, card, pins=1, problems=[NotAnEid])


# ── The reader goes ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unplugged_reader_is_waited_for(practice: OpenScPractice, card: EidCard, pcsc: Pcsc) -> None:
    practice.door.on["accept"] = lambda: pcsc.restart(readers=0)
    practice.door.repair = [both(pcsc.restart, lambda: pcsc.slots[2].insert(card))]
    assert is_renewed(practice, card, pins=1, problems=[ReaderMissing])


@pytest.mark.parametrize(("when", "pins", "problem"), [("accept", 1, CardMissing), ("pin", 2, CardRemoved)])
def test_a_pcsc_service_that_starts_anew(
    practice: OpenScPractice, card: EidCard, pcsc: Pcsc, when: str, pins: int, problem: type[CardError]
) -> None:
    practice.door.on[when] = pcsc.restart
    practice.door.repair = [lambda: pcsc.slots[0].insert(card)]
    assert is_renewed(practice, card, pins=pins, problems=[problem])


# ── The PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wrong_pin_is_tried_again_only_by_the_person(practice: OpenScPractice, card: EidCard) -> None:
    practice.door.pins = [Secret("9999")]
    with pytest.raises(PinWrong):
        practice.renew()
    assert (card.pin.attempts, card.pin.tries) == (1, 2)
    practice.door.problems.clear()
    practice.door.pins = [Secret("8888"), PIN]
    practice.door.repair = [nothing]
    assert is_renewed(practice, card, pins=3, problems=[PinWrong])


def test_a_blocked_card_ends_it_until_the_municipality_has_unblocked_it(
    practice: OpenScPractice, card: EidCard
) -> None:
    card.pin.tries = 1
    practice.door.pins = [Secret("9999")]
    with pytest.raises(PinBlocked):
        practice.renew()
    assert card.pin.attempts == 1
    card.pin.tries = 3
    practice.door.pins, practice.door.problems = [PIN], []
    assert is_renewed(practice, card, pins=2, problems=[])
