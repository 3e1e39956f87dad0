"""Settings are changed; everything else in the file stays as the person wrote it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.config import Config, load
from agent.core.reminders import QuietHours
from agent.desktop.windows.config_file import save
from agent.desktop.windows.settings_form import KEYS, changes, settings_of
from agent.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"

OWN = """\
# Ours, not the vendor's.
language = "nl"  # for the reception

[watch]
folders = [
    '/a',  # the server
]
"""


def test_comments_and_order_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    save(path, {"language": "fr", "card.module": "/opt/module.so"})
    assert path.read_text() == OWN.replace('"nl"', '"fr"') + '\n[card]\nmodule = "/opt/module.so"\n'


def test_the_example_can_be_changed_at_each_key_of_the_window(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    wanted = Config(
        folders=(Path("/a"), Path("/b")),
        card_module=Path("/m.so"),
        quiet=QuietHours(),
        language="de",
        inventory_offered=False,
    )
    changed = changes(settings_of(Config()), settings_of(wanted)) | {"reminders.quiet_from": "18:00"}
    assert set(changed) == set(KEYS.values()) - {"reminders.quiet_until"}
    save(path, changed)
    found = load(path)
    assert not found.inventory_offered
    assert (found.folders, found.language, found.card_module) == (wanted.folders, "de", Path("/m.so"))
    assert f"{found.quiet.start:%H:%M}" == "18:00"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")
    ]


def test_a_file_that_is_not_there_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    save(path, {"language": "de"})
    assert load(path).language == "de"


def test_a_setting_without_a_section_goes_before_the_sections(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[card]\nmodule = ''\n")
    save(path, {"language": "de"})
    assert load(path).language == "de"


@pytest.mark.parametrize(
    "changes", [{"watch.folders": []}, {"reminders.quiet_from": "late"}, {"card.module": "module.so"}]
)
def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, changes: dict[str, str | list[str]]) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    with pytest.raises(ConfigError) as refused:
        save(path, changes)
    assert refused.value.where == f"{path}, {next(iter(changes))}"
    assert path.read_text() == OWN
    assert os.listdir(tmp_path) == ["config.toml"]  # noqa: PTH208


def test_a_link_stays_a_link_and_the_rights_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text(OWN)
    real.chmod(0o640)
    link.symlink_to(real)
    save(link, {"language": "de"})
    assert link.is_symlink()
    assert load(real).language == "de"
    assert real.stat().st_mode & 0o777 == 0o640


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbf# mine\r\nlanguage = "nl"\r\n')
    save(path, {"language": "fr"})
    assert path.read_bytes() == b'# mine\r\nlanguage = "fr"\r\n'


def test_nothing_changed_is_nothing_written() -> None:
    settings = settings_of(Config())
    assert changes(settings, settings) == {}
