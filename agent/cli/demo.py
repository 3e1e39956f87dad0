"""`demo`: the main job from beginning to end, on a practice that exists only for the moment."""

from __future__ import annotations

import os
import shutil
import subprocess
from argparse import Namespace
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from agent.cli import report
from agent.cli.rehearsal import PASSWORD, PIN, Rehearsal, rehearsal, sealed, unsealed
from agent.cli.terminal import console, readable, tries_left
from agent.core.checks import is_encryption
from agent.core.finding import Finding
from agent.core.holder import Environment
from agent.core.keystore import KeyEntry, Keystore
from agent.core.person import Person
from agent.core.readiness import Said
from agent.core.registration import AnyContract, ContactData, Verdict, in_language
from agent.core.reminders import reminder
from agent.core.renewal import Renewal, Step
from agent.core.x509 import public_key_identifier
from agent.errors import CardError, IssuedCertificateError
from agent.pipeline.files import ENDINGS
from agent.pipeline.renew import renew
from agent.pipeline.run import Options
from agent.secret import Secret
from agent.text import _, written
from agent.watch.judge import judge
from agent.watch.look import Look

_STEPS: list[Step] = [step for step in Step if step is not Step.ENDED]


def demo(arguments: Namespace) -> int:
    """Find, judge, remind, renew, and show what came of it."""
    out = console()
    with rehearsal(arguments.keep) as practice:
        out.print(Panel(_("A rehearsal: practice, card and eHealth are played on this computer."), expand=False))
        old = practice.outside.keystores.read(practice.keystore, PASSWORD)
        message = _("An old message to the practice, encrypted before the renewal.")
        letter = sealed(message.encode(), _newest(old).certificate)
        out.print(_heading(1, _("The keystore is found")))
        finding = _show(out, practice)
        out.print(_heading(2, _("The reminder that the practice would see")))
        _remind(out, finding)
        out.print(_heading(3, _("The renewal")))
        renewal = _renewed(out, practice, activate=False)
        out.print(_heading(4, _("Before and after")))
        new = practice.outside.keystores.read(Path(renewal.new_path), PASSWORD)
        _compare(out, old, new)
        _prove(out, letter, new)
        _keytool(out, Path(renewal.new_path))
        out.print(_heading(5, _("Every PC has the new keystore: the new encryption key takes over")))
        _renewed(out, practice, activate=True)
        _show(out, practice)
        if arguments.keep:
            kept = _("Kept: {folder} (password {password}, made for this rehearsal)")
            out.print("\n" + kept.format(folder=practice.folder, password=PASSWORD.reveal()), soft_wrap=True)
    ready = _("Your computer is now ready to use eHealth applications.")
    out.print(f"\n{ready} {_('(So it reads when it is real.)')}")
    return 0


def _heading(number: int, text: str) -> str:
    return f"\n[bold]{number}. {text}[/]"


def _show(out: Console, practice: Rehearsal) -> Finding:
    outside = practice.outside
    look = Look(outside.keystores, outside.vault, outside.journal, PASSWORD)
    observations = look.in_folders([practice.keystore.parent], [f"*{ENDINGS[Environment.PRODUCTION]}"])
    findings = judge(observations, practice.clock.now(), outside.journal.words())
    out.print(report.table(findings))
    return findings[0]


def _remind(out: Console, finding: Finding) -> None:
    said = reminder(finding)
    assert said is not None, "a keystore in its window has a reminder"
    out.print(Panel(f"[bold]{said.title}[/]\n{said.text}", expand=False, border_style="yellow"))


@dataclass
class DemoDoor:
    """Shows what happens and answers for the person."""

    progress: Progress
    task: TaskID
    out: Console = field(default_factory=console)

    def step(self, step: Step, text: str) -> None:
        self.progress.update(self.task, completed=_STEPS.index(step), description=text)

    def card_problem(self, problem: CardError) -> bool:  # noqa: ARG002
        return False

    def contact(self, contact: ContactData, said: Said) -> ContactData:  # noqa: ARG002
        return contact

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:  # noqa: ARG002
        text = readable(in_language(contract.text))
        first = next((line.strip("# ") for line in text.splitlines() if line.startswith("#")), "")
        text = _("contract “{title}”, accepted by {name}")
        self.progress.console.print("  ", text.format(title=first, name=signer.full_name))
        return Verdict.ACCEPTED

    def enter_pin(self, attempts_left: int | None) -> Secret:
        left = "" if attempts_left is None else f", {tries_left(attempts_left)}"
        self.progress.console.print("  ", _("PIN asked once") + left)
        return PIN

    def waiting(self, until: datetime, by_hand: bool) -> None:  # noqa: ARG002
        text = _("waiting until {time} (a rehearsal does not wait)")
        self.progress.console.print("  ", text.format(time=f"{until.astimezone():%H:%M:%S}"))


def _renewed(out: Console, practice: Rehearsal, activate: bool) -> Renewal:
    columns = SpinnerColumn(), BarColumn(bar_width=24), TextColumn("{task.description}")
    with Progress(*columns, console=out, transient=False) as progress:
        task = progress.add_task(_("Starting"), total=len(_STEPS) - 1)
        door = DemoDoor(progress, task, out)
        options = Options(password=PASSWORD, activate=activate)
        renewal = renew(practice.keystore, Environment.PRODUCTION, practice.outside, door, options)
        done = renewal.step is Step.DONE
        what = _("Done") if done else _("Renewed; the old encryption key is still in force")
        progress.update(task, completed=_STEPS.index(renewal.step), description=what)
    return renewal


def _newest(keystore: Keystore) -> KeyEntry:
    return [entry for entry in keystore.keys if is_encryption(entry.certificate)][-1]


def _compare(out: Console, old: Keystore, new: Keystore) -> None:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", _("before"), _("after")):
        grid.add_column(title)
    for title, value in (
        (_("valid until"), _until),
        (_("identifying key"), _authentication_key),
        (_("encryption keys"), _keys),
    ):
        grid.add_row(title, value(old), value(new))
    out.print(grid)


def _until(keystore: Keystore) -> str:
    assert keystore.authentication is not None
    return written(keystore.authentication.certificate.not_valid_after_utc)


def _authentication_key(keystore: Keystore) -> str:
    assert keystore.authentication is not None
    return public_key_identifier(keystore.authentication.private_key.public_key())[:16] + "…"


def _keys(keystore: Keystore) -> str:
    aliases = [entry.alias[:12] + "…" for entry in keystore.keys if is_encryption(entry.certificate)]
    return f"{len(aliases)}: {', '.join(aliases)}"


def _prove(out: Console, letter: bytes, new: Keystore) -> None:
    for entry in new.keys:
        if is_encryption(entry.certificate):
            try:
                text = unsealed(letter, entry)
            except ValueError:
                continue
            out.print(_("an old message still opens: “{text}”").format(text=text.decode()))
            return
    raise IssuedCertificateError("9", _("the old message no longer opens"))


def _keytool(out: Console, path: Path) -> None:
    """Java's own reader as a second opinion, where it is installed."""
    keytool = shutil.which("keytool")
    if keytool is None:
        out.print(_("keytool is not on this computer, so Java's opinion is not asked"))
        return
    listed = subprocess.run(  # noqa: S603
        [keytool, "-list", "-storetype", "PKCS12", "-keystore", path, "-storepass:env", "REHEARSAL"],
        env={**os.environ, "REHEARSAL": PASSWORD.reveal()},  # made for the rehearsal, worth nothing outside it
        capture_output=True,
        text=True,
        check=False,
    )
    entries = [line for line in listed.stdout.splitlines() if "Entry" in line]
    keys = sum("PrivateKeyEntry" in line for line in entries)
    if listed.returncode != 0:
        raise IssuedCertificateError("8", _("keytool does not open the new keystore"))
    told = _("keytool opens it: {keys} keys and {certificates} certificates")
    out.print(told.format(keys=keys, certificates=len(entries) - keys))
