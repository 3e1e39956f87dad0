"""The request of a person without Belgian residence, as terminal and window make it: asked for, sent, waited for.

The step that sends it is in `pipeline.foreigner`. Nothing here asks a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from agent.core.finding import Observation
from agent.core.holder import Environment, Holder
from agent.core.identifiers import FOREIGNER, has_bis_number
from agent.core.person import Person
from agent.core.recover_case import Known
from agent.core.registration import CertificateStatus, ContactData
from agent.core.renewal import Renewal, Wanted
from agent.core.validation import Validation, validation_of
from agent.errors import BisNumberNeeded, NotYetDelivered, RenewalNotOpen
from agent.pipeline.ask import ask_about
from agent.pipeline.renew import request_first
from agent.pipeline.request import First
from agent.pipeline.run import Options
from agent.ports import Door, Outside
from agent.secret import Secret


def requests_begun(outside: Outside) -> tuple[Renewal, ...]:
    """Those that are under way, the newest first. Raises: JournalError."""
    return tuple(each for each in outside.journal.unfinished() if each.for_foreigner)[::-1]


def request_for(person: Person, contact: ContactData, environment: Environment, folder: Path) -> First:
    """What is asked for, from values that their rules have taken (`core.person_name`, `identifiers`, `contact`)."""
    holder = Holder(FOREIGNER.type, person.ssin, None, person.surname)
    first_names = (person.first_names,) if person.first_names else ()
    return First(holder, Wanted(contact, first_names, for_foreigner=True), environment, folder)


def replaced_by_log_in(path: Path, password: Secret, environment: Environment, outside: Outside) -> Known:
    """What is known of the certificate of the keystore at `path`, which is to be replaced without an eID.

    The request for it is a first one with `First.keys_of`, so that old messages stay readable.
    Returns: with no names where the certificate has expired, because its key opens nothing at eHealth any more.
    Raises: BisNumberNeeded, RenewalNotOpen, KeystoreError, ServiceError.
    """
    glance = outside.keystores.glance(path, password)
    if glance.holder is None or not has_bis_number(glance.holder):
        raise BisNumberNeeded(str(path))
    if outside.clock.now() >= glance.not_after:
        return Known(replace(glance.holder, name=None))
    info = ask_about(Observation(str(path), environment, glance), outside, password)
    if info.status is CertificateStatus.VALID_ACTIVE and not info.replaceable:
        raise RenewalNotOpen(str(path), info.replacement_opens.date() if info.replacement_opens else None)
    return Known(info.holder, info.first_names, info.contact, info.base_services, glance.not_after)


@dataclass(frozen=True)
class Awaited:
    """eHealth has the request; now the person logs in (`core.validation.what_to_do` says where)."""

    request: Renewal
    validation: Validation


def submitted(asked: First, outside: Outside, door: Door, options: Options) -> Renewal | Awaited:
    """Send the request, or ask once what became of it, without waiting. A Renewal is ready, as `request_first` has it.

    Raises: AgentError; ValidationExpired where it is too late to log in (`Options.anew` begins again).
    """
    try:
        return request_first(asked, outside, door, replace(options, wait=False))
    except NotYetDelivered:
        begun = outside.journal.renewal_of(asked.mark)
        validation = validation_of(begun) if begun is not None else None
        if begun is None or validation is None:
            raise
        return Awaited(begun, validation)


def received(asked: First, outside: Outside, door: Door, options: Options) -> Renewal:
    """Wait for the certificate of a request that was `submitted`, and for what comes after it. Raises: AgentError."""
    return request_first(asked, outside, door, replace(options, wait=True, anew=False))
