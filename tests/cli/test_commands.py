"""Every command, asked wrongly: a sentence, a next step, the right exit code, and nothing changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.secret import Secret
from tests.fakes import MemoryVault

SHARED = Path(__file__).parents[3] / "shared" / "keystores"
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/keystores is not here")
NOW = "2026-11-23T12:00:00Z"


@dataclass
class Terminal:
    """Runs commands; `vault` is this computer's."""

    vault: MemoryVault
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *argv: str | Path, told: str = "") -> tuple[int, str, str]:
        self.monkeypatch.setattr("sys.stdin", StringIO(told))
        try:
            code = cli.main([str(word) for word in argv])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    vault = MemoryVault()
    monkeypatch.setattr(wiring, "vault", lambda: vault)
    monkeypatch.setattr(wiring, "state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("agent.config.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal(vault, monkeypatch, capsys)


WRONG: Sequence[tuple[Sequence[str], int, str]] = [
    (["--config", "/nowhere/c.toml", "status"], 2, "there is no such file"),
    (["--config", "/nowhere/c.toml", "check"], 3, "there is no such file"),
    (["check", "/nowhere/k.p12"], 3, "There is no keystore at"),
    (["check", "--now", "tomorrow"], 3, "is not an instant"),
    (["check", "--bogus"], 3, "no such option"),
    (["status", "--bogus"], 2, "no such option"),
    (["renew", "/nowhere/k.p12"], 1, "There is no keystore at"),
    (["renew", "/nowhere/k.p12", "--password-stdin"], 2, "nothing came"),
    (["activate", "/nowhere/k.p12"], 1, "There is no keystore at"),
    (["password", "set", "/nowhere/k.p12"], 1, "There is no keystore at"),
    (["history", "--limit", "none"], 2, "is not a number"),
    (["history", "--window", "--json"], 2, "ehealth-agent history: --json: not together with --window"),
    (["status", "/k", "--window"], 2, "PATH: not together with --window"),
    (["renew", "--pin-stdin", "--window", "k.p12", "--yes"], 2, "--yes, --pin-stdin: not together with --window"),
    (["renew", "k.p12", "--password-stdin", "--window"], 2, "--password-stdin: not together with --window"),
    (["nonsense"], 2, "invalid choice"),
]


@pytest.mark.parametrize(("argv", "code", "sentence"), WRONG, ids=[" ".join(argv) for argv, _, _ in WRONG])
def test_asked_wrongly_it_says_so(terminal: Terminal, argv: Sequence[str], code: int, sentence: str) -> None:
    got, out, err = terminal.run(*argv)
    assert got == code
    assert sentence in out + err


def test_an_empty_folder_is_unknown_not_fine(terminal: Terminal, tmp_path: Path) -> None:
    code, out, _ = terminal.run("check", tmp_path)
    assert (code, out) == (3, f"UNKNOWN no keystore found in {tmp_path}\n")


def test_a_config_with_a_typing_mistake_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("[watch]\nfolder = ['/k']\n")
    code, _, err = terminal.run("--config", config, "status")
    assert code == 2
    assert "watch.folder is not known; the nearest is watch.folders" in err


@needs_samples
def test_check_agrees_with_the_manifest(terminal: Terminal) -> None:
    manifest = {each["file"]: each for each in json.loads((SHARED / "manifest.json").read_text())}
    code, out, _ = terminal.run("check", SHARED, "--json", "--password-stdin", "--now", NOW, told="Azerty123\n")
    found = {Path(each["path"]).name: each for each in json.loads(out)}
    assert code == 1
    assert found.keys() == manifest.keys()
    for name, each in found.items():
        expected = manifest[name]
        if expected["expect"].startswith("error"):
            assert (each["state"], each["not_after"]) == ("unreadable", None)
            continue
        assert each["state"] in ("valid", "renewable", "expired", "pending", "incomplete")
        if "notAfter" in expected:
            assert (each["not_before"], each["not_after"]) == (expected["notBefore"], expected["notAfter"])
            keys = [entry["alias"] for entry in expected["entries"] if entry["kind"] == "key"]
            assert each["encryption_keys"] == len(keys) - 1
        assert (each["environment"] == "acceptance") == name.endswith(".acc-p12")


@needs_samples
@pytest.mark.parametrize(
    ("now", "state", "code"),
    [
        ("2026-01-01", "valid", 0),
        ("2026-10-09T11:23:18Z", "renewable", 1),
        ("2026-12-28T23:59:59Z", "renewable", 1),
        ("2026-12-29T00:00:00Z", "urgent", 2),
        ("2027-01-07T11:23:18Z", "expired", 2),
        ("2027-01-07T12:23:17+01:00", "urgent", 2),
    ],
)
def test_the_same_file_on_other_days(terminal: Terminal, now: str, state: str, code: int) -> None:
    file = SHARED / "NIHII-GROUP=71234567 20240107-120000.p12"
    got, out, _ = terminal.run("check", file, "--json", "--password-stdin", "--now", now, told="Azerty123\n")
    (each,) = json.loads(out)
    assert (each["state"], got) == (state, code)
    assert each["holder"] == {
        "type": "NIHII-GROUP",
        "number": "71234567",
        "application_id": None,
        "name": "TEST GROEP EEN",
    }


@needs_samples
def test_without_a_password_a_file_is_named_never_skipped(terminal: Terminal) -> None:
    file = SHARED / "NIHII-GROUP=71234567 20240107-120000.p12"
    code, out, _ = terminal.run("check", file, "--json", "--now", NOW)
    (each,) = json.loads(out)
    assert (code, each["state"]) == (3, "password_needed")
    assert "password set" not in each["reason"]
    assert terminal.run("check", SHARED / "broken-jks-renamed.p12")[1].endswith("is no PKCS#12 keystore: JKS.\n")


@needs_samples
def test_a_stored_password_is_used_and_forgotten_on_demand(terminal: Terminal) -> None:
    file = SHARED / "NIHII-GROUP=71234567 20240107-120000.p12"
    assert terminal.run("password", "set", file, "--password-stdin", told="wrong\n")[0] == 1
    assert terminal.vault.passwords == {}
    assert terminal.run("password", "set", file, "--password-stdin", told="Azerty123\n")[0] == 0
    assert terminal.vault.passwords == {file: Secret("Azerty123")}
    assert terminal.run("check", file, "--now", NOW)[0] == 1
    assert terminal.run("password", "forget", file)[1] == "Forgotten.\n"
    assert terminal.run("check", file, "--now", NOW)[0] == 3
    assert terminal.run("password", "forget", file)[1] == "There was no password stored for this keystore.\n"


@needs_samples
def test_what_an_offered_password_opened_is_not_remembered(terminal: Terminal) -> None:
    file = SHARED / "NIHII-GROUP=71234567 20240107-120000.p12"
    assert terminal.run("check", file, "--password-stdin", "--now", NOW, told="Azerty123\n")[0] == 1
    assert terminal.run("check", file, "--now", NOW)[0] == 3


@needs_samples
def test_status_is_a_table_for_people(terminal: Terminal) -> None:
    code, out, _ = terminal.run("status", SHARED, "--password-stdin", "--now", NOW, told="Azerty123\n")
    assert code == 0
    assert "MAISON MEDICALE NOEL" in out
    assert "replaced, nothing to do" in out
    assert "SSIN 80010100164" not in out
