"""`request`: a new certificate for an organization or a person, from the conditions to the keystore."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import TextIO

from agent import wiring
from agent.cli.questions import Questions, option
from agent.cli.renewing import keystore_password, tell
from agent.cli.request_filling import Filled, Filling, accept_conditions
from agent.cli.request_form import PERSON, RequestForm, Whom
from agent.cli.request_password import PasswordChosen, choose_password
from agent.cli.request_sheet import offer_sheet
from agent.cli.terminal import (
    TerminalDoor,
    choose,
    complain,
    confirm,
    secret_from_stdin,
)
from agent.config import Config, load
from agent.core.holder import Environment
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted
from agent.errors import ConfigError, ContractDeclined, RequestRefused, RequestTurnedDown, WriteFailed
from agent.pipeline.enquiry import Enquiry
from agent.pipeline.files import pending_path
from agent.pipeline.renew import put_aside, request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.pipeline.sign import usable_eid, with_card
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _, moment
from agent.watch.look import environment_of

_STOPPED = 130
_NEEDED = ("type", "number", "name", "email", "phone", "yes", "accept_contract", "password_stdin")
_OF_A_PERSON = ("number", "name")


def request(arguments: Namespace) -> int:
    """Ask what is needed, show it, and request the certificate."""
    desk = _Desk(arguments)
    try:
        begun = desk.earlier()
        filled = None if begun else desk.filled()
    except (KeyboardInterrupt, EOFError, ContractDeclined):
        print("\n" + _("Stopped. Nothing was requested, and nothing was written."), file=sys.stderr)
        return _STOPPED
    if begun is not None:
        return desk.go_on(begun)
    assert filled is not None, "it is one or the other"
    return desk.carry_out(filled)


class _Desk:
    """One `request` command at work."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        self._questions = Questions(arguments)
        self._config: Config = load(arguments.config)
        self._environment = Environment(arguments.environment)
        self._anew: bool = arguments.anew
        if not (self._anew and arguments.type is None):
            needed = [each for each in _NEEDED if arguments.type != PERSON or each not in _OF_A_PERSON]
            self._questions.need(*needed)
        self._outside: Outside = wiring.outside(self._config)
        self._folder = self._checked_folder()
        if arguments.sheet is not None and not arguments.sheet.absolute().parent.is_dir():
            raise ConfigError("--sheet", _("there is no folder {path}").format(path=arguments.sheet.absolute().parent))
        self._given = self._given_password()
        pin = secret_from_stdin(_("the eID's PIN")) if arguments.pin_stdin else None
        self._door = TerminalDoor(arguments.accept_contract, pin)

    def _given_password(self) -> Secret | None:
        """A person at a terminal is asked later, twice."""
        if not self._arguments.password_stdin or self._questions.somebody_is_there:
            return None
        return secret_from_stdin(_("the new keystore's password"))

    def _checked_folder(self) -> Path:
        """Where the keystore will be. Raises: ConfigError where it has those of the other environment."""
        folder: Path = self._arguments.folder or self._own_folder()
        folder = folder.expanduser().absolute()
        for stamp in self._outside.keystores.found([folder], self._config.patterns):
            if environment_of(Path(stamp.path)) is not self._environment:
                text = _("{folder} has keystores of the other environment: give each a folder of its own")
                raise ConfigError(option("folder"), text.format(folder=folder))
        return folder

    def _own_folder(self) -> Path:
        """The first one that is watched; one beside it for tests, which never share a folder with what is real."""
        first = self._config.folders[0]
        return first if self._environment is Environment.PRODUCTION else first.with_name(f"{first.name}-acceptance")

    # ── What was begun before ────────────────────────────────────────────────────────────────────────────────────────

    def earlier(self) -> Renewal | None:
        """An unfinished request that is to go on now. Raises: ConfigError, RenewalBusy."""
        unfinished = [
            each for each in self._outside.journal.unfinished() if each.wanted and each.step is not Step.ACTIVATE
        ]
        unfinished.reverse()  # the newest first
        if self._anew and self._arguments.type is None:
            if not unfinished:
                self._questions.need(*_NEEDED)
            return unfinished[0] if unfinished else None
        for renewal in unfinished:
            text = _("A request for {whose} was begun on {begun} and is not finished.")
            print(text.format(whose=_whose(renewal), begun=moment(renewal.started)), file=self._aside())
            if renewal.ended_because:
                print(f"  {renewal.ended_because}", file=self._aside())
            if self._questions.somebody_is_there and self._chosen_for(renewal):
                return renewal
        return None

    def _aside(self) -> TextIO:
        return sys.stdout if self._questions.somebody_is_there else sys.stderr

    def _chosen_for(self, renewal: Renewal) -> bool:
        """Whether the person goes on with it; put aside, where they wish."""
        go_on, leave, give_up = (
            _("go on with it"),
            _("leave it as it is, and request another certificate"),
            _("put it aside: it is not wanted any more"),
        )
        chosen = choose(_("What now?"), [go_on, leave, *([give_up] if renewal.can_be_put_aside else [])])
        if chosen == 2:
            put_aside(renewal, self._outside)
        return chosen == 0

    def go_on(self, renewal: Renewal) -> int:
        """Bring an earlier request to its end, or make it anew where eHealth refused it."""
        assert renewal.wanted is not None, "only first requests are found by `earlier`"
        asked = First(renewal.holder, renewal.wanted, renewal.environment, Path(renewal.new_path).parent)
        password = self._password_of(renewal) or choose_password(self._questions, self._outside, asked, self._given)
        made = request_first(asked, self._outside, self._door, self._options(password))
        return self._told(made, password.secret, _whose(renewal))

    def _password_of(self, renewal: Renewal) -> PasswordChosen | None:
        """That of the file which is there already; None where there is none yet."""
        for path in (pending_path(renewal), Path(renewal.new_path)):
            if self._outside.keystores.exists(path):
                if self._given is not None:
                    return PasswordChosen(self._given, self._arguments.keep_password)
                asked = Namespace(**{**vars(self._arguments), "password_stdin": False})
                secret, is_kept = keystore_password(asked, self._outside, path)
                return PasswordChosen(secret, is_kept or self._arguments.keep_password)
        return None

    # ── The form ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def filled(self) -> Filled:
        """Everything, asked and confirmed. Raises: AgentError; ContractDeclined where the person would rather not."""
        if self._questions.somebody_is_there and not self._arguments.yes:
            accept_conditions(self._environment)
        self._filling = Filling(self._form_with_the_eid(), self._password, self._folder)
        return self._filling.filled()

    def _form_with_the_eid(self) -> RequestForm:
        if self._questions.somebody_is_there:
            print(_("Put your eID into the card reader."))
        eid = with_card(self._door, lambda: usable_eid(self._outside))
        print(_("The eID of {name} is in the reader.").format(name=eid.person.full_name))
        enquiry = Enquiry(self._environment, self._outside)
        return RequestForm(self._questions, enquiry, eid, self._outside, self._config, self._environment)

    def _password(self, whom: Whom, contact: ContactData) -> PasswordChosen:
        asked = self._first(whom, contact, ())
        begun = self._outside.journal.renewal_of(asked.mark)
        known = self._password_of(begun) if begun else None
        return known or choose_password(self._questions, self._outside, asked, self._given)

    def _first(self, whom: Whom, contact: ContactData, services: tuple[str, ...]) -> First:
        return First(whom.holder, Wanted(contact, whom.first_names, services), self._environment, self._folder)

    # ── The request ──────────────────────────────────────────────────────────────────────────────────────────────────

    def carry_out(self, filled: Filled) -> int:
        """Request it; what eHealth refuses outright may be corrected and requested again. Raises: AgentError."""
        while True:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as problem:
                raise WriteFailed(str(self._folder), str(problem.strerror).lower()) from problem
            asked = self._first(filled.whom, filled.contact, filled.base_services)
            try:
                made = request_first(asked, self._outside, self._door, self._options(filled.password))
            except RequestTurnedDown:
                raise
            except RequestRefused as problem:
                if not self._questions.somebody_is_there or self._arguments.yes:
                    raise
                complain(problem)
                if not confirm(_("Change something and request again?")):
                    return 1
                self._filling.confirm(filled)
            else:
                return self._told(made, filled.password.secret, filled.whom.name)

    def _options(self, password: PasswordChosen) -> Options:
        return Options(
            password=password.secret,
            profile=self._config.profile,
            keep_password=password.keep,
            wait=not self._arguments.no_wait,
            activate=self._config.activate_at_once,
            anew=self._anew,
        )

    def _told(self, made: Renewal, password: Secret, whose: str) -> int:
        tell(made)
        if Path(made.new_path).parent not in self._config.folders:
            print(_("This folder is not watched; to be reminded in time, add it: ehealth-agent settings"))
        offer_sheet(self._questions, self._outside, made, password, whose)
        return 0


def _whose(renewal: Renewal) -> str:
    holder, wanted = renewal.holder, renewal.wanted
    return " ".join((*(wanted.first_names if wanted else ()), holder.name or holder.type))
