"""What a card process may do to us, and what we do to it. That it signs is in `contracts/test_card.py`.

What a module that loads can do to it is in `test_card_isolation.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.adapters import card_process
from agent.adapters.card_codes import Doing
from agent.adapters.card_messages import Message
from agent.adapters.card_process import ProcessCard
from agent.core.person import Person
from agent.errors import CardFailed, MiddlewareMissing, MiddlewareUnusable, OfficialMiddlewareNeeded, PinCancelled
from agent.ports import CardKey, Eid
from agent.sandbox.pki import open_pki
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from tests.adapters.softhsm import make_token
from tests.middleware.play import made_from_c

EID = Eid(Person("85073100229", "Alice", "Peeters"), (b"authentication",), (b"signature",))

_SAY = """
import os, signal, sys, time
def say(text): print(text, flush=True)
def doing(what): say('{"kind": "doing", "doing": "%s"}' % what)
def hear(): return sys.stdin.readline()
def sleep(): time.sleep(3600)
request = hear()
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A module that no test loads."""
    path = tmp_path / "module.so"
    path.write_bytes(b"")
    return path


def child(module: Path, script: str, time_out_s: float = 60.0) -> ProcessCard:
    """A card whose process does as `script` says."""
    return ProcessCard(module, time_out_s=time_out_s, command=(sys.executable, "-c", _SAY + script))


def no_pin(attempts_left: int | None) -> Secret:
    raise AssertionError("nobody is to be asked")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The children that are started from now on."""
    children: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            children.append(self)

    monkeypatch.setattr(card_process.subprocess, "Popen", Recorded)  # type: ignore[attr-defined]
    return children


# ── Children that go wrong ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_module_that_ends_the_process_when_loaded_is_named(module: Path) -> None:
    with pytest.raises(MiddlewareUnusable) as raised:
        child(module, "doing('loading the eID software'); sys.exit(7)").identity()
    assert str(module) in str(raised.value)
    assert "exit code 0x7" in str(raised.value)


def test_a_step_that_hangs_is_given_up_and_named(module: Path, started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(CardFailed) as raised:
        child(module, "sleep()", time_out_s=0.3).identity()
    assert raised.value.facts == {"step": "loading the eID software", "code": "no answer in 0.3 s"}
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_nobody_is_hurried_while_looking_for_the_pin(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[tuple[str, float | None]] = []

    class Recorded(card_process._Child):
        def hear(self, doing: Doing, time_out_s: float | None) -> Message:
            allowed.append((doing, time_out_s))
            return super().hear(doing, time_out_s)

    monkeypatch.setattr(card_process, "_Child", Recorded)
    reading, signing = "doing('reading the card')", "doing('signing')"
    card = child(module, f"{reading}; {signing}; " + 'say(\'{"kind": "signed", "signature": "AAAA"}\')')
    assert card.sign(EID, CardKey.SIGNATURE, b"data", no_pin) == bytes(3)
    assert allowed == [(Doing.LOADING, 60.0), (Doing.READING, 60.0), (Doing.SIGNING, None)]


@pytest.mark.parametrize(
    "said",
    ["nonsense", "{}", '{"kind": "signed", "signature": "AAAA"}', '{"kind": "pin_needed", "attempts_left": null}'],
)
def test_an_answer_to_something_else_is_a_failure_with_a_sentence(module: Path, said: str) -> None:
    with pytest.raises(CardFailed):
        child(module, f"say({said!r})").identity()


def test_a_child_that_hears_nothing_is_a_failure_with_a_sentence(module: Path) -> None:
    card = ProcessCard(module, command=(sys.executable, "-c", "import os; os.close(0)"))
    with pytest.raises(MiddlewareUnusable):
        card.sign(EID, CardKey.SIGNATURE, b"data" * 1_000_000, no_pin)


def test_a_child_that_does_not_end_is_ended(
    module: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_process, "_GRACE_S", 0.1)
    card = child(module, 'doing(\'signing\'); say(\'{"kind": "signed", "signature": "AAAA"}\'); sleep()')
    assert card.sign(EID, CardKey.SIGNATURE, b"data", no_pin)
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_no_module_no_child(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    with pytest.raises(MiddlewareMissing):
        ProcessCard(tmp_path / "none.so").identity()
    assert started == []


def test_opensc_that_was_only_found_is_refused_for_the_signature_key_before_any_pin(
    module: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the configuration names is tried: it may be newer than what is known here."""
    opensc = module.rename(module.with_name("opensc-pkcs11.so"))
    monkeypatch.setattr(card_process, "find_module", lambda configured: configured or opensc)
    with pytest.raises(OfficialMiddlewareNeeded) as raised:
        ProcessCard().sign(EID, CardKey.SIGNATURE, b"data", no_pin)
    assert raised.value.module == str(opensc)
    assert "eid.belgium.be" in raised.value.advice
    assert started == []
    with pytest.raises(MiddlewareUnusable):
        ProcessCard(opensc).sign(EID, CardKey.SIGNATURE, b"data", no_pin)
    with pytest.raises(MiddlewareUnusable):
        ProcessCard().sign(EID, CardKey.AUTHENTICATION, b"data", no_pin)


# ── Stopping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cancelling_nothing_does_nothing(module: Path) -> None:
    ProcessCard(module).cancel()


@pytest.mark.parametrize("stop", [PinCancelled, KeyboardInterrupt])
def test_who_stops_at_the_pin_leaves_no_child_behind(
    module: Path, started: list[subprocess.Popen[bytes]], stop: type[BaseException]
) -> None:
    def stops(attempts_left: int | None) -> Secret:
        raise stop

    with pytest.raises(stop):
        child(module, 'say(\'{"kind": "pin_needed", "attempts_left": null}\'); sleep()').sign(
            EID, CardKey.SIGNATURE, b"data", stops
        )
    assert [process.returncode for process in started] == [-signal.SIGKILL]


# ── The real child ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_no_module_gets_a_sentence(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.write_text("not a library")
    with pytest.raises(MiddlewareUnusable) as raised:
        ProcessCard(module).identity()
    assert raised.value.facts == {"module": str(module), "problem": "it cannot be loaded"}


def test_a_library_that_is_no_pkcs11_module_gets_a_sentence(tmp_path: Path) -> None:
    module = made_from_c("int other(void) { return 1; }", tmp_path / "other.so")
    with pytest.raises(MiddlewareUnusable) as raised:
        ProcessCard(module).identity()
    assert raised.value.facts == {"module": str(module), "problem": "it is no PKCS#11 library"}


def test_a_library_that_crashes_when_loaded_takes_only_its_own_process(tmp_path: Path) -> None:
    source = "#include <stdlib.h>\n__attribute__((constructor)) void start(void) { abort(); }"
    with pytest.raises(MiddlewareUnusable) as raised:
        ProcessCard(made_from_c(source, tmp_path / "crash.so")).identity()
    assert "SIGABRT" in str(raised.value)


def test_a_library_that_prints_does_not_disturb_the_conversation(tmp_path: Path) -> None:
    source = '#include <stdio.h>\n__attribute__((constructor)) void start(void) { puts("hello"); fflush(stdout); }'
    with pytest.raises(MiddlewareUnusable) as raised:
        ProcessCard(made_from_c(source, tmp_path / "noise.so")).identity()
    assert raised.value.facts["problem"] == "it is no PKCS#11 library"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the child ends with its next word")
def test_a_killed_program_leaves_no_card_process_behind(tmp_path: Path) -> None:
    """The module holds a pipe; once its process is gone, reading the pipe ends."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    source = f"""
        #include <fcntl.h>
        #include <unistd.h>
        __attribute__((constructor)) void start(void) {{ write(open("{pipe}", O_WRONLY), "x", 1); sleep(3600); }}
    """
    code = "import sys; from pathlib import Path; from agent.adapters.card_process import ProcessCard; "
    code += "ProcessCard(Path(sys.argv[1])).identity()"
    command = [sys.executable, "-c", code, str(made_from_c(source, tmp_path / "frozen.so"))]
    with subprocess.Popen(command) as program, pipe.open("rb") as held:
        assert held.read(1) == b"x"
        program.kill()
        assert held.read() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' way of keeping dumps away")
def test_a_crash_leaves_no_core_dump_with_a_pin() -> None:
    code = (
        "import ctypes, resource; from agent.adapters.card_worker import _die_discreetly; _die_discreetly(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "(0, 0) 0\n"


def test_the_program_itself_loads_no_pkcs11() -> None:
    code = "import agent.adapters.card_process, sys; sys.exit('PyKCS11' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_works_from_any_folder_with_a_relative_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(tmp_path / "eid", open_pki(tmp_path / "pki", datetime.now(UTC)), Generation.P_384)
    (tmp_path / "module.so").symlink_to(token.module_path)
    monkeypatch.chdir(tmp_path)
    assert ProcessCard(Path("module.so"), token.env).identity().signature_chain_der


def test_two_cards_can_be_read_at_once(module: Path) -> None:
    card = child(module, 'say(\'{"kind": "failed", "error": "CardMissing", "facts": {}}\')')
    found: list[str] = []

    def read() -> None:
        try:
            card.identity()
        except Exception as error:  # noqa: BLE001  looked at below
            found.append(type(error).__name__)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["CardMissing", "CardMissing"]
