"""The card adapter on the scripted middleware: what the official one, OpenSC and cards do that SoftHSM does not.

The rest is in `contracts/test_card.py`. Source: spec/eid.md, A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import PyKCS11
import pytest

from agent.adapters.card_codes import Ckr, Doing
from agent.adapters.card_pkcs11 import Pkcs11Card
from agent.core.person import Person
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
    PinError,
    PinImpossible,
    PinLastTry,
    PinWrong,
    ReaderMissing,
    SeveralCards,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import CardKey
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from tests.adapters.softhsm import ALICE, BOB
from tests.middleware.chips import certificate, eid_of, make_chip
from tests.middleware.play import Stage
from tests.middleware.values import PIN, Build, Cancels, Chip, Event, Insert, Pull, Reader, Scene, Types, Unplug

DATA = b"<Request/>"


@dataclass
class Keyboard:
    """Where the PIN is typed; remembers each time that it was asked for."""

    pin: str = PIN
    asked: list[int | None] = field(default_factory=list)

    def __call__(self, attempts_left: int | None) -> Secret:
        self.asked.append(attempts_left)
        return Secret(self.pin)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture(scope="session")
def alice(pki: Pki) -> Chip:
    return make_chip(pki, ALICE, Generation.RSA_2048)


@pytest.fixture(scope="session")
def alice_ec(pki: Pki) -> Chip:
    return make_chip(pki, ALICE, Generation.P_384)


@pytest.fixture(scope="session")
def bob(pki: Pki) -> Chip:
    return make_chip(pki, BOB, Generation.P_384)


@pytest.fixture
def card(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scene], Pkcs11Card]:
    for name, value in stage.env.items():
        monkeypatch.setenv(name, value)

    def play(scene: Scene) -> Pkcs11Card:
        stage.play(scene)
        return Pkcs11Card(stage.module)

    return play


Play = Callable[[Scene], Pkcs11Card]


def official(chip: Chip | None, *person: Types | Cancels, **more: Any) -> Scene:
    return Scene((Reader(chip),), person=person, **more)


def opensc(chip: Chip, **more: Any) -> Scene:
    """OpenSC with a card whose Signature key it may use: no card in a pocket is such a one."""
    return Scene((Reader(replace(chip, signs_by_another_reference=True)),), build=Build.OPENSC, **more)


def sign(
    card: Pkcs11Card, chip: Chip, keyboard: Keyboard | None = None, key: CardKey = CardKey.SIGNATURE, **more: bool
) -> bytes:
    return card.sign(eid_of(chip, ALICE), key, DATA, keyboard or Keyboard(), **more)


def changed(chip: Chip, **certificates: bytes | None) -> Chip:
    """With other certificates under its labels; those without one are gone."""
    held = {**dict(chip.certificates), **certificates}
    return replace(chip, certificates=tuple((label, der) for label, der in held.items() if der))


# ── Who asks for the PIN ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", CardKey)
@pytest.mark.parametrize("has_pinpad", [False, True])
def test_the_official_middleware_asks_for_the_pin_itself(
    card: Play, stage: Stage, alice: Chip, key: CardKey, has_pinpad: bool
) -> None:
    keyboard = Keyboard()
    assert sign(card(Scene((Reader(alice, has_pinpad=has_pinpad),), person=(Types(),))), alice, keyboard, key)
    told = stage.told
    assert (keyboard.asked, told.windows, told.verified) == ([], 1, ("right",))
    assert told.calls == ("C_OpenSession", f"C_Sign {key.value}", "C_CloseSession", "C_Finalize")


def test_the_official_middleware_without_windows_is_refused_before_the_pin(
    card: Play, stage: Stage, alice: Chip
) -> None:
    keyboard = Keyboard()
    without = card(official(alice, build=Build.NO_DIALOGS))
    with pytest.raises(MiddlewareUnusable):
        sign(without, alice, keyboard)
    assert (keyboard.asked, stage.told.verified) == ([], ())
    assert sign(without, alice, keyboard, CardKey.AUTHENTICATION)
    assert (keyboard.asked, stage.told.verified) == ([None], ("right",))


def test_without_windows_a_reader_with_keys_will_do_and_asks_once(card: Play, stage: Stage, alice: Chip) -> None:
    keyboard = Keyboard()
    assert sign(
        card(Scene((Reader(alice, has_pinpad=True),), build=Build.NO_DIALOGS, person=(Types(),))), alice, keyboard
    )
    told = stage.told
    assert (keyboard.asked, told.windows, told.verified) == ([], 1, ("right",))


def test_a_reader_with_keys_gets_no_pin_from_us(card: Play, stage: Stage, alice: Chip) -> None:
    keyboard = Keyboard()
    scene = Scene((Reader(alice, has_pinpad=True),), build=Build.OPENSC, person=(Types(),))
    assert sign(card(scene), alice, keyboard, CardKey.AUTHENTICATION)
    assert keyboard.asked == []
    assert stage.told.calls == (
        *("C_OpenSession", "C_Login user None", "C_Sign Authentication"),
        *("C_Logout", "C_CloseSession", "C_Finalize"),
    )


def test_a_key_that_wants_the_pin_right_before_gets_it_again_and_the_person_types_once(
    card: Play, stage: Stage, alice: Chip
) -> None:
    keyboard = Keyboard()
    assert sign(card(opensc(alice)), alice, keyboard)
    assert keyboard.asked == [None]
    assert stage.told.calls == (
        *("C_OpenSession", f"C_Login user {PIN}", f"C_Login context {PIN}", "C_Sign Signature"),
        *("C_Logout", "C_CloseSession", "C_Finalize"),
    )


@pytest.mark.parametrize("build", [Build.OPENSC, Build.NO_DIALOGS], ids=["false", "not known to the module"])
def test_a_key_that_does_not_is_signed_with_after_one_login(
    card: Play, stage: Stage, alice: Chip, build: Build
) -> None:
    assert sign(card(official(alice, build=build)), alice, key=CardKey.AUTHENTICATION)
    assert stage.told.calls == (
        *("C_OpenSession", f"C_Login user {PIN}", "C_Sign Authentication"),
        *("C_Logout", "C_CloseSession", "C_Finalize"),
    )


def test_a_module_that_has_the_login_already_signs_all_the_same(card: Play, stage: Stage, alice: Chip) -> None:
    (reader,) = opensc(alice).readers
    knows = replace(reader, fails={"C_Login context": Ckr.USER_ALREADY_LOGGED_IN})
    assert sign(card(Scene((knows,), build=Build.OPENSC)), alice)
    assert stage.told.verified == ("right",)


# ── Tries ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blocked_card_is_told_without_asking_for_a_pin(card: Play, stage: Stage, alice: Chip, alice_ec: Chip) -> None:
    """As a flag of the token, or as the counter of the newer cards."""
    flagged = replace(alice, more_flags=PyKCS11.CKF_USER_PIN_LOCKED)
    for scene, chip in ((opensc(flagged), alice), (official(replace(alice_ec, tries_left=0), Types()), alice_ec)):
        keyboard = Keyboard()
        with pytest.raises(PinBlocked):
            sign(card(scene), chip, keyboard)
        assert (keyboard.asked, stage.told.windows, stage.told.verified) == ([], 0, ())


def test_the_last_try_is_told_to_whoever_asks_for_the_pin(card: Play, alice: Chip, alice_ec: Chip) -> None:
    flagged = opensc(replace(alice, more_flags=PyKCS11.CKF_USER_PIN_FINAL_TRY))
    counted = official(replace(alice_ec, tries_left=1), build=Build.NO_DIALOGS)
    for scene, chip in ((flagged, alice), (counted, alice_ec)):
        keyboard = Keyboard()
        sign(card(scene), chip, keyboard, CardKey.AUTHENTICATION)
        assert keyboard.asked == [1]


@pytest.mark.parametrize("has_pinpad", [False, True])
def test_where_somebody_else_asks_the_last_try_is_left_alone_until_the_person_agrees(
    card: Play, stage: Stage, alice_ec: Chip, has_pinpad: bool
) -> None:
    last = replace(alice_ec, tries_left=1)
    one = card(Scene((Reader(last, has_pinpad=has_pinpad),), person=(Types(),)))
    with pytest.raises(PinLastTry):
        sign(one, alice_ec)
    assert stage.told.windows == 0
    assert sign(one, alice_ec, uses_last_try=True)
    assert (stage.told.windows, stage.told.verified, stage.told.tries_left) == (1, ("right",), (3,))


def test_only_the_counter_is_read_of_what_is_on_the_card(card: Play, stage: Stage, alice_ec: Chip) -> None:
    one = card(official(alice_ec, Types()))
    one.identity()
    assert stage.told.read == ()
    sign(one, alice_ec)
    assert set(stage.told.read) == {"carddata_pin_counter"}


def test_a_counter_that_cannot_be_read_is_lived_without(card: Play, stage: Stage, alice_ec: Chip) -> None:
    reader = Reader(alice_ec, fails={"C_FindObjectsInit data": Ckr.DEVICE_ERROR})
    assert sign(card(Scene((reader,), person=(Types(),))), alice_ec)
    assert (stage.told.read, stage.told.verified) == ((), ("right",))


def test_the_number_of_tries_is_not_invented(card: Play, alice: Chip) -> None:
    keyboard = Keyboard()
    sign(card(opensc(replace(alice, more_flags=PyKCS11.CKF_USER_PIN_COUNT_LOW))), alice, keyboard)
    assert keyboard.asked == [None]


@pytest.mark.parametrize(
    ("tries", "error", "left"), [(3, PinWrong, None), (2, PinWrong, 1), (1, PinBlocked, None), (0, PinBlocked, None)]
)
def test_after_a_wrong_pin_the_token_tells_what_is_left(
    card: Play, stage: Stage, alice: Chip, tries: int, error: type[PinError], left: int | None
) -> None:
    """OpenSC calls the try that blocks a wrong PIN; its token's flags know better."""
    with pytest.raises(error) as raised:
        sign(card(opensc(replace(alice, tries_left=tries))), alice, Keyboard("0000"))
    assert raised.value.facts == ({"attempts_left": left} if error is PinWrong else {})
    assert len(stage.told.verified) == 1


@pytest.mark.parametrize(("tries", "error"), [(3, PinWrong), (2, PinWrong), (1, PinBlocked), (0, PinBlocked)])
@pytest.mark.parametrize("build", [Build.DIALOG, Build.NO_DIALOGS])
def test_the_official_middleware_says_it_with_the_return_value(
    card: Play, stage: Stage, alice: Chip, tries: int, error: type[PinError], build: Build
) -> None:
    keyboard = Keyboard("0000")
    scene = official(replace(alice, tries_left=tries), Types("0000"), build=build)
    with pytest.raises(error):
        sign(card(scene), alice, keyboard, CardKey.AUTHENTICATION)
    assert len(stage.told.verified) == stage.told.typed + len(keyboard.asked) == 1


def test_a_pin_refused_right_before_the_signature_is_not_tried_again(card: Play, stage: Stage, alice: Chip) -> None:
    (reader,) = opensc(alice).readers
    refuses = replace(reader, fails={"C_Login context": Ckr.PIN_INCORRECT})
    with pytest.raises(PinWrong):
        sign(card(Scene((refuses,), build=Build.OPENSC)), alice)
    assert stage.told.calls[1:] == (
        *(f"C_Login user {PIN}", f"C_Login context {PIN}", "C_Logout", "C_CloseSession", "C_Finalize"),
    )


@pytest.mark.parametrize("typed", ["", "123", "1234567890123", "12e4", "１２３４", "1234\n"])
def test_what_can_be_no_pin_never_reaches_the_card(card: Play, stage: Stage, alice: Chip, typed: str) -> None:
    """An empty one least of all: PKCS#11 would take it for "ask yourself"."""
    with pytest.raises(PinImpossible):
        sign(card(opensc(alice)), alice, Keyboard(typed))
    assert stage.told.calls == ("C_OpenSession", "C_CloseSession", "C_Finalize")


def test_a_cancelled_window_is_a_cancelled_pin(card: Play, stage: Stage, alice: Chip) -> None:
    with pytest.raises(PinCancelled):
        sign(card(official(alice, Cancels())), alice)
    assert (stage.told.windows, stage.told.verified, stage.told.tries_left) == (1, (), (3,))


# ── Which key, which way ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("length", [1, 4, 8], ids=["OpenSC", "Windows", "official"])
def test_the_key_is_the_one_with_the_certificates_id_however_that_is_written(
    card: Play, stage: Stage, alice_ec: Chip, length: int
) -> None:
    """The key `Card` comes first in the list of a card from 2020 on, and is never used."""
    assert next(label for label, _ in alice_ec.keys) == "Card"
    for key in CardKey:
        sign(card(official(alice_ec, Types(), id_length=length)), alice_ec, key=key)
        assert stage.told.signed == (key.value,)


def test_a_certificate_without_its_key_is_a_failure_with_a_sentence(card: Play, alice: Chip) -> None:
    keyless = replace(alice, keys=tuple(each for each in alice.keys if each[0] != "Signature"))
    with pytest.raises(CardFailed) as raised:
        sign(card(official(keyless)), alice)
    assert raised.value.step == Doing.SIGNING


_RSA, _RSA_SHA256, _ECDSA, _ECDSA_SHA256 = 0x01, 0x40, 0x1041, 0x1044


@pytest.mark.parametrize(("offered", "used"), [((_RSA, _RSA_SHA256), _RSA_SHA256), ((_RSA,), _RSA)])
def test_rsa_cards_sign_with_what_the_token_offers(
    card: Play, stage: Stage, alice: Chip, offered: tuple[int, ...], used: int
) -> None:
    assert len(sign(card(official(replace(alice, mechanisms=offered), Types())), alice)) == 256
    assert stage.told.mechanisms == (used,)


@pytest.mark.parametrize(("offered", "used"), [((_ECDSA, _ECDSA_SHA256), _ECDSA_SHA256), ((_ECDSA,), _ECDSA)])
def test_ec_cards_sign_with_what_the_token_offers(
    card: Play, stage: Stage, alice_ec: Chip, offered: tuple[int, ...], used: int
) -> None:
    assert len(sign(card(official(replace(alice_ec, mechanisms=offered), Types())), alice_ec)) == 96
    assert stage.told.mechanisms == (used,)


def test_old_opensc_with_a_new_card_is_told_before_the_pin(card: Play, stage: Stage, alice_ec: Chip) -> None:
    keyboard = Keyboard()
    with pytest.raises(MiddlewareUnusable):
        sign(card(opensc(alice_ec)), alice_ec, keyboard)
    assert (keyboard.asked, stage.told.verified) == ([], ())


def test_a_label_alone_makes_no_signature_certificate(card: Play, alice: Chip) -> None:
    """The Authentication certificate under the label `Signature`."""
    impostor = changed(alice, Signature=certificate(alice, "Authentication"))
    assert card(official(impostor)).identity().signature_chain_der == ()


def test_key_usage_alone_makes_none_either(card: Play, alice: Chip, bob: Chip) -> None:
    """Another non-repudiation certificate on the card, under a label of its own, listed first."""
    other = (("Company", certificate(bob, "Signature")), *alice.certificates)
    assert card(official(replace(alice, certificates=other))).identity() == eid_of(alice, ALICE)


def test_a_signature_that_does_not_fit_the_certificate_is_not_returned(card: Play, alice: Chip) -> None:
    keys = dict(alice.keys)
    swapped = replace(alice, keys=tuple({**keys, "Signature": keys["Authentication"]}.items()))
    with pytest.raises(CardFailed) as raised:
        sign(card(official(swapped, Types())), alice)
    assert raised.value.step == Doing.VERIFYING


# ── Readers and cards ────────────────────────────────────────────────────────────────────────────────────────────────


def test_readers_that_answer_nonsense_are_passed_over(card: Play, alice: Chip) -> None:
    calls = "C_GetTokenInfo", "C_OpenSession", "C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue"
    codes = Ckr.DEVICE_ERROR, Ckr.TOKEN_NOT_PRESENT, Ckr.TOKEN_NOT_RECOGNIZED
    bad = tuple(Reader(alice, fails={call: code}) for call in calls for code in codes)
    scene = Scene((*bad, Reader(), Reader(alice), *bad), person=(Types(),))
    assert card(scene).identity().person == ALICE
    assert sign(card(scene), alice)


def test_a_token_with_garbage_for_a_name_is_passed_over(card: Play, alice: Chip) -> None:
    garbage = Chip(Generation.RSA_2048, label="\x00\x01\udcff\udcfe")
    assert card(Scene((Reader(garbage), Reader(alice)))).identity().person == ALICE


def test_an_eid_under_another_label_is_found_by_what_it_holds(card: Play, alice: Chip) -> None:
    other = Chip(Generation.RSA_2048, label="Other card")
    assert card(Scene((Reader(other), Reader(replace(alice, label="My card"))))).identity().person == ALICE


def test_a_token_called_belpic_comes_before_others(card: Play, alice: Chip, bob: Chip) -> None:
    readers = Reader(replace(alice, label="Copy")), Reader(replace(bob, label="BELPIC (Basic PIN)"))
    assert card(Scene(readers)).identity().person == BOB


def test_with_two_cards_the_one_that_began_signs(card: Play, stage: Stage, alice: Chip, bob: Chip) -> None:
    scene = Scene((Reader(bob), Reader(alice)), person=(Types(),))
    assert len(sign(card(scene), alice)) == 256
    assert stage.told.verified == ("right",)


def test_cards_of_two_people_are_not_chosen_between(card: Play, stage: Stage, alice: Chip, bob: Chip) -> None:
    with pytest.raises(SeveralCards) as raised:
        card(Scene((Reader(bob), Reader(alice)))).identity()
    assert raised.value.names == f"{ALICE.full_name}, {BOB.full_name}"
    stage.happen(Pull(0))
    assert Pkcs11Card(stage.module).identity().person == ALICE


def test_of_two_people_the_one_whose_card_can_sign_is_meant(card: Play, pki: Pki, alice: Chip) -> None:
    minor = make_chip(pki, BOB, Generation.P_384, has=[CardKey.AUTHENTICATION])
    assert card(Scene((Reader(minor), Reader(alice)))).identity().person == ALICE


def test_of_one_persons_two_cards_the_newer_is_meant(card: Play, pki: Pki, alice: Chip) -> None:
    today = datetime.now(UTC)
    newer = make_chip(pki, ALICE, Generation.P_384, validity=(today - timedelta(days=1), today + timedelta(days=99)))
    for readers in ((Reader(alice), Reader(newer)), (Reader(newer), Reader(alice))):
        assert card(Scene(readers)).identity() == eid_of(newer, ALICE)


def test_another_card_of_the_same_person_is_not_taken_for_the_first(
    card: Play, stage: Stage, alice: Chip, alice_ec: Chip
) -> None:
    keyboard = Keyboard()
    with pytest.raises(WrongPerson):
        sign(card(official(alice_ec, Types())), alice, keyboard)
    assert (keyboard.asked, stage.told.windows) == ([], 0)


def test_two_children_are_told_apart_too(card: Play, alice: Chip, bob: Chip) -> None:
    """Neither card has a signature certificate that could differ."""
    eid = card(official(changed(alice, Signature=None))).identity()
    with pytest.raises(WrongPerson):
        card(official(changed(bob, Signature=None))).sign(eid, CardKey.SIGNATURE, DATA, Keyboard())


def test_attributes_that_a_module_does_not_give_are_lived_without(card: Play, alice: Chip) -> None:
    odd = ("Signature", None), ("Signature", bytes(1300)), *alice.certificates
    assert card(official(replace(alice, certificates=odd))).identity().person == ALICE


def test_a_certificate_that_is_damaged_anywhere_is_an_error_with_a_sentence_or_none(
    card: Play, stage: Stage, alice_ec: Chip
) -> None:
    """Never something else, and never a signature that does not fit."""
    whole = certificate(alice_ec, "Signature")
    met = set()
    for place in range(0, len(whole), 7):
        damaged = whole[:place] + b"\xff" + whole[place + 1 :]
        one = card(official(changed(alice_ec, Signature=damaged), Types()))
        try:
            eid = one.identity()
            one.sign(eid, CardKey.SIGNATURE, DATA, Keyboard())
        except CardError as error:
            met.add(type(error))
    assert met <= {NotAnEid, SignatureCertificateMissing, CardFailed}
    assert SignatureCertificateMissing in met


_CHIP = Chip(Generation.RSA_2048)
_DEAD = Reader(_CHIP, fails={"C_GetTokenInfo": Ckr.DEVICE_ERROR})
_FOREIGN = Reader(_CHIP, fails={"C_GetTokenInfo": Ckr.TOKEN_NOT_RECOGNIZED})
_BANK = Reader(replace(_CHIP, label="Bank card"))
_GONE = Reader(_CHIP, fails={"C_FindObjectsInit": Ckr.DEVICE_REMOVED})
_BLANK = Reader(replace(_CHIP, label="", flags=0))
_EMPTY = Reader()


@pytest.mark.parametrize(
    ("readers", "error"),
    [
        ((), ReaderMissing),
        ((_EMPTY,), CardMissing),
        ((_EMPTY, _EMPTY), CardMissing),
        ((_BLANK,), CardMissing),
        ((_BANK,), NotAnEid),
        ((_FOREIGN,), NotAnEid),
        ((_FOREIGN, _EMPTY), NotAnEid),
        ((_DEAD, _EMPTY), CardMissing),
        ((_DEAD,), CardFailed),
        ((_GONE,), CardRemoved),
        ((_DEAD, _GONE), CardRemoved),
        ((_GONE, _DEAD, _EMPTY), CardRemoved),
    ],
)
@pytest.mark.parametrize("build", [Build.DIALOG, Build.OPENSC])
def test_no_eid_is_told_by_what_there_is_instead(
    card: Play, readers: tuple[Reader, ...], error: type[CardError], build: Build
) -> None:
    with pytest.raises(error):
        card(Scene(readers, build=build)).identity()


def test_opensc_that_shows_nothing_of_an_rsa_card_is_named_as_the_reason(card: Play) -> None:
    with pytest.raises(OfficialMiddlewareNeeded):
        card(Scene((Reader(_CHIP),), build=Build.OPENSC)).identity()


def test_a_childs_card_has_neither_certificate(card: Play, alice: Chip) -> None:
    for chip in (changed(alice, Signature=None, Authentication=None), replace(alice, certificates=())):
        with pytest.raises(SignatureCertificateMissing):
            card(official(chip)).identity()


def test_a_card_whose_number_is_none_is_no_eid(card: Play, pki: Pki) -> None:
    stranger = make_chip(pki, Person("85073100228", "Alice", "Peeters"), Generation.P_384)
    with pytest.raises(NotAnEid):
        card(official(stranger)).identity()


# ── Pulled, swapped, unplugged ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("call", ["C_OpenSession", "C_FindObjectsInit", "C_GetAttributeValue", "C_SignInit", "C_Sign"])
@pytest.mark.parametrize("event", [Pull(), Insert()], ids=["taken out", "taken out and put back"])
@pytest.mark.parametrize("build", [Build.DIALOG, Build.OPENSC])
def test_a_card_that_leaves_at_any_moment_is_told_as_such(
    card: Play, stage: Stage, alice: Chip, call: str, event: Event, build: Build
) -> None:
    """A card that was put back is another one for the software; before the session that makes no difference."""
    scene = replace(opensc(alice) if build is Build.OPENSC else official(alice, Types()), before={call: event})
    if call == "C_OpenSession" and event == Insert():
        assert sign(card(scene), alice)
        return
    with pytest.raises(CardRemoved):
        sign(card(scene), alice)
    assert stage.told.signed == ()
    assert set(stage.told.verified) <= {"right"}


@pytest.mark.parametrize("event", [Pull(), Insert(), Unplug()], ids=["pulled", "pulled and back", "unplugged"])
def test_a_card_that_leaves_while_the_window_is_open_signs_nothing(
    card: Play, stage: Stage, alice: Chip, event: Event
) -> None:
    with pytest.raises(CardRemoved):
        sign(card(official(alice, Types(meanwhile=event))), alice)
    assert (stage.told.windows, stage.told.verified, stage.told.signed) == (1, (), ())


def test_a_card_that_leaves_after_the_signature_does_no_harm(card: Play, stage: Stage, alice: Chip) -> None:
    for scene in (official(alice, Types()), opensc(alice)):
        assert sign(card(replace(scene, after={"C_Sign": Pull()})), alice)
        assert stage.told.calls[-1] == "C_Finalize"


def test_the_same_program_finds_a_card_that_comes_later_and_a_reader_too(card: Play, stage: Stage, alice: Chip) -> None:
    one = card(official(alice, Types()))
    stage.happen(Pull())
    with pytest.raises(CardMissing):
        one.identity()
    stage.happen(Insert())
    assert one.identity().person == ALICE
    stage.happen(Unplug())
    with pytest.raises(ReaderMissing):
        one.identity()


def test_a_card_changed_for_another_persons_is_told_before_the_pin(
    card: Play, stage: Stage, alice: Chip, bob: Chip
) -> None:
    one = card(official(alice, Types()))
    assert one.identity().person == ALICE
    stage.happen(Insert(bob))
    with pytest.raises(WrongPerson) as raised:
        sign(one, alice)
    assert raised.value.facts == {"expected": ALICE.full_name, "found": BOB.full_name}
    assert stage.told.windows == 0
    stage.happen(Insert(alice))
    assert sign(one, alice)


# ── Loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_no_library_gets_a_sentence(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.write_text("not a library")
    with pytest.raises(MiddlewareUnusable) as raised:
        Pkcs11Card(module).identity()
    assert str(raised.value) == f"{module} cannot be used: it cannot be loaded."


def test_a_module_that_does_not_start_gets_a_sentence(card: Play) -> None:
    with pytest.raises(CardFailed) as raised:
        card(Scene(fails={"C_Initialize": Ckr.GENERAL_ERROR})).identity()
    assert raised.value.facts == {"step": "loading the eID software", "code": "CKR_GENERAL_ERROR 0x05"}


def test_a_module_without_its_reader_service_is_told_by_its_step(card: Play) -> None:
    with pytest.raises(CardFailed) as raised:
        card(Scene(fails={"C_GetSlotList": Ckr.GENERAL_ERROR})).identity()
    assert str(raised.value).endswith("while looking for the card (CKR_GENERAL_ERROR 0x05).")
