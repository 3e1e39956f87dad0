"""What the official middleware, OpenSC and cards do that SoftHSM does not. The rest is in `contracts/test_card.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import PyKCS11
import pytest
from cryptography import x509

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
    PinWrong,
    ReaderMissing,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import CardKey, Eid
from agent.sandbox.pki import Pki, open_pki
from agent.sandbox.software_card import Generation, PrivateKey, new_key
from agent.secret import Secret
from tests.adapters import scripted_pkcs11 as script
from tests.adapters.scripted_pkcs11 import LOGIN, OFFICIAL, OPENSC, READY, Library, Token
from tests.adapters.softhsm import ALICE, BOB

DATA = b"<Request/>"
PIN = "4213"
LONG = bytes(7)  # the rest of the official module's eight-byte CKA_ID


@dataclass
class Keyboard:
    """Where the PIN is typed; remembers each time that it was asked for."""

    pin: str = PIN
    asked: list[int | None] = field(default_factory=list)

    def __call__(self, attempts_left: int | None) -> Secret:
        self.asked.append(attempts_left)
        return Secret(self.pin)


@dataclass(frozen=True)
class Made:
    """A card's keys and certificates; `objects` in the form that a module shows them."""

    keys: dict[CardKey, PrivateKey]
    chains: dict[CardKey, tuple[x509.Certificate, ...]]

    def objects(
        self, *, id_tail: bytes = b"", always_authenticate: bool | None = None, certificates: Sequence[str] = ()
    ) -> list[script.Object]:
        signature = self.chains[CardKey.SIGNATURE]
        shown = {
            "Authentication": (b"\2", self.chains[CardKey.AUTHENTICATION][0]),
            "Signature": (b"\3", signature[0]),
            "CA": (b"\4", signature[1]),
            "Root": (b"\6", signature[2]),
        }
        return [
            script.private_key("Card", b"\1" + id_tail, self.keys[CardKey.AUTHENTICATION]),
            script.private_key("Authentication", b"\2" + id_tail, self.keys[CardKey.AUTHENTICATION]),
            script.private_key(
                "Signature", b"\3" + id_tail, self.keys[CardKey.SIGNATURE], always_authenticate=always_authenticate
            ),
            *(
                script.certificate(label, id_ + id_tail, certificate)
                for label, (id_, certificate) in shown.items()
                if not certificates or label in certificates
            ),
        ]


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))


@pytest.fixture(scope="session")
def make(pki: Pki) -> Callable[[Person, Generation], Made]:
    def make(person: Person, generation: Generation) -> Made:
        today = datetime.now(UTC)
        validity = today - timedelta(days=9), today + timedelta(days=9)
        keys = {key: new_key(generation) for key in CardKey}
        chains = {key: pki.eid_chain(person, key, keys[key].public_key(), *validity) for key in CardKey}
        return Made(keys, chains)

    return make


@pytest.fixture(scope="session")
def alice(make: Callable[[Person, Generation], Made]) -> Made:
    return make(ALICE, Generation.RSA_2048)


@pytest.fixture(scope="session")
def alice_ec(make: Callable[[Person, Generation], Made]) -> Made:
    return make(ALICE, Generation.P_384)


@pytest.fixture(scope="session")
def bob(make: Callable[[Person, Generation], Made]) -> Made:
    return make(BOB, Generation.P_384)


def card(library: Library) -> Pkcs11Card:
    def load(module: str) -> Any:
        return library

    return Pkcs11Card(Path("module.so"), load=load)


def identity_of(made: Made) -> Eid:
    return card(Library(Token(made.objects(), flags=READY), manufacturer=OFFICIAL)).identity()


def sign(library: Library, made: Made, keyboard: Keyboard | None = None, key: CardKey = CardKey.SIGNATURE) -> bytes:
    return card(library).sign(identity_of(made), key, DATA, keyboard or Keyboard())


# ── Who asks for the PIN ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", CardKey)
@pytest.mark.parametrize("pinpad", [0, PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH])
def test_the_official_middleware_asks_for_the_pin_itself(alice: Made, key: CardKey, pinpad: int) -> None:
    keyboard = Keyboard()
    library = Library(Token(alice.objects(id_tail=LONG), flags=READY | pinpad), manufacturer=OFFICIAL)
    assert sign(library, alice, keyboard, key)
    assert keyboard.asked == []
    assert library.calls == ["open", f"sign {key.value}", "close", "unload"]


def test_the_official_middleware_without_windows_is_refused_before_the_pin(alice: Made) -> None:
    keyboard, library = Keyboard(), Library(Token(alice.objects()), manufacturer=OFFICIAL)
    with pytest.raises(MiddlewareUnusable):
        sign(library, alice, keyboard)
    assert keyboard.asked == []
    assert sign(library, alice, keyboard, CardKey.AUTHENTICATION)
    assert keyboard.asked == [None]


def test_without_windows_a_reader_with_keys_will_do(alice: Made) -> None:
    flags = LOGIN | PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH
    library = Library(Token(alice.objects(), flags=flags), manufacturer=OFFICIAL)
    sign(library, alice)
    assert "login user None" in library.calls


def test_a_reader_with_keys_gets_no_pin_from_us(alice: Made) -> None:
    keyboard = Keyboard()
    library = Library(Token(alice.objects(), flags=LOGIN | PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH))
    assert sign(library, alice, keyboard)
    assert keyboard.asked == []
    assert library.calls == ["open", "login user None", "sign Signature", "logout", "close", "unload"]


def test_a_key_that_wants_the_pin_right_before_gets_it_again_and_the_person_types_once(alice: Made) -> None:
    keyboard = Keyboard()
    library = Library(Token(alice.objects(always_authenticate=True), hides_keys=True))
    assert sign(library, alice, keyboard)
    assert keyboard.asked == [None]
    assert library.calls == [
        *("open", f"login user {PIN}", "sign init Signature", f"login context {PIN}", "sign Signature"),
        *("logout", "close", "unload"),
    ]


@pytest.mark.parametrize("always", [False, None], ids=["false", "not known to the module"])
def test_a_key_that_does_not_is_signed_with_after_one_login(alice: Made, always: bool | None) -> None:
    library = Library(Token(alice.objects(always_authenticate=always), hides_keys=True))
    assert sign(library, alice)
    assert library.calls == ["open", f"login user {PIN}", "sign Signature", "logout", "close", "unload"]


def test_a_login_that_another_program_made_is_as_good(alice: Made) -> None:
    assert sign(Library(Token(alice.objects(), fails={"login user": Ckr.USER_ALREADY_LOGGED_IN})), alice)


# ── Tries ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blocked_card_is_told_without_asking_for_a_pin(alice: Made) -> None:
    keyboard, library = Keyboard(), Library(Token(alice.objects(), flags=LOGIN | PyKCS11.CKF_USER_PIN_LOCKED))
    with pytest.raises(PinBlocked):
        sign(library, alice, keyboard)
    assert keyboard.asked == []
    assert not [call for call in library.calls if call.startswith("login")]


def test_the_last_try_is_told_to_whoever_asks_for_the_pin(alice: Made) -> None:
    keyboard = Keyboard()
    sign(Library(Token(alice.objects(), flags=LOGIN | PyKCS11.CKF_USER_PIN_FINAL_TRY)), alice, keyboard)
    assert keyboard.asked == [1]


def test_the_number_of_tries_is_not_invented(alice: Made) -> None:
    keyboard = Keyboard()
    sign(Library(Token(alice.objects(), flags=LOGIN | PyKCS11.CKF_USER_PIN_COUNT_LOW)), alice, keyboard)
    assert keyboard.asked == [None]


@pytest.mark.parametrize(
    ("flag", "error", "left"),
    [
        (0, PinWrong, None),
        (PyKCS11.CKF_USER_PIN_COUNT_LOW, PinWrong, None),
        (PyKCS11.CKF_USER_PIN_FINAL_TRY, PinWrong, 1),
        (PyKCS11.CKF_USER_PIN_LOCKED, PinBlocked, None),
    ],
)
def test_after_a_wrong_pin_the_token_tells_what_is_left(
    alice: Made, flag: int, error: type[PinError], left: int | None
) -> None:
    token = Token(alice.objects(), fails={"login user": Ckr.PIN_INCORRECT}, flags_afterwards=LOGIN | flag)
    with pytest.raises(error) as raised:
        sign(Library(token), alice)
    assert raised.value.facts == ({"attempts_left": left} if error is PinWrong else {})


def test_a_pin_refused_right_before_the_signature_is_not_tried_again(alice: Made) -> None:
    library = Library(Token(alice.objects(always_authenticate=True), fails={"login context": Ckr.PIN_INCORRECT}))
    with pytest.raises(PinWrong):
        sign(library, alice)
    assert library.calls[2:] == ["sign init Signature", f"login context {PIN}", "logout", "close", "unload"]


@pytest.mark.parametrize("typed", ["", "123", "1234567890123", "12e4", "１２３４", "1234\n"])
def test_what_can_be_no_pin_never_reaches_the_card(alice: Made, typed: str) -> None:
    """An empty one least of all: PKCS#11 would take it for "ask yourself"."""
    library = Library(Token(alice.objects()))
    with pytest.raises(PinWrong):
        sign(library, alice, Keyboard(typed))
    assert library.calls == ["open", "close", "unload"]


# ── Which key, which way ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("id_tail", [b"", bytes(3), bytes(7)], ids=["OpenSC", "Windows", "official"])
def test_the_key_is_the_one_with_the_certificates_id_however_that_is_written(alice: Made, id_tail: bytes) -> None:
    """The key `Card` comes first in every list here, and is never used."""
    for key in CardKey:
        library = Library(Token(alice.objects(id_tail=id_tail)))
        sign(library, alice, key=key)
        assert f"sign {key.value}" in library.calls


def test_a_certificate_without_its_key_is_a_failure_with_a_sentence(alice: Made) -> None:
    objects = [
        found for found in alice.objects() if found[PyKCS11.CKA_LABEL] != "Signature" or script._KEY not in found
    ]
    with pytest.raises(CardFailed) as raised:
        sign(Library(Token(objects)), alice)
    assert raised.value.step == Doing.SIGNING


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        (script.RSA_MECHANISMS, PyKCS11.CKM_SHA256_RSA_PKCS),
        (["CKM_RSA_PKCS"], PyKCS11.CKM_RSA_PKCS),
    ],
)
def test_rsa_cards_sign_with_what_the_token_offers(alice: Made, offered: Sequence[str], used: int) -> None:
    library = Library(Token(alice.objects(), mechanisms=offered))
    sign(library, alice)
    assert library.mechanism == used


@pytest.mark.parametrize(
    ("offered", "used"),
    [(script.EC_MECHANISMS, PyKCS11.CKM_ECDSA_SHA256), (["CKM_ECDSA"], PyKCS11.CKM_ECDSA)],
)
def test_ec_cards_sign_with_what_the_token_offers(alice_ec: Made, offered: Sequence[str], used: int) -> None:
    library = Library(Token(alice_ec.objects(), mechanisms=offered))
    assert len(sign(library, alice_ec)) == 96
    assert library.mechanism == used


def test_old_opensc_with_a_new_card_is_told_before_the_pin(alice_ec: Made) -> None:
    keyboard, library = Keyboard(), Library(Token(alice_ec.objects(), mechanisms=script.RSA_MECHANISMS))
    with pytest.raises(MiddlewareUnusable):
        sign(library, alice_ec, keyboard)
    assert keyboard.asked == []


def test_a_label_alone_makes_no_signature_certificate(alice: Made) -> None:
    """The Authentication certificate under the label `Signature`."""
    objects = alice.objects(certificates=["Authentication"])
    impostor = script.certificate("Signature", b"\3", alice.chains[CardKey.AUTHENTICATION][0])
    assert card(Library(Token([*objects, impostor]))).identity().signature_chain_der == ()


def test_key_usage_alone_makes_none_either(alice: Made, bob: Made) -> None:
    """Another non-repudiation certificate on the card, under a label of its own, listed first."""
    other = script.certificate("Company", b"\x09", bob.chains[CardKey.SIGNATURE][0])
    assert card(Library(Token([other, *alice.objects()]))).identity() == identity_of(alice)


def test_a_signature_that_does_not_fit_the_certificate_is_not_returned(alice: Made, alice_ec: Made) -> None:
    swapped = Made({**alice.keys, CardKey.SIGNATURE: alice.keys[CardKey.AUTHENTICATION]}, alice.chains)
    with pytest.raises(CardFailed) as raised:
        sign(Library(Token(swapped.objects())), swapped)
    assert raised.value.step == Doing.VERIFYING


# ── Readers and cards ────────────────────────────────────────────────────────────────────────────────────────────────


def test_readers_that_answer_nonsense_are_passed_over(alice: Made) -> None:
    bad = [Token(fails={call: Ckr.DEVICE_ERROR}) for call in ("info", "open", "find")]
    assert card(Library(*bad, None, Token(alice.objects()), *bad)).identity().person == ALICE


def test_an_eid_under_another_label_is_found_by_what_it_holds(alice: Made) -> None:
    library = Library(Token(label="Other card", flags=READY), Token(alice.objects(), label="My card"))
    assert card(library).identity().person == ALICE


def test_a_token_called_belpic_is_looked_at_first(alice: Made, bob: Made) -> None:
    library = Library(Token(alice.objects(), label="Copy"), Token(bob.objects(), label="BELPIC (Basic PIN)"))
    assert card(library).identity().person == BOB


def test_with_two_cards_the_one_that_began_signs(alice: Made, bob: Made) -> None:
    library = Library(Token(bob.objects(), mechanisms=script.EC_MECHANISMS), Token(alice.objects()))
    assert len(sign(library, alice)) == 256


def test_another_card_of_the_same_person_is_not_taken_for_the_first(alice: Made, alice_ec: Made) -> None:
    keyboard = Keyboard()
    with pytest.raises(WrongPerson):
        sign(Library(Token(alice_ec.objects())), alice, keyboard)
    assert keyboard.asked == []


def test_two_children_are_told_apart_too(alice: Made, bob: Made) -> None:
    """Neither card has a signature certificate that could differ."""
    without = ["Authentication", "CA", "Root"]
    eid = card(Library(Token(alice.objects(certificates=without)))).identity()
    with pytest.raises(WrongPerson):
        card(Library(Token(bob.objects(certificates=without)))).sign(eid, CardKey.SIGNATURE, DATA, Keyboard())


def test_attributes_that_a_module_does_not_give_are_lived_without(alice: Made) -> None:
    nameless = {PyKCS11.CKA_CLASS: PyKCS11.CKO_CERTIFICATE, PyKCS11.CKA_LABEL: "Signature"}
    garbled = {**nameless, PyKCS11.CKA_ID: b"\3", PyKCS11.CKA_VALUE: b"\0" * 1300}
    assert card(Library(Token([nameless, garbled, *alice.objects()]))).identity().person == ALICE


_DEAD = Token(fails={"info": Ckr.DEVICE_ERROR})
_FOREIGN = Token(fails={"info": Ckr.TOKEN_NOT_RECOGNIZED})
_BANK = Token(label="Bank card")
_GONE = Token(fails={"find": Ckr.DEVICE_REMOVED})
_BLANK = Token(label="", flags=0)


@pytest.mark.parametrize(
    ("slots", "error"),
    [
        ([], ReaderMissing),
        ([None], CardMissing),
        ([None, None], CardMissing),
        ([_BLANK], CardMissing),
        ([_BANK], NotAnEid),
        ([_FOREIGN], NotAnEid),
        ([_FOREIGN, None], NotAnEid),
        ([_DEAD, None], CardMissing),
        ([_DEAD], CardFailed),
        ([_GONE], CardRemoved),
        ([_DEAD, _GONE], CardRemoved),
        ([_GONE, _DEAD, None], CardRemoved),
    ],
)
def test_no_eid_is_told_by_what_there_is_instead(slots: list[Token | None], error: type[CardError]) -> None:
    with pytest.raises(error):
        card(Library(*slots)).identity()


def test_opensc_that_shows_nothing_of_an_rsa_card_is_named_as_the_reason() -> None:
    with pytest.raises(OfficialMiddlewareNeeded):
        card(Library(Token([]), manufacturer=OPENSC)).identity()


def test_a_childs_card_has_neither_certificate(alice: Made) -> None:
    for objects in (alice.objects(certificates=["CA", "Root"]), []):
        with pytest.raises(SignatureCertificateMissing):
            card(Library(Token(objects, flags=READY), manufacturer=OFFICIAL)).identity()


def test_a_card_whose_number_is_none_is_no_eid(make: Callable[[Person, Generation], Made]) -> None:
    stranger = make(Person("85073100228", "Alice", "Peeters"), Generation.P_384)
    with pytest.raises(NotAnEid):
        card(Library(Token(stranger.objects()))).identity()


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────────────────────

_IN_A_WORD: list[tuple[int, type[CardError]]] = [
    (Ckr.CANCEL, PinCancelled),
    (Ckr.SLOT_ID_INVALID, CardRemoved),
    (Ckr.GENERAL_ERROR, CardFailed),
    (Ckr.FUNCTION_FAILED, CardFailed),
    (Ckr.ARGUMENTS_BAD, CardFailed),
    (Ckr.DEVICE_ERROR, CardFailed),
    (Ckr.DEVICE_MEMORY, CardFailed),
    (Ckr.DEVICE_REMOVED, CardRemoved),
    (Ckr.FUNCTION_CANCELED, PinCancelled),
    (Ckr.FUNCTION_REJECTED, PinCancelled),
    (Ckr.PIN_INCORRECT, PinWrong),
    (Ckr.PIN_INVALID, PinWrong),
    (Ckr.PIN_LEN_RANGE, PinWrong),
    (Ckr.PIN_EXPIRED, CardFailed),
    (Ckr.PIN_LOCKED, PinBlocked),
    (Ckr.SESSION_CLOSED, CardRemoved),
    (Ckr.SESSION_HANDLE_INVALID, CardRemoved),
    (Ckr.TOKEN_NOT_PRESENT, CardRemoved),
    (Ckr.USER_NOT_LOGGED_IN, CardFailed),
    (Ckr.USER_PIN_NOT_INITIALIZED, CardFailed),
    (0x80000001, CardFailed),
]


@pytest.mark.parametrize("call", ["login user", "sign"])
@pytest.mark.parametrize(("value", "error"), _IN_A_WORD, ids=lambda value: hex(value) if isinstance(value, int) else "")
def test_every_return_value_ends_in_its_own_error_after_one_try(
    alice: Made, call: str, value: int, error: type[CardError]
) -> None:
    keyboard, library = Keyboard(), Library(Token(alice.objects(), fails={call: value, "close": value}))
    with pytest.raises(CardError) as raised:
        sign(library, alice, keyboard)
    assert type(raised.value) is error
    assert len(keyboard.asked) == 1
    assert [call for call in library.calls if call.startswith("login")] == [f"login user {PIN}"]
    assert library.calls[-1] == "unload"
    assert PIN not in str(raised.value) + repr(raised.value.facts)


@pytest.mark.parametrize(
    ("manufacturer", "key", "value", "error"),
    [
        (OPENSC, CardKey.SIGNATURE, Ckr.FUNCTION_NOT_SUPPORTED, OfficialMiddlewareNeeded),
        (OPENSC, CardKey.AUTHENTICATION, Ckr.FUNCTION_NOT_SUPPORTED, CardFailed),
        (OFFICIAL, CardKey.SIGNATURE, Ckr.FUNCTION_NOT_SUPPORTED, CardFailed),
        (OPENSC, CardKey.SIGNATURE, Ckr.MECHANISM_INVALID, MiddlewareUnusable),
    ],
)
def test_what_a_module_cannot_do_is_said_of_the_module(
    alice: Made, manufacturer: str, key: CardKey, value: int, error: type[CardError]
) -> None:
    token = Token(alice.objects(), flags=READY, fails={"sign": value})
    with pytest.raises(error) as raised:
        sign(Library(token, manufacturer=manufacturer), alice, key=key)
    assert "module.so" in str(raised.value) or isinstance(raised.value, CardFailed)


def test_an_unknown_number_is_shown_as_it_came(alice: Made) -> None:
    with pytest.raises(CardFailed) as raised:
        sign(Library(Token(alice.objects(), fails={"sign": 0x80000001})), alice)
    assert str(raised.value) == "The eID did not answer as expected while signing (0x80000001)."


def test_a_module_without_its_reader_service_is_told_by_its_step() -> None:
    with pytest.raises(CardFailed) as raised:
        card(Library(fails={"slots": Ckr.GENERAL_ERROR})).identity()
    assert str(raised.value).endswith("while looking for the card (CKR_GENERAL_ERROR 0x05).")


# ── Loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_no_library_gets_a_sentence(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.write_text("not a library")
    with pytest.raises(MiddlewareUnusable) as raised:
        Pkcs11Card(module).identity()
    assert str(raised.value) == f"{module} cannot be used: it cannot be loaded."


@pytest.mark.parametrize(
    ("value", "error"), [(-1, MiddlewareUnusable), (-4, MiddlewareUnusable), (Ckr.GENERAL_ERROR, CardFailed)]
)
def test_a_module_that_does_not_start_gets_a_sentence(value: int, error: type[CardError]) -> None:
    def load(module: str) -> Any:
        raise PyKCS11.PyKCS11Error(value, module)

    with pytest.raises(error):
        Pkcs11Card(Path("module.so"), load=load).identity()
