"""What is wrong with a keystore file."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors.tree import AgentError, Retry
from agent.text import N_


@dataclass(eq=False)
class KeystoreError(AgentError):
    """A keystore file cannot be used as it is."""

    path: str


class KeystoreNotFound(KeystoreError):
    title = N_("There is no keystore at {path}.")
    hint = N_("Look whether the file was moved or renamed, then give its place again.")


class FolderAway(KeystoreError):
    """Known from an earlier look; its folder, on a share perhaps, cannot be looked into."""

    title = N_("{path} cannot be looked at: its folder is not there now.")
    hint = N_("Look whether its disk or share is there. What was last found in it is remembered.")


@dataclass(eq=False)
class KeystoreUnreadable(KeystoreError):
    """The system does not give the file's bytes."""

    problem: str
    title = N_("{path} cannot be read: {problem}.")
    hint = N_("Look whether this user may read it, and whether its disk or share is there.")


class WrongPassword(KeystoreError):
    """A wrong password and a damaged integrity code look the same."""

    title = N_("The password does not open {path}, or the file was changed after it was written.")
    hint = N_(
        "Give the keystore's password again. If it is surely right, restore the file; if it is forgotten, choose "
        "Recover… in the agent's menu (ehealth-agent recover)."
    )


@dataclass(eq=False)
class NotPkcs12(KeystoreError):
    """Another kind of file. `found` says which: ``empty file``, ``JKS``, ``PEM text``, ``truncated``, ``other``."""

    found: str
    title = N_("{path} is no PKCS#12 keystore: {found}.")
    hint = N_("Look for the right file, or restore it from a copy.")


@dataclass(eq=False)
class Damaged(KeystoreError):
    problem: str
    title = N_("{path} is damaged: {problem}.")
    hint = N_("Restore the file from a copy. The agent changed nothing.")


@dataclass(eq=False)
class Hostile(KeystoreError):
    """Refused before any key derivation."""

    problem: str
    title = N_("{path} was not opened, because it would block this computer: {problem}.")
    hint = N_("No eHealth program writes such a file. Ask where it comes from, then remove it.")
    retry = Retry.NEVER


@dataclass(eq=False)
class WriteFailed(KeystoreError):
    problem: str
    title = N_("{path} could not be written: {problem}.")
    hint = N_("Make room or give write access to the folder, then start again. The old file is as it was.")


class KeystoreBusy(KeystoreError):
    title = N_("{path} is held open by another program.")
    hint = N_("Close the program that uses the keystore, or wait; the agent tries again.")
    retry = Retry.LATER


@dataclass(eq=False)
class PasswordRefused(KeystoreError):
    """A new password that other programs could not use."""

    problem: str
    title = N_("This password cannot protect {path}: {problem}.")
    hint = N_("Choose at least 8 characters with a digit and a symbol, without accented letters.")


@dataclass(eq=False)
class PasswordNeeded(KeystoreError):
    title = N_("The password of {path} is not known here.")
    hint = N_('Store it once in this computer\'s password vault: ehealth-agent password set "{path}"')
