"""The card process: does one thing with the card, says what came of it, and ends.

`main` is the whole program, so that a packaged agent can start itself with it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from agent.adapters.card_messages import Failed, Identified, Identify, Message, Pin, PinNeeded, Sign, Signed
from agent.adapters.card_messages import line as line_of
from agent.adapters.card_messages import message as message_of
from agent.adapters.card_pcsc import readers
from agent.adapters.card_pkcs11 import Pkcs11Card
from agent.adapters.card_survey import survey
from agent.adapters.card_survey_messages import Survey, Surveyed
from agent.errors import CardError
from agent.ports import PinEntry
from agent.secret import Secret

Tell = Callable[[Message], None]


def main() -> int:
    """Answer one request of `card_process` on the standard streams."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this decides when it ends
    _die_in_time()
    _die_discreetly()
    questions, answers = _own_pipes()

    def tell(said: Message) -> None:
        answers.write(line_of(said))
        answers.flush()

    def enter_pin(attempts_left: int | None) -> Secret:
        tell(PinNeeded(attempts_left))
        given = message_of(questions.readline())
        if not isinstance(given, Pin):
            raise SystemExit(2)
        return given.pin

    with questions, answers:
        tell(_answer(message_of(questions.readline()), tell, enter_pin))
    return 0


def _answer(request: Message, tell: Tell, enter_pin: PinEntry) -> Message:
    try:
        match request:
            case Identify(module):
                return Identified(Pkcs11Card(Path(module), tell).identity())
            case Sign(module, eid, key, data, uses_last_try):
                card = Pkcs11Card(Path(module), tell)
                return Signed(card.sign(eid, key, data, enter_pin, uses_last_try=uses_last_try))
            case Survey(module):
                return Surveyed(readers() if module is None else survey(Path(module), tell))
            case _:
                raise SystemExit(2)
    except CardError as error:
        return Failed(error)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The standard streams, taken away from the module: what it prints goes nowhere, what it starts reads nothing."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return questions, answers


def _die_in_time() -> None:
    """If the renewal is killed while the module waits for a PIN: no window stays that signs for nobody."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def _die_discreetly() -> None:
    """If the module crashes: no core dump with a PIN in it, no window of Windows' in front of ours."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(0x8003)  # FAILCRITICALERRORS, NOGPFAULTERRORBOX, NOOPENFILEERRORBOX
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: the limit does not hold for piped dumps


if __name__ == "__main__":
    sys.exit(main())
