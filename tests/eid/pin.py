"""The eID's PIN: three tries, one PIN for both keys, a PIN of its own for every signature with key 83.

Source: spec/eid.md, C5.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.eid.apdu import pin_block

TRIES = 3


@dataclass
class PinState:
    """What the card knows of its PIN. `select_key`, `verify`, `sign` and `passes` follow the commands as they come.

    Attributes:
        tries: left until the card is blocked. Tests set it as they like.
        attempts: how often a PIN was tried, right or wrong. Asking for the state is no attempt.
        commands_between: how many commands may stand between VERIFY and a signature with key 83.
    """

    pin: str
    commands_between: int
    tries: int = TRIES
    attempts: int = 0
    _is_open: bool = False
    _was_open: bool = False
    _since: int | None = field(default=None, repr=False)
    _selected: int | None = None
    _selected_before: int | None = None
    _is_unspent: bool = False

    @property
    def is_blocked(self) -> bool:
        return self.tries <= 0

    @property
    def is_open(self) -> bool:
        """Whether key 82 signs without a further PIN."""
        return self._is_open

    @property
    def selected(self) -> int | None:
        """The key that MSE named, by its reference."""
        return self._selected

    def reset(self) -> None:
        """Power off, reset, another insertion. The tries stay."""
        self.log_off()
        self._selected = None

    def log_off(self) -> None:
        self._is_open = self._was_open = self._is_unspent = False
        self._since = self._selected_before = None

    def passes(self) -> None:
        """A command has been carried out, whichever."""
        if self._since is not None:
            self._since += 1

    def select_key(self, reference: int) -> None:
        self._selected = reference

    def verify(self, block: bytes) -> bool:
        """One attempt; never called for a blocked card."""
        if not self._is_right(block):
            return False
        self._was_open, self._is_open, self._is_unspent = self._is_open, True, True
        self._since, self._selected_before = -1, self._selected  # VERIFY itself passes too
        return True

    def change(self, old: bytes, new: bytes) -> bool:
        """One attempt, as `verify`; opens nothing."""
        if not self._is_right(old):
            return False
        self.pin = new.hex()[2 : 2 + (new[0] & 0x0F)]
        return True

    def _is_right(self, block: bytes) -> bool:
        self.attempts += 1
        if block == pin_block(self.pin):
            self.tries = TRIES
            return True
        self.tries -= 1
        self.log_off()
        return False

    def may_sign(self) -> bool:
        """With the selected key, now."""
        match self._selected:
            case 0x82:
                return self._is_open
            case 0x83:
                is_next = self._since is not None and self._since <= self.commands_between
                return is_next and self._selected_before == 0x83
            case _:  # the alias of key 83 that is for tests only
                return self._is_unspent

    def signed(self) -> None:
        """A signature was made with the selected key: for key 83 that was what the VERIFY was for."""
        if self._selected != 0x82:
            self._is_open, self._is_unspent, self._since = self._was_open, False, None
