"""`ehealth-agent sandbox …` as a program of its own, stopped by a signal."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.errors import ConfigError, KeystoreError, Unreachable
from agent.sandbox.commands import add_arguments, run
from agent.sandbox.web import SandboxServer
from tests.sandbox.client import SHARED, Client

_PROGRAM = """
import sys
from argparse import ArgumentParser
from agent.sandbox.commands import add_arguments, run
parser = ArgumentParser()
add_arguments(parser, ArgumentParser)
sys.exit(run(parser.parse_args()))
"""
PEM = "eid_root_rsa.pem"


def _run(*arguments: str | Path) -> int:
    parser = ArgumentParser()
    add_arguments(parser, ArgumentParser)
    return run(parser.parse_args([str(one) for one in arguments]))


@contextmanager
def _serving(*arguments: str | Path, first_line: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "serve", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(first_line)
        program.stdin.close()
        try:
            yield program, program.stdout.readline().rpartition(" ")[2].strip()
        finally:
            program.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_and_stops_cleanly(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    options = ("--state", folder, "--trust-eid", folder / "pki" / PEM, "--record", tmp_path / "record")
    with _serving(*options) as (program, address):
        assert (
            _run("set", "cut_after", "--operation", "Revoke", "--times", "2", "--polls", "5", "--address", address) == 0
        )
        assert _run("clock", "2030-01-01T00:00:00Z", "--address", address) == 0
        assert _run("clock", "--days", "-1", "--address", address) == 0
        assert _run("show", "--address", address) == 0
        program.send_signal(number)
        assert program.wait(timeout=30) == 0
    shown = json.loads(capsys.readouterr().out.rpartition("\n{")[2].join(["{", ""]))
    assert (shown["polls"], shown["scenarios"][0]["times"]) == (5, 2)
    assert shown["now"].startswith("2029-12-31")
    with pytest.raises(Unreachable):
        _run("show", "--address", address)


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_serve_adopts_a_keystore(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keystore = SHARED / "keystores" / "NIHII-GROUP=71234567 20240107-120000.p12"
    options = ("--state", folder, "--adopt", keystore, "--password-stdin", "--test-numbers")
    with _serving(*options, first_line="Azerty123\n") as (_, address):
        _run("show", "--address", address)
    shown = json.loads(capsys.readouterr().out)
    assert [one["dn"].split(",")[0] for one in shown["certificates"]] == [r"CN=NIHII-GROUP\=71234567"]
    assert shown["test_numbers"]


def test_wrong_arguments_get_a_sentence(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    (tmp_path / "file").write_text("")
    wrong = (
        ("--state", folder, "--port", "70000"),
        ("--state", folder, "--trust-eid", tmp_path / "no.pem"),
        ("--state", folder, "--trust-eid", tmp_path / "absent.pem"),
        ("--state", folder, "--adopt", tmp_path / "no.pem"),
        ("--state", tmp_path / "file"),
    )
    for options in wrong:
        with pytest.raises(ConfigError) as caught:
            _run("serve", *options)
        assert str(caught.value)
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
    with pytest.raises(KeystoreError, match=r"no\.pem"):
        _run("serve", "--state", folder, "--adopt", tmp_path / "no.pem", "--password-stdin")


def test_port_that_is_taken(client: Client, folder: Path) -> None:
    with SandboxServer(client.sandbox) as server, pytest.raises(ConfigError, match="cannot be served"):
        _run("serve", "--state", folder, "--port", server.address.rpartition(":")[2])


def test_orders_go_to_this_computer_only(client: Client) -> None:
    with pytest.raises(ConfigError, match="not a sandbox on this computer"):
        _run("show", "--address", "http://example.org:80")
    with SandboxServer(client.sandbox) as server:
        with pytest.raises(ConfigError, match="no scenario 'nonsense'"):
            _run("set", "nonsense", "--address", server.address)
        with pytest.raises(ConfigError, match="nothing to set"):
            _run("set", "--address", server.address)
