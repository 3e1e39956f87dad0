"""The `Card` port in a process of its own.

A PKCS#11 call blocks while a person looks for the PIN, and PyKCS11 keeps the interpreter lock meanwhile; a module may
also hang or crash. Each call here starts a child for that one call: this process goes on, can end the child at any
time, and survives whatever becomes of it.
"""

from __future__ import annotations

import atexit
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import agent
from agent.adapters.card_codes import Doing
from agent.adapters.card_messages import (
    Failed,
    Identified,
    Identify,
    Message,
    NotAMessage,
    Pin,
    PinNeeded,
    Sign,
    Signed,
)
from agent.adapters.card_messages import line as line_of
from agent.adapters.card_messages import message as message_of
from agent.adapters.card_modules import find_module, is_official
from agent.errors import (
    CardFailed,
    MiddlewareCrashed,
    MiddlewareUnusable,
    OfficialMiddlewareNeeded,
    PinCancelled,
    PinLastTry,
)
from agent.ports import CardKey, Eid, PinEntry
from agent.text import _

COMMAND = (sys.executable, "-m", "agent.adapters.card_worker")
"""Starts the card process. A packaged agent passes a command of its own that calls `card_worker.main`."""

_WITH_A_PERSON = frozenset({Doing.CHECKING_PIN, Doing.SIGNING})
"""Somebody may be looking for the PIN: these take as long as they take."""

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW  # no console flashes up; the middleware's own windows do show
else:
    _NO_WINDOW = 0

_GRACE_S = 5.0
"""For the child to end by itself once it has answered."""

_BREATH_S = 0.2
"""Windows delivers no Ctrl+C to a thread that waits for good."""


class ProcessCard:
    """The eID through the middleware of this computer.

    Args:
        module: the PKCS#11 library; None: the first that this platform has.
        environ: goes into the child's environment beside this process's own.
        time_out_s: how long a step without a person may take before the child is given up.
        command: starts the child.
    """

    def __init__(
        self,
        module: Path | None = None,
        environ: Mapping[str, str] = MappingProxyType({}),
        *,
        time_out_s: float = 60.0,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._module, self._environ = module, environ
        self._time_out_s, self._command = time_out_s, tuple(command)
        self._children: set[_Child] = set()
        self._last_try_told: Eid | None = None

    def identity(self) -> Eid:
        """Raises: CardError."""
        module = str(find_module(self._module).absolute())
        match self._answer(Identify(module), module):
            case Identified(eid):
                return eid
        raise _strange(Doing.READING)

    def sign(self, eid: Eid, key: CardKey, data: bytes, enter_pin: PinEntry) -> bytes:
        """Raises: CardError."""
        module = str(find_module(self._module).absolute())
        if self._module is None and key is CardKey.SIGNATURE and not is_official(Path(module)):
            raise OfficialMiddlewareNeeded(module)  # a configured one may know more than this program
        uses_last_try, self._last_try_told = self._last_try_told == eid, None
        try:
            answer = self._answer(Sign(module, eid, key, data, uses_last_try), module, enter_pin)
        except PinLastTry:
            self._last_try_told = eid  # who then calls again has decided
            raise
        match answer:
            case Signed(signature):
                return signature
        raise _strange(Doing.SIGNING)

    def cancel(self) -> None:
        """From any thread: end each call under way. It raises PinCancelled there. None under way: nothing happens."""
        for child in tuple(self._children):
            child.cancel()

    def _answer(self, request: Message, module: str, enter_pin: PinEntry | None = None) -> Message:
        """Hold the conversation of one call."""
        doing, knows_pin = Doing.LOADING, False
        with _Child(self._command, {**os.environ, **self._environ}) as child:
            self._children.add(child)
            try:
                child.say(request)
                while True:
                    waits_for_person = doing in _WITH_A_PERSON and not knows_pin
                    match child.hear(doing, None if waits_for_person else self._time_out_s):
                        case Doing() as doing:
                            pass
                        case PinNeeded(attempts_left) if enter_pin and not knows_pin:
                            child.say(Pin(enter_pin(attempts_left)))
                            knows_pin = True
                        case Failed(error):
                            raise error
                        case answer:
                            return answer
            except _ChildEnded as ended:
                if doing is Doing.LOADING:
                    raise MiddlewareUnusable(
                        module, _("loading it ended the program ({how})").format(how=ended)
                    ) from ended
                raise MiddlewareCrashed(doing, str(ended)) from ended
            finally:
                self._children.discard(child)


def _strange(doing: Doing) -> CardFailed:
    return CardFailed(doing, _("an answer to something else"))


class _ChildEnded(Exception):
    """The child is no more; `str` says how it went."""


class _Child:
    """The child, its pipes, and a thread that reads what it says."""

    _CANCELLED = object()
    _ENDED = object()

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._said: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603  the command is ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # middleware writes what it likes there, encoded PINs too
            env=dict(environ),
            cwd=Path(agent.__file__).parents[1],  # where `-m` finds this package, installed or not
            start_new_session=True,  # so that a PIN window that the module starts ends with it
            creationflags=_NO_WINDOW,
        )
        atexit.register(self._kill)  # should this program end with a thread of its own waiting here
        self._reader = threading.Thread(target=self._read, name="card process", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        with suppress(OSError):  # it went before it took all that was said
            self._process.stdin.close()
        try:
            if kind is None:
                self._process.wait(_GRACE_S)  # it lets the module go
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._kill()
            self._process.wait()
            atexit.unregister(self._kill)
            self._reader.join()
            self._process.stdout.close()

    def _kill(self) -> None:
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
        else:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self) -> None:
        assert self._process.stdout
        for said in self._process.stdout:
            self._said.put(said)
        self._said.put(self._ENDED)

    def cancel(self) -> None:
        self._said.put(self._CANCELLED)

    def say(self, message: Message) -> None:
        assert self._process.stdin
        with suppress(OSError):  # it has ended: `hear` says so
            self._process.stdin.write(line_of(message))
            self._process.stdin.flush()

    def hear(self, doing: Doing, time_out_s: float | None) -> Message:
        """What the child says next. Raises: _ChildEnded, PinCancelled, CardFailed."""
        match self._next(doing, time_out_s):
            case self._CANCELLED:
                raise PinCancelled
            case self._ENDED:
                raise _ChildEnded(_how_it_went(self._process.wait()))
            case bytes(said):
                try:
                    return message_of(said)
                except NotAMessage as error:
                    raise CardFailed(doing, _("an answer that cannot be read")) from error
        raise AssertionError("nothing else is put there")

    def _next(self, doing: Doing, time_out_s: float | None) -> object:
        give_up = None if time_out_s is None else time.monotonic() + time_out_s
        while True:
            try:
                return self._said.get(timeout=_BREATH_S)
            except queue.Empty:
                if give_up is not None and time.monotonic() >= give_up:
                    raise CardFailed(doing, _("no answer in {seconds:g} s").format(seconds=time_out_s)) from None


def _how_it_went(return_code: int) -> str:
    if return_code >= 0:
        return _("exit code {code:#x}").format(code=return_code)
    try:
        return signal.Signals(-return_code).name
    except ValueError:
        return _("signal {number}").format(number=-return_code)
