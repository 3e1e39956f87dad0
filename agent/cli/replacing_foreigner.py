"""`request-foreigner --renew`: the certificate of a person with a BIS number is replaced without an eID.

What eHealth knows is shown and not asked, and the old encryption keys go along.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from agent.cli.questions import Questions
from agent.cli.renewing import keystore_password, new_password
from agent.cli.request_password import PasswordChosen
from agent.cli.terminal import confirm
from agent.core.contact import email_address, phone_number
from agent.core.holder_words import environment_name
from agent.core.person import Person
from agent.core.person_name import person_name
from agent.core.registration import ContactData
from agent.core.reminders import file_name
from agent.core.renewal import Renewal
from agent.errors import ContractDeclined
from agent.pipeline.foreigner_request import replaced_by_log_in, request_for
from agent.pipeline.request import First
from agent.pipeline.under_way import request_under_way
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _
from agent.watch.look import environment_of


@dataclass(frozen=True)
class Old:
    """The keystore that is replaced, open. `begun`: the request for it that is under way."""

    path: Path
    password: Secret
    is_kept: bool
    begun: Renewal | None

    @property
    def goes_along(self) -> bool:
        """Whether its password can protect the new keystore: Java opens no file whose password is not ASCII."""
        return self.password.reveal().isascii()

    def for_the_new_one(self) -> PasswordChosen:
        """The same password, where it goes along; else another."""
        if self.goes_along:
            return PasswordChosen(self.password, self.is_kept)
        print(_("Other programs cannot read the accented letters of this password. The new file needs another one."))
        return PasswordChosen(new_password(self.path), self.is_kept)


def opened(arguments: Namespace, outside: Outside) -> Old:
    """Raises: KeystoreError."""
    path: Path = arguments.renew.absolute()
    password, is_kept = keystore_password(arguments, outside, path)
    holder = outside.keystores.glance(path, password).holder
    begun = request_under_way(holder, environment_of(path), outside) if holder is not None else None
    return Old(path, password, is_kept, begun)


def asked_again(old: Old, arguments: Namespace, outside: Outside) -> First:
    """What eHealth knows of it, shown; what an option says goes before that.

    Raises: BisNumberNeeded, RenewalNotOpen, ContractDeclined, ConfigError, ServiceError.
    """
    environment = environment_of(old.path)
    known = replaced_by_log_in(old.path, old.password, environment, outside)
    contact = known.contact or ContactData("", "")
    questions = Questions(arguments)

    def value(name: str, question: str, read: Callable[[str], str], of_ehealth: str | None) -> str:
        if of_ehealth and questions.given(name) is None:
            return of_ehealth
        return questions.value(name, question, read, str)

    surname = value("surname", _("Surname"), person_name, known.holder.name)
    first_names = value("first_names", _("First name(s)"), person_name, " ".join(known.first_names))
    contact = replace(
        contact,
        email_private=value("email", _("E-mail address of this person"), email_address, contact.email_private),
        phone_private=value("phone", _("Phone number of this person"), phone_number, contact.phone_private),
    )
    rows = {
        _("Keystore"): str(old.path.parent / file_name(str(old.path))),
        _("Whose"): f"{first_names} {surname}",
        _("E-mail address of this person"): contact.email_private,
        _("Phone number of this person"): contact.phone_private,
        _("Environment"): environment_name(environment),
    }
    width = max(map(len, rows))
    for name, told in rows.items():
        print(f"{name:{width}}  {told}")
    if not arguments.yes and not confirm(_("Renew this keystore?")):
        raise ContractDeclined
    person = Person(known.holder.number, first_names, surname)
    return replace(request_for(person, contact, environment, old.path.parent), keys_of=old.path)


def old_password(arguments: Namespace, outside: Outside, asked: First, place: Path | None) -> Secret | None:
    """Of the keystore whose keys go along, where they have yet to be read; None where it is not needed."""
    if asked.keys_of is None or (place is not None and not arguments.anew):
        return None
    return keystore_password(arguments, outside, asked.keys_of)[0]
