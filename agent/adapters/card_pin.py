"""The person's PIN over PKCS#11: who asks for it, how many tries the card has left, and what a refusal means.

Source: spec/eid.md, A3 (data objects), A5.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import PyKCS11

from agent.adapters.card_codes import Ckr, Doing, error_for
from agent.adapters.card_token import Token
from agent.errors import CardError, PinBlocked, PinImpossible, PinLastTry, PinWrong
from agent.ports import PinEntry

_FORM = re.compile("[0-9]{4,12}")
_COUNTER = "carddata_pin_counter"


class Pin:
    """For one signature: asked for once at most, and used where the token wants it.

    Args:
        enter_pin: None where the middleware asks the person itself.
    """

    def __init__(self, library: Any, token: Token, enter_pin: PinEntry | None) -> None:
        self._library, self._token, self._enter_pin = library, token, enter_pin
        self._entered: str | None = None

    @property
    def is_asked_for_here(self) -> bool:
        """By us: neither by the middleware's window nor at a reader with keys."""
        return self._enter_pin is not None and not self._flags() & PyKCS11.CKF_PROTECTED_AUTHENTICATION_PATH

    def check_tries(self, is_last_agreed: bool) -> None:
        """Before anybody is asked for a PIN.

        Args:
            is_last_agreed: the person was told that one try is left, and wants to use it.
        Raises: PinBlocked; PinLastTry where somebody else than us asks for the PIN and could not be stopped.
        """
        left = self._tries_left()
        if left == 0:
            raise PinBlocked
        if left == 1 and not is_last_agreed and not self.is_asked_for_here:
            raise PinLastTry

    def _tries_left(self) -> int | None:
        """What the token tells of them; None where it does not."""
        flags = self._flags()
        if flags & PyKCS11.CKF_USER_PIN_LOCKED:
            return 0
        if flags & PyKCS11.CKF_USER_PIN_FINAL_TRY:
            return 1
        with suppress(PyKCS11.PyKCS11Error):  # some cards answer an error for a file that they do not have
            return self._counter()
        return None

    def _counter(self) -> int | None:
        """The official middleware's, of the cards from 2020 on. It was read when the module was loaded."""
        session = self._token.session
        found = session.findObjects([(PyKCS11.CKA_CLASS, PyKCS11.CKO_DATA), (PyKCS11.CKA_LABEL, _COUNTER)])
        if not found:
            return None
        (value,) = session.getAttributeValue(found[0], [PyKCS11.CKA_VALUE])
        return bytes(value)[0] if value else None

    def log_in(self, user: int) -> None:
        """C_Login, once. Raises: PinError, CardError."""
        try:
            self._token.session.login(self._wanted(), user)
        except PyKCS11.PyKCS11Error as error:
            if error.value != Ckr.USER_ALREADY_LOGGED_IN:
                raise self.why_refused(error_for(error.value, Doing.CHECKING_PIN)) from error

    def _wanted(self) -> str | None:
        """None where the reader has keys of its own: the person types there."""
        if not self.is_asked_for_here:
            return None
        if self._entered is None:
            assert self._enter_pin
            entered = self._enter_pin(self._tries_left()).reveal()
            if not _FORM.fullmatch(entered):  # no card gets it, and modules answer anything
                raise PinImpossible
            self._entered = entered
        return self._entered

    def why_refused(self, error: CardError) -> CardError:
        """`error` with what the token now tells of the tries left: OpenSC reports the blocking try as a wrong PIN."""
        if not isinstance(error, PinWrong):
            return error
        with suppress(PyKCS11.PyKCS11Error):
            flags = self._flags()
            if flags & PyKCS11.CKF_USER_PIN_LOCKED:
                return PinBlocked()
            if flags & PyKCS11.CKF_USER_PIN_FINAL_TRY:
                return PinWrong(1)
        return error

    def _flags(self) -> int:
        flags: int = self._library.getTokenInfo(self._token.slot).flags
        return flags
