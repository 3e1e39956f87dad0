"""Recover: what is known of a certificate that has to be had again, and a copy put back in its place.

The new certificate itself is a first one (`pipeline.renew.request_first`): eHealth decides by the name whether it
replaces another. Nothing here asks a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.core.dn import holder_of
from agent.core.expiry import days_left, last_safe_day, renewable_from
from agent.core.finding import Finding, Observation
from agent.core.glance import Glance, Profile
from agent.core.holder import Environment, Holder, holder_by_name
from agent.core.person import Person
from agent.core.registration import ContactData
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Wanted, stand_in
from agent.core.x509 import name_of
from agent.errors import (
    AgentError,
    IssuedCertificateError,
    KeystoreError,
    OwnEidNeeded,
    ServiceError,
    WriteFailed,
    WrongPassword,
)
from agent.pipeline.ask import ask_about
from agent.pipeline.depot import served_certificate
from agent.pipeline.platform import Platform
from agent.pipeline.request import First
from agent.ports import Event, Outside
from agent.secret import Secret
from agent.text import N_, _


@dataclass(frozen=True)
class Known:
    """What is known without asking anybody.

    Attributes:
        holder: whose it is; its `name` None where nothing tells it.
        contact: as eHealth has it; None where it could not be asked.
        not_after: aware UTC, or None.
    """

    holder: Holder
    first_names: tuple[str, ...] = ()
    contact: ContactData | None = None
    base_services: tuple[str, ...] = ()
    not_after: datetime | None = None


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


def dated(finding: Finding, known: Known, now: datetime) -> Finding:
    """`finding` with the dates that are known of its certificate, where the file does not tell them."""
    if finding.days_left is not None or known.not_after is None:
        return finding
    end = known.not_after
    return replace(
        finding, renewable_from=renewable_from(end), last_safe_day=last_safe_day(end), days_left=days_left(end, now)
    )


def for_the_signer(known: Known, signer: Person) -> Known:
    """A person's own certificate is asked for by the name on the eID. Raises: OwnEidNeeded."""
    holder = known.holder
    if holder.number != signer.ssin:
        raise OwnEidNeeded(holder.name or _("the holder of the keystore"), signer.full_name)
    first_names = (signer.first_names,) if signer.first_names else ()
    return replace(known, holder=replace(holder, name=signer.surname), first_names=first_names)


def asked_again(
    known: Known, contact: ContactData, path: Path, environment: Environment, keys_of: Path | None
) -> First:
    """The request for a certificate in place of that of the keystore at `path`.

    Args:
        keys_of: the old keystore, where its encryption keys can go along.
    """
    wanted = Wanted(contact, known.first_names, known.base_services)
    return First(known.holder, wanted, environment, path.parent, keys_of)


def request_under_way(holder: Holder, environment: Environment, outside: Outside) -> Renewal | None:
    """A request for this holder that was begun here and has not ended."""
    for renewal in outside.journal.unfinished():
        is_own = renewal.old_path is None and renewal.wanted is not None and renewal.environment is environment
        if is_own and replace(renewal.holder, name=None) == replace(holder, name=None):
            return renewal
    return None


def once_more(renewal: Renewal) -> First:
    """The request that was begun, to go on with."""
    assert renewal.wanted is not None, "it was begun here"
    keys_of = Path(renewal.keys_of) if renewal.keys_of else None
    return First(renewal.holder, renewal.wanted, renewal.environment, Path(renewal.new_path).parent, keys_of)


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
