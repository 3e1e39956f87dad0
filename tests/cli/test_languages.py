"""The commands in every language: chosen by the config or by the system, with no English left over."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from agent import cli, wiring
from agent.core.holder import Environment, Holder
from agent.pipeline.files import finished_path
from agent.sandbox.services import Sandbox
from agent.secret import Secret
from installer.translations import LANGUAGES, translated
from tests.fakes import FakeClock, MemoryVault

END = datetime(2027, 1, 7, 12, tzinfo=UTC)
HOLDER = Holder("NIHII-GROUP", "71234567", None, "GROEP DE BRUG")
DAYS = {"valid": END - timedelta(days=200), "renewable": END - timedelta(days=45), "urgent": END - timedelta(days=2)}

Say = Callable[..., str]
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def keystores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a keystore that ends at `END`, one that is no keystore, and one that is cut off."""
    folder = tmp_path_factory.mktemp("keystores")
    sandbox = Sandbox(folder / "ehealth", lambda: END - timedelta(days=200))
    path = finished_path(folder, HOLDER, Environment.PRODUCTION, END - timedelta(days=1096))
    wiring.keystores().write(path, sandbox.issue_old(HOLDER, END), Secret("Azerty-123"))
    (folder / "empty.p12").touch()
    (folder / "cut.acc-p12").write_bytes(path.read_bytes()[:700])
    return folder


@pytest.fixture
def say(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], keystores: Path
) -> Say:
    """Run a command with `language` in the config; what it said, both streams."""
    (tmp_path / "config.toml").write_text(f"language = '{language}'\n[watch]\nfolders = ['{keystores}']\n")
    vault = MemoryVault()
    monkeypatch.setattr(wiring, "vault", lambda: vault)
    monkeypatch.setattr(wiring, "state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("agent.config.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setattr("sys.stdin", StringIO())

    def run(*argv: object) -> str:
        with suppress(SystemExit):
            cli.main([str(word) for word in argv])
        out, err = capsys.readouterr()
        return str(out + err)

    return run


def english_in(said: str, language: str) -> list[str]:
    """The English texts in `said` that are others in `language`; short ones may stand in another language's words."""
    texts = [(str(m.id), str(m.string)) for m in translated(language) if isinstance(m.id, str) and len(m.id) > 12]
    return [text for text, translation in texts if text in said and text not in translation]


@every_language
@pytest.mark.parametrize(
    "command", [(), ("check",), ("renew",), ("history",), ("password",), ("password", "set"), ("pass-on",)]
)
def test_help_is_in_the_language(say: Say, language: str, command: tuple[str, ...]) -> None:
    said = say(*command, "--help")
    assert "ehealth-agent" in said
    assert english_in(said, language) == []


@every_language
@pytest.mark.parametrize("now", DAYS.values(), ids=DAYS)
def test_what_is_said_of_keystores_is_in_the_language(
    say: Say, language: str, now: datetime, keystores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ""
    for password_known in (False, True):
        if password_known:
            for path in keystores.glob("NIHII*"):
                wiring.vault().keep(path, Secret("Azerty-123"))
        said += say("check", "--now", now.isoformat()) + say("status", "--now", now.isoformat())
        with monkeypatch.context() as patched:
            patched.setattr(wiring, "clock", lambda: FakeClock(now))
            said += say("pass-on")
    assert "Traceback" not in said
    assert english_in(said, language) == []


@every_language
@pytest.mark.parametrize(
    "argv",
    [
        ("check", "--now", "tomorrow"),
        ("check", "--bogus"),
        ("renew",),
        ("renew", "/nowhere/k.p12"),
        ("renew", "/nowhere/k.p12", "--password-stdin"),
        ("activate", "/nowhere/k.p12"),
        ("history",),
        ("history", "--limit", "none"),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_what_goes_wrong_is_said_in_the_language(say: Say, language: str, argv: tuple[str, ...]) -> None:
    said = say(*argv)
    assert said
    assert english_in(said, language) == []


@every_language
def test_programs_read_the_same_in_every_language(say: Say, language: str) -> None:
    found = json.loads(say("check", "--json", "--now", DAYS["renewable"].isoformat()))
    assert {each["state"] for each in found} == {"unreadable", "password_needed"}
    assert english_in(" ".join(each["reason"] for each in found), language) == []


@pytest.mark.parametrize("language", ["nl"])
def test_a_config_that_cannot_be_read_is_complained_of_in_the_system_s_language(
    say: Say, language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_BE.UTF-8")
    (tmp_path / "config.toml").write_text("langage = 'nl'\n")
    assert "langage n'est pas connu" in say("status")
    assert "ce fichier n'existe pas" in say("--config", "/nowhere/c.toml", "status")


@pytest.mark.parametrize("language", ["nl"])
def test_what_was_found_in_one_language_is_told_in_the_next(say: Say, language: str, tmp_path: Path) -> None:
    assert "leeg bestand" in say("check")
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("'nl'", "'fr'"))
    said = say("check")
    assert "fichier vide" in said
    assert english_in(said, "fr") == []
    assert "leeg bestand" not in said + say("check")
