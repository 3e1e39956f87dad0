"""For whom the owner of an eID may act, asked of eHealth before it matters. One PIN for each environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.finding import Finding
from agent.core.holder import Environment, Holder
from agent.pipeline.enquiry import Enquiry
from agent.ports import Door, Eid, Outside
from agent.text import _


@dataclass(frozen=True)
class Acting:
    """What eHealth said: `holders` are types and numbers. Kept nowhere."""

    person: str
    holders: frozenset[tuple[str, str]] = field(repr=False)

    def check(self, holder: Holder) -> Check:
        """Whether this person may sign for `holder`."""
        whose = holder.name or (holder.type if holder.type == "SSIN" else f"{holder.type} {holder.number}")
        if (holder.type, holder.number) in self.holders:
            found = _("{person} may act for {whose}").format(person=self.person, whose=whose)
            return fine(Topic.QUALITIES, found)
        todo = _("Have another responsible person sign, or have this one registered for it at eHealth.")
        found = _("{person} is not known to act for {whose}").format(person=self.person, whose=whose)
        return Check(Topic.QUALITIES, Mark.STOPS, found, todo)


def ask_for_whom(eid: Eid, environment: Environment, outside: Outside, door: Door) -> Acting:
    """Raises: CardError, ServiceError."""
    told = Enquiry(environment, outside).qualities(eid, door)
    may = {(one.type, one.number) for one in told.organizations}
    if told.natural_person:
        may.add(("SSIN", eid.person.ssin))
    return Acting(eid.person.full_name, frozenset(may))


def environments_of(findings: Iterable[Finding]) -> list[Environment]:
    """Those that are in use, each to be asked once."""
    return list(dict.fromkeys(each.observation.environment for each in findings))


def holders_of(findings: Iterable[Finding], environment: Environment) -> list[Holder]:
    """Whose keystores they are, as far as they could be opened."""
    glances = [each.observation.glance for each in findings if each.observation.environment is environment]
    return list(dict.fromkeys(glance.holder for glance in glances if glance is not None and glance.holder is not None))
