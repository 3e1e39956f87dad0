"""The sheet for the safe, written once a keystore is complete."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_documents_path

from agent.cli.questions import Questions
from agent.cli.terminal import complain, confirm
from agent.core.file_name import as_file_name
from agent.core.renewal import Renewal
from agent.core.sheet import Sheet, sheet_html
from agent.errors import AgentError, SheetNotWritten
from agent.pipeline.run import authentication_of
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _


def offer_sheet(questions: Questions, outside: Outside, made: Renewal, password: Secret, whose: str) -> None:
    """Write the sheet where an option or the person says. A problem is told: the keystore is complete all the same."""
    given = questions.given("sheet")
    path = Path(given) if given else None
    if path is None:
        if not questions.somebody_is_there or not confirm(_("Write a sheet for the safe, to be printed?")):
            return
        path = _place(whose)
    try:
        write_sheet(path.expanduser().absolute(), sheet_of(made, outside, password, whose))
    except AgentError as problem:
        complain(problem)
        return
    print(_("Written: {path}").format(path=path))
    print(_("Open it in a browser, print it, and write the password on it by hand: it is not in the file."))


def _place(whose: str) -> Path:
    documents = user_documents_path()
    own = (documents if documents.is_dir() else Path.home()) / as_file_name(f"eHealth {whose}", ".html")
    return Path(input(_("File [{path}]: ").format(path=own)).strip() or own)


def sheet_of(made: Renewal, outside: Outside, password: Secret, whose: str) -> Sheet:
    """What is printed of a finished request. Raises: KeystoreError."""
    path = Path(made.new_path)
    certificate = authentication_of(outside.keystores.read(path, password), path).certificate
    today = outside.clock.now().astimezone().date()
    return Sheet(whose, made.holder, made.environment, path, certificate.not_valid_after_utc, today)


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Raises: SheetNotWritten."""
    try:
        path.write_text(sheet_html(sheet), encoding="utf-8")
    except OSError as problem:
        raise SheetNotWritten(str(path), str(problem.strerror).lower()) from problem
