"""System packages: installed by root, named to everybody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer import system_packages
from installer.problem import Problem
from installer.system_packages import FOR_TESTS, SystemPackage, ensure_for_tests, ensure_venv_module


class Apt:
    """Plays apt: what it installs is there afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.installed: list[str] = []
        self.works = True

    def package(self, name: str, present: bool = False) -> SystemPackage:
        if present:
            (self.folder / name).touch()
        return SystemPackage(name, str(self.folder / name), f"tests of {name}")

    def install(self, names: list[str]) -> None:
        if not self.works:
            raise Problem("apt could not read its lists.")
        self.installed += names
        for name in names:
            (self.folder / name).touch()


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    apt = Apt(tmp_path)
    monkeypatch.setattr(system_packages, "_apt_install", apt.install)
    monkeypatch.setattr(system_packages, "may_install", lambda: True)
    return apt


def test_root_gets_only_what_is_missing(apt: Apt, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_for_tests([apt.package("here", present=True), apt.package("missing")])
    assert apt.installed == ["missing"]
    assert capsys.readouterr().out == ""


def test_a_normal_user_is_told_what_is_missing_and_which_tests_skip(
    apt: Apt, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "may_install", lambda: False)
    ensure_for_tests([apt.package("here", present=True), apt.package("missing")])
    assert apt.installed == []
    told = capsys.readouterr().out
    assert "missing                tests of missing" in told
    assert "tests of here" not in told


def test_where_apt_fails_the_tests_go_on_and_what_skips_is_told(apt: Apt, capsys: pytest.CaptureFixture[str]) -> None:
    apt.works = False
    ensure_for_tests([apt.package("missing")])
    told = capsys.readouterr().out
    assert "apt could not read its lists." in told
    assert "tests of missing" in told


def test_nothing_missing_says_nothing(apt: Apt, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_for_tests([apt.package("here", present=True)])
    assert (apt.installed, capsys.readouterr().out) == ([], "")


def test_without_pythons_venv_a_normal_user_is_told_the_package(apt: Apt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "may_install", lambda: False)
    monkeypatch.setattr(system_packages, "has_venv_module", lambda: False)
    with pytest.raises(Problem, match="python3-venv"):
        ensure_venv_module()
    assert apt.installed == []


def test_without_pythons_venv_root_gets_the_package(apt: Apt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "has_venv_module", lambda: "python3-venv" in apt.installed)
    ensure_venv_module()
    assert apt.installed == ["python3-venv"]


def test_every_package_says_which_tests_it_is_for() -> None:
    assert all(package.needed_for and package.sign for package in FOR_TESTS)
    assert len({package.name for package in FOR_TESTS}) == len(FOR_TESTS)
