"""`request-foreigner`: the first certificate of a person without Belgian residence, who has no eID.

The person gives names, BIS number and contact data, then logs in at an address of eHealth's, in the browser. The number
is never on the command line, where other users of the computer could read it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent import wiring
from agent.cli.questions import Questions
from agent.cli.replacing_foreigner import Old, asked_again, old_password, opened
from agent.cli.request_password import PasswordChosen, choose_password
from agent.cli.terminal import TerminalDoor, ask_secret, choose, complain, console, secret_from_stdin
from agent.config import Config, load
from agent.core.contact import email_address, phone_number
from agent.core.holder import Environment
from agent.core.identifiers import FOREIGNER
from agent.core.person import Person
from agent.core.person_name import person_name
from agent.core.registration import ContactData
from agent.core.renewal import Renewal
from agent.core.validation import what_to_do
from agent.desktop.launch import open_address
from agent.errors import VaultUnavailable
from agent.pipeline.foreigner_request import Awaited, received, request_for, requests_begun, submitted
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.pipeline.under_way import file_of
from agent.ports import Outside
from agent.text import _, moment

_FAILED, _LATER = 1, 75
"""Exit codes, see `agent.cli`."""


def request_foreigner(arguments: Namespace) -> int:
    """Request a certificate without a card, or go on with such a request."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    old = opened(arguments, outside) if arguments.renew else None
    begun = _begun_for(old, arguments, outside)
    if begun is not None:
        print(_("Going on with the request of {name} that was begun on {begun}.").format(**_facts(begun)))
        asked, place = First.of(begun), file_of(outside, begun)
    else:
        asked = asked_again(old, arguments, outside) if old is not None else _asked(arguments, config)
        place = None
    if old is not None and (old.goes_along or place is None):
        password = old.for_the_new_one()
    else:
        password = _password(arguments, outside, asked, place)
    before = old.password if old else old_password(arguments, outside, asked, place)
    options = Options(
        password=before or password.secret,
        new_password=password.secret,
        profile=config.profile,
        keep_password=password.keep,
        activate=config.activate_at_once,
        anew=arguments.anew,
    )
    browse = open_address if arguments.browser else None
    return follow(asked, outside, options, browse, wait=not arguments.no_wait)


def follow(
    asked: First, outside: Outside, options: Options, browse: Callable[[str], bool] | None, *, wait: bool = True
) -> int:
    """Send the request, say where to log in, and wait for the certificate.

    Args:
        browse: opens an address; None: the person does it.
    Returns: the exit code.
    Raises: AgentError.
    """
    door = _Door()
    made = submitted(asked, outside, door, options)
    if isinstance(made, Awaited):
        validation = made.validation
        print()
        print(what_to_do(validation, outside.clock.now()))
        if validation.url is None:
            print(_("Begin anew: {command}").format(command="ehealth-agent request-foreigner --anew"))
            return _FAILED
        if browse is not None and made.request.polls <= 1 and not browse(validation.url):
            print(_("No browser could be opened: type the address into one, on this computer or another."))
        if not wait:
            print(_("Afterwards, go on with: {command}").format(command="ehealth-agent request-foreigner"))
            return _LATER
        made = received(asked, outside, door, options)
    _tell(made)
    return 0


@dataclass
class _Door(TerminalDoor):
    """No card is there to be spoken of."""

    def waiting(self, until: datetime, by_hand: bool) -> None:  # noqa: ARG002
        text = _("Waiting until you have logged in and eHealth has made the certificate.")
        again = _("Asking again at {time}; Ctrl-C stops, and keeps what was done.")
        self.out.print(f"    {text}")
        self.out.print(f"    {again.format(time=f'{until.astimezone():%H:%M:%S}')}")


def _tell(made: Renewal) -> None:
    """Without the file's name, which has the national number in it."""
    out = console()
    out.print()
    out.print(_("Your computer is now ready to use eHealth applications."), style="bold green")
    text = _("The keystore of {name} is the newest file in {folder}")
    folder = Path(made.new_path).parent
    out.print(text.format(name=made.holder.name, folder=folder), markup=False, soft_wrap=True)
    out.print(_("Point your software to it, on every computer that uses it."))


# ── What is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def _begun_for(old: Old | None, arguments: Namespace, outside: Outside) -> Renewal | None:
    if old is not None:
        return old.begun
    return None if arguments.surname else _begun(outside)


def _begun(outside: Outside) -> Renewal | None:
    """The request that is under way, where there is one."""
    begun = requests_begun(outside)
    if len(begun) < 2:
        return begun[0] if begun else None
    lines = [
        _("{name}, begun on {moment}").format(name=each.holder.name, moment=moment(each.started)) for each in begun
    ]
    return begun[choose(_("Which request is meant?"), lines)]


def _facts(begun: Renewal) -> dict[str, str]:
    return {"name": begun.holder.name or "", "begun": moment(begun.started)}


def _asked(arguments: Namespace, config: Config) -> First:
    """Raises: ConfigError where nobody can be asked, or an option is wrong."""
    print(_("For a person without Belgian residence, who has a BIS number and no eID. No card is needed."))
    arguments.number_stdin = secret_from_stdin(_("the BIS number")).reveal() if arguments.number_stdin else None
    questions = Questions(arguments)
    questions.need("surname", "first_names", "number_stdin", "email", "phone")
    surname = questions.value("surname", _("Surname"), person_name, str)
    first_names = questions.value("first_names", _("First name(s)"), person_name, str)
    number = questions.value("number_stdin", _("BIS number"), FOREIGNER.number, str)
    contact = ContactData(
        questions.value("email", _("E-mail address of this person"), email_address, str),
        questions.value("phone", _("Phone number of this person"), phone_number, str),
    )
    environment = Environment.ACCEPTANCE if arguments.acceptance else Environment.PRODUCTION
    return request_for(Person(number, first_names, surname), contact, environment, config.folders[0])


def _password(arguments: Namespace, outside: Outside, asked: First, place: Path | None) -> PasswordChosen:
    """Of the keystore that comes to be, or that a request under way has at `place` already."""
    given = secret_from_stdin(_("the keystore's password")) if arguments.password_stdin else None
    if place is None:
        return choose_password(Questions(arguments), outside, asked, given)
    if given is not None:
        return PasswordChosen(given, arguments.keep_password)
    try:
        kept = outside.vault.password(place)
    except VaultUnavailable as problem:
        complain(problem)
        kept = None
    if kept is not None:
        return PasswordChosen(kept, True)
    return PasswordChosen(ask_secret(_("The password that was chosen for the new keystore")), arguments.keep_password)
