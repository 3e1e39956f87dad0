"""Give up: a request of which nothing has left this computer is put aside, because another is made instead."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from agent.core.renewal import Renewal, Step
from agent.errors import VaultUnavailable
from agent.pipeline.files import pending_path, refused_path
from agent.ports import Event, Outside
from agent.text import _


def has_left(renewal: Renewal) -> bool:
    """Whether eHealth may have the request."""
    return renewal.step not in (Step.MAKE_KEY, Step.SIGN)


def give_up(renewal: Renewal, outside: Outside) -> None:
    """End it, if it is still unfinished and nothing has left. Its key is worth nothing and is removed.

    One that eHealth was sent and said not to have is kept beside, like that of a refused request.
    Raises: RenewalBusy, KeystoreError, JournalError.
    """
    with outside.lock.hold(renewal.fingerprint, Path(renewal.path)):
        now = outside.journal.renewal_of(renewal.fingerprint)
        if now is None or now.id != renewal.id or has_left(now):
            return
        pending = pending_path(now)
        if now.request_id is None:
            outside.keystores.remove(pending)
        elif outside.keystores.exists(pending):
            outside.keystores.put_in_place(pending, refused_path(now))
        with suppress(VaultUnavailable):
            outside.vault.forget(pending)
        reason = _("another request is made instead")
        outside.journal.save(replace(now, step=Step.ENDED, ended_because=reason))
        text = _("Ended: {reason}").format(reason=reason)
        outside.journal.note(Event(outside.clock.now(), f"renewal.{now.step.value}", text, now.path))
