"""Outside judges open what is written here: Java, Bouncy Castle, keytool and OpenSSL."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agent.core.glance import Profile
from agent.core.keystore import Keystore
from agent.pkcs12.read import read
from agent.pkcs12.write import write
from tests.pkcs12.made import PASSWORD, keystore
from tests.pkcs12.samples import FOLDER, MANIFEST, data_of, needs_samples, sample

BOUNCY_CASTLE = Path("/usr/share/java/bcprov.jar")
needs_bouncy_castle = pytest.mark.skipif(
    not BOUNCY_CASTLE.exists(), reason="Bouncy Castle (libbcprov-java) is not here"
)


def _needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not here: {', '.join(missing)}")


def _told(command: list[str], password: str | None = None) -> str:
    done = subprocess.run(
        command,
        input=password,
        env={**os.environ, "KEYSTORE_PASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # OpenSSL shows accents in Latin-1
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is written here: a keystore per profile, and an official one written again."""
    folder = tmp_path_factory.mktemp("written")
    for profile in Profile:
        (folder / profile.value).write_bytes(write(keystore(3), PASSWORD, profile))
    if MANIFEST:
        (folder / "official").write_bytes(write(_official(), PASSWORD))
    return folder


def _official() -> Keystore:
    return read(data_of(sample("(b)")), PASSWORD)


Entries = set[tuple[str, ...]]
"""Kind, serial number, chain length, alias."""


@pytest.fixture(scope="module")
def judged(folder: Path) -> dict[tuple[str, str], Entries]:
    """By reader and file: what it found. Starting Java is slow, so once for all."""
    readers = ["SunJSSE", "BC"] if BOUNCY_CASTLE.exists() else ["SunJSSE"]
    pairs = [part for path in sorted(folder.iterdir()) for reader in readers for part in (reader, str(path))]
    source = Path(__file__).with_name("Judge.java")
    lines = _told(["java", "-cp", str(BOUNCY_CASTLE), str(source), *pairs], PASSWORD + "\n").splitlines()
    judged: dict[tuple[str, str], Entries] = {}
    for reader, path, *entry in (line.split("\t") for line in lines):
        judged.setdefault((reader, Path(path).name), set()).add(tuple(entry))
    return judged


def _expected(whole: Keystore) -> Entries:
    keys = {("key", str(key.certificate.serial_number), str(len(key.chain)), key.alias) for key in whole.keys}
    return keys | {("cert", str(own.certificate.serial_number), "0", own.alias) for own in whole.certificates}


@_needs("java")
@needs_bouncy_castle
@pytest.mark.parametrize("profile", Profile)
def test_bouncy_castle_finds_every_entry_and_every_key_works(
    judged: dict[tuple[str, str], Entries], profile: Profile
) -> None:
    assert judged["BC", profile.value] == _expected(keystore(3))


@_needs("java")
@pytest.mark.parametrize("profile", Profile)
def test_java_finds_every_entry_and_every_key_works(judged: dict[tuple[str, str], Entries], profile: Profile) -> None:
    def without_lengths(entries: Entries) -> Entries:
        # Java puts chains together by name, and an encryption certificate has its holder's: the lengths are odd.
        return {(kind, serial, alias.lower()) for kind, serial, _, alias in entries}

    found = judged["SunJSSE", profile.value]
    assert without_lengths(found) == without_lengths(_expected(keystore(3)))
    assert ("key", "1001", "3", "authentication") in found


@needs_samples
@_needs("java")
@needs_bouncy_castle
def test_an_official_keystore_written_again_is_the_same_to_bouncy_castle(
    judged: dict[tuple[str, str], Entries],
) -> None:
    assert judged["BC", "official"] == _expected(_official())


@_needs("keytool")
@pytest.mark.parametrize("profile", Profile)
def test_keytool_lists_every_entry(folder: Path, profile: Profile) -> None:
    command = ["keytool", "-J-Duser.language=en", "-list", "-v", "-storepass:env", "KEYSTORE_PASSWORD"]
    listed = _told([*command, "-keystore", str(folder / profile.value)])
    aliases = {line.removeprefix("Alias name: ") for line in listed.splitlines() if line.startswith("Alias name: ")}
    whole = keystore(3)
    assert aliases == {key.alias for key in whole.keys} | {own.alias.lower() for own in whole.certificates}
    assert listed.count("Entry type: PrivateKeyEntry") == 4
    assert listed.count("Entry type: trustedCertEntry") == 3


@_needs("openssl")
@pytest.mark.parametrize("profile", Profile)
def test_openssl_opens_every_key_and_certificate(folder: Path, profile: Profile) -> None:
    command = ["openssl", "pkcs12", "-nodes", "-passin", "env:KEYSTORE_PASSWORD", "-in", str(folder / profile.value)]
    if profile is Profile.COMPATIBLE:
        command.append("-legacy")
    shown = _told(command)
    assert shown.count("-----BEGIN PRIVATE KEY-----") == 4
    assert shown.count("-----BEGIN CERTIFICATE-----") == 4 + 3
    assert "friendlyName: 2003" in shown


@needs_samples
@_needs("openssl")
def test_openssl_agrees_with_what_is_read_from_an_official_file() -> None:
    entry = sample("(b)")
    path = FOLDER / entry["file"]
    shown = _told(["openssl", "pkcs12", "-legacy", "-nodes", "-passin", "env:KEYSTORE_PASSWORD", "-in", str(path)])
    whole = read(data_of(entry), entry["password"])
    assert shown.count("-----BEGIN PRIVATE KEY-----") == len(whole.keys)
    for key in whole.keys:
        assert f"friendlyName: {key.alias}" in shown
