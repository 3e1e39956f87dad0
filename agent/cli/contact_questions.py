"""Contact data and names, asked in a terminal until they will do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from agent.core.contact import email_address, phone_number
from agent.core.organization_name import organization_name
from agent.core.registration import ContactData
from agent.core.typed import Mistyped
from agent.errors import ConfigError
from agent.text import _


@dataclass(frozen=True)
class Given:
    """What the command line says already."""

    email: str | None = None
    phone: str | None = None


def ask_contact(given: Given) -> ContactData:
    """The e-mail address and phone number of the responsible person. Raises: ConfigError where nobody can be asked."""
    email = _asked(_("E-mail address of the responsible person"), email_address, given.email, "--email")
    phone = _asked(_("Phone number of the responsible person"), phone_number, given.phone, "--phone")
    return ContactData(email, phone)


def ask_name() -> str:
    """An organization's name."""
    question = _("Name of the organization, as in the Belgian Official Gazette")
    return _asked(question, organization_name, None, "")


def _asked(question: str, rule: Callable[[str], str], given: str | None, option: str) -> str:
    """What will do, by `rule`; a doubt is told, and the same again insists."""
    if given is not None:
        try:
            return rule(given)
        except Mistyped as problem:
            raise ConfigError(option, str(problem)) from problem
    if not sys.stdin.isatty():
        text = _("{question}: nobody can be asked; give it with {option}")
        raise ConfigError(_("standard input"), text.format(question=question, option=option or "request"))
    doubted = None
    while True:
        typed = input(f"{question}: ")
        try:
            return rule(typed)
        except Mistyped as problem:
            if problem.doubtful is not None and problem.doubtful == doubted:
                return problem.doubtful
            doubted = problem.doubtful
            print(problem)
            if doubted is not None:
                print(_("If it is right all the same, type it again."))
