"""The last page of a new certificate, and its sheet for the safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.holder import Holder
from agent.core.reminders import file_name
from agent.core.renewal import Renewal
from agent.desktop.windows.pages import Answer, Choice
from agent.desktop.windows.request_pages import Made
from agent.desktop.windows.stage import Stage
from agent.errors import AgentError, SheetNotWritten, VaultUnavailable
from agent.secret import Secret
from agent.text import _

if TYPE_CHECKING:
    from agent.ports import Outside

SaveSheet = Callable[[Made], Path]
"""Writes the sheet for the safe where people look for what they saved, and shows it. Raises: AgentError."""


def no_sheet(made: Made) -> Path:
    """Where nobody said how a sheet is saved. Raises: SheetNotWritten."""
    raise SheetNotWritten(file_name(made.request.new_path), _("this window has none"))


def is_stored(outside: Outside, path: Path) -> bool:
    """Whether the vault has the password of the keystore at `path`."""
    try:
        return outside.vault.password(path) is not None
    except VaultUnavailable:
        return False


def made_page(outside: Outside, made: Renewal, holder: Holder, password: Secret, is_as_before: bool = False) -> Made:
    """What is told of a keystore that was made.

    Args:
        holder: as people know them.
        is_as_before: `password` was that of the keystore before.
    Raises: KeystoreError.
    """
    new = Path(made.new_path)
    not_after = outside.keystores.glance(new, password).not_after
    return Made(made, holder, not_after, is_stored(outside, new), is_as_before=is_as_before)


def ask_until_printed(stage: Stage, page: Made, save_sheet: SaveSheet) -> Answer:
    """Show the page, once more with each sheet that was saved, until another answer comes."""
    while (answer := stage.ask(page)) is Choice.SHEET:
        page = _with_sheet(page, save_sheet)
    return answer


def _with_sheet(page: Made, save_sheet: SaveSheet) -> Made:
    try:
        return replace(page, sheet=save_sheet(page), problem=None)
    except AgentError as problem:
        return replace(page, sheet=None, problem=problem)
