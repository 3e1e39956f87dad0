"""The password of a keystore that comes to be: its rules, how strong it is, and whether the vault keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.cli.questions import Questions
from agent.cli.terminal import ask_secret, complain, confirm
from agent.core.password import password_problem
from agent.errors import PasswordRefused, VaultUnavailable
from agent.pipeline.request import First
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _


@dataclass(frozen=True)
class PasswordChosen:
    """`keep`: the vault gets it."""

    secret: Secret
    keep: bool


def choose_password(questions: Questions, outside: Outside, asked: First, given: Secret | None) -> PasswordChosen:
    """What came over standard input, or what the person chooses.

    Args:
        given: None: ask.
    Raises: PasswordRefused, ConfigError where nobody can be asked.
    """
    if given is not None:
        problem = password_problem(given.reveal())
        if problem is not None:
            raise PasswordRefused(str(asked.folder), problem)
        return PasswordChosen(given, questions.is_set("keep_password") and _vault_is_there(outside, asked))
    print(_("Choose a new password for the keystore: at least 8 characters, with a digit and a symbol, no accents."))
    print(_("Keep it with care: it will be asked for many times. Who loses it can no longer log in;"))
    print(_("the certificate then has to be revoked and a new one requested."))
    secret = _entered_twice(asked)
    wished = questions.is_set("keep_password")
    if not (_vault_is_there(outside, asked)):
        return PasswordChosen(secret, False)
    return PasswordChosen(secret, wished or confirm(_("Store it in this computer's password vault?")))


def _entered_twice(asked: First) -> Secret:
    from agent.core.password_strength import password_strength  # its lists of words take a while to load

    holder, contact = asked.holder, asked.wanted.contact
    own_words = (holder.name or "", holder.number, contact.email_private, contact.email_general or "")
    while True:
        chosen = ask_secret(_("New password"))
        problem = password_problem(chosen.reveal())
        if problem is None:
            print(f"  {password_strength(chosen.reveal(), own_words).sentence}")
            if chosen == ask_secret(_("The same again")):
                return chosen
        complain(PasswordRefused(str(asked.folder), problem or _("the two are not the same")))


def _vault_is_there(outside: Outside, asked: First) -> bool:
    try:
        outside.vault.password(asked.folder)
    except VaultUnavailable as problem:
        complain(problem)
        return False
    return True
