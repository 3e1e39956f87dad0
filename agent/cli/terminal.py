"""The terminal as a place to talk: messages, questions, the renewal's door."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import html2text
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from agent.cli.contact_questions import Given, ask_what_changed
from agent.core.holder import Environment
from agent.core.holder_words import environment_name
from agent.core.mask import without_national_numbers
from agent.core.person import Person
from agent.core.readiness import Said
from agent.core.registration import AnyContract, ContactData, Verdict, in_language
from agent.core.renewal import Step
from agent.errors import AgentError, CardError, ConfigError, PinBlocked, PinCancelled, PinLastTry
from agent.secret import Secret
from agent.text import _, ngettext


def console(stderr: bool = False) -> Console:
    return Console(soft_wrap=False, highlight=False, stderr=stderr)


def say(text: str, indent: int = 0) -> None:
    """A sentence: on a screen broken between words, in a file one line."""
    if sys.stdout.isatty():
        console().print(Padding(Text(text), (0, 0, 0, indent), expand=False))
    else:
        print(f"{'':{indent}}{text}")


def asking(question: str) -> str:
    """A question before its answer, as the language writes it."""
    return _("{question}: ").format(question=question)


def complain(problem: AgentError, about: str | None = None) -> None:
    """The error as a person needs it, on standard error: what happened, and what to do next."""
    is_screen = sys.stderr.isatty()
    out = Console(stderr=True, highlight=False, soft_wrap=not is_screen)
    out.print(_("{where}: {problem}").format(where=about, problem=problem) if about else str(problem), markup=False)
    if is_screen:
        out.print(Padding(Text(problem.advice), (0, 0, 0, 2), expand=False))
    else:  # a file has no width: what is drawn would be cut off
        out.print(f"  {problem.advice}", markup=False)


def secret_from_stdin(what: str) -> Secret:
    """The next line of standard input; where that is a person, they are asked, and what they type is not shown.

    Raises: ConfigError where there is none.
    """
    if sys.stdin.isatty():
        return ask_secret(what)
    line = sys.stdin.readline()
    if not line:
        raise ConfigError(_("standard input"), _("{what} was expected there, and nothing came").format(what=what))
    return Secret(line.rstrip("\r\n"))


def ask_secret(question: str) -> Secret:
    """Ask without showing what is typed.

    Raises: ConfigError where nobody can be asked.
    """
    if not sys.stdin.isatty():
        text = _("{question}: nobody can be asked; give it with a --…-stdin option")
        raise ConfigError(_("standard input"), text.format(question=question))
    return Secret(getpass.getpass(asking(question)))


def confirm(question: str) -> bool:
    """Ask yes or no. Raises: ConfigError where nobody can be asked."""
    if not sys.stdin.isatty():
        text = _("{question} Nobody can be asked; see --help for the option that answers")
        raise ConfigError(_("standard input"), text.format(question=question))
    return input(_("{question} [y/N] ").format(question=question)).strip().casefold() in (
        "y",
        "yes",
        "j",
        "ja",
        "o",
        "oui",
    )


def choose(question: str, lines: Sequence[str], default: int | None = 1) -> int:
    """Ask which of `lines` is meant; Enter takes the one with the number `default`, where there is one.

    Returns: its place, from 0.
    Raises: ConfigError where nobody can be asked.
    """
    for number, line in enumerate(lines, 1):
        say(f"{number}  {line}", 2)
    if not sys.stdin.isatty():
        text = _("{question} Nobody can be asked; name the file")
        raise ConfigError(_("standard input"), text.format(question=question))
    offered = "" if default is None else f" [{default}]"
    while True:
        said = input(f"{question}{offered} ").strip() or str(default or "")
        if said.isdecimal() and 1 <= int(said) <= len(lines):
            return int(said) - 1


def tries_left(count: int) -> str:
    return ngettext("{count} try left", "{count} tries left", count).format(count=count)


def readable(html: str) -> str:
    """An HTML contract as Markdown text."""
    reader = html2text.HTML2Text(bodywidth=0)
    reader.ignore_images = True
    return reader.handle(html).strip()


@dataclass
class TerminalDoor:
    """The renewal's door in a terminal.

    Attributes:
        accepts: the contract was accepted beforehand (it is shown all the same).
        pin: a PIN given beforehand, for one attempt; None: ask.
        given: contact data for a renewal, in place of what eHealth has.
        asks_contact: the person is asked whether what eHealth has is still right.
        contact_was_asked: the renewal came so far that other contact data could be given.
    """

    accepts: bool = False
    pin: Secret | None = None
    given: Given = field(default_factory=Given)
    asks_contact: bool = False
    out: Console = field(default_factory=console)
    contact_was_asked: bool = False
    _pin_used: bool = False

    def step(self, step: Step, text: str) -> None:  # noqa: ARG002
        self.out.print(f"  · {text} …")

    def card_problem(self, problem: CardError) -> bool:
        if self.pin is not None or not sys.stdin.isatty() or isinstance(problem, PinCancelled | PinBlocked):
            return False  # it ends here, and is said once, where all errors are
        complain(problem)
        return confirm(_("Try again?"))

    def contact(self, contact: ContactData, said: Said) -> ContactData:
        self.contact_was_asked = True
        self._show_contact(_("eHealth reaches the practice at {email} and {phone}"), contact)
        if self.given.is_any:
            other = self.given.in_place_of(contact)
            if other != contact:
                self._show_contact(_("With the renewal eHealth gets {email} and {phone}"), other)
            return other
        if said is Said.WRONG:
            self.out.print(f"    {_('That is not right any more, as was said here.')}")
        if not self.asks_contact or not sys.stdin.isatty():
            if said is Said.WRONG:
                self.out.print(f"    {_('Give what is right with --email and --phone.')}")
            return contact
        if said is Said.RIGHT or (said is Said.NOTHING and not confirm(_("Has any of that changed?"))):
            return contact
        return ask_what_changed(contact)

    def _show_contact(self, text: str, contact: ContactData) -> None:
        said = text.format(email=contact.email_private, phone=contact.phone_private)
        self.out.print(f"  · {said}", markup=False)

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:
        self.out.print()
        text = readable(in_language(contract.text))
        self.out.print(Panel(Markdown(text), title=f"{_('The contract')} ({environment_name(environment)})"))
        whose = without_national_numbers(contract.dn)
        self.out.print(_("For: {name}").format(name=whose), markup=False)
        self.out.print(_("Signs: {name}").format(name=signer.full_name), markup=False)
        if self.accepts:
            self.out.print(_("Accepted beforehand (--accept-contract)."))
            return Verdict.ACCEPTED
        return Verdict.ACCEPTED if confirm(_("Do you accept this contract?")) else Verdict.DECLINED

    def enter_pin(self, attempts_left: int | None) -> Secret:
        if self.pin is not None:
            if self._pin_used:
                raise PinCancelled
            if attempts_left == 1:
                raise PinLastTry
            self._pin_used = True
            return self.pin
        if attempts_left == 1 and not confirm(_("Only one PIN try is left on this card. Use it?")):
            raise PinCancelled
        left = "" if attempts_left is None else f" ({tries_left(attempts_left)})"
        pin = ask_secret(_("PIN of the eID") + left)
        if not pin:
            raise PinCancelled
        return pin

    def waiting(self, until: datetime, by_hand: bool) -> None:
        by_hand_text = _("A person at eHealth looks at the request first.")
        who = by_hand_text if by_hand else _("eHealth makes the certificate.")
        self.out.print(f"    {who} {_('The card is no longer needed.')}")
        text = _("Asking again at {time}; Ctrl-C stops, and keeps what was done.")
        self.out.print(f"    {text.format(time=f'{until.astimezone():%H:%M:%S}')}")
