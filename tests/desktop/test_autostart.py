from __future__ import annotations

import configparser
import plistlib
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import cli
from agent.desktop.autostart import Autostart, DesktopEntry, LaunchAgent, _exec
from agent.errors import AutostartFailed

COMMAND = ["/opt/prac tice/python", "-m", "agent", "--config", '/home/a "b" $c `d` \\e 100%.toml', "run"]


@pytest.fixture(params=[DesktopEntry, LaunchAgent])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    made: Autostart = request.param(tmp_path / "not yet" / "there")
    return made


def test_it_is_switched_on_and_off_however_often(own: Autostart) -> None:
    assert not own.is_enabled()
    own.disable()
    own.enable(COMMAND)
    own.enable(COMMAND)
    assert own.is_enabled()
    own.disable()
    own.disable()
    assert not own.is_enabled()


def test_the_desktop_entry_starts_the_very_command(tmp_path: Path) -> None:
    own = DesktopEntry(tmp_path)
    own.enable(COMMAND)
    entry = configparser.RawConfigParser()
    entry.optionxform = str  # type: ignore[method-assign,assignment]
    entry.read(own.path)
    assert entry["Desktop Entry"]["Type"] == "Application"
    assert as_a_desktop_reads_it(entry["Desktop Entry"]["Exec"]) == COMMAND


def as_a_desktop_reads_it(text: str) -> list[str]:
    """First the string escapes of the file, then the quoting of Exec, then its field codes."""
    unescaped = text.replace("\\\\", "\\")
    quoted = re.findall(r'"((?:\\.|[^"\\])*)"', unescaped)
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]


@given(st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"])), min_size=1))
def test_any_argument_survives_the_quoting(command: list[str]) -> None:
    assert as_a_desktop_reads_it(_exec(command)) == command


def test_what_a_desktop_switched_off_is_off(tmp_path: Path) -> None:
    own = DesktopEntry(tmp_path)
    own.enable(COMMAND)
    with own.path.open("a") as file:
        file.write("X-GNOME-Autostart-enabled=false\n")
    assert not own.is_enabled()


def test_the_launch_agent_starts_the_very_command(tmp_path: Path) -> None:
    own = LaunchAgent(tmp_path)
    own.enable(COMMAND)
    wish = plistlib.loads(own.path.read_bytes())
    assert wish["ProgramArguments"] == COMMAND
    assert wish["RunAtLoad"] is True


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AutostartFailed, match="could not be changed"):
        DesktopEntry(tmp_path / "file").enable(COMMAND)


@pytest.mark.skipif(sys.platform != "linux", reason="the way of Linux desktops")
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for action, said in (
        ("status", "The agent does not start at login."),
        ("enable", "The agent starts at login."),
        ("status", "The agent starts at login."),
        ("disable", "The agent does not start at login."),
    ):
        assert cli.main(["autostart", action]) == 0
        assert capsys.readouterr().out.strip() == said
    cli.main(["--config", str(tmp_path / "own.toml"), "autostart", "enable"])
    text = (tmp_path / "autostart" / "ehealth-certificate-agent.desktop").read_text()
    assert f'"--config" "{tmp_path / "own.toml"}" "run"' in text
