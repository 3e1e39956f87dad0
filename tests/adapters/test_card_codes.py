"""Every return value of spec/eid.md, A5 and A6: its error, its sentence, who may try again; and the card counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product

import PyKCS11
import pytest

from agent.adapters.card_codes import Ckr, code_name
from agent.adapters.card_pkcs11 import Pkcs11Card
from agent.errors import (
    CardError,
    CardFailed,
    CardMissing,
    CardRemoved,
    MiddlewareUnusable,
    NotAnEid,
    OfficialMiddlewareNeeded,
    PinBlocked,
    PinCancelled,
    PinImpossible,
    PinLastTry,
    PinWindowFailed,
    PinWrong,
    ReaderMissing,
    Retry,
)
from agent.ports import CardKey, Eid
from agent.sandbox.pki import open_pki
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from agent.text import LANGUAGES, speak
from tests.adapters.softhsm import ALICE
from tests.middleware.chips import eid_of, make_chip
from tests.middleware.play import Stage
from tests.middleware.values import PIN, Action, Build, Cancels, Chip, Pull, Reader, Scene, Types

_WRONG = "0000"


@pytest.fixture(scope="session")
def chips(tmp_path_factory: pytest.TempPathFactory) -> dict[Generation, Chip]:
    pki = open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))
    return {generation: make_chip(pki, ALICE, generation) for generation in Generation}


@dataclass(frozen=True)
class Row:
    """A situation, and what becomes of it.

    Attributes:
        at: the call that `value` comes from; None: the software comes to it by itself.
        types: the PIN at our own field.
        verified: what the card said to the PINs that it was given.
    """

    error: type[CardError]
    build: Build = Build.DIALOG
    at: str | None = None
    value: int = 0
    key: CardKey = CardKey.SIGNATURE
    generation: Generation = Generation.RSA_2048
    person: tuple[Action, ...] = (Types(),)
    types: str = PIN
    tries_left: int = 3
    has_pinpad: bool = False
    is_there: bool = True
    verified: tuple[str, ...] = ()

    def scene(self, chip: Chip) -> Scene:
        aliased = self.build is Build.OPENSC and self.at is not None
        chip = replace(chip, tries_left=self.tries_left, signs_by_another_reference=aliased)
        fails = {self.at: self.value} if self.at else {}
        reader = Reader(chip if self.is_there else None, has_pinpad=self.has_pinpad, fails=fails)
        return Scene((reader,), self.build, self.person, fails=fails)


_AUTHENTICATION, _EC = CardKey.AUTHENTICATION, Generation.P_384
_OURS = Row(CardError, Build.NO_DIALOGS, key=_AUTHENTICATION, person=())

TABLE: dict[str, Row] = {
    # A5, the official middleware with its window
    "wrong, tries left": Row(PinWrong, person=(Types(_WRONG),), verified=("wrong",)),
    "third wrong": Row(PinBlocked, person=(Types(_WRONG),), tries_left=1, verified=("blocked",)),
    "blocked before": Row(PinBlocked, tries_left=0, verified=("blocked",)),
    "blocked before, told by the counter": Row(PinBlocked, tries_left=0, generation=_EC),
    "last try, told by the counter": Row(PinLastTry, tries_left=1, generation=_EC),
    "window cancelled": Row(PinCancelled, person=(Cancels(),)),
    "time-out at the reader's keys": Row(PinCancelled, person=(Cancels(),), has_pinpad=True),
    "wrong at the reader's keys": Row(PinWrong, person=(Types(_WRONG),), has_pinpad=True, verified=("wrong",)),
    "window does not open": Row(PinWindowFailed, at="C_Sign", value=Ckr.FUNCTION_FAILED),
    "window does not open, otherwise": Row(PinWindowFailed, at="C_Sign", value=Ckr.GENERAL_ERROR),
    "window does not open, a third way": Row(PinCancelled, at="C_Sign", value=Ckr.FUNCTION_CANCELED),
    "reader's keys fail": Row(CardFailed, at="C_Sign", value=Ckr.FUNCTION_FAILED, has_pinpad=True),
    "wrong mechanism": Row(MiddlewareUnusable, at="C_SignInit", value=Ckr.MECHANISM_INVALID),
    # A5, the official middleware without windows
    "no window, Signature": Row(MiddlewareUnusable, Build.NO_DIALOGS),
    "no window, wrong": replace(_OURS, error=PinWrong, types=_WRONG, verified=("wrong",)),
    "no window, third wrong": replace(_OURS, error=PinBlocked, types=_WRONG, tries_left=1, verified=("blocked",)),
    "no window, too short": replace(_OURS, error=PinImpossible, types="123"),
    "no window, no digits": replace(_OURS, error=PinImpossible, types="12ab"),
    "no window, login fails": replace(_OURS, error=CardFailed, at="C_Login user", value=Ckr.FUNCTION_FAILED),
    # A5, OpenSC
    "OpenSC, wrong": Row(PinWrong, Build.OPENSC, types=_WRONG, verified=("wrong",)),
    "OpenSC, third wrong": Row(PinBlocked, Build.OPENSC, types=_WRONG, tries_left=1, verified=("blocked",)),
    "OpenSC, blocked before": Row(PinBlocked, Build.OPENSC, types=_WRONG, tries_left=0, verified=("blocked",)),
    "OpenSC, too short": Row(PinImpossible, Build.OPENSC, types="123"),
    "OpenSC, length refused": Row(PinImpossible, Build.OPENSC, at="C_Login user", value=Ckr.PIN_LEN_RANGE),
    "OpenSC, no PIN on it": Row(CardFailed, Build.OPENSC, at="C_Login user", value=Ckr.USER_PIN_NOT_INITIALIZED),
    "OpenSC, Signature": Row(OfficialMiddlewareNeeded, Build.OPENSC, verified=("right", "right")),
    "OpenSC, logged out meanwhile": Row(
        CardFailed, Build.OPENSC, at="C_Sign", value=Ckr.USER_NOT_LOGGED_IN, verified=("right", "right")
    ),
    "OpenSC, too old for the card": Row(MiddlewareUnusable, Build.OPENSC, generation=_EC),
    # A6
    "no reader service": Row(CardFailed, at="C_GetSlotList", value=Ckr.GENERAL_ERROR),
    "empty": Row(CardMissing, is_there=False),
    "another kind of card": Row(NotAnEid, at="C_GetTokenInfo", value=Ckr.TOKEN_NOT_RECOGNIZED),
    **{
        f"{code_name(value)} from {call}": Row(CardRemoved, at=call, value=value)
        for call, value in (
            *product(["C_GetTokenInfo", "C_OpenSession"], [Ckr.TOKEN_NOT_PRESENT]),
            *product(["C_FindObjectsInit", "C_SignInit", "C_Sign"], [Ckr.DEVICE_REMOVED, Ckr.SESSION_HANDLE_INVALID]),
            ("C_GetTokenInfo", Ckr.SLOT_ID_INVALID),
        )
    },
    **{
        f"device error from {call}": Row(CardFailed, at=call, value=Ckr.DEVICE_ERROR)
        for call in ("C_GetTokenInfo", "C_OpenSession", "C_FindObjectsInit", "C_SignInit", "C_Sign")
    },
    "a number that nobody knows": Row(CardFailed, at="C_Sign", value=0x80000001),
}


@pytest.fixture
def attempt(
    stage: Stage, chips: dict[Generation, Chip], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Row], tuple[CardError, list[str]]]:
    """Plays a row; gives the error and the PINs of our own field."""
    for name, value in stage.env.items():
        monkeypatch.setenv(name, value)

    def attempt(row: Row) -> tuple[CardError, list[str]]:
        typed: list[str] = []

        def enter_pin(attempts_left: int | None) -> Secret:
            typed.append(row.types)
            return Secret(row.types)

        chip = chips[row.generation]
        eid: Eid = eid_of(chip, ALICE)
        stage.play(row.scene(chip))
        with pytest.raises(CardError) as raised:
            Pkcs11Card(stage.module).sign(eid, row.key, b"data", enter_pin)
        return raised.value, typed

    return attempt


@pytest.mark.parametrize("name", TABLE)
def test_it_ends_in_its_own_error_and_no_pin_is_tried_that_nobody_typed(
    name: str, stage: Stage, attempt: Callable[[Row], tuple[CardError, list[str]]]
) -> None:
    row = TABLE[name]
    error, at_our_field = attempt(row)
    told = stage.told
    assert type(error) is row.error
    assert error.retry is (Retry.NEVER if row.error is PinBlocked else Retry.USER)
    assert told.verified == row.verified
    assert told.unexpected_windows == 0
    assert told.typed + len(at_our_field) == (1 if row.verified or at_our_field else 0)
    assert told.signed == ()
    assert told.calls[-1:] in ((), ("C_Finalize",))
    assert not {PIN, _WRONG} & {*str(error).split(), *map(str, error.facts.values())}


_NOT_IN_THE_TABLE = {
    Ckr.CANCEL: PinCancelled,
    Ckr.FUNCTION_REJECTED: PinCancelled,
    Ckr.ARGUMENTS_BAD: CardFailed,
    Ckr.DEVICE_MEMORY: CardFailed,
    Ckr.KEY_FUNCTION_NOT_PERMITTED: CardFailed,
    Ckr.PIN_EXPIRED: CardFailed,
    Ckr.PIN_INCORRECT: PinWrong,
    Ckr.PIN_INVALID: PinImpossible,
    Ckr.PIN_LOCKED: PinBlocked,
    Ckr.SESSION_CLOSED: CardRemoved,
}


@pytest.mark.parametrize("value", _NOT_IN_THE_TABLE, ids=lambda value: value.name)
@pytest.mark.parametrize(
    ("build", "call"), [(Build.OPENSC, "C_Login user"), (Build.OPENSC, "C_Login context"), (Build.DIALOG, "C_Sign")]
)
def test_what_else_modules_answer_ends_after_one_try_too(
    stage: Stage, attempt: Callable[[Row], tuple[CardError, list[str]]], build: Build, call: str, value: Ckr
) -> None:
    error, at_our_field = attempt(Row(_NOT_IN_THE_TABLE[value], build, call, value))
    assert type(error) is _NOT_IN_THE_TABLE[value]
    assert len(at_our_field) == (build is Build.OPENSC)
    logins = [each for each in stage.told.calls if each.startswith("C_Login")]
    assert logins == [f"C_Login {who} {PIN}" for who in ("user", "context")][: len(logins)]
    assert "wrong" not in stage.told.verified


def test_every_value_with_an_error_of_its_own_is_met_here() -> None:
    met = {row.value for row in TABLE.values()} | set(_NOT_IN_THE_TABLE)
    not_errors = {
        Ckr.ATTRIBUTE_TYPE_INVALID,  # an attribute that is not there
        Ckr.BUFFER_TOO_SMALL,  # a card came while the readers were counted: they are counted again
        Ckr.USER_ALREADY_LOGGED_IN,  # as good as logged in
        Ckr.FUNCTION_NOT_SUPPORTED,  # OpenSC, Signature: it comes by itself
    }
    assert set(Ckr) - met == not_errors


@pytest.mark.parametrize("error", sorted({row.error for row in TABLE.values()} | {ReaderMissing}, key=str))
def test_its_sentences_are_there_in_every_language(error: type[CardError]) -> None:
    facts = {"step": "signing", "code": "0x30", "module": "m.so", "problem": "p", "attempts_left": 2}
    wanted = error.__annotations__ if hasattr(error, "__dataclass_fields__") else {}
    told = {}
    for language in LANGUAGES:
        speak(language)
        one = error(**{name: facts[name] for name in wanted})
        told[language] = str(one), one.advice
    assert len({title for title, _ in told.values()}) == len({advice for _, advice in told.values()}) == len(LANGUAGES)


def test_after_a_wrong_pin_nothing_is_tried_until_the_person_does(stage: Stage, chips: dict[Generation, Chip]) -> None:
    """Looking at the card again, as a waiting window does each second, costs no try."""
    chip = chips[_EC]
    stage.play(Scene((Reader(chip),), person=(Types(_WRONG), Types())))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stage.env.items():
            patch.setenv(name, value)
        card = Pkcs11Card(stage.module)
        with pytest.raises(PinWrong):
            card.sign(eid_of(chip, ALICE), CardKey.SIGNATURE, b"data", lambda _: Secret(PIN))
        for _ in range(3):
            card.identity()
        assert stage.told.tries_left == (2,)
        card.sign(eid_of(chip, ALICE), CardKey.SIGNATURE, b"data", lambda _: Secret(PIN))
    assert (stage.told.verified, stage.told.tries_left) == (("wrong", "right"), (3,))


def test_a_card_that_was_pulled_is_no_try_either(stage: Stage, chips: dict[Generation, Chip]) -> None:
    stage.play(Scene((Reader(chips[_EC]),), person=(Types(_WRONG, meanwhile=Pull()),)))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stage.env.items():
            patch.setenv(name, value)
        with pytest.raises(CardRemoved):
            Pkcs11Card(stage.module).sign(eid_of(chips[_EC], ALICE), CardKey.SIGNATURE, b"data", lambda _: Secret(PIN))
    assert (stage.told.typed, stage.told.verified) == (1, ())


def test_no_return_value_was_forgotten_by_its_number() -> None:
    assert {member.name: member.value for member in Ckr} == {
        member.name: getattr(PyKCS11, f"CKR_{member.name}") for member in Ckr
    }
