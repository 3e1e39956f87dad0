from __future__ import annotations

import tomllib
from datetime import time
from itertools import pairwise
from pathlib import Path

import pytest

from agent import config
from agent.config import Config, ServicesConfig, load
from agent.core.glance import Profile
from agent.core.reminders import QuietHours
from agent.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        load(written(folder, text))
    return refused.value


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "default_path", lambda: tmp_path / "config.toml")
    assert load() == Config()


def test_the_users_own_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "default_path", lambda: written(tmp_path, 'language = "fr"'))
    assert load().language == "fr"


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "config.toml")


def test_the_example_says_what_holds_without_it() -> None:
    assert load(EXAMPLE) == Config()


def test_the_example_has_every_key_and_a_sentence_about_each() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    keys = set()
    for name, value in tomllib.loads(text).items():
        keys |= {f"{name}.{key}" for key in value} if isinstance(value, dict) else {name}
    assert keys == set(config._KEYS)
    lines = text.splitlines()
    for before, line in pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert before.startswith("#"), line


def test_every_value_can_be_set(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"""
        language = "de"
        [watch]
        folders = ['{tmp_path}', "~/elsewhere"]
        patterns = ["*.keystore"]
        [services]
        production = "https://proxy.example:8443/ehealth/"
        acceptance = "http://127.0.0.1:8080"
        ca_file = '{tmp_path / "ca.pem"}'
        connect_timeout = 1
        read_timeout = 2.5
        total_timeout = 3600
        [card]
        module = '{tmp_path / "module.so"}'
        [keystore]
        profile = "modern"
        [activation]
        token = "at_once"
        [reminders]
        quiet_from = "19:00"
        quiet_until = 08:15:00
        """,
    )
    services = ServicesConfig(
        "https://proxy.example:8443/ehealth", "http://127.0.0.1:8080", tmp_path / "ca.pem", 1, 2.5, 3600
    )
    folders = (tmp_path, Path.home() / "elsewhere")
    assert load(path) == Config(
        folders,
        ("*.keystore",),
        services,
        tmp_path / "module.so",
        Profile.MODERN,
        activate_at_once=True,
        quiet=QuietHours(time(19, 0), time(8, 15)),
        language="de",
    )


@pytest.mark.parametrize(
    ("text", "unknown", "nearest"),
    [
        ("[watch]\nfolder = []", "watch.folder", "watch.folders"),
        ("[services]\nconect_timeout = 3", "services.conect_timeout", "services.connect_timeout"),
        ('folders = ["/a"]', "folders", "watch.folders"),
        ("[acivation]", "acivation", "activation"),
        ("[keystores]\nprofile = 'modern'", "keystores", "keystore"),
        ("langauge = 'nl'", "langauge", "language"),
    ],
)
def test_a_key_that_is_not_known_is_refused_by_name_with_the_nearest(
    tmp_path: Path, text: str, unknown: str, nearest: str
) -> None:
    assert refusal(tmp_path, text).problem == f"{unknown} is not known; the nearest is {nearest}"


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("language", 'language = "klingon"', "one of auto, nl, fr, de, en is expected, not 'klingon'"),
        ("language", "language = {nl = 1}", "one of auto, nl, fr, de, en is expected"),
        ("watch.folders", 'watch.folders = "/a"', "a list of at least one folder is expected, not '/a'"),
        ("watch.folders", "watch.folders = []", "a list of at least one folder is expected"),
        ("watch.folders", 'watch.folders = ["keystores"]', "a full path is expected, or one that begins with ~"),
        ("watch.folders", "watch.folders = [1]", "a full path is expected"),
        ("watch.folders", "watch.folders = ['~nobody-has-this-name/x']", "a full path is expected|no home folder"),
        ("watch.patterns", 'watch.patterns = "*.p12"', "a list of at least one pattern is expected"),
        ("watch.patterns", 'watch.patterns = ["a/*.p12"]', "a pattern for file names is expected"),
        ("services.production", 'services.production = "http://example.org"', "an https:// address is expected"),
        ("services.production", 'services.production = "http://127.0.0.1.example.org"', "an https:// address"),
        ("services.production", 'services.production = "example.org"', "an address is expected"),
        ("services.production", 'services.production = "https://a:b@example.org"', "no user name or password"),
        ("services.production", 'services.production = "https://example.org/?a=b"', "an address is expected"),
        ("services.production", 'services.production = "https://[::1"', "this is no address"),
        ("services.production", 'services.production = "https://example.org:99999"', "this is no address"),
        ("services.acceptance", "services.acceptance = 1", "an address is expected"),
        ("services.ca_file", 'services.ca_file = "ca.pem"', "a full path is expected"),
        ("services.read_timeout", "services.read_timeout = 0", "a number of seconds is expected"),
        ("services.read_timeout", "services.read_timeout = nan", "a number of seconds is expected"),
        ("services.read_timeout", "services.read_timeout = true", "a number of seconds is expected"),
        ("services.read_timeout", 'services.read_timeout = "10"', "a number of seconds is expected, .* not '10'"),
        ("card.module", "card.module = true", "a full path is expected"),
        ("keystore.profile", 'keystore.profile = "old"', "one of compatible, modern is expected, not 'old'"),
        ("reminders.quiet_from", 'reminders.quiet_from = "8 pm"', "a time is expected, such as '07:30'"),
        ("reminders.quiet_until", "reminders.quiet_until = 7", "a time is expected"),
        ("activation.token", "activation.token = true", "one of ask, at_once is expected, not True"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_expected(tmp_path: Path, key: str, text: str, expected: str) -> None:
    refused = refusal(tmp_path, text)
    assert refused.where == f"{tmp_path / 'config.toml'}, {key}"
    with pytest.raises(ConfigError, match=expected):
        raise refused


def test_a_section_that_is_a_value_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "watch = 3").problem == "watch is a section: write [watch] on a line of its own"


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, 'language = "nl"\n[watch\n').problem


def test_a_windows_path_in_double_quotation_marks_gets_advice(tmp_path: Path) -> None:
    assert "single quotation marks" in refusal(tmp_path, '[watch]\nfolders = ["C:\\Users\\practice"]').problem


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbflanguage = "nl"\r\n')
    assert load(tmp_path / "config.toml").language == "nl"


def test_other_encodings_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes('folders = "/Praxis Müller"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "config.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize("address", ["http://example.org", "ftp://127.0.0.1", ""])
def test_services_made_without_a_file_are_held_to_https_too(address: str) -> None:
    with pytest.raises(ConfigError):
        ServicesConfig(acceptance=address)
