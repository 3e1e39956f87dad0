"""`recover`: from a keystore that does not work any more to one that does."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path

from agent import wiring
from agent.cli.contact_questions import Given, ask_contact, ask_name
from agent.cli.recover_questions import choose_copy, know_password, password_of, protecting
from agent.cli.renewing import tell
from agent.cli.terminal import TerminalDoor, choose, confirm, console, secret_from_stdin
from agent.config import Config, load
from agent.core.holder_words import environment_name
from agent.core.recover import LAST_RESORT, Way
from agent.core.recover_case import Case, Known, for_whom, what_it_means
from agent.core.reminders import file_name
from agent.core.renewal import Renewal
from agent.errors import ContractDeclined, NothingToRecover, WrongPassword
from agent.pipeline import recover as pipeline
from agent.pipeline.renew import renew, request_first
from agent.pipeline.run import Options
from agent.pipeline.sign import usable_eid, with_card
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _, moment
from agent.watch.troubled import Watched

_DONE, _LATER = 0, 75


@dataclass(frozen=True)
class _Asked:
    """What was typed, and where it is carried out."""

    arguments: Namespace
    config: Config
    outside: Outside

    @property
    def watched(self) -> Watched:
        return Watched(self.outside, self.config.folders, self.config.patterns)


def recover(arguments: Namespace) -> int:
    """Find out what is wrong, say the way, and go it as far as it goes today."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    if arguments.forget:
        return _forget(arguments, outside)
    asked = _Asked(arguments, config, outside)
    case = _case(asked)
    out = console()
    out.print(f"{file_name(str(case.path))}: {case.finding.reason}", markup=False, soft_wrap=True)
    begun = pipeline.begun_for(case, outside)
    if begun is not None:
        return _go_on(asked, begun)
    if case.asks_for_copies and _is_put_back(asked, case):
        return _DONE
    return _way_out(asked, replace(case, is_without_copy=case.is_gone))


def _case(asked: _Asked) -> Case:
    """The keystore that was named, or the one that is in trouble. Raises: NothingToRecover, JournalError."""
    arguments, now = asked.arguments, asked.outside.clock.now()
    if arguments.keystore is not None:
        return asked.watched.case_of(arguments.keystore.absolute(), arguments.forgotten)
    cases = asked.watched.in_trouble(arguments.forgotten)
    if len(cases) == 1:
        return cases[0]
    lines = [f"{file_name(str(each.path))}: {each.remedy(now).advice}" for each in cases]
    return cases[choose(_("Which keystore is it about?"), lines)]


def _way_out(asked: _Asked, case: Case) -> int:
    remedy = case.remedy(asked.outside.clock.now())
    match remedy.way:
        case Way.UNLOCK if know_password():
            return _unlock(asked, case)
        case Way.UNLOCK:
            return _way_out(asked, replace(case, is_forgotten=True))
        case Way.ANEW:
            return _anew(asked, case)
        case Way.REQUEST | Way.REPLACE | Way.WAIT:
            return _request(asked, case)
        case _:
            out = console()
            out.print(remedy.advice)
            if remedy.command:
                out.print(_("Next: {command}").format(command=remedy.command), markup=False, soft_wrap=True)
            return _DONE


# ── The ways ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _forget(arguments: Namespace, outside: Outside) -> int:
    if arguments.keystore is None or not pipeline.forget(arguments.keystore.absolute(), outside):
        raise NothingToRecover(str(arguments.keystore or ""))
    print(_("It is not spoken of any more."))
    return _DONE


def _is_put_back(asked: _Asked, case: Case) -> bool:
    """A copy, where there is one and the person wants it, is in its place again."""
    outside, out, places = asked.outside, console(), wiring.places()
    out.print(_("Looking for a copy of it …"))
    given = asked.arguments.password_stdin and not case.is_forgotten
    told = [secret_from_stdin(_("the keystore's password"))] if given else []
    found = asked.watched.copies(case, places, told)
    chosen = choose_copy(found, case.before, outside, lambda password: asked.watched.copies(case, places, [password]))
    if chosen is None:
        return False
    copy, password = chosen
    if not asked.arguments.yes and not confirm(_("Put this copy back?")):
        return False
    pipeline.put_back(copy, case.path, password, outside, asked.config.profile)
    out.print(
        _("It is back, and every key in it was proved: {path}").format(path=case.path), markup=False, soft_wrap=True
    )
    asked.watched.look_again(case.path, password)
    return True


def _unlock(asked: _Asked, case: Case) -> int:
    password = password_of(case.path, asked.outside, asked.arguments)
    if password is None:
        return _way_out(asked, replace(case, is_forgotten=True))
    asked.outside.vault.keep(case.path, password)
    print(_("Stored in this computer's password vault."))
    return _DONE


def _anew(asked: _Asked, case: Case) -> int:
    """A request that eHealth refused is put aside, and another one is made with a new key."""
    refused, out = case.refused, console()
    assert refused is not None, "this way is for a refused request"
    out.print(_("eHealth said: {problem}").format(problem=refused.ended_because), markup=False, soft_wrap=True)
    out.print(_("If what it speaks of is put right, it can be requested again. Its key is kept, and set aside."))
    if not asked.arguments.yes and not confirm(_("Request it again?")):
        raise ContractDeclined
    if refused.wanted is not None:
        return _go_on(asked, refused, anew=True)
    path = Path(refused.path)
    password = password_of(path, asked.outside, asked.arguments)
    if password is None:
        raise WrongPassword(str(path))
    tell(renew(path, refused.environment, asked.outside, _door(asked), _options(asked, password, anew=True)))
    return _DONE


def _go_on(asked: _Asked, begun: Renewal, anew: bool = False) -> int:
    out, outside = console(), asked.outside
    if begun.wanted is None:  # a renewal, or another program's request: each has a command of its own
        out.print(
            _("A request was begun on {begun} and is not finished. Go on with:").format(begun=moment(begun.started))
        )
        out.print(
            f'  ehealth-agent {"renew" if begun.old_path else "complete"} "{begun.path}"', markup=False, soft_wrap=True
        )
        return _LATER
    if not anew:
        out.print(_("Going on with the request that was begun on {begun}.").format(begun=moment(begun.started)))
    resumed = pipeline.resumed(begun, outside, anew)
    password = password_of(resumed.file, outside, asked.arguments, must=True)
    assert password is not None, "it has to be given"
    options = _options(asked, password, anew=anew)
    if resumed.opens_old is not None:
        old = password_of(resumed.opens_old, outside, asked.arguments)
        options = _options(asked, old or password, password, anew)
    tell(request_first(resumed.asked, outside, _door(asked), options))
    return _DONE


def _request(asked: _Asked, case: Case) -> int:
    """A new certificate in place of this one. What eHealth still tells is not asked."""
    outside, arguments, out = asked.outside, asked.arguments, console()
    old = None
    if not case.is_forgotten and not case.is_gone:
        old = password_of(case.path, outside, arguments)
        case = replace(case, is_forgotten=old is None)
    case, known = pipeline.looked_up(case, old, outside)
    remedy = case.remedy(outside.clock.now())
    if remedy.way is Way.WAIT:
        out.print(remedy.advice)
        out.print(_(LAST_RESORT))
        return _LATER
    if known.lacks_the_persons_name:
        known = pipeline.for_the_signer(known, with_card(TerminalDoor(), lambda: usable_eid(outside)).person)
    elif known.lacks_a_name:
        known = known.named(ask_name())
    _introduce(asked, case, known, carries_keys=old is not None)
    if not arguments.yes and not confirm(_("Request a new certificate?")):
        raise ContractDeclined
    contact = known.contact or ask_contact(Given(arguments.email, arguments.phone))
    protect = protecting(case.path, old, outside, arguments)
    options = _options(asked, old or protect.password, protect.password, keep=protect.keep)
    again = pipeline.Again(case, known, contact, carries_keys=old is not None)
    tell(pipeline.request_again(again, outside, _door(asked), options))
    return _DONE


def _introduce(asked: _Asked, case: Case, known: Known, carries_keys: bool) -> None:
    out = console()
    out.print(for_whom(known), markup=False)
    out.print("  ·", environment_name(case.before.environment))
    for line in what_it_means(known, case, asked.outside.clock.now(), carries_keys=carries_keys):
        out.print("  ·", line, markup=False)


def _door(asked: _Asked) -> TerminalDoor:
    pin = secret_from_stdin(_("the eID's PIN")) if asked.arguments.pin_stdin else None
    given = Given(asked.arguments.email, asked.arguments.phone).checked()
    return TerminalDoor(asked.arguments.accept_contract, pin, given, asks_contact=not asked.arguments.yes)


def _options(
    asked: _Asked, password: Secret, new: Secret | None = None, anew: bool = False, keep: bool = False
) -> Options:
    return Options(
        password=password,
        new_password=new,
        profile=asked.config.profile,
        keep_password=keep,
        wait=not asked.arguments.no_wait,
        activate=asked.arguments.activate or asked.config.activate_at_once,
        anew=anew,
    )
