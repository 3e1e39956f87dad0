"""`recover`: from a keystore that does not work any more to one that does."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from agent import wiring
from agent.cli.contact_questions import Given, ask_contact, ask_name
from agent.cli.recover_cases import Case, begun_for, case_of
from agent.cli.recover_questions import choose_copy, know_password, password_of, protecting
from agent.cli.renewing import tell
from agent.cli.terminal import TerminalDoor, confirm, console, environment_name, secret_from_stdin
from agent.config import load
from agent.core.finding import State
from agent.core.recover import GONE_WITH_IT, LAST_RESORT, LEFT_BEHIND, Way
from agent.core.reminders import file_name
from agent.core.renewal import Renewal
from agent.errors import ContractDeclined, NothingToRecover, WrongPassword
from agent.pipeline import recover as pipeline
from agent.pipeline.files import pending_path
from agent.pipeline.recover import Known
from agent.pipeline.renew import renew, request_first
from agent.pipeline.run import Options
from agent.pipeline.sign import usable_eid, with_card
from agent.ports import Outside
from agent.secret import Secret
from agent.text import _, moment, written
from agent.watch.copies import copies_of
from agent.watch.look import Look

_DONE, _LATER = 0, 75


def recover(arguments: Namespace) -> int:
    """Find out what is wrong, say the way, and go it as far as it goes today."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    if arguments.forget:
        return _forget(arguments, outside)
    case = case_of(arguments, config, outside)
    out = console()
    out.print(f"{file_name(str(case.path))}: {case.finding.reason}", markup=False, soft_wrap=True)
    begun = None if case.refused else begun_for(case)
    if begun is not None:
        return _go_on(case, begun)
    if case.finding.state is State.MISSING and _is_put_back(case):
        return _DONE
    return _way_out(case)


def _way_out(case: Case) -> int:
    remedy = case.remedy()
    match remedy.way:
        case Way.UNLOCK if know_password():
            return _unlock(case)
        case Way.UNLOCK:
            case.is_forgotten = True
            return _way_out(case)
        case Way.ANEW:
            return _anew(case)
        case Way.REQUEST | Way.REPLACE | Way.WAIT:
            return _request(case)
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


def _is_put_back(case: Case) -> bool:
    """A copy, where there is one and the person wants it, is in its place again."""
    outside, out = case.outside, console()
    places = list(dict.fromkeys([case.path.parent, *case.config.folders, *wiring.places()]))
    out.print(_("Looking for a copy of it …"))
    given = case.arguments.password_stdin and not case.is_forgotten
    told = [secret_from_stdin(_("the keystore's password"))] if given else []
    found = copies_of(case.before, places, outside.keystores, outside.vault, told)
    chosen = choose_copy(found, case.before, outside, places)
    if chosen is None:
        return False
    copy, password = chosen
    if not case.arguments.yes and not confirm(_("Put this copy back?")):
        return False
    pipeline.put_back(copy, case.path, password, outside, case.config.profile)
    out.print(
        _("It is back, and every key in it was proved: {path}").format(path=case.path), markup=False, soft_wrap=True
    )
    Look(outside.keystores, outside.vault, outside.journal, password).at([case.path])
    return True


def _unlock(case: Case) -> int:
    password = password_of(case.path, case.outside, case.arguments)
    if password is None:
        case.is_forgotten = True
        return _way_out(case)
    case.outside.vault.keep(case.path, password)
    print(_("Stored in this computer's password vault."))
    return _DONE


def _anew(case: Case) -> int:
    """A request that eHealth refused is put aside, and another one is made with a new key."""
    refused, out = case.refused, console()
    assert refused is not None, "this way is for a refused request"
    out.print(_("eHealth said: {problem}").format(problem=refused.ended_because), markup=False, soft_wrap=True)
    out.print(_("If what it speaks of is put right, it can be requested again. Its key is kept, and set aside."))
    if not case.arguments.yes and not confirm(_("Request it again?")):
        raise ContractDeclined
    if refused.wanted is not None:
        return _go_on(case, refused, anew=True)
    path = Path(refused.path)
    password = password_of(path, case.outside, case.arguments)
    if password is None:
        raise WrongPassword(str(path))
    tell(renew(path, refused.environment, case.outside, _door(case), _options(case, password, anew=True)))
    return _DONE


def _go_on(case: Case, begun: Renewal, anew: bool = False) -> int:
    out = console()
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
    pending, final = pending_path(begun), Path(begun.new_path)
    place = final if case.outside.keystores.exists(final) else pending
    password = password_of(place, case.outside, case.arguments, must=True)
    assert password is not None, "it has to be given"
    asked = pipeline.once_more(begun)
    if asked.keys_of is not None and (anew or not case.outside.keystores.exists(place)):
        old = password_of(asked.keys_of, case.outside, case.arguments)
        options = _options(case, old or password, password, anew)
    else:
        options = _options(case, password, anew=anew)
    tell(request_first(asked, case.outside, _door(case), options))
    return _DONE


def _request(case: Case) -> int:
    """A new certificate in place of this one. What eHealth still tells is not asked."""
    old, known = _known(case)
    case.finding = pipeline.dated(case.finding, known, case.outside.clock.now())
    remedy, out = case.remedy(), console()
    if remedy.way is Way.WAIT:
        out.print(remedy.advice)
        out.print(_(LAST_RESORT))
        return _LATER
    if known.holder.type == "SSIN" and not known.first_names:
        known = pipeline.for_the_signer(known, with_card(TerminalDoor(), lambda: usable_eid(case.outside)).person)
    elif known.holder.name is None:
        known = replace(known, holder=replace(known.holder, name=ask_name()))
    _introduce(case, known, carries_keys=old is not None)
    if not case.arguments.yes and not confirm(_("Request a new certificate?")):
        raise ContractDeclined
    contact = known.contact or ask_contact(Given(case.arguments.email, case.arguments.phone))
    environment = case.before.environment
    asked = pipeline.asked_again(known, contact, case.path, environment, case.path if old is not None else None)
    protect = protecting(case.path, old, case.outside, case.arguments)
    options = _options(case, old or protect.password, protect.password, keep=protect.keep)
    if old is None:
        pipeline.keys_stay_behind(case.path, case.outside)
        pipeline.keep_known(case.before, known, case.outside)
    tell(request_first(asked, case.outside, _door(case), options))
    return _DONE


def _known(case: Case) -> tuple[Secret | None, Known]:
    """The old password, where it opens the old file; and what is known of the certificate."""
    old = None
    if not case.is_forgotten and case.outside.keystores.exists(case.path):
        old = password_of(case.path, case.outside, case.arguments)
        case.is_forgotten = old is None
    known = pipeline.known_of(case.before, old, case.outside)
    if known is None:
        raise NothingToRecover(str(case.path))
    return old, known


def _introduce(case: Case, known: Known, carries_keys: bool) -> None:
    out, holder = console(), known.holder
    number = _("a person") if holder.type == "SSIN" else f"{holder.type}={holder.number}"
    number = f"{number}, {holder.application_id}" if holder.application_id else number
    out.print(_("A new certificate for {whose}").format(whose=f"{holder.name or ''} ({number})".strip()), markup=False)
    out.print("  ·", environment_name(case.before.environment))
    if known.contact is not None:
        text = _("eHealth reaches the responsible person at {email} and {phone}.")
        out.print(
            "  ·", text.format(email=known.contact.email_private, phone=known.contact.phone_private), markup=False
        )
    if carries_keys:
        out.print("  ·", _("The old encryption keys go along: old messages stay readable."))
    else:
        out.print("  ·", _(LEFT_BEHIND if case.outside.keystores.exists(case.path) else GONE_WITH_IT))
    if known.not_after is not None and known.not_after > case.outside.clock.now():
        out.print("  ·", _("The old certificate stays valid until {day}.").format(day=written(known.not_after)))


def _door(case: Case) -> TerminalDoor:
    pin = secret_from_stdin(_("the eID's PIN")) if case.arguments.pin_stdin else None
    given = Given(case.arguments.email, case.arguments.phone).checked()
    return TerminalDoor(case.arguments.accept_contract, pin, given, asks_contact=not case.arguments.yes)


def _options(
    case: Case, password: Secret, new: Secret | None = None, anew: bool = False, keep: bool = False
) -> Options:
    return Options(
        password=password,
        new_password=new,
        profile=case.config.profile,
        keep_password=keep,
        wait=not case.arguments.no_wait,
        activate=case.arguments.activate or case.config.activate_at_once,
        anew=anew,
    )
