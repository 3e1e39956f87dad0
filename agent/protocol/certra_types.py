"""The types that CertRA's messages share: values <-> elements.

Source: the schemas of certra core v2 and commons core v2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import (
    CertificateDetails,
    CertificateInfo,
    CertificateStatus,
    ContactData,
    Contract,
    LocalizedText,
    Organization,
    OrganizationType,
    PublicKeyIdentifier,
    RevocationContract,
    RevocationReason,
    TokenStatus,
)
from agent.protocol.elements import Element, Unexpected, boolean, child, children, instant, optional, text, token
from agent.protocol.namespaces import CERTRA_CORE, COMMONS
from agent.text import _

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CORE, _COMMONS = CERTRA_CORE.tag, COMMONS.tag

E = TypeVar("E", bound=Enum)

# ── Values to elements ───────────────────────────────────────────────────────────────────────────────────────────────


def contact_elements(contact: ContactData) -> list[Element]:
    """The content of a ContactData element."""
    written = (
        ("EmailPrivate", contact.email_private),
        ("EmailGeneral", contact.email_general),
        ("PhonePrivate", contact.phone_private),
        ("PhoneGeneral", contact.phone_general),
    )
    return [CERTRA_CORE(name, value) for name, value in written if value is not None]


def actor_elements(type_: str, number: str, first_names: Sequence[str], name: str) -> list[Element]:
    """The content of an ActorType."""
    first = (COMMONS("FirstName", first_name) for first_name in first_names)
    return [COMMONS("Id", number, Type=type_), *first, COMMONS("Name", name)]


def person_elements(person: Person) -> list[Element]:
    first_names = (person.first_names,) if person.first_names else ()
    return actor_elements("SSIN", person.ssin, first_names, person.surname)


def identifier_elements(holder: Holder, first_names: Sequence[str]) -> list[Element]:
    """The content of a CertificateIdentifier."""
    actor = CERTRA_CORE("Actor", *actor_elements(holder.type, holder.number, first_names, holder.name or ""))
    application = (CERTRA_CORE("ApplicationId", holder.application_id),) if holder.application_id else ()
    return [actor, *application]


def contract_elements(contract: Contract) -> list[Element]:
    """The content of a ContractType, as it came."""
    return [
        CERTRA_CORE("DN", contract.dn),
        CERTRA_CORE("Signer", *person_elements(contract.signer)),
        CERTRA_CORE("Text", *_text_elements(contract.text)),
    ]


def revocation_contract_elements(contract: RevocationContract) -> list[Element]:
    """The content of a RevocationContractType, as it came."""
    return [
        CERTRA_CORE("DN", contract.dn),
        CERTRA_CORE("Signer", *person_elements(contract.signer)),
        CERTRA_CORE("RevocationReason", contract.reason.value),
        CERTRA_CORE("Text", *_text_elements(contract.text)),
    ]


def _text_elements(texts: Sequence[LocalizedText]) -> list[Element]:
    return [CERTRA_CORE("Value", each.text, **{_LANGUAGE: each.language}) for each in texts]


# ── Elements to values; each may raise Unexpected ────────────────────────────────────────────────────────────────────


def read_contact(element: Element) -> ContactData:
    return ContactData(
        email_private=text(child(element, _CORE("EmailPrivate"))),
        phone_private=text(child(element, _CORE("PhonePrivate"))),
        email_general=_optional_text(element, _CORE("EmailGeneral")),
        phone_general=_optional_text(element, _CORE("PhoneGeneral")),
    )


def read_contract(element: Element) -> Contract:
    return Contract(
        dn=text(child(element, _CORE("DN"))),
        signer=_read_person(child(element, _CORE("Signer"))),
        text=_read_text(child(element, _CORE("Text"))),
    )


def read_revocation_contract(element: Element) -> RevocationContract:
    return RevocationContract(
        dn=text(child(element, _CORE("DN"))),
        signer=_read_person(child(element, _CORE("Signer"))),
        reason=_read_enum(RevocationReason, child(element, _CORE("RevocationReason"))),
        text=_read_text(child(element, _CORE("Text"))),
    )


def read_public_key_identifier(element: Element) -> PublicKeyIdentifier:
    value = token(element)
    if not re.fullmatch("[0-9A-Fa-f]{40}", value):
        raise Unexpected(_("{value!r} is no identifier of a public key").format(value=value))
    return PublicKeyIdentifier(value.upper())


def read_organization(element: Element) -> Organization:
    type_, number = _read_id(child(element, _CORE("Identifier")))
    return Organization(_read_text(child(element, _CORE("Name"))), type_, number)


def read_organization_type(element: Element) -> OrganizationType:
    return OrganizationType(
        name=_read_text(child(element, _CORE("Name"))),
        identifier_type=token(child(element, _CORE("IdentifierType"))),
        pattern=_optional_text(element, _CORE("ValidationRegEx")),
        check_digit_algorithms=tuple(map(token, children(element, _CORE("CheckDigitAlgorithm")))),
        base_services=tuple(map(token, children(element, _CORE("AvailableBaseService")))),
    )


def read_certificate_info(element: Element) -> CertificateInfo:
    entity = child(element, _CORE("CertificateEntity"))
    identifier = child(entity, _CORE("CertificateIdentifier"))
    actor = child(identifier, _CORE("Actor"))
    type_, number = _read_id(child(actor, _COMMONS("Id")))
    application_id = _optional_text(identifier, _CORE("ApplicationId")) or None
    details = optional(element, _CORE("AuthenticationCertificateDetails"))
    opens = optional(element, _CORE("ReplacementPeriodStartDate"))
    return CertificateInfo(
        requested=instant(child(element, _CORE("RequestedDate"))),
        public_key_identifier=read_public_key_identifier(child(element, _CORE("PublicKeyIdentifier"))),
        holder=Holder(type_, number, application_id, text(child(actor, _COMMONS("Name")))),
        first_names=_read_first_names(actor),
        entity=entity.get("EntityType"),
        status=_read_enum(CertificateStatus, child(element, _CORE("AuthenticationCertificateStatus"))),
        token_status=_read_enum(TokenStatus, child(element, _CORE("ETKStatus"))),
        automatically_validated=boolean(child(element, _CORE("AutomaticallyValidated"))),
        details=_read_details(details) if details is not None else None,
        revocable=boolean(child(element, _CORE("Revocable"))),
        replaceable=boolean(child(element, _CORE("Replaceable"))),
        replacement_opens=instant(opens) if opens is not None else None,
        contact=read_contact(child(element, _CORE("ContactData"))),
        base_services=tuple(map(token, children(element, _CORE("BaseServiceUsage")))),
    )


def _read_details(element: Element) -> CertificateDetails:
    return CertificateDetails(
        serial_number=text(child(element, _CORE("SerialNumber"))),
        dn=text(child(element, _CORE("DN"))),
        issuer_dn=text(child(element, _CORE("IssuerDN"))),
        not_before=instant(child(element, _CORE("ValidNotBefore"))),
        not_after=instant(child(element, _CORE("ValidNotAfter"))),
    )


def _read_person(actor: Element) -> Person:
    type_, number = _read_id(child(actor, _COMMONS("Id")))
    if type_ != "SSIN":
        raise Unexpected(_("a signer is a person with a SSIN, not a {type}").format(type=type_))
    return Person(number, " ".join(_read_first_names(actor)) or None, text(child(actor, _COMMONS("Name"))))


def _read_first_names(actor: Element) -> tuple[str, ...]:
    return tuple(map(text, children(actor, _COMMONS("FirstName"))))


def _read_id(element: Element) -> tuple[str, str]:
    type_ = element.get("Type")
    if not type_:
        raise Unexpected(_("{element} has no {part}").format(element="Identifier", part="Type"))
    return type_, text(element)


def _read_text(element: Element) -> tuple[LocalizedText, ...]:
    return tuple(LocalizedText(value.get(_LANGUAGE) or "", text(value)) for value in children(element, _CORE("Value")))


def _read_enum(kind: type[E], element: Element) -> E:
    value = token(element)
    try:
        return kind(value)
    except ValueError as error:
        problem = _("{value!r} is no {kind} that is known here")
        raise Unexpected(problem.format(value=value, kind=kind.__name__)) from error


def _optional_text(parent: Element, tag: str) -> str | None:
    found = optional(parent, tag)
    return text(found) if found is not None else None
