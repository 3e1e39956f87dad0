"""The encryption keys of a holder's earlier keystores: old messages need them, so a new keystore takes them along.

A renewal knows which keystore it replaces. A request that was begun with another program, or anew, does not: what lies
in the same folder and can be opened here is looked through, and nobody is asked for a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from agent.core.checks import is_same_key
from agent.core.holder import Holder, holder_by_name
from agent.core.keystore import KeyEntry
from agent.core.reminders import file_name
from agent.core.renewal import Renewal
from agent.errors import KeystoreError, VaultUnavailable, WrongPassword
from agent.pipeline.files import ENDINGS
from agent.pipeline.run import Run, encryption_keys_of
from agent.secret import Secret
from agent.text import _, ngettext


def with_earlier_keys(
    run: Run, renewal: Renewal, holder: Holder | None, own: tuple[KeyEntry, ...]
) -> tuple[KeyEntry, ...]:
    """`own` encryption keys, and before them those of the earlier keystores of `holder`.

    What could not be taken along is named in the history; those files stay as they are.
    """
    found: list[KeyEntry] = []
    for path in _beside(run, renewal):
        try:
            entries = _encryption_keys(run, path, holder)
        except WrongPassword:
            if holder is not None and _is_same(holder_by_name(path), holder):
                text = _("The encryption keys of {name} do not go along: its password is not known here.")
                run.note(renewal, text.format(name=file_name(str(path))))
            continue
        except KeystoreError:  # not one of ours, or broken: a look says so
            continue
        new = [each for each in entries if not _has(each, [*found, *own])]
        if new:
            note_carried(run, renewal, len(new), path)
        found += new
    return (*found, *own)


def note_carried(run: Run, renewal: Renewal, count: int, path: Path) -> None:
    """In the history: so many encryption keys of the keystore at `path` go along."""
    text = ngettext(
        "{count} encryption key of {name} goes into the new keystore.",
        "{count} encryption keys of {name} go into the new keystore.",
        count,
    )
    run.note(renewal, text.format(count=count, name=file_name(str(path))))


def _beside(run: Run, renewal: Renewal) -> Iterator[Path]:
    new = Path(renewal.new_path)
    for stamp in run.outside.keystores.found([new.parent], [f"*{ENDINGS[renewal.environment]}"]):
        if stamp.path != renewal.new_path:
            yield Path(stamp.path)


def _encryption_keys(run: Run, path: Path, holder: Holder | None) -> tuple[KeyEntry, ...]:
    """Of a keystore of this holder; none of another's. Raises: KeystoreError."""
    *others, last = _passwords(run, path)
    for password in others:
        try:
            return _opened(run, path, holder, password)
        except WrongPassword:
            continue
    return _opened(run, path, holder, last)


def _opened(run: Run, path: Path, holder: Holder | None, password: Secret) -> tuple[KeyEntry, ...]:
    if not _is_same(run.outside.keystores.glance(path, password).holder, holder):
        return ()
    return encryption_keys_of(run.outside.keystores.read(path, password))


def _passwords(run: Run, path: Path) -> list[Secret]:
    try:
        kept = run.outside.vault.password(path)
    except VaultUnavailable:
        kept = None
    return [each for each in (kept, run.options.password, run.options.new_password) if each is not None]


def _is_same(one: Holder | None, other: Holder | None) -> bool:
    """Whatever it was called then."""
    return one is not None and other is not None and replace(one, name=None) == replace(other, name=None)


def _has(entry: KeyEntry, entries: list[KeyEntry]) -> bool:
    """The same key; or its alias, under which a reader would look for the other one."""
    alias, public_key = entry.alias.casefold(), entry.private_key.public_key()
    return any(
        alias == each.alias.casefold() or is_same_key(each.private_key.public_key(), public_key) for each in entries
    )
