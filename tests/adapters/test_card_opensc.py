"""The card's adapter, OpenSC and a virtual eID: what the card itself counts, and cards that come and go meanwhile.

In the card process: PyKCS11 would stop the virtual card's threads in this one. What any card must do is in
`contracts/test_card.py`, whole renewals in `journeys/test_opensc.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.adapters.card_process import ProcessCard
from agent.errors import (
    CardError,
    CardMissing,
    CardRemoved,
    MiddlewareUnusable,
    NotAnEid,
    OfficialMiddlewareNeeded,
    PinBlocked,
    PinWrong,
    ReaderMissing,
)
from agent.ports import CardKey, Eid, PinEntry
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from tests.adapters.softhsm import ALICE, BOB, PIN
from tests.eid.apdu import Ins
from tests.eid.card import AUTHENTICATION, SIGNATURE_ALIAS, EidCard
from tests.eid.pcscd import Pcsc
from tests.eid.people import Kind, make_card
from tests.eid.pkcs15 import PRKDF
from tests.eid.strangers import BankCard, BrokenCard
from tests.eid.vpcd import Chip

DATA = b"<Request/>"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture
def card(pcsc: Pcsc, opensc: Path) -> ProcessCard:
    return ProcessCard(opensc, pcsc.env)


@pytest.fixture
def alice(pki: Pki) -> EidCard:
    return make_card(pki, Kind(ALICE, for_opensc=True))


@pytest.fixture
def bob(pki: Pki) -> EidCard:
    return make_card(pki, Kind(BOB, for_opensc=True))


def types(pin: str = PIN, first: Callable[[], object] = lambda: None) -> PinEntry:
    """A person who types `pin`, and does something `first`."""

    def enter_pin(attempts_left: int | None) -> Secret:
        first()
        return Secret(pin)

    return enter_pin


def nobody(attempts_left: int | None) -> Secret:
    raise AssertionError("nobody is to be asked")


# ── What the card counts ─────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_at_a_card_tries_no_pin(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    pcsc.slots[0].insert(alice)
    card.identity()
    assert (alice.pin.attempts, alice.signatures) == (0, [])
    assert Ins.READ_BINARY in alice.heard


def test_authentication_is_one_pin_and_one_signature(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    pcsc.slots[0].insert(alice)
    card.sign(card.identity(), CardKey.AUTHENTICATION, DATA, types())
    assert (alice.pin.attempts, alice.signatures) == (1, [AUTHENTICATION])


def test_opensc_hands_the_card_the_one_pin_twice_for_a_signature(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    """At the login, and right before the signature: both right or, after a wrong one, only the first."""
    pcsc.slots[0].insert(alice)
    card.sign(card.identity(), CardKey.SIGNATURE, DATA, types())
    assert (alice.pin.attempts, alice.signatures) == (2, [SIGNATURE_ALIAS])


def test_a_wrong_pin_costs_one_try(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    pcsc.slots[0].insert(alice)
    with pytest.raises(PinWrong):
        card.sign(card.identity(), CardKey.SIGNATURE, DATA, types("9999"))
    assert (alice.pin.attempts, alice.pin.tries, alice.signatures) == (1, 2, [])


def test_the_wrong_pin_that_leaves_one_try_says_so(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    pcsc.slots[0].insert(alice)
    alice.pin.tries = 2
    with pytest.raises(PinWrong) as raised:
        card.sign(card.identity(), CardKey.SIGNATURE, DATA, types("9999"))
    assert (raised.value.attempts_left, alice.pin.attempts) == (1, 1)


def test_the_wrong_pin_that_blocks_the_card_says_so_and_so_does_the_next_right_one(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard
) -> None:
    pcsc.slots[0].insert(alice)
    alice.pin.tries = 1
    eid = card.identity()
    with pytest.raises(PinBlocked):
        card.sign(eid, CardKey.SIGNATURE, DATA, types("9999"))
    with pytest.raises(PinBlocked):
        card.sign(eid, CardKey.SIGNATURE, DATA, types())
    assert (alice.pin.attempts, alice.pin.tries, alice.signatures) == (1, 0, [])


# ── Cards as they really are, which OpenSC cannot sign with ──────────────────────────────────────────────────────────


def test_a_real_rsa_card_needs_the_official_middleware(pcsc: Pcsc, card: ProcessCard, pki: Pki) -> None:
    real = make_card(pki)
    pcsc.slots[0].insert(real)
    with pytest.raises(OfficialMiddlewareNeeded):
        card.identity()
    assert real.pin.attempts == 0


def test_opensc_refuses_the_real_signature_key(pcsc: Pcsc, card: ProcessCard, alice: EidCard, pki: Pki) -> None:
    """Only once the PIN was typed. (No real RSA card comes so far with OpenSC: it shows nothing before the PIN.)"""
    real_key = {PRKDF: make_card(pki).files[PRKDF]}
    half = replace(alice, files={**alice.files, **real_key})
    pcsc.slots[0].insert(half)
    with pytest.raises(OfficialMiddlewareNeeded):
        card.sign(card.identity(), CardKey.SIGNATURE, DATA, types())
    assert (half.signatures, half.pin.tries) == ([], 3)


def test_a_new_card_is_read_and_refused_before_the_pin(pcsc: Pcsc, card: ProcessCard, pki: Pki) -> None:
    new = make_card(pki, Kind(generation=Generation.P_384))
    pcsc.slots[0].insert(new)
    eid = card.identity()
    assert eid.person == ALICE
    with pytest.raises((MiddlewareUnusable, OfficialMiddlewareNeeded)):
        card.sign(eid, CardKey.SIGNATURE, DATA, types())
    assert new.signatures == []


def test_a_foreigners_card_is_as_good(pcsc: Pcsc, card: ProcessCard, pki: Pki) -> None:
    foreigner = make_card(pki, Kind(is_foreigner=True, for_opensc=True))
    pcsc.slots[0].insert(foreigner)
    eid = card.identity()
    assert len(eid.signature_chain_der) == 3
    assert card.sign(eid, CardKey.SIGNATURE, DATA, types())


# ── What else is in the readers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stranger", [BankCard, BrokenCard])
def test_a_card_that_is_no_eid_is_told_as_such(pcsc: Pcsc, card: ProcessCard, stranger: Callable[[], Chip]) -> None:
    pcsc.slots[0].insert(stranger())
    with pytest.raises(NotAnEid):
        card.identity()


@pytest.mark.parametrize("stranger", [BankCard, BrokenCard])
def test_a_card_that_is_no_eid_is_passed_over(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, stranger: Callable[[], Chip]
) -> None:
    pcsc.slots[0].insert(stranger())
    pcsc.slots[2].insert(alice)
    assert card.sign(card.identity(), CardKey.SIGNATURE, DATA, types())


def test_of_two_persons_cards_the_one_that_began_signs(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, bob: EidCard
) -> None:
    pcsc.slots[2].insert(alice)
    eid = card.identity()
    pcsc.slots[0].insert(bob)
    assert card.sign(eid, CardKey.SIGNATURE, DATA, types())
    assert (alice.signatures, bob.signatures, bob.pin.attempts) == ([SIGNATURE_ALIAS], [], 0)


def test_without_a_reader_and_without_the_service_there_is_no_reader(pcsc: Pcsc, card: ProcessCard) -> None:
    pcsc.restart(readers=0)
    with pytest.raises(ReaderMissing):
        card.identity()
    pcsc.stop()
    with pytest.raises(ReaderMissing):
        card.identity()


# ── Cards that go at the wrong moment ────────────────────────────────────────────────────────────────────────────────


def pulled_at(pcsc: Pcsc, ins: Ins) -> Callable[[Ins], None]:
    """Takes the card out in the middle of a command."""

    def before(coming: Ins) -> None:
        if coming is ins:
            pcsc.slots[0].pull()

    return before


def signs_again(pcsc: Pcsc, card: ProcessCard, alice: EidCard, eid: Eid) -> bool:
    alice.before = lambda _: None
    pcsc.slots[0].insert(alice)
    return bool(card.sign(eid, CardKey.SIGNATURE, DATA, types()))


@pytest.mark.parametrize("ins", [Ins.VERIFY, Ins.MSE, Ins.PSO, Ins.GET_RESPONSE], ids=lambda ins: ins.name)
def test_a_card_pulled_in_the_middle_is_said_to_be_pulled(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, ins: Ins
) -> None:
    pcsc.slots[0].insert(alice)
    eid = card.identity()
    alice.before = pulled_at(pcsc, ins)
    with pytest.raises(CardRemoved):
        card.sign(eid, CardKey.SIGNATURE, DATA, types())
    assert signs_again(pcsc, card, alice, eid)


def test_a_card_pulled_while_it_is_read(pcsc: Pcsc, card: ProcessCard, alice: EidCard) -> None:
    pcsc.slots[0].insert(alice)
    eid = card.identity()
    alice.before = pulled_at(pcsc, Ins.READ_BINARY)
    for act in (card.identity, lambda: card.sign(eid, CardKey.SIGNATURE, DATA, nobody)):
        with pytest.raises((CardRemoved, CardMissing)):
            act()
    assert signs_again(pcsc, card, alice, eid)


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_card_pulled_while_the_pin_is_typed_gets_no_pin(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, comes_back: bool
) -> None:
    def pull() -> None:
        pcsc.slots[0].pull()
        if comes_back:
            pcsc.slots[0].insert(alice)

    pcsc.slots[0].insert(alice)
    eid = card.identity()
    with pytest.raises(CardRemoved):
        card.sign(eid, CardKey.SIGNATURE, DATA, types(first=pull))
    assert alice.pin.attempts == 0
    assert signs_again(pcsc, card, alice, eid)


def test_a_card_swapped_while_the_pin_is_typed_gets_no_pin(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, bob: EidCard
) -> None:
    pcsc.slots[0].insert(alice)
    eid = card.identity()
    with pytest.raises(CardRemoved):
        card.sign(eid, CardKey.SIGNATURE, DATA, types(first=lambda: pcsc.slots[0].insert(bob)))
    assert (alice.pin.attempts, bob.pin.attempts, bob.signatures) == (0, 0, [])
    assert signs_again(pcsc, card, alice, eid)


@pytest.mark.parametrize("readers", [2, 1, 0])
def test_the_service_restarted_while_the_pin_is_typed(
    pcsc: Pcsc, card: ProcessCard, alice: EidCard, readers: int
) -> None:
    """With fewer readers: the one with the card was unplugged."""
    pcsc.slots[3].insert(alice)
    eid = card.identity()
    with pytest.raises(CardRemoved):
        card.sign(eid, CardKey.SIGNATURE, DATA, types(first=lambda: pcsc.restart(readers)))
    assert alice.pin.attempts == 0
    with pytest.raises(CardError):
        card.identity()
    pcsc.restart()
    assert signs_again(pcsc, card, alice, eid)
