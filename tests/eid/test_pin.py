"""The virtual eID's PIN, rule by rule as in spec/eid.md C4 and C5, and under whatever commands in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import PIN
from tests.eid.apdu import pin_block
from tests.eid.card import EidCard
from tests.eid.people import Kind, make_card
from tests.eid.pin import TRIES

WRONG = "0000"
SELECT, STATE, LOG_OFF = "00A4020C02DF00", "0020000100", "80E60000"


@pytest.fixture(params=list(Generation), ids=lambda generation: generation.name)
def card(request: pytest.FixtureRequest, pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=request.param))


@pytest.fixture
def old(pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=Generation.RSA_2048))


@pytest.fixture
def new(pki: Pki) -> EidCard:
    return make_card(pki, Kind(generation=Generation.P_384))


def verify(pin: str = PIN) -> str:
    return f"0020000108{pin_block(pin).hex()}"


def mse(reference: int, generation: Generation = Generation.RSA_2048) -> str:
    return f"002241B6050480{'08' if generation is Generation.RSA_2048 else '01'}84{reference:02X}"


PSO = f"002A9E9A20{bytes(32).hex()}"


def sent(card: EidCard, *commands: str) -> str:
    """The status word of the last command."""
    answer = b""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    return answer[-2:].hex().upper()


def signs(card: EidCard, *commands: str) -> bool:
    """Whether the last command, a PSO, made a signature."""
    before = len(card.signatures)
    sw = sent(card, *(mse(int(one, 16), card.generation) if len(one) == 2 else one for one in commands))
    assert sw in ("6982", "6100", "6160")
    assert len(card.signatures) == before + (sw != "6982")
    return sw != "6982"


# ── VERIFY, CHANGE PIN ───────────────────────────────────────────────────────────────────────────────────────────────


def test_pin_blocks_are_as_the_manual_shows() -> None:
    assert pin_block("1234").hex().upper() == "241234FFFFFFFFFF"
    assert pin_block("12345").hex().upper() == "2512345FFFFFFFFF"
    assert pin_block("123456789012").hex().upper() == "2C123456789012FF"


def test_three_wrong_pins_block_the_card_for_good(card: EidCard) -> None:
    assert [sent(card, verify(WRONG)) for _ in range(3)] == ["63C2", "63C1", "63C0"]
    assert sent(card, verify()) == "6983"
    card.reset()
    assert [sent(card, verify()), sent(card, STATE)] == ["6983", "6983"]
    assert card.pin.attempts == 3


def test_the_right_pin_gives_all_tries_back(card: EidCard) -> None:
    assert sent(card, verify(WRONG), verify(WRONG), verify()) == "9000"
    assert card.pin.tries == TRIES


def test_asking_for_the_state_costs_no_try(card: EidCard) -> None:
    assert [sent(card, STATE) for _ in range(4)] == ["63C3"] * 4
    assert sent(card, verify(WRONG), STATE) == "63C2"
    assert sent(card, verify(), STATE) == "9000"
    assert card.pin.attempts == 2


@pytest.mark.parametrize("command", ["0020000104241234", "0020000208241234FFFFFFFFFF", "0020010108241234FFFFFFFFFF"])
def test_a_verify_of_another_form_is_no_attempt(card: EidCard, command: str) -> None:
    assert sent(card, command) in ("6700", "6A86")
    assert (card.pin.tries, card.pin.attempts) == (TRIES, 0)


def test_a_pin_block_that_is_none_is_a_wrong_pin(card: EidCard) -> None:
    assert sent(card, f"0020000108{bytes(8).hex()}") == "63C2"


def test_change_pin(card: EidCard) -> None:
    def change(old: str, new: str) -> str:
        return f"0024000110{pin_block(old).hex()}{new}"

    fresh = pin_block("987654").hex()
    assert sent(card, change(WRONG, fresh)) == "63C2"
    assert sent(card, change(PIN, "24AB" + "F" * 12)) == "6A80"
    assert sent(card, change(PIN, "23123" + "F" * 11)) == "6A80"
    assert sent(card, change(PIN, fresh)) == "9000"
    assert sent(card, verify(PIN)) == "63C2"
    assert sent(card, verify("987654")) == "9000"
    assert sent(card, "0024000108" + fresh) == "6700"
    assert sent(card, "0024000210" + fresh + fresh) == "6A86"
    card.pin.tries = 0
    assert sent(card, change("987654", fresh)) == "6983"


def test_the_counter_is_told_and_set(card: EidCard) -> None:
    card.pin.tries = 1
    assert sent(card, STATE) == "63C1"
    assert sent(card, verify(WRONG)) == "63C0"


# ── Key 82 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_authentication_wants_the_pin_once(card: EidCard) -> None:
    assert not signs(card, "82", PSO)
    assert signs(card, verify(), SELECT, "82", PSO)
    assert signs(card, SELECT, PSO)
    assert signs(card, "82", PSO)
    assert card.pin.attempts == 1


@pytest.mark.parametrize("ends", [LOG_OFF, verify(WRONG)], ids=["log off", "a wrong PIN"])
def test_what_closes_key_82(card: EidCard, ends: str) -> None:
    assert signs(card, verify(), "82", PSO)
    assert not signs(card, ends, PSO)


def test_a_reset_closes_everything_and_forgets_the_key(card: EidCard) -> None:
    assert signs(card, verify(), "82", PSO)
    card.reset()
    assert sent(card, PSO) == "6985"
    assert not signs(card, "82", PSO)


# ── Key 83 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_signature_wants_its_own_pin_right_before_it(card: EidCard) -> None:
    assert signs(card, SELECT, "83", verify(), PSO)
    assert not signs(card, PSO)
    assert not signs(card, "83", PSO)
    assert signs(card, verify(), PSO)
    assert card.pin.attempts == 2


def test_as_the_official_middleware_does_it(card: EidCard) -> None:
    assert not signs(card, SELECT, "83", PSO)
    assert signs(card, SELECT, "83", verify(), PSO)


def test_as_opensc_does_it(card: EidCard) -> None:
    assert not signs(card, verify(), verify(), SELECT, "83", PSO)


def test_the_new_applet_lets_one_command_stand_between(old: EidCard, new: EidCard) -> None:
    assert not signs(old, "83", verify(), SELECT, PSO)
    assert signs(new, "83", verify(), SELECT, PSO)
    assert not signs(new, "83", verify(), SELECT, SELECT, PSO)


def test_the_key_is_named_before_the_pin(card: EidCard) -> None:
    assert not signs(card, "82", verify(), "83", PSO)
    assert not signs(card, "82", verify(), SELECT, "83", PSO)


def test_a_pin_spent_on_a_signature_does_not_open_key_82(card: EidCard) -> None:
    assert signs(card, "83", verify(), PSO)
    assert not signs(card, "82", PSO)
    assert sent(card, STATE) == "63C3"


def test_key_82_stays_open_where_it_was_open_before(card: EidCard) -> None:
    assert signs(card, verify(), "82", PSO)
    assert signs(card, "83", verify(), PSO)
    assert signs(card, "82", PSO)


# ── The alias, for tests with OpenSC ─────────────────────────────────────────────────────────────────────────────────


def test_the_alias_wants_a_pin_for_every_signature_somewhere_before_it(pki: Pki) -> None:
    card = make_card(pki, Kind(for_opensc=True))
    assert not signs(card, "8F", PSO)
    assert signs(card, verify(), verify(), SELECT, "8F", PSO)
    assert not signs(card, PSO)
    assert not signs(card, "83", PSO)
    assert card.signatures == [0x8F]


# ── Whatever comes ───────────────────────────────────────────────────────────────────────────────────────────────────


class AnyCommands(RuleBasedStateMachine):
    """A card and a suspicious witness, who knows only which commands came and what the card answered."""

    pki: Pki

    @initialize(generation=st.sampled_from(Generation))
    def insert(self, generation: Generation) -> None:
        self.card = make_card(self.pki, Kind(generation=generation))
        self.commands_between = 0 if generation is Generation.RSA_2048 else 1
        self.said: list[str] = []
        self.tries = TRIES
        self.is_open_to = 0  # right PINs since the card was last closed, less those spent on key 83

    def send(self, command: str) -> str:
        sw = sent(self.card, command)
        self.said.append(f"{command} {sw}")
        return sw

    @rule(pin=st.sampled_from([PIN, PIN, PIN, PIN, WRONG, "99999"]))
    def try_pin(self, pin: str) -> None:
        sw = self.send(verify(pin))
        if self.tries == 0:
            assert sw == "6983"
        elif pin == PIN:
            assert sw == "9000"
            self.tries = TRIES
            self.is_open_to += 1
        else:
            self.tries -= 1
            assert sw == f"63C{self.tries}"
            self.is_open_to = 0

    @rule(reference=st.sampled_from([0x82, 0x83]))
    def name_key(self, reference: int) -> None:
        assert self.send(mse(reference, self.card.generation)) == "9000"

    @rule(command=st.sampled_from([SELECT, STATE, "80E400001C", "00B0000010", "00C0000000", "0084000008", "00D60000"]))
    def something_else(self, command: str) -> None:
        self.send(command)

    @rule()
    def log_off(self) -> None:
        assert self.send(LOG_OFF) == "9000"
        self.is_open_to = 0

    @rule()
    def reset(self) -> None:
        self.card.reset()
        self.said.append("reset")
        self.is_open_to = 0

    @rule(data=st.sampled_from([bytes(32), bytes(32), bytes(33)]))
    def sign(self, data: bytes) -> None:
        made, just_before = len(self.card.signatures), self.said[-1 - self.commands_between :]
        self.send(f"002A9E9A{len(data):02X}{data.hex()}")
        if len(self.card.signatures) == made:
            return
        assert len(data) == 32
        assert self.is_open_to > 0
        if self.card.signatures[-1] == 0x83:
            assert f"{verify()} 9000" in just_before, "a signature without a PIN of its own"
            self.is_open_to -= 1

    @rule(reference=st.sampled_from([0x82, 0x83]))
    def sign_as_one_should(self, reference: int) -> None:
        self.name_key(reference)
        self.try_pin(PIN)
        made = len(self.card.signatures)
        self.sign(bytes(32))
        assert len(self.card.signatures) == made + (self.tries > 0)

    @invariant()
    def the_counter_is_what_the_witness_counted(self) -> None:
        assert self.card.pin.tries == self.tries
        assert self.card.pin.attempts == sum(
            said.startswith("0020000108") and said[-4:] != "6983" for said in self.said
        )


def test_no_order_of_commands_gets_a_signature_without_its_pin(pki: Pki) -> None:
    AnyCommands.pki = pki
    run_state_machine_as_test(AnyCommands, settings=settings(max_examples=80, stateful_step_count=40, deadline=None))
