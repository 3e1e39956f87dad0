"""`pass-on`: the message for the person with the eID, and the calendar file."""

from __future__ import annotations

import platform
import sys
from argparse import Namespace
from pathlib import Path

from platformdirs import user_documents_path, user_downloads_path

from agent import wiring
from agent.config import Config, load
from agent.core.finding import Finding
from agent.core.glance import Fingerprint
from agent.core.menu import Act, can_be_passed_on, certificates, menu, text_of
from agent.core.pass_on import Message, message
from agent.core.reminders import subject_of
from agent.core.renewal import Renewal
from agent.errors import CalendarNotWritten, NothingToPassOn
from agent.text import _
from agent.watch.judge import judge
from agent.watch.look import Look


def pass_on(arguments: Namespace) -> int:
    """Print the message; where a calendar file is asked for, write it first."""
    said = message_for(arguments.keystore, load(arguments.config))
    if arguments.calendar is not None:
        _write(arguments.calendar, said.calendar)
    print(said.text)
    if arguments.calendar is not None:
        print(_("Written: {path}").format(path=arguments.calendar), file=sys.stderr)
    return 0


def message_for(keystore: Path | None, config: Config) -> Message:
    """What is passed on of this keystore; of the one that expires first, where none is named.

    Raises: NothingToPassOn, JournalError.
    """
    journal, now = wiring.journal(), wiring.clock().now()
    look = Look(wiring.keystores(), wiring.vault(), journal)
    observations = look.in_folders(config.folders, config.patterns, forget=False)
    path = None if keystore is None else str(keystore.absolute())
    if path is not None and path not in {each.path for each in observations}:
        observations += look.at([Path(path)])
    findings, renewals = judge(observations, now, journal.words()), journal.unfinished()
    finding, renewal = _chosen(findings, renewals, path)
    shown = menu(findings, renewals, now)
    paths = [each.observation.path for each in findings if subject_of(each) == subject_of(finding)]
    click = text_of(shown, Act.RENEW, *paths, *([renewal.path] if renewal else []))
    return message(finding, platform.node().partition(".")[0], click or _("Renew now…"), now)


def _chosen(findings: list[Finding], renewals: list[Renewal], path: str | None) -> tuple[Finding, Renewal | None]:
    under_way = {renewal.fingerprint: renewal for renewal in renewals}
    if path is None:
        candidates = certificates(findings)
    else:
        candidates = [each for each in findings if each.observation.path == path]
    for finding in candidates:
        renewal = under_way.get(Fingerprint(subject_of(finding)))
        if can_be_passed_on(finding, renewal):
            return finding, renewal
    raise NothingToPassOn(_("No certificate has to be renewed now.") if path is None else candidates[0].reason)


def save(said: Message) -> Path:
    """Put the calendar file where people look for what they saved; the same one again takes its own place.

    Raises: CalendarNotWritten.
    """
    folders = (user_downloads_path(), user_documents_path(), Path.home())
    folder = next((each for each in folders if each.is_dir()), folders[-1])
    path = folder / said.calendar_name
    _write(path, said.calendar)
    return path


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise CalendarNotWritten(str(path), str(problem.strerror).lower()) from problem
