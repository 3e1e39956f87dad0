"""The resident's part in renewals and first requests: it goes on with what needs nobody, and tells how they ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from agent.core.reminders import Reminder, file_name
from agent.core.renewal import Renewal, Step
from agent.desktop.around import Around
from agent.pipeline.files import refused_path
from agent.text import _
from agent.watch.remind import goes_on_at

_log = logging.getLogger(__name__)


class GoingOn:
    def __init__(self, around: Around, look: Callable[[], None], show: Callable[[Reminder], None]) -> None:
        """`look` is for what a child left in the journal, `show` for what a person is told."""
        self._around, self._look, self._show = around, look, show
        self._renewals: Sequence[Renewal] = ()
        self._tried: dict[str, tuple[Renewal, datetime, int]] = {}

    def begin_anew(self) -> None:
        """Forget how often it was tried: there may be a network again."""
        self._tried.clear()

    def plan(self, renewals: Sequence[Renewal]) -> None:
        """When the next renewal that needs nobody is to be gone on with."""
        self._renewals = renewals
        instants = [instant for each in renewals if (instant := self._goes_on_at(each)) is not None]
        if instants:
            self._around.timetable.at("resume", min(instants), self._resume)
        else:
            self._around.timetable.forget("resume")

    def _goes_on_at(self, renewal: Renewal) -> datetime | None:
        if self._is_open(renewal):
            return None
        before, tried, fruitless = self._tried.get(renewal.id, (None, None, 0))
        return goes_on_at(renewal, tried, fruitless if before == renewal else 0)

    def _is_open(self, renewal: Renewal) -> bool:
        """A person has it in a window."""
        is_running = self._around.children.is_running
        if renewal.old_path is None and is_running("request"):
            return True
        return any(is_running(f"renew {path}") for path in (renewal.path, renewal.new_path))

    def _resume(self) -> None:
        if not self._around.children.start("resume", ["resume"], self._resumed):
            return
        now = self._around.clock.now()
        for renewal in self._renewals:
            before, _tried, fruitless = self._tried.get(renewal.id, (None, now, 0))
            self._tried[renewal.id] = (renewal, now, fruitless + 1 if before in (None, renewal) else 1)

    def _resumed(self, code: int, said: str) -> None:  # noqa: ARG002
        if said:
            _log.warning("Going on with a renewal: %s", " ".join(said.split()))
        self._around.timetable.soon(self._look)

    def tell_endings(self, before: Sequence[Renewal], after: Sequence[Renewal]) -> None:
        """What became of renewals that went on by themselves."""
        now = {renewal.id: renewal for renewal in after}
        for old in before:
            new = now.get(old.id)
            if self._is_open(old) or new == old:
                continue
            refused = new.ended_because if new is not None and not old.ended_because else None
            if refused is None and new is None and refused_path(old).exists():
                refused = _("What it said is in the history.")
            if refused is not None:
                self._show(_refusal(old, refused))
            elif not old.needs_a_person and (new is None or new.step is Step.ACTIVATE) and Path(old.new_path).exists():
                self._show(_success(old))


def _refusal(renewal: Renewal, reason: str) -> Reminder:
    text = _("{name}: {reason} The old keystore is as it was.") if renewal.old_path else _("{name}: {state}")
    return Reminder(
        _("eHealth refused the certificate"), text.format(name=_whose(renewal), reason=reason, state=reason)
    )


def _success(renewal: Renewal) -> Reminder:
    if renewal.old_path:
        text = _("{name}: copy {file} to every computer that uses the old one, and point your software to it.")
    else:
        text = _("{name}: point your software to {file}, on every computer that uses it.")
    text = text.format(name=_whose(renewal), file=file_name(renewal.new_path))
    return Reminder(_("The new eHealth certificate is ready"), text)


def _whose(renewal: Renewal) -> str:
    return file_name(renewal.holder.name or renewal.holder.type)
