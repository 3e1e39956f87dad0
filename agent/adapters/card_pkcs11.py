"""The eID through PKCS#11. The only place that knows PyKCS11.

Its calls block while a person looks for the PIN, and hold Python's interpreter lock meanwhile: a program that has
anything else to do uses `card_process`, which runs this in a process of its own.

Source: spec/eid.md, A.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import PyKCS11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from agent.adapters.card_codes import Ckr, Doing, code_name, error_for
from agent.adapters.card_pin import Pin
from agent.adapters.card_slots import holds_a_stranger, is_gone, slots
from agent.adapters.card_token import Held, Token, usable
from agent.core import eid as rules
from agent.errors import (
    AuthenticationCertificateMissing,
    CardError,
    CardFailed,
    CardMissing,
    CardRemoved,
    MiddlewareUnusable,
    NotAnEid,
    OfficialMiddlewareNeeded,
    PinWindowFailed,
    ReaderMissing,
    SeveralCards,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.ports import CardKey, Eid, PinEntry
from agent.text import N_

_OFFICIAL = "Belgium Government"
_BELPIC = "BELPIC"
_ASKS_ELSEWHERE = PyKCS11.CKF_LOGIN_REQUIRED | PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_UNCLEAR = frozenset(map(code_name, (Ckr.GENERAL_ERROR, Ckr.FUNCTION_FAILED, Ckr.DEVICE_ERROR)))
_MISSING = {CardKey.SIGNATURE: SignatureCertificateMissing, CardKey.AUTHENTICATION: AuthenticationCertificateMissing}


class Pkcs11Card:
    """The `Card` port on one PKCS#11 module. Every call loads it anew: readers and cards come and go in between.

    Args:
        module: the library's file.
        doing: told before each step that may take long or never end.
        load: opens the module; gives a PyKCS11Lib. Raises: PyKCS11Error.
    """

    def __init__(
        self,
        module: Path,
        doing: Callable[[Doing], None] = lambda _: None,
        load: Callable[[str], Any] = lambda module: PyKCS11.PyKCS11Lib().load(module),
    ) -> None:
        self._module, self._doing, self._load = module, doing, load

    def identity(self) -> Eid:
        """Raises: CardError."""
        with self._work() as work:
            return work.eid()

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry, *, uses_last_try: bool = False) -> bytes:
        """As `Card.sign`; `uses_last_try`: the person was told that one try is left. Raises: CardError."""
        with self._work() as work:
            return work.sign(eid, key, data, enter_pin, uses_last_try)

    def cancel(self) -> None:
        """Cannot be done in this process, whose interpreter lock the module's call holds: `card_process` can."""

    @contextmanager
    def _work(self) -> Iterator[_Work]:
        self._doing(Doing.LOADING)
        library = self._loaded()
        with ExitStack() as stack:
            stack.callback(_quietly, library.unload)
            work = _Work(str(self._module), library, stack, self._doing)
            try:
                yield work
            except PyKCS11.PyKCS11Error as error:
                raise work.why(error_for(error.value, work.doing)) from error
            except CardFailed as failed:
                raise work.why(failed) from failed.__cause__

    def _loaded(self) -> Any:
        try:
            return self._load(str(self._module))
        except PyKCS11.PyKCS11Error as error:
            if error.value > 0:  # it was loaded; C_Initialize failed
                raise CardFailed(Doing.LOADING, code_name(error.value)) from error
            problem = N_("it cannot be loaded") if error.value == -1 else N_("it is no PKCS#11 library")
            raise MiddlewareUnusable(str(self._module), problem) from error


def _quietly(end: Callable[[], object]) -> None:
    """End something that may have ended by itself, with its card."""
    with suppress(PyKCS11.PyKCS11Error):
        end()


class _Work:
    """One call: what the readers hold, and one signature at most."""

    def __init__(self, module: str, library: Any, stack: ExitStack, doing: Callable[[Doing], None]) -> None:
        self._module, self._library, self._stack, self._tell = module, library, stack, doing
        self._is_official = False
        self._slot: int | None = None
        self.doing = Doing.LOADING

    def why(self, error: CardError) -> CardError:
        """`error`, or that the card is gone where that explains a failure that may be anything."""
        is_unclear = isinstance(error, CardFailed) and error.code in _UNCLEAR
        return CardRemoved() if is_unclear and is_gone(self._library, self._slot) else error

    def _begin(self, doing: Doing) -> None:
        self.doing = doing
        self._tell(doing)

    # ── Finding the card ─────────────────────────────────────────────────────────────────────────────────────────────

    def eid(self) -> Eid:
        tokens, failures = self._tokens()
        found = [token for token in tokens if token.eid]
        if not found:
            raise self._why_none(tokens, failures)
        return _only_one(found)

    def _token_of(self, eid: Eid, key: CardKey) -> Token:
        tokens, failures = self._tokens()
        others = [(token, other) for token in tokens if (other := token.eid)]
        for token, other in others:
            if other.person.ssin == eid.person.ssin and other.chain_der(key)[:1] == eid.chain_der(key)[:1]:
                return token
        if others:
            raise WrongPerson(eid.person.full_name, others[0][1].person.full_name)
        raise self._why_none(tokens, failures)

    def _tokens(self) -> tuple[list[Token], list[int]]:
        """The tokens that can be read, and the return values of those that cannot."""
        self._is_official = self._library.getInfo().manufacturerID.strip("\0 ") == _OFFICIAL
        self._begin(Doing.LOOKING)
        tokens, failures = [], []
        numbers = slots(self._library, with_card=True)
        self._begin(Doing.READING)
        for number in numbers:
            try:
                info = self._library.getTokenInfo(number)
                if info.flags & PyKCS11.CKF_TOKEN_INITIALIZED:
                    tokens.append(self._read(number, info.label.strip("\0 "), info.flags))
            except PyKCS11.PyKCS11Error as error:  # a virtual reader, another kind of card
                failures.append(error.value)
        return tokens, failures

    def _read(self, number: int, label: str, flags: int) -> Token:
        session = self._library.openSession(number)
        self._stack.callback(_quietly, session.closeSession)
        held = []
        for handle in session.findObjects([(PyKCS11.CKA_CLASS, PyKCS11.CKO_CERTIFICATE)]):
            wanted = [PyKCS11.CKA_LABEL, PyKCS11.CKA_ID, PyKCS11.CKA_VALUE]
            name, id_, value = session.getAttributeValue(handle, wanted)
            if name and id_ and value and (certificate := usable(bytes(value))):
                held.append(Held(name.strip("\0 "), bytes(id_), certificate))
        return Token(number, session, label, flags, tuple(held))

    def _why_none(self, tokens: list[Token], failures: list[int]) -> CardError:
        """Why no eID was found, as the most useful thing to say where several are true."""
        belpic = [token for token in tokens if token.label.startswith(_BELPIC)]
        if any(not token.held for token in belpic) and not self._is_official:
            return OfficialMiddlewareNeeded(self._module)  # OpenSC shows nothing of an RSA card before a PIN
        if any(not token.leaf(CardKey.SIGNATURE) and not token.leaf(CardKey.AUTHENTICATION) for token in belpic):
            return SignatureCertificateMissing()
        if tokens or holds_a_stranger(self._library):
            return NotAnEid()
        readers = slots(self._library, with_card=False)
        if not readers:
            return ReaderMissing()
        errors = [error_for(value, self.doing) for value in failures]
        removed = next((error for error in errors if isinstance(error, CardRemoved)), None)
        if removed:
            return removed
        return CardMissing() if len(errors) < len(readers) else errors[0]

    # ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry, uses_last_try: bool) -> bytes:
        token = self._token_of(eid, key)
        self._slot = token.slot
        leaf = token.leaf(key)
        if leaf is None:
            raise _MISSING[key]
        mechanism, input_ = self._mechanism(token, leaf.certificate.public_key(), data)
        logs_in = self._logs_in(token, key)
        pin = Pin(self._library, token, enter_pin if logs_in else None)
        pin.check_tries(uses_last_try)
        if logs_in:
            self._begin(Doing.CHECKING_PIN)
            pin.log_in(PyKCS11.CKU_USER)
            self._stack.callback(_quietly, token.session.logout)
        self._begin(Doing.SIGNING)
        try:
            signature = _signature(token.session, _private_key(token.session, leaf.id), input_, mechanism, pin)
        except PyKCS11.PyKCS11Error as error:
            raise self._why_unsigned(error.value, key, pin, token.flags) from error
        self._begin(Doing.VERIFYING)
        if not rules.is_signed(leaf.certificate, signature, data):
            raise CardFailed(Doing.VERIFYING, N_("it does not fit the certificate"))
        self._begin(Doing.ENDING)
        return signature

    def _mechanism(self, token: Token, public_key: CertificatePublicKeyTypes, data: bytes) -> tuple[Any, bytes]:
        """How this token signs `data` with a key of this kind, and what to hand it."""
        digest = hashlib.sha256(data).digest()
        ways: tuple[tuple[str, bytes], ...] = ()
        match public_key:
            case rsa.RSAPublicKey():
                ways = ("CKM_SHA256_RSA_PKCS", data), ("CKM_RSA_PKCS", _SHA256_DIGEST_INFO + digest)
            case ec.EllipticCurvePublicKey():
                ways = ("CKM_ECDSA_SHA256", data), ("CKM_ECDSA", digest)
        offered = self._library.getMechanismList(token.slot)
        for name, input_ in ways:
            if name in offered:
                return PyKCS11.Mechanism(PyKCS11.CKM[name]), input_
        raise self._knows_not_this_card()

    def _knows_not_this_card(self) -> CardError:
        return MiddlewareUnusable(self._module, N_("it does not know this generation of eID cards"))

    def _logs_in(self, token: Token, key: CardKey) -> bool:
        """Whether a login comes before the signature.

        The official middleware asks for the PIN itself where it needs one, and again right before each signature with
        the Signature key: a login would make that two. Source: spec/eid.md, A5.
        """
        if not self._is_official:
            return True
        has_windows = not token.flags & PyKCS11.CKF_LOGIN_REQUIRED
        if key is CardKey.AUTHENTICATION:
            return not has_windows
        if not has_windows and not token.flags & PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH:
            raise MiddlewareUnusable(self._module, N_("it was built without its PIN window and so cannot sign"))
        return False

    def _why_unsigned(self, value: int, key: CardKey, pin: Pin, flags: int) -> CardError:
        if value == Ckr.FUNCTION_NOT_SUPPORTED and key is CardKey.SIGNATURE and not self._is_official:
            return OfficialMiddlewareNeeded(self._module)
        if value == Ckr.MECHANISM_INVALID:
            return self._knows_not_this_card()
        has_window = self._is_official and not flags & _ASKS_ELSEWHERE
        if has_window and value in (Ckr.GENERAL_ERROR, Ckr.FUNCTION_FAILED):
            return PinWindowFailed(code_name(value))
        return pin.why_refused(error_for(value, Doing.SIGNING))


def _only_one(tokens: Sequence[Token]) -> Eid:
    """The eID that is meant: one called so before another, one that can sign before another, else the newer of one
    person's two. Raises: SeveralCards.
    """
    best = max(map(_usefulness, tokens))
    equals = [token for token in tokens if _usefulness(token) == best]
    eids = [token.eid for token in sorted(equals, key=Token.issued, reverse=True) if token.eid]
    names = sorted({eid.person.ssin: eid.person.full_name for eid in eids}.values())
    if len({eid.person.ssin for eid in eids}) > 1:
        raise SeveralCards(", ".join(names))
    return eids[0]


def _usefulness(token: Token) -> tuple[bool, bool]:
    return token.label.startswith(_BELPIC), token.leaf(CardKey.SIGNATURE) is not None


def _private_key(session: Any, id_: bytes) -> Any:
    """The private key with the certificate's CKA_ID. Never by position or label: some modules take the first key."""
    template = [(PyKCS11.CKA_CLASS, PyKCS11.CKO_PRIVATE_KEY), (PyKCS11.CKA_ID, id_)]
    handles = session.findObjects(template)
    if not handles:
        raise CardFailed(Doing.SIGNING, N_("no private key has the certificate's CKA_ID"))
    return handles[0]


def _signature(session: Any, private_key: Any, input_: bytes, mechanism: Any, pin: Pin) -> bytes:
    """Raises: PyKCS11Error, CardError."""
    (always_authenticate,) = session.getAttributeValue(private_key, [PyKCS11.CKA_ALWAYS_AUTHENTICATE])
    if not always_authenticate:  # False, or None where the module does not know the attribute
        return bytes(session.sign(private_key, input_, mechanism))
    # PyKCS11's own `sign` leaves no room for the login that belongs between C_SignInit and C_Sign.
    output = PyKCS11.ckbytelist()
    _check(session.lib.C_SignInit(session.session, mechanism.to_native(), private_key))
    pin.log_in(PyKCS11.CKU_CONTEXT_SPECIFIC)
    for _ in ("its length", "itself"):
        _check(session.lib.C_Sign(session.session, PyKCS11.ckbytelist(input_), output))
    return bytes(output)


def _check(value: int) -> None:
    if value != PyKCS11.CKR_OK:
        raise PyKCS11.PyKCS11Error(value)
