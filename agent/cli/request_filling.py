"""The form filled in: the conditions, one part after the other, and all of it shown before anything is requested."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.cli.request_form import RequestForm, Whom
from agent.cli.request_password import PasswordChosen
from agent.cli.terminal import choose, confirm, console, say
from agent.core.holder import Environment
from agent.core.holder_words import environment_name
from agent.core.organization_name import in_certificate
from agent.core.registration import ContactData
from agent.errors import ContractDeclined
from agent.text import _


@dataclass
class Filled:
    """The answers as they stand."""

    whom: Whom
    contact: ContactData
    base_services: tuple[str, ...]
    password: PasswordChosen


def accept_conditions(environment: Environment) -> None:
    """Say what is needed and what it means. Raises: ContractDeclined."""
    out = console()
    out.print(_("A new eHealth certificate"), style="bold")
    out.print(_("Environment: {environment}").format(environment=environment_name(environment)))
    out.print(_("What is needed:"))
    for line in (
        _("the eID of the responsible person (local manager in CSAM), its PIN, and a reader;"),
        _("the organization's number, and its name as in the Belgian Official Gazette;"),
        _("an e-mail address and a phone number of the responsible person;"),
        _("a new password for the keystore, to be kept as long as the certificate."),
    ):
        say(f"· {line}", 2)
    say(_("The certificate is valid for 36 months. eHealth may need some days, where a person looks at it."))
    say(_("eHealth's contract is shown before anything is signed; who signs it is bound by it."))
    if not confirm(_("Do you accept these conditions?")):
        raise ContractDeclined


@dataclass(frozen=True)
class Filling:
    """Fills a form in. `password` asks for one, given the rest; `folder` is where the keystore comes."""

    form: RequestForm
    password: Callable[[Whom, ContactData], PasswordChosen]
    folder: Path

    def filled(self) -> Filled:
        """Raises: AgentError; ContractDeclined where the person would rather not."""
        whom = self.form.application(self.form.whom())
        contact = self.form.contact()
        services = self.form.base_services(whom)
        filled = Filled(whom, contact, services, self.password(whom, contact))
        questions = self.form.questions
        if questions.somebody_is_there and not questions.is_set("yes"):
            self.confirm(filled)
        return filled

    def confirm(self, filled: Filled) -> None:
        """Show all of it, and change it, until the person says that it is right. Raises: ContractDeclined."""
        while True:
            self._show(filled)
            lines = (
                _("yes: go on to the contract"),
                _("no: it is for somebody else"),
                _("no: other contact data"),
                _("no: other base services"),
                _("no: another password"),
                _("stop"),
            )
            match choose(_("Is all of this right?"), lines):
                case 0:
                    return
                case 1:
                    self.form.questions.forget("type", "number", "name", "application_id", "service")
                    filled.whom = self.form.application(self.form.whom())
                    filled.base_services = self.form.base_services(filled.whom)
                    filled.password = self.password(filled.whom, filled.contact)
                case 2:
                    self.form.questions.forget("email", "phone", "email_general", "phone_general")
                    filled.contact = self.form.contact()
                case 3:
                    self.form.questions.forget("service")
                    filled.base_services = self.form.base_services(filled.whom)
                case 4:
                    filled.password = self.password(filled.whom, filled.contact)
                case _:
                    raise ContractDeclined

    def _show(self, filled: Filled) -> None:
        whom, contact = filled.whom, filled.contact
        rows = {_("Whose"): whom.name}
        if whom.kind is not None:
            rows[_("Number")] = f"{whom.holder.type} {whom.holder.number}"
            rows[_("In the certificate")] = in_certificate(whom.name)
            rows[_("Application id")] = whom.holder.application_id or _("(none)")
        rows[_("Responsible person")] = f"{contact.email_private}, {contact.phone_private}"
        general = ", ".join(each for each in (contact.email_general, contact.phone_general) if each)
        rows[_("General")] = general or _("(none)")
        rows[_("Base services")] = ", ".join(filled.base_services) or _("(none)")
        rows[_("Folder")] = str(self.folder)
        rows[_("Environment")] = environment_name(self.form.environment)
        width = max(map(len, rows))
        print()
        for name, value in rows.items():
            print(f"{name:{width}}  {value}")
