"""Recover: what is known of a certificate that has to be had again, and a copy put back in its place.

The new certificate itself is a first one (`pipeline.renew.request_first`): eHealth decides by the name whether it
replaces another. Nothing here asks a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from agent.core.dn import holder_of
from agent.core.finding import Observation
from agent.core.glance import Glance, Profile
from agent.core.holder import Environment, Holder, holder_by_name
from agent.core.person import Person
from agent.core.recover_case import Case, Known
from agent.core.registration import ContactData
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Step, Wanted, stand_in
from agent.core.x509 import name_of
from agent.errors import (
    AgentError,
    IssuedCertificateError,
    KeystoreError,
    NothingToRecover,
    OwnEidNeeded,
    ServiceError,
    WriteFailed,
    WrongPassword,
)
from agent.pipeline.ask import ask_about
from agent.pipeline.depot import served_certificate
from agent.pipeline.files import pending_path
from agent.pipeline.platform import Platform
from agent.pipeline.renew import request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.pipeline.under_way import request_under_way, under_way
from agent.ports import Door, Event, Outside
from agent.secret import Secret
from agent.text import N_, _


def known_of(observation: Observation, password: Secret | None, outside: Outside) -> Known | None:
    """All that keystore, eHealth, journal and depot tell of the certificate of a keystore; None where that is nothing.

    Args:
        observation: of the file as it is, or as it was when it could last be opened.
        password: of the file, where it is there and somebody knows it.
    Raises: WrongPassword.
    """
    if password is not None and outside.keystores.exists(Path(observation.path)):
        try:
            info = ask_about(observation, outside, password)
        except WrongPassword:
            raise
        except AgentError:  # the certificate itself, or its name, tells less, but enough
            pass
        else:
            end = info.details.not_after if info.details else None
            return Known(info.holder, info.first_names, info.contact, info.base_services, end)
    glance = observation.glance
    if glance is not None and glance.holder is not None:
        word = outside.journal.words().get(glance.fingerprint)
        return Known(glance.holder, (), None, word.base_services if word else (), glance.not_after)
    holder = holder_by_name(Path(observation.path))
    return None if holder is None else _of_the_depot(holder, observation.environment, outside) or Known(holder)


def _of_the_depot(holder: Holder, environment: Environment, outside: Outside) -> Known | None:
    """The token that the world encrypts for has the name and the dates of its certificate; no key is needed."""
    try:
        certificate = served_certificate(holder, Platform(outside.services, outside.clock, environment))
    except (ServiceError, IssuedCertificateError):
        return None
    found = holder_of(name_of(certificate.subject))
    if found is None or replace(found, name=None) != holder:
        return None
    return Known(found, not_after=certificate.not_valid_after_utc)


def for_the_signer(known: Known, signer: Person) -> Known:
    """A person's own certificate is asked for by the name on the eID. Raises: OwnEidNeeded."""
    holder = known.holder
    if holder.number != signer.ssin:
        raise OwnEidNeeded(holder.name or _("the holder of the keystore"), signer.full_name)
    first_names = (signer.first_names,) if signer.first_names else ()
    return replace(known, holder=replace(holder, name=signer.surname), first_names=first_names)


def looked_up(case: Case, old: Secret | None, outside: Outside) -> tuple[Case, Known]:
    """The case with all that is known of its certificate; with its dates, the way is certain.

    Args:
        old: the password that opens the old file, where somebody knows it.
    Raises: NothingToRecover, WrongPassword.
    """
    known = known_of(case.before, old, outside)
    if known is None:
        raise NothingToRecover(str(case.path))
    return case.dated(known, outside.clock.now()), known


def will_do(old: Secret) -> bool:
    """Whether the old password can protect the new keystore too: Java opens no file whose password is not ASCII."""
    return old.reveal().isascii()


@dataclass(frozen=True)
class Again:
    """A certificate that is requested in place of that of the case's keystore.

    Attributes:
        carries_keys: the old keystore can be opened: its encryption keys go along.
    """

    case: Case
    known: Known
    contact: ContactData
    carries_keys: bool

    @property
    def asked(self) -> First:
        known, path = self.known, self.case.path
        wanted = Wanted(self.contact, known.first_names, known.base_services)
        keys_of = path if self.carries_keys else None
        return First(known.holder, wanted, self.case.before.environment, path.parent, keys_of)


def request_again(again: Again, outside: Outside, door: Door, options: Options) -> Renewal:
    """As `pipeline.renew.request_first`.

    Args:
        options: where keys are carried, `password` opens the old keystore.
    """
    case = again.case
    if not again.carries_keys:
        keys_stay_behind(case.path, outside)
        keep_known(case.before, again.known, outside)
    return request_first(again.asked, outside, door, options)


# ── What was begun ───────────────────────────────────────────────────────────────────────────────────────────────────


def begun_for(case: Case, outside: Outside) -> Renewal | None:
    """What was begun before in place of the case's keystore, and has not ended: a second one is never begun."""
    if case.refused is not None:
        return None
    begun = under_way(outside, case.path)
    if begun is not None and not (begun.step is Step.ACTIVATE and case.is_gone):
        return begun
    return request_under_way(case.holder, case.before.environment, outside) if case.holder is not None else None


@dataclass(frozen=True)
class Resumed:
    """A request that was begun here, to go on with.

    Attributes:
        asked: as it was asked for.
        file: what its password opens: the new keystore, or its working file, which may not be there yet.
        opens_old: the keystore whose password is needed besides, because its keys have yet to go along.
    """

    asked: First
    file: Path
    opens_old: Path | None


def resumed(begun: Renewal, outside: Outside, anew: bool = False) -> Resumed:
    """What going on with it needs. `anew`: it is put aside first, and another one made."""
    exists, pending, final = outside.keystores.exists, pending_path(begun), Path(begun.new_path)
    file = final if exists(final) else pending
    asked = First.of(begun)
    return Resumed(asked, file, asked.keys_of if anew or not exists(file) else None)


# ── What is remembered ───────────────────────────────────────────────────────────────────────────────────────────────


def keys_stay_behind(path: Path, outside: Outside) -> None:
    """Say in the history that a new keystore came without the old one's encryption keys."""
    text = _("The new keystore has none of the encryption keys of {name}: messages for them need that file.")
    event = Event(outside.clock.now(), "recover", text.format(name=file_name(str(path))), str(path))
    outside.journal.note(event)


def keep_known(observation: Observation, known: Known, outside: Outside) -> None:
    """Remember of a file that could never be opened here what is known of it, so that its successor is told as such."""
    if observation.glance is not None or known.not_after is None:
        return
    mark = stand_in(observation.path)
    glance = Glance("", known.holder, known.not_after, known.not_after, mark, pending=False, encryption_keys=0)
    outside.journal.keep_lost([observation._replace(glance=glance, problem=None, password_needed=False)])


# ── A copy ───────────────────────────────────────────────────────────────────────────────────────────────────────────


_BESIDE = ".back"


def put_back(copy: Path, path: Path, password: Secret, outside: Outside, profile: Profile) -> None:
    """Put what is in `copy` at `path`, where no file may be; the copy stays. Every key is proved.

    Raises: KeystoreError (WriteFailed where there is a file by now). Nothing is then at `path` that was not before.
    """
    keystores = outside.keystores
    if keystores.exists(path):
        raise WriteFailed(str(path), _("another file has that name"))
    keystore = keystores.read(copy, password)
    beside = Path(f"{path}{_BESIDE}")
    try:
        keystores.write(beside, keystore, password, profile)
        keystores.put_in_place(beside, path)
    except KeystoreError:
        keystores.remove(beside)
        raise
    text = _("Put back from a copy: {path}")
    known_as = copy.with_name(file_name(str(copy)))
    outside.journal.note(Event(outside.clock.now(), "recover", text.format(path=known_as), str(path)))


PRACTICE_SAYS = N_("It is not needed any more, says the practice.")


def forget(path: Path, outside: Outside) -> bool:
    """Speak of a keystore that is gone no more. False where it was not spoken of."""
    known = [each.path for each in outside.journal.lost() if each.path == str(path)]
    if known:
        outside.journal.keep_lost([], known)
        outside.journal.note(Event(outside.clock.now(), "recover", _(PRACTICE_SAYS), str(path)))
    return bool(known)
