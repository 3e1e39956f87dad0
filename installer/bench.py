"""How fast the agent looks at keystores, as ratios to other programs that do the same here and now.

Seconds of one machine say nothing on another, so each line compares two things measured in this one run, in turns and
each time in a process that did nothing before. A required ratio that is missed ends in exit code 1.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from agent.secret import Secret
from installer.idle import idle

ROUNDS = 5
KEYSTORES = 200
UNCHANGED_FILES, FILES_A_FOLDER = 10_000, 100
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "keystores"


@dataclass(frozen=True)
class Sample:
    """A keystore in the official program's form: PBE with SHA-1, 1,024 iterations."""

    data: bytes
    password: str


@dataclass(frozen=True)
class Contender:
    """Somebody who does the same as the agent.

    Attributes:
        act: does it, and tells the seconds that it took.
        share: for how much of the whole; who is slow does a part only.
        required: the most that the agent may take of its time; None where nothing is promised.
    """

    name: str
    act: Callable[[], float]
    share: float = 1.0
    required: float | None = None
    seconds: list[float] = field(default_factory=list)

    def go(self) -> None:
        self.seconds.append(self.act() / self.share)


def main() -> int:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{system}; medians of {ROUNDS} rounds, processes started anew.")
    with tempfile.TemporaryDirectory() as folder:
        keystores_hold = compared("agent, one process for all", *keystores(Path(folder)))
        unchanged_hold = compared("agent, journal and all", *unchanged(Path(folder)))
    return 0 if keystores_hold and unchanged_hold and idle() else 1


def compared(name: str, title: str, act: Callable[[], float], others: list[Contender]) -> bool:
    """Print how long each takes for the same, and whether every required ratio holds."""
    print(f"\n{title}", flush=True)
    agent = Contender(name, act)
    for _ in range(ROUNDS):
        for contender in (agent, *others):
            contender.go()
    ours = median(agent.seconds)
    print(f"  {agent.name:36}{ours * 1000:10.1f} ms")
    hold = True
    for other in others:
        theirs = median(other.seconds)
        line = f"  {other.name:36}{theirs * 1000:10.1f} ms   the agent takes {ratio(ours / theirs)} of it"
        if other.required is not None:
            held = ours <= other.required * theirs
            line += f", at most {ratio(other.required)}: {'ok' if held else 'MISSED'}"
            hold &= held
        print(line, flush=True)
    return hold


def ratio(value: float) -> str:
    return f"1/{1 / value:.1f}" if value < 1 else f"{value:.2f} x"


# ── The expiry of keystores ──────────────────────────────────────────────────────────────────────────────────────────


def keystores(folder: Path) -> tuple[str, Callable[[], float], list[Contender]]:
    found = samples()
    passwords = {}
    for number, sample in enumerate(islice(cycle(found), KEYSTORES)):
        path = folder / f"{number}.p12"
        path.write_bytes(sample.data)
        passwords[path] = sample.password

    def part(files: int) -> dict[Path, str]:
        return dict(islice(passwords.items(), files))

    others = [Contender("cryptography load_pkcs12", partial(anew, loads, part(10)), 10 / KEYSTORES, 1 / 30)]
    for name, act, files, required in (
        ("openssl pkcs12", openssl, 40, 1 / 10),
        ("openssl pkcs12 | openssl x509", openssl_end_date, 40, None),
        ("keytool -list", keytool, 2, None),
    ):
        if shutil.which(name.split()[0]):
            others.append(Contender(name, partial(act, part(files)), files / KEYSTORES, required))
        else:
            print(f"{name}: not on this computer, not compared.")
    origin = "of the official program" if SAMPLES.exists() else "in the official program's form"
    return f"The expiry of {KEYSTORES} keystores {origin}", partial(anew, glances, passwords), others


def samples() -> list[Sample]:
    """The official program's own files where they are at hand; else one like them."""
    if not SAMPLES.exists():
        return [sample_made_here()]
    manifest = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8"))
    official = (one for one in manifest if one["provider"] == "BC" and "pending" not in one["note"])
    return [Sample((SAMPLES / one["file"]).read_bytes(), one["password"]) for one in official]


def sample_made_here() -> Sample:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "NIHII-GROUP=71234567")])
    now = datetime.now(UTC)
    certificate = (x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1095))).sign(
        key, hashes.SHA256()
    )
    form = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1024)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())  # noqa: S303  the official form
        .build(b"Bench-1!")
    )
    data = pkcs12.serialize_key_and_certificates(b"authentication", key, certificate, None, form)
    return Sample(data, "Bench-1!")


def glances(passwords: Mapping[Path, str]) -> float:
    import agent.pkcs12.glance  # noqa: F401  imported before the clock runs, as `loads` imports what it uses
    from agent.wiring import keystores

    files = keystores()
    with timed() as took:
        for path, password in passwords.items():
            _ = files.glance(path, Secret(password)).not_after
    return took()


def loads(passwords: Mapping[Path, str]) -> float:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    with timed() as took:
        for path, password in passwords.items():
            load_pkcs12(path.read_bytes(), password.encode())
    return took()


def openssl(passwords: Mapping[Path, str]) -> float:
    with timed() as took:
        for path, password in passwords.items():
            certificates_pem(path, password)
    return took()


def openssl_end_date(passwords: Mapping[Path, str]) -> float:
    with timed() as took:
        for path, password in passwords.items():
            heard("openssl", "x509", "-noout", "-enddate", told=certificates_pem(path, password))
    return took()


def certificates_pem(path: Path, password: str) -> bytes:
    return heard("openssl", "pkcs12", "-nokeys", "-legacy", "-passin", "stdin", "-in", path, told=password.encode())


def keytool(passwords: Mapping[Path, str]) -> float:
    with timed() as took:
        for path, password in passwords.items():
            heard("keytool", "-list", "-v", "-storetype", "PKCS12", "-keystore", path, told=password.encode())
    return took()


def heard(*command: str | Path, told: bytes) -> bytes:
    """What a program says that is told this on its standard input."""
    return subprocess.run(command, input=told + b"\n", capture_output=True, check=True).stdout


# ── Files that did not change ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class OnePassword:
    """A vault with the same password for every file."""

    secret: str

    def password(self, path: Path) -> Secret:  # noqa: ARG002
        return Secret(self.secret)

    def keep(self, path: Path, password: Secret) -> None:
        raise NotImplementedError

    def forget(self, path: Path) -> bool:
        raise NotImplementedError


def unchanged(folder: Path) -> tuple[str, Callable[[], float], list[Contender]]:
    sample = samples()[0]
    folders = [folder / f"practice-{number}" for number in range(UNCHANGED_FILES // FILES_A_FOLDER)]
    for each in folders:
        each.mkdir()
        for number in range(FILES_A_FOLDER):
            (each / f"{number}.p12").write_bytes(sample.data)
    journal, vault = folder / "journal.sqlite3", OnePassword(sample.password)
    anew(look, folders, journal, vault)
    walk = Contender("a walk that only calls stat", partial(anew, walked, folders), required=1.5)
    return (
        f"{UNCHANGED_FILES} files that did not change since the last check",
        partial(anew, look, folders, journal, vault),
        [walk],
    )


def look(folders: list[Path], journal: Path, vault: OnePassword) -> float:
    from agent.adapters.journal_sqlite import SqliteJournal
    from agent.watch.look import Look
    from agent.wiring import keystores

    files = keystores()
    with timed() as took:
        seen = Look(files, vault, SqliteJournal(journal)).in_folders(folders, ["*.p12"])
    if len(seen) != UNCHANGED_FILES or any(one.glance is None for one in seen):
        sys.exit("The agent did not see every file; the comparison would be worth nothing.")
    return took()


def walked(folders: list[Path]) -> float:
    with timed() as took:
        for folder in folders:
            for place, _, names in os.walk(folder):
                for name in names:
                    os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118  as bare as a walk can be
    return took()


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Gives a function that tells, afterwards, how many seconds the block took."""
    ended = began = time.perf_counter()
    yield lambda: ended - began
    ended = time.perf_counter()


def anew(measure: Callable[..., float], *arguments: object) -> float:
    """Measure in a process that did nothing before."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(measure, *arguments).result()


if __name__ == "__main__":
    sys.exit(main())
