"""Renewals with cards behind PKCS#11: the official middleware as scripted, SoftHSM as real; one PIN, whatever happens.

The keystore is renewed over HTTP on loopback; the PIN entries are counted by the module, not by us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from agent.adapters.card_pkcs11 import Pkcs11Card
from agent.adapters.card_process import ProcessCard
from agent.adapters.services_https import HttpsServices
from agent.config import ServicesConfig
from agent.core.person import Person
from agent.core.registration import Verdict
from agent.core.renewal import Step
from agent.errors import (
    CardError,
    CardMissing,
    CardRemoved,
    MiddlewareCrashed,
    PinBlocked,
    PinLastTry,
    PinWrong,
    ReaderMissing,
    SeveralCards,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import CardKey
from agent.sandbox.software_card import Generation
from agent.sandbox.web import SandboxServer
from agent.secret import Secret
from tests.adapters.softhsm import PIN, make_token
from tests.fakes import FakeDoor
from tests.journeys.practice import RESPONSIBLE, Practice
from tests.middleware.chips import make_chip
from tests.middleware.play import Stage
from tests.middleware.values import Action, Chip, Do, Event, Insert, Plug, Pull, Reader, Scene, Types, Unplug

COLLEAGUE = Person("85073100229", "Alice Maria", "Peeters")
_SPY = "pkcs11-spy.so"
"""OpenSC's: stands between a program and a module, and writes down each call."""


@dataclass
class Attentive(FakeDoor):
    """Does something at the contract, and something about each problem; gives up when nothing is left to do."""

    at_contract: Callable[[], None] = lambda: None
    puts_right: list[Callable[[], None]] = field(default_factory=list)

    def accept(self, *shown: object) -> Verdict:
        self.at_contract()
        return super().accept(*shown)  # type: ignore[arg-type]

    def card_problem(self, problem: CardError) -> bool:
        self.problems.append(problem)
        if not self.puts_right:
            return False
        self.puts_right.pop(0)()
        return True


def chip_of(
    practice: Practice, person: Person = RESPONSIBLE, generation: Generation = Generation.P_384, **more: object
) -> Chip:
    now = practice.clock.now()
    valid = {"validity": (now - timedelta(days=365), now + timedelta(days=3650))}
    return make_chip(practice.sandbox.pki, person, generation, **{**valid, **more})  # type: ignore[arg-type]


# ── With each kind of card, over HTTP ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def over_http(practice: Practice) -> Iterator[None]:
    with SandboxServer(practice.sandbox) as server:
        services = HttpsServices(ServicesConfig(production=server.address, acceptance=server.address))
        practice.services = services  # type: ignore[assignment]
        yield


@pytest.mark.parametrize("generation", Generation, ids=lambda generation: generation.name)
def test_with_the_official_middleware_one_pin_at_its_own_window(
    practice: Practice, stage: Stage, generation: Generation
) -> None:
    stage.play(Scene((Reader(chip_of(practice, generation=generation)),), person=(Types(),)))
    practice.card = ProcessCard(stage.module, stage.env)  # type: ignore[assignment]
    with over_http(practice):
        assert practice.renew().step is Step.DONE
    told = stage.told
    assert (told.windows, told.typed, told.verified, told.signed) == (1, 1, ("right",), ("Signature",))
    assert practice.door.attempts_left == [], "no field of our own"


@pytest.mark.parametrize("generation", Generation, ids=lambda generation: generation.name)
def test_with_softhsm_one_pin_at_our_field(practice: Practice, tmp_path: Path, generation: Generation) -> None:
    now = practice.clock.now()
    valid = now - timedelta(days=365), now + timedelta(days=3650)
    token = make_token(tmp_path / "token", practice.sandbox.pki, generation, RESPONSIBLE, validity=valid)
    practice.door.pins = [Secret(PIN)]
    spy, seen = _spy(), tmp_path / "seen"
    behind = {**token.env, "PKCS11SPY": str(token.module_path), "PKCS11SPY_OUTPUT": str(seen)}
    practice.card = ProcessCard(spy, behind)  # type: ignore[assignment]
    with over_http(practice):
        assert practice.renew().step is Step.DONE
    assert practice.door.attempts_left == [None]
    calls = re.findall(r"^\d+: (C_\w+)$", seen.read_text(errors="replace"), flags=re.MULTILINE)
    assert (calls.count("C_Login"), calls.count("C_SignInit"), calls.count("C_Logout")) == (1, 1, 1)


def _spy() -> Path:
    found = next(
        chain.from_iterable(Path("/usr").glob(f"{folder}/{_SPY}") for folder in ("lib/*-linux-gnu", "lib*")), None
    )
    return found or pytest.skip(f"{_SPY} (package opensc-pkcs11) is not installed")


# ── At the wrong moment ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def signs(practice: Practice, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Attentive]:
    """The practice with the scripted middleware, and a person at door and windows."""
    for name, value in stage.env.items():
        monkeypatch.setenv(name, value)

    def begin(*readers: Reader, person: tuple[Action, ...] = (Types(),), after: Event | None = None) -> Attentive:
        stage.play(Scene(readers, person=person, after={"C_Sign": after} if after else {}))
        practice.card = Pkcs11Card(stage.module)  # type: ignore[assignment]
        practice.door = Attentive()
        return practice.door

    return begin


Begin = Callable[..., Attentive]


def _problems(door: Attentive) -> list[type[CardError]]:
    return [type(problem) for problem in door.problems]


@pytest.mark.parametrize(
    ("leaves", "comes", "problem"),
    [
        (Pull(), Insert(), CardMissing),
        (Insert, Insert(), WrongPerson),
        (Unplug(), Plug, ReaderMissing),
    ],
    ids=["pulled", "changed for another person's", "reader unplugged"],
)
def test_a_card_that_is_not_there_after_the_contract_is_waited_for(
    practice: Practice,
    stage: Stage,
    signs: Begin,
    leaves: Event | type[Insert],
    comes: Event | type[Plug],
    problem: type[CardError],
) -> None:
    """The person reads the contract; then puts right what is wrong."""
    chip, other = chip_of(practice), chip_of(practice, COLLEAGUE)
    door = signs(Reader(chip))
    away = Insert(other) if leaves is Insert else leaves
    back = Plug(Reader(chip)) if comes is Plug else Insert(chip) if leaves is Insert else comes
    assert isinstance(away, Event)
    assert isinstance(back, Event)
    door.at_contract = lambda: stage.happen(away)
    door.puts_right = [lambda: stage.happen(back)]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [problem]
    assert (stage.told.windows, stage.told.verified) == (1, ("right",))
    assert len(door.contracts) == 1


def test_no_card_at_the_beginning_is_waited_for(practice: Practice, stage: Stage, signs: Begin) -> None:
    door = signs(Reader())
    door.puts_right = [lambda: stage.happen(Insert(chip_of(practice)))]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [CardMissing]


def test_a_card_pulled_while_the_pin_window_is_open_signs_after_it_came_back(
    practice: Practice, stage: Stage, signs: Begin
) -> None:
    door = signs(Reader(chip_of(practice)), person=(Types(meanwhile=Pull()), Types()))
    door.puts_right = [lambda: stage.happen(Insert())]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [CardRemoved]
    assert (stage.told.typed, stage.told.verified) == (2, ("right",)), "the first PIN reached no card"


def test_a_card_pulled_after_the_signature_is_not_missed(practice: Practice, stage: Stage, signs: Begin) -> None:
    door = signs(Reader(chip_of(practice)), after=Pull())
    assert practice.renew().step is Step.DONE
    assert (door.problems, stage.told.tries_left) == ([], (None,))


def test_a_renewal_that_lost_its_card_goes_on_another_day(practice: Practice, stage: Stage, signs: Begin) -> None:
    chip = chip_of(practice)
    before = practice.path.read_bytes()
    door = signs(Reader(chip))
    door.at_contract = lambda: stage.happen(Pull())
    with pytest.raises(CardMissing):
        practice.renew()
    assert practice.path.read_bytes() == before
    practice.clock.instant += timedelta(days=1)
    signs(Reader(chip))
    assert practice.renew().step is Step.DONE
    assert stage.told.windows == 1


def test_two_readers_with_two_cards_are_asked_about_and_later_no_trouble(
    practice: Practice, stage: Stage, signs: Begin
) -> None:
    chip, other = chip_of(practice), chip_of(practice, COLLEAGUE)
    door = signs(Reader(other), Reader(chip))
    door.puts_right = [lambda: stage.happen(Pull(0))]
    door.at_contract = lambda: stage.happen(Insert(other, 0))  # back again: the signer is known by now
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [SeveralCards]
    assert door.contracts[0].signer.ssin == RESPONSIBLE.ssin
    assert stage.told.verified == ("right",)


def test_slots_that_fail_are_passed_over(practice: Practice, stage: Stage, signs: Begin) -> None:
    chip = chip_of(practice)
    bad = [Reader(chip, fails={"C_GetTokenInfo": 0xE1}), Reader(chip, fails={"C_OpenSession": 0x30}), Reader()]
    door = signs(*bad, Reader(chip), *bad)
    assert practice.renew().step is Step.DONE
    assert (door.problems, stage.told.verified) == ([], ("right",))


# ── The PIN, the certificate, the software ───────────────────────────────────────────────────────────────────────────


def test_after_a_wrong_pin_the_person_decides(practice: Practice, stage: Stage, signs: Begin) -> None:
    door = signs(Reader(chip_of(practice)), person=(Types("0000"), Types()))
    door.puts_right = [lambda: None]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [PinWrong]
    assert (stage.told.windows, stage.told.verified) == (2, ("wrong", "right"))


def test_the_last_try_is_used_by_who_wants_to_and_by_nobody_else(
    practice: Practice, stage: Stage, signs: Begin
) -> None:
    door = signs(Reader(replace(chip_of(practice), tries_left=1)))
    practice.card = ProcessCard(stage.module, stage.env)  # type: ignore[assignment]
    with pytest.raises(PinLastTry):
        practice.renew()
    assert stage.told.windows == 0
    door.problems, door.puts_right = [], [lambda: None]
    practice.card = ProcessCard(stage.module, stage.env)  # type: ignore[assignment]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [PinLastTry]
    assert (stage.told.windows, stage.told.verified) == (1, ("right",))


def test_a_blocked_card_ends_it_with_the_way_to_the_municipality(
    practice: Practice, stage: Stage, signs: Begin
) -> None:
    signs(Reader(replace(chip_of(practice), tries_left=0)))
    with pytest.raises(PinBlocked) as raised:
        practice.renew()
    assert "municipality" in raised.value.advice
    assert (stage.told.windows, stage.told.verified) == (0, ())


@pytest.mark.parametrize("generation", Generation, ids=lambda generation: generation.name)
def test_a_card_that_cannot_sign_is_told_before_contract_and_pin(
    practice: Practice, stage: Stage, signs: Begin, generation: Generation
) -> None:
    now = practice.clock.now()
    minor = chip_of(practice, generation=generation, has=[CardKey.AUTHENTICATION])
    ended = chip_of(practice, generation=generation, validity=(now - timedelta(days=9), now - timedelta(seconds=1)))
    for chip, error in ((minor, SignatureCertificateMissing), (ended, SignatureCertificateExpired)):
        door = signs(Reader(chip))
        with pytest.raises(error):
            practice.renew()
        assert (door.contracts, stage.told.windows) == ([], 0)


@pytest.mark.parametrize("order", [Do.SEGFAULT, Do.ABORT])
def test_a_module_that_crashes_while_signing_ends_nothing_but_itself(
    practice: Practice, stage: Stage, signs: Begin, order: Do
) -> None:
    chip = chip_of(practice)
    door = signs(Reader(chip, fails={"C_Sign": order}))
    practice.card = ProcessCard(stage.module, stage.env)  # type: ignore[assignment]
    door.puts_right = [lambda: stage.play(Scene((Reader(chip),), person=(Types(),)))]
    assert practice.renew().step is Step.DONE
    assert _problems(door) == [MiddlewareCrashed]
    assert stage.told.verified == ("right",)
