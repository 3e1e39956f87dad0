"""The last page of a request: the keystore is there, with the sheet for the safe as often as it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.core.holder import Holder
from agent.core.renewal import Renewal
from agent.desktop.windows.pages import Answer, Choice, Matter
from agent.desktop.windows.request_pages import Made
from agent.desktop.windows.stage import Stage
from agent.errors import AgentError, VaultUnavailable
from agent.secret import Secret

if TYPE_CHECKING:
    from agent.ports import Outside

SaveSheet = Callable[[Made], Path]
"""Writes the sheet for the safe where people look for what they saved, and shows it. Raises: AgentError."""


def is_stored(outside: Outside, path: Path) -> bool:
    """Whether the vault has the password of the keystore at `path`."""
    try:
        return outside.vault.password(path) is not None
    except VaultUnavailable:
        return False


def last_page(stage: Stage, outside: Outside, made: Renewal, holder: Holder, password: Secret) -> Made:
    """The page, whose header is shown already. `holder`: as people know them. Raises: KeystoreError."""
    new = Path(made.new_path)
    not_after = outside.keystores.glance(new, password).not_after
    stage.show(Matter("", holder, made.environment, not_after))
    return Made(made, holder, not_after, is_stored(outside, new))


def answer_to(stage: Stage, page: Made, save_sheet: SaveSheet) -> Answer:
    """What else the person wants than the sheet."""
    while (answer := stage.ask(page)) is Choice.SHEET:
        page = _with_sheet(page, save_sheet)
    return answer


def _with_sheet(page: Made, save_sheet: SaveSheet) -> Made:
    try:
        return replace(page, sheet=save_sheet(page), problem=None)
    except AgentError as problem:
        return replace(page, sheet=None, problem=problem)
