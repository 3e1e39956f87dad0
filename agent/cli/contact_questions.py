"""Contact data and names, asked in a terminal until they will do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

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

    @property
    def is_any(self) -> bool:
        return self.email is not None or self.phone is not None

    def checked(self) -> Given:
        """As eHealth wants it. Raises: ConfigError."""
        return Given(
            None if self.email is None else _right(email_address, self.email, "--email"),
            None if self.phone is None else _right(phone_number, self.phone, "--phone"),
        )

    def in_place_of(self, contact: ContactData) -> ContactData:
        """`contact` but for what is given."""
        email, phone = self.email or contact.email_private, self.phone or contact.phone_private
        return replace(contact, email_private=email, phone_private=phone)


def ask_contact(given: Given) -> ContactData:
    """The e-mail address and phone number of the responsible person. Raises: ConfigError where nobody can be asked."""
    return ContactData(_email(given.email), _phone(given.phone))


def ask_what_changed(contact: ContactData) -> ContactData:
    """The same, where eHealth has some already: Enter leaves it. What is of the organization as a whole stays."""
    email, phone = _email(None, contact.email_private), _phone(None, contact.phone_private)
    return replace(contact, email_private=email, phone_private=phone)


def _email(given: str | None, now: str | None = None) -> str:
    return _asked(_("E-mail address of the responsible person"), email_address, given, "--email", now)


def _phone(given: str | None, now: str | None = None) -> str:
    return _asked(_("Phone number of the responsible person"), phone_number, given, "--phone", now)


def ask_name() -> str:
    """An organization's name."""
    question = _("Name of the organization, as in the Belgian Official Gazette")
    return _asked(question, organization_name, None, "")


def _right(rule: Callable[[str], str], given: str, option: str) -> str:
    """Raises: ConfigError."""
    try:
        return rule(given)
    except Mistyped as problem:
        raise ConfigError(option, str(problem)) from problem


def _asked(question: str, rule: Callable[[str], str], given: str | None, option: str, now: str | None = None) -> str:
    """What will do, by `rule`; a doubt is told, and the same again insists. Enter leaves what there is `now`."""
    if given is not None:
        return _right(rule, given, option)
    if not sys.stdin.isatty():
        text = _("{question}: nobody can be asked; give it with {option}")
        raise ConfigError(_("standard input"), text.format(question=question, option=option or "request"))
    offered = f" [{now}]" if now else ""
    doubted = None
    while True:
        typed = input(f"{question}{offered}: ")
        if now and not typed.strip():
            return now
        try:
            return rule(typed)
        except Mistyped as problem:
            if problem.doubtful is not None and problem.doubtful == doubted:
                return problem.doubtful
            doubted = problem.doubtful
            print(problem)
            if doubted is not None:
                print(_("If it is right all the same, type it again."))
