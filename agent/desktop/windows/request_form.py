"""What was typed so far for a new certificate, and what is asked of eHealth with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from agent.core.application_id import application_id
from agent.core.contact import email_address, phone_number
from agent.core.holder import Holder
from agent.core.identifiers import NumberRule, known_rule, rule_of
from agent.core.kinds import BASE_SERVICES
from agent.core.organization_name import organization_name
from agent.core.person import Person
from agent.core.registration import ContactData, Organization, OrganizationType
from agent.core.renewal import Renewal, Wanted
from agent.core.typed import Mistyped
from agent.desktop.windows.request_pages import ContactGiven, OrganizationGiven, Typed, Whom

PERSON = "SSIN"

Rule = Callable[[str], str | None]
"""From what was typed to the value; None where the field may be empty and is. Raises: Mistyped."""


@dataclass(frozen=True)
class Form:
    """Texts as they were typed; the values are made from them by the rules of each field."""

    whom: Whom = Whom.ANOTHER
    listed: Organization | None = None
    organization: OrganizationGiven = field(default_factory=OrganizationGiven)
    application_id: Typed = field(default_factory=Typed)
    contact: ContactGiven = field(default_factory=ContactGiven)
    services: frozenset[str] = frozenset()

    def holder(self, person: Person, kinds: Sequence[OrganizationType], in_use: Sequence[str | None]) -> Holder:
        """For whom the certificate is to be. Raises: Mistyped."""
        if self.whom is Whom.MYSELF:
            return Holder(PERSON, person.ssin, None, person.surname)
        given = self.organization
        if self.whom is Whom.LISTED and self.listed is not None:
            type_, number = self.listed.type, self.listed.number
        else:
            type_ = given.type or ""
            number = taken(number_rule(type_, kinds).number, given.number) or ""
        return Holder(
            type_,
            number,
            taken(lambda text: application_id(text, in_use), self.application_id) or None,
            taken(organization_name, given.name),
        )

    def wanted(self, person: Person) -> Wanted:
        """Raises: Mistyped."""
        contact = contact_of(self.contact)
        first_names = (person.first_names,) if self.whom is Whom.MYSELF and person.first_names else ()
        return Wanted(contact, first_names, tuple(each for each in _in_order(self.services)))

    @property
    def own_words(self) -> tuple[str, ...]:
        """What everybody knows of this practice."""
        texts = (self.organization.name, self.organization.number, self.application_id, self.contact.email_private)
        return tuple(each.text for each in texts if each.text)


def contact_of(given: ContactGiven) -> ContactData:
    """Raises: Mistyped."""
    return ContactData(
        taken(email_address, given.email_private) or "",
        taken(phone_number, given.phone_private) or "",
        taken(optional(email_address), given.email_general),
        taken(optional(phone_number), given.phone_general),
    )


def contact_given(contact: ContactData) -> ContactGiven:
    """As if it had just been typed: eHealth or the person took it."""
    return ContactGiven(
        Typed(contact.email_private, True),
        Typed(contact.email_general or "", True),
        Typed(contact.phone_private, True),
        Typed(contact.phone_general or "", True),
    )


def taken(rule: Rule, typed: Typed) -> str | None:
    """The field's value; of one that is only doubted, what the person insists on. Raises: Mistyped."""
    try:
        return rule(typed.text)
    except Mistyped as problem:
        if typed.insisted and problem.doubtful is not None:
            return problem.doubtful
        raise


def optional(rule: Callable[[str], str]) -> Rule:
    """The same for a field that may stay empty."""
    return lambda text: rule(text) if text.strip() else None


def number_rule(type_: str, kinds: Sequence[OrganizationType]) -> NumberRule:
    kind = kind_of(type_, kinds)
    return rule_of(kind) if kind is not None else known_rule(type_)


def kind_of(type_: str, kinds: Sequence[OrganizationType]) -> OrganizationType | None:
    return next((kind for kind in kinds if kind.identifier_type == type_), None)


def services_of(type_: str, kinds: Sequence[OrganizationType]) -> tuple[str, ...]:
    """The base services that a holder of this type may ask for; of a person eHealth's list tells nothing."""
    kind = kind_of(type_, kinds)
    return kind.base_services if kind is not None else tuple(BASE_SERVICES)


def form_of(request: Renewal) -> Form:
    """As if what a request was begun with had just been typed: only what eHealth or the person took is in it."""
    assert request.wanted is not None, "it was requested here"
    holder, contact = request.holder, request.wanted.contact
    return Form(
        Whom.MYSELF if holder.type == PERSON else Whom.ANOTHER,
        None,
        OrganizationGiven(holder.type, Typed(holder.number, True), Typed(holder.name or "", True)),
        Typed(holder.application_id or "", True),
        contact_given(contact),
        frozenset(request.wanted.base_services),
    )


def shown_holder(holder: Holder, first_names: Sequence[str]) -> Holder:
    """As people know them: a person with all their names."""
    if holder.type != PERSON:
        return holder
    return replace(holder, name=" ".join((*first_names, holder.name or "")))


def _in_order(services: frozenset[str]) -> list[str]:
    known = list(BASE_SERVICES)
    return sorted(services, key=lambda each: (known.index(each) if each in known else len(known), each))
