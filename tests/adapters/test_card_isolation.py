"""What a module may do to its process, done by a real library in C: the program that wanted a signature goes on."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.adapters import card_process
from agent.adapters.card_codes import Doing
from agent.adapters.card_messages import Message, line
from agent.adapters.card_process import ProcessCard
from agent.errors import CardError, CardFailed, MiddlewareCrashed, MiddlewareUnusable, PinCancelled, PinLastTry
from agent.ports import CardKey, Eid
from agent.sandbox.pki import open_pki
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from tests.adapters.softhsm import ALICE
from tests.middleware.chips import eid_of, make_chip
from tests.middleware.play import Stage
from tests.middleware.values import Action, Build, Chip, Do, GoesAway, Reader, Scene, Types

PIN = "83920174"
_PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def chip(tmp_path_factory: pytest.TempPathFactory) -> Chip:
    pki = open_pki(tmp_path_factory.mktemp("pki"), datetime.now(UTC))
    return replace(make_chip(pki, ALICE, Generation.P_384), pin=PIN)


@pytest.fixture(scope="module")
def eid(chip: Chip) -> Eid:
    return eid_of(chip, ALICE)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The card processes that are started from now on."""
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(card_process.subprocess, "Popen", Recorded)  # type: ignore[attr-defined]
    return started


def at_window(chip: Chip, *person: Action, **fails: int) -> Scene:
    """The software asks for the PIN."""
    return Scene((Reader(chip, fails=fails),), person=person or (Types(PIN),), fails=fails)


def at_our_field(chip: Chip, **fails: int) -> Scene:
    """We ask for it; the software is one that may use the Signature key then."""
    allowed = replace(chip, signs_by_another_reference=True, mechanisms=(0x1044,))
    named = {name.replace("_user", " user"): value for name, value in fails.items()}
    return Scene((Reader(allowed, fails=named),), build=Build.OPENSC, fails=named)


def enter(attempts_left: int | None) -> Secret:
    return Secret(PIN)


def until(happened: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + _PATIENCE_S
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@contextmanager
def in_a_thread(act: Callable[[], object]) -> Iterator[list[CardError]]:
    """Does `act` beside the test; what it raised is in the list afterwards."""
    raised: list[CardError] = []

    def run() -> None:
        try:
            act()
        except CardError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    yield raised
    thread.join(_PATIENCE_S)
    assert not thread.is_alive()


# ── Crashes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("order", "how"), [(Do.SEGFAULT, "SIGSEGV"), (Do.ABORT, "SIGABRT")])
def test_a_module_that_crashes_while_it_starts_is_named_with_what_to_do(
    stage: Stage, chip: Chip, order: Do, how: str
) -> None:
    stage.play(at_window(chip, C_Initialize=order))
    with pytest.raises(MiddlewareUnusable) as raised:
        ProcessCard(stage.module, stage.env).identity()
    assert raised.value.module == str(stage.module)
    assert how in str(raised.value)
    assert "eid.belgium.be" in raised.value.advice


@pytest.mark.parametrize("order", [Do.SEGFAULT, Do.ABORT])
@pytest.mark.parametrize(
    ("function", "step"),
    [("C_GetSlotList", Doing.LOOKING), ("C_FindObjectsInit", Doing.READING), ("C_Sign", Doing.SIGNING)],
)
def test_a_crash_takes_only_its_own_process_and_the_next_call_works(
    stage: Stage, chip: Chip, eid: Eid, order: Do, function: str, step: Doing
) -> None:
    card = ProcessCard(stage.module, stage.env)
    stage.play(at_window(chip, **{function: order}))
    with pytest.raises(MiddlewareCrashed) as raised:
        card.sign(eid, CardKey.SIGNATURE, b"data", enter)
    assert raised.value.facts == {"step": step, "how": {Do.SEGFAULT: "SIGSEGV", Do.ABORT: "SIGABRT"}[order]}
    assert raised.value.advice
    assert stage.told.verified == ()
    stage.play(at_window(chip))
    assert card.sign(eid, CardKey.SIGNATURE, b"data", enter)


# ── Hanging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("function", ["C_Initialize", "C_GetSlotList", "C_Sign"])
def test_a_module_that_sleeps_for_an_hour_can_be_cancelled_at_any_time(
    stage: Stage, chip: Chip, eid: Eid, children: list[subprocess.Popen[bytes]], function: str
) -> None:
    stage.play(at_window(chip, **{function: Do.HANG}))
    card = ProcessCard(stage.module, stage.env)
    with in_a_thread(lambda: card.sign(eid, CardKey.SIGNATURE, b"data", enter)) as raised:
        until(lambda: function in stage.told.begun)  # this thread goes on meanwhile
        card.cancel()
    assert [type(error) for error in raised] == [PinCancelled]
    assert [child.returncode for child in children] == [-signal.SIGKILL]


@pytest.mark.parametrize(
    ("function", "step"),
    [
        ("C_Initialize", Doing.LOADING),
        ("C_GetSlotList", Doing.LOOKING),
        ("C_FindObjectsInit", Doing.READING),
        ("C_Login_user", Doing.CHECKING_PIN),
        ("C_Sign", Doing.SIGNING),
    ],
)
def test_a_time_out_says_which_step_hung(
    stage: Stage, chip: Chip, eid: Eid, monkeypatch: pytest.MonkeyPatch, function: str, step: Doing
) -> None:
    """Also where the PIN was needed, once it is known: nobody is waited for then."""

    class Impatient(card_process._Child):
        def hear(self, doing: Doing, time_out_s: float | None) -> Message:
            return super().hear(doing, 0.3 if time_out_s and doing is step else time_out_s)

    monkeypatch.setattr(card_process, "_Child", Impatient)
    stage.play(at_our_field(chip, **{function: Do.HANG}))
    with pytest.raises(CardFailed) as raised:
        ProcessCard(stage.module, stage.env).sign(eid, CardKey.SIGNATURE, b"data", enter)
    assert raised.value.facts == {"step": step, "code": "no answer in 0.3 s"}


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc to look into")
def test_the_middlewares_own_window_goes_when_the_call_is_cancelled(
    stage: Stage, chip: Chip, eid: Eid, tmp_path: Path
) -> None:
    window = tmp_path / "window"
    stage.play(at_window(chip, GoesAway(str(window))))
    card = ProcessCard(stage.module, stage.env)
    with in_a_thread(lambda: card.sign(eid, CardKey.SIGNATURE, b"data", enter)) as raised:
        until(lambda: window.exists() and window.read_text().endswith("\n"))
        number = int(window.read_text())
        assert _is_alive(number)
        card.cancel()
    assert [type(error) for error in raised] == [PinCancelled]
    until(lambda: not _is_alive(number))
    assert (stage.told.windows, stage.told.typed, stage.told.verified) == (1, 0, ())


def _is_alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return "State:\tZ" not in status


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc to look into")
def test_a_program_that_ends_while_it_waits_takes_the_card_process_with_it(
    stage: Stage, chip: Chip, tmp_path: Path
) -> None:
    """As a window that was closed: its thread is not waited for. Without Linux' own way, which may not be there."""
    window = tmp_path / "window"
    stage.play(at_window(chip, GoesAway(str(window))))
    code = f"""
import pathlib, sys, threading, time
from agent.adapters import card_worker
from agent.adapters.card_process import ProcessCard
from agent.ports import CardKey
card = ProcessCard(pathlib.Path({str(stage.module)!r}), command=(sys.executable, "-c", {_WITHOUT_DEATH_SIGNAL!r}))
eid = card.identity()
threading.Thread(target=lambda: card.sign(eid, CardKey.SIGNATURE, b"data", None), daemon=True).start()
while not pathlib.Path({str(window)!r}).exists(): time.sleep(0.01)
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, **stage.env}, timeout=_PATIENCE_S)
    until(lambda: window.read_text().endswith("\n"))
    until(lambda: not _is_alive(int(window.read_text())))


_WITHOUT_DEATH_SIGNAL = (
    "import sys; from agent.adapters import card_worker; card_worker._die_in_time = lambda: None; "
    "sys.exit(card_worker.main())"
)


# ── The PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc to look into")
def test_the_pin_crosses_one_pipe_once_and_is_in_nothing_that_others_can_read(
    stage: Stage,
    chip: Chip,
    eid: Eid,
    children: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Looked at while the process knows it. The module writes it to both of its standard streams, as a log would."""
    caplog.set_level(logging.DEBUG)
    said: list[bytes] = []

    def written(message: Message) -> bytes:
        said.append(line(message))
        return said[-1]

    monkeypatch.setattr(card_process, "line_of", written)
    stage.play(at_our_field(chip, C_Sign=Do.HANG))
    card = ProcessCard(stage.module, stage.env)
    with in_a_thread(lambda: card.sign(eid, CardKey.SIGNATURE, b"data", enter)) as raised:
        until(lambda: "C_Sign" in stage.told.begun)
        (child,) = children
        known = {name: Path(f"/proc/{child.pid}/{name}").read_bytes() for name in ("cmdline", "environ", "limits")}
        card.cancel()
    assert stage.told.verified == ("right", "right")
    assert PIN.encode() not in known["cmdline"] + known["environ"]
    (core_limit,) = (each.split()[-3:-1] for each in known["limits"].splitlines() if b"core file size" in each)
    assert core_limit == [b"0", b"0"]
    assert sum(each.count(PIN.encode()) for each in said) == 1
    out, err = capfd.readouterr()
    assert PIN not in out + err + caplog.text + "".join(f"{error!r} {error}" for error in raised)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' way of keeping dumps away")
def test_a_crash_dumps_no_core_with_a_pin(stage: Stage, chip: Chip, eid: Eid, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the system's own word, where this computer would keep dumps."""
    ends: list[int] = []
    wait = os.waitpid

    def waited(process: int, options: int) -> tuple[int, int]:
        process, status = wait(process, options)
        if process:
            ends.append(status)
        return process, status

    monkeypatch.setattr(os, "waitpid", waited)
    stage.play(at_our_field(chip, C_Sign=Do.SEGFAULT))
    with dumps_allowed():
        ends.clear()
        with pytest.raises(MiddlewareCrashed):
            ProcessCard(stage.module, stage.env).sign(eid, CardKey.SIGNATURE, b"data", enter)
    assert [(os.WTERMSIG(status), os.WCOREDUMP(status)) for status in ends] == [(signal.SIGSEGV, False)]


@contextmanager
def dumps_allowed() -> Iterator[None]:
    """As far as this computer lets us; skips the test where no process dumps its core."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        with tempfile.TemporaryDirectory() as folder:
            crash = f"import os, signal; os.chdir({folder!r}); os.kill(os.getpid(), signal.SIGSEGV)"
            process = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", crash])
            _, status = os.waitpid(process, 0)
        if not os.WCOREDUMP(status):
            pytest.skip("this computer keeps no core dumps")
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


# ── The last try ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_try_is_told_once_and_used_when_the_person_calls_again(stage: Stage, chip: Chip, eid: Eid) -> None:
    card = ProcessCard(stage.module, stage.env)
    stage.play(at_window(replace(chip, tries_left=1)))
    with pytest.raises(PinLastTry):
        card.sign(eid, CardKey.SIGNATURE, b"data", enter)
    assert stage.told.windows == 0
    assert card.sign(eid, CardKey.SIGNATURE, b"data", enter)
    assert (stage.told.windows, stage.told.verified) == (1, ("right",))
    stage.play(at_window(replace(chip, tries_left=1)))
    with pytest.raises(PinLastTry):  # an agreement holds for one try
        card.sign(eid, CardKey.SIGNATURE, b"data", enter)
