"""The whole way as a script would go it: the program itself, HTTP to the sandbox, PKCS#11 to an eID.

The eID is SoftHSM2's, in both generations, or a virtual one behind PC/SC and OpenSC.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.core.holder import Environment
from agent.pipeline.files import finished_path
from agent.sandbox.services import Sandbox
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import ALICE, PIN, SoftHsmEid, make_token
from tests.eid.pcscd import Pcsc
from tests.eid.people import Kind, make_card
from tests.journeys.practice import GROUP, PASSWORD

AGENT = (sys.executable, "-m", "agent")


class Desk:
    """A practice's PC: its own home folder, config, card reader, and eHealth played by a process on loopback."""

    days_left = 45

    def __init__(self, folder: Path, generation: Generation) -> None:
        self.folder = folder
        self.keystore = self._keystore(Sandbox(folder / "ehealth", lambda: datetime.now(UTC)))
        self.card = self._card(generation)
        self.server = subprocess.Popen(
            [*AGENT, "sandbox", "serve", "--state", folder / "ehealth", "--record", folder / "record"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.server.stdout is not None
        self.address = next(word for word in self.server.stdout.readline().split() if word.startswith("http"))
        self.config = folder / "config.toml"
        self.config.write_text(
            f"[watch]\nfolders = ['{self.keystore.parent}']\n"
            f"[services]\nproduction = '{self.address}'\n[card]\nmodule = '{self.card.module_path}'\n"
        )

    def _keystore(self, sandbox: Sandbox) -> Path:
        sandbox.state.polls = 0
        sandbox.save()
        keystore = sandbox.issue_old(GROUP, datetime.now(UTC) + timedelta(days=self.days_left, minutes=5))
        folder = self.folder / "keystore"
        folder.mkdir()
        path = finished_path(
            folder, GROUP, Environment.PRODUCTION, datetime.now(UTC) - timedelta(days=1095 - self.days_left)
        )
        Pkcs12Keystores().write(path, keystore, PASSWORD)
        return path

    def _card(self, generation: Generation) -> SoftHsmEid:
        pki = Sandbox(self.folder / "ehealth", lambda: datetime.now(UTC)).pki
        return make_token(self.folder / "card", pki, generation, ALICE)

    def run(self, *arguments: str | Path, told: str = "") -> subprocess.CompletedProcess[str]:
        home = {"HOME": str(self.folder / "home"), "XDG_DATA_HOME": str(self.folder / "data")}
        return subprocess.run(
            [*AGENT, "--config", self.config, *arguments],
            input=told,
            capture_output=True,
            text=True,
            env={**os.environ, **home, **self.card.env, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
            check=False,
            timeout=120,
        )

    def close(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(10)
        assert self.server.stdout is not None
        self.server.stdout.close()


class OpenScDesk(Desk):
    """With a virtual eID in its reader."""

    def __init__(self, folder: Path, pcsc: Pcsc, module: Path) -> None:
        self._pcsc, self._module = pcsc, module
        super().__init__(folder, Generation.RSA_2048)

    def _card(self, generation: Generation) -> SoftHsmEid:
        pki = Sandbox(self.folder / "ehealth", lambda: datetime.now(UTC)).pki
        self._pcsc.slots[0].insert(make_card(pki, Kind(ALICE, generation, for_opensc=True)))
        return SoftHsmEid(self._module, PIN, b"", self._pcsc.env)


@pytest.fixture(params=[*Generation, OpenScDesk], ids=["RSA_2048", "P_384", "OpenSC"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param is OpenScDesk:
        desk: Desk = OpenScDesk(tmp_path, request.getfixturevalue("pcsc"), request.getfixturevalue("opensc"))
    else:
        desk = Desk(tmp_path, request.param)
    yield desk
    desk.close()


def test_check_renew_activate_check(desk: Desk) -> None:
    password, secrets = f"{PASSWORD.reveal()}\n", f"{PASSWORD.reveal()}\n{desk.card.pin}\n"

    before = desk.run("check", "--json", "--password-stdin", told=password)
    assert before.returncode == 1, before.stderr
    assert [each["state"] for each in json.loads(before.stdout)] == ["renewable"]

    script = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin")
    renewed = desk.run("renew", desk.keystore, *script, told=secrets)
    assert renewed.returncode == 0, renewed.stdout + renewed.stderr
    assert "What remains" in renewed.stdout

    new = next(path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    activated = desk.run("activate", new, "--password-stdin", told=password)
    assert activated.returncode == 0, activated.stdout + activated.stderr
    assert "now ready to use eHealth applications" in activated.stdout

    after = desk.run("check", "--json", "--password-stdin", told=password)
    assert after.returncode == 0, after.stdout
    old_one, new_one = sorted(json.loads(after.stdout), key=lambda each: str(each["not_after"]))
    assert old_one["superseded_by"] == new_one["path"] == str(new)
    assert (new_one["state"], new_one["encryption_keys"]) == ("valid", 2)

    recorded = [path.name.split("-")[1].split(".")[0] for path in (desk.folder / "record").glob("*.request.xml")]
    assert recorded.count("GenerateCertificate") == 1
    told = renewed.stdout + renewed.stderr + activated.stdout + desk.run("history").stdout
    for secret in (PASSWORD.reveal(), ALICE.ssin):
        assert secret not in told


def test_a_wrong_pin_is_one_try_and_a_sentence(desk: Desk) -> None:
    script = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin")
    refused = desk.run("renew", desk.keystore, *script, told=f"{PASSWORD.reveal()}\n0000\n")
    assert refused.returncode == 1
    assert refused.stderr.count("The PIN was wrong.") == 1
    assert "Traceback" not in refused.stderr
    assert not list((desk.folder / "record").glob("*GenerateCertificate.request.xml"))
    again = desk.run("renew", desk.keystore, *script, told=f"{PASSWORD.reveal()}\n{desk.card.pin}\n")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Going on with the renewal" in again.stdout


# ── The rest of a certificate's life ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def first_desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Generation.P_384)
    yield desk
    desk.close()


def test_another_password_and_then_revoked(first_desk: Desk) -> None:
    desk, new = first_desk, "Nieuw-wachtwoord-2026"
    changed = desk.run("password", "change", desk.keystore, "--password-stdin", told=f"{PASSWORD.reveal()}\n{new}\n")
    assert changed.returncode == 0, changed.stderr
    assert "every key in it was proved" in changed.stdout

    script = ("--reason", "keyCompromise", "--yes", "--accept-contract", "--pin-stdin", "--password-stdin")
    revoked = desk.run("revoke", desk.keystore, *script, told=f"{new}\n{desk.card.pin}\n")
    assert revoked.returncode == 0, revoked.stdout + revoked.stderr
    assert revoked.stdout.index("billing, insurance checks and prescriptions stop") < revoked.stdout.index("Contract")
    assert "renew it instead" in revoked.stdout

    after = desk.run("check", "--json", "--password-stdin", told=f"{new}\n")
    assert (after.returncode, json.loads(after.stdout)[0]["state"]) == (2, "revoked")
    again = desk.run("revoke", desk.keystore, *script, told=f"{new}\n{desk.card.pin}\n")
    assert (again.returncode, again.stdout) == (0, "It was revoked already.\n")
    assert new not in changed.stdout + revoked.stdout + desk.run("history").stdout


def test_what_another_program_requested_is_completed(first_desk: Desk) -> None:
    desk, password = first_desk, f"{PASSWORD.reveal()}\n"
    desk.run("sandbox", "set", "manual_validation", "--address", desk.address)
    script = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin", "--no-wait")
    waits = desk.run("renew", desk.keystore, *script, told=f"{password}{desk.card.pin}\n")
    assert waits.returncode == 75, waits.stdout + waits.stderr
    (pending,) = desk.keystore.parent.glob("*.pending")
    path = pending.rename(pending.with_suffix(""))
    (desk.folder / "data" / "ehealth-certificate-agent" / "journal.sqlite3").unlink()  # so it was not begun here

    before = desk.run("status", "--password-stdin", told=password)
    assert f'Next: ehealth-agent complete "{path}"' in before.stdout
    desk.run("sandbox", "set", "--approve", "all", "--address", desk.address)
    done = desk.run("complete", path, "--password-stdin", told=password)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "until then messages arrive for the" in done.stdout, "the old encryption key stays in force"
    activated = desk.run("activate", path, "--password-stdin", told=password)
    assert activated.returncode == 0, activated.stdout + activated.stderr
    assert "now ready to use eHealth applications" in activated.stdout
    (new,) = json.loads(desk.run("check", "--json", "--password-stdin", path, told=password).stdout)
    assert (new["state"], new["encryption_keys"]) == ("valid", 2), "the old encryption key came along"
    again = desk.run("complete", path, "--password-stdin", told=password)
    assert (again.returncode, "it has its certificate and its encryption key" in again.stderr) == (1, True)


def test_a_forgotten_password_ends_in_a_keystore_that_works(first_desk: Desk) -> None:
    desk, new = first_desk, "Nieuw-wachtwoord-2026"
    script = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin")
    whom = ("--email", "anna@voorbeeld.be", "--phone", "0470 12 34 56")
    before = desk.keystore.read_bytes()
    done = desk.run("recover", desk.keystore, "--forgotten", *whom, *script, told=f"{new}\n{desk.card.pin}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "keep the old file" in " ".join(done.stdout.split())
    assert desk.keystore.read_bytes() == before
    made = next(path for path in desk.keystore.parent.iterdir() if path != desk.keystore)
    (found,) = json.loads(desk.run("check", "--json", "--password-stdin", made, told=f"{new}\n").stdout)
    assert (found["state"], found["encryption_keys"]) == ("valid", 1)
    for secret in (new, ALICE.ssin):
        assert secret not in done.stdout + done.stderr + desk.run("history").stdout


def test_a_keystore_that_is_gone_is_put_back_from_downloads(first_desk: Desk) -> None:
    desk, password = first_desk, f"{PASSWORD.reveal()}\n"
    downloads = desk.folder / "home" / "Downloads"
    downloads.mkdir(parents=True)
    downloads.joinpath("keystore.p12.bak").write_bytes(desk.keystore.read_bytes())
    desk.keystore.unlink()
    put = desk.run("recover", desk.keystore, "--yes", "--password-stdin", told=password)
    assert put.returncode == 0, put.stdout + put.stderr
    assert f"A copy was found: {downloads / 'keystore.p12.bak'}" in put.stdout
    (found,) = json.loads(desk.run("check", "--json", "--password-stdin", told=password).stdout)
    assert (found["path"], found["state"]) == (str(desk.keystore), "renewable")


def test_what_a_renewal_needs_is_looked_at_on_the_real_way(first_desk: Desk) -> None:
    told = first_desk.run("ready", first_desk.keystore, "--json")
    assert told.returncode == 2, told.stderr
    checks = {each["topic"]: each["mark"] for each in json.loads(told.stdout)["checks"]}
    assert checks["keystores.passwords"] == "stops", "there is no vault here, so nothing opens it by itself"
