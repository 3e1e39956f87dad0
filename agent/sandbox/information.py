"""What the services tell: certificate information, organization types, application ids, actor qualities."""

from __future__ import annotations

from lxml import etree

from agent.core import dn
from agent.core.registration import CertificateStatus, ContactData
from agent.core.x509 import name_of
from agent.sandbox.answers import boolean, commons, core, instant, node
from agent.sandbox.numbers import ORGANIZATIONS
from agent.sandbox.reading import Call, child
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import Mandate, Registration
from agent.sandbox.shapes import CERTRA, XML, XSI

_LANG = f"{{{XML}}}lang"


def get_actor_qualities(call: Call) -> list[etree._Element]:
    """What the person who signed may do. Who has no mandates set may act for every organization known here."""
    asked = child(call.element, "SSIN")
    if asked.attrib["Type"] != "SSIN" or (asked.text or "").strip() != call.signer.ssin:
        raise Refusal(Code.SIGNER_IS_ANOTHER_PERSON, "The SSIN is not that of the eID that signed")
    mandates = call.state.mandates.get(call.signer.ssin)
    if mandates is None:
        known = {(one.holder.type, one.holder.number): one.holder for one in call.state.registrations}
        mandates = [Mandate(*key, holder.name or "") for key, holder in known.items() if holder.type != "SSIN"]
    organizations = [
        node(f"{{{CERTRA}}}OrganizationAuthorization", _texts("Name", one.name, one.name), _organization_id(one))
        for one in mandates
    ]
    return [node(f"{{{CERTRA}}}NaturalPersonAuthorization", "true"), *organizations]


def _organization_id(mandate: Mandate) -> etree._Element:
    return core("Identifier", mandate.number, Type=mandate.type)


def _texts(name: str, nl: str, fr: str) -> etree._Element:
    return core(name, core("Value", nl, **{_LANG: "nl"}), core("Value", fr, **{_LANG: "fr"}))


def get_generic_organization_types(call: Call) -> list[etree._Element]:  # noqa: ARG001 - as every operation
    return [
        node(
            f"{{{CERTRA}}}OrganizationType",
            _texts("Name", one.nl, one.fr),
            core("IdentifierType", one.type),
            core("ValidationRegEx", one.pattern),
            *([core("CheckDigitAlgorithm", one.check_digits.value)] if one.check_digits else []),
            *(core("AvailableBaseService", service) for service in one.base_services),
        )
        for one in ORGANIZATIONS
    ]


def get_existing_application_ids(call: Call) -> list[etree._Element]:
    """Of the active certificates; nil for one without."""
    asked = child(call.element, "OrganizationIdentifier")
    organization = (asked.attrib["Type"], (asked.text or "").strip())
    used = {
        one.holder.application_id
        for one in call.state.registrations
        if (one.holder.type, one.holder.number) == organization
        and one.status(call.now) is CertificateStatus.VALID_ACTIVE
    }
    name = f"{{{CERTRA}}}ApplicationId"
    return [
        node(name, one) if one else node(name, attributes={f"{{{XSI}}}nil": "true"})
        for one in sorted(used, key=lambda one: one or "")
    ]


def get_info_for_citizen(call: Call) -> list[etree._Element]:
    return [
        _info(call, one) for one in call.state.registrations if call.state.may_act_for(call.signer.ssin, one.holder)
    ]


def get_info_for_authentication_certificate(call: Call) -> list[etree._Element]:
    return [_info(call, call.software)]


def _info(call: Call, one: Registration) -> etree._Element:
    """CertificateInfo, in the schema's order."""
    status = one.status(call.now)
    parts = [
        core("RequestedDate", instant(one.requested)),
        core("PublicKeyIdentifier", one.identifier),
        _entity(one),
        core("AuthenticationCertificateStatus", status.value),
        core("ETKStatus", one.token_status(call.now).value),
        core("AutomaticallyValidated", boolean(one.automatically_validated)),
        *_details(one),
        core("Revocable", boolean(status is CertificateStatus.VALID_ACTIVE)),
        core("Replaceable", boolean(one.is_replaceable(call.now) and not _is_replaced(call, one))),
    ]
    if one.replacement_opens is not None:
        parts.append(core("ReplacementPeriodStartDate", instant(one.replacement_opens)))
    parts.append(_contact(one.contact))
    parts += [core("BaseServiceUsage", service) for service in one.base_services]
    return node(f"{{{CERTRA}}}CertificateInfo", *parts)


def _is_replaced(call: Call, one: Registration) -> bool:
    """Whether a successor is on its way or there."""
    alive = (CertificateStatus.IN_PROGRESS, CertificateStatus.VALID_ACTIVE)
    return any(
        other.replaces == one.identifier and other.status(call.now) in alive for other in call.state.registrations
    )


def _entity(one: Registration) -> etree._Element:
    names = [commons("FirstName", first) for first in one.first_names]
    actor = core(
        "Actor", commons("Id", one.holder.number, Type=one.holder.type), *names, commons("Name", one.holder.name or "")
    )
    identifier = [actor]
    if one.holder.application_id:
        identifier.append(core("ApplicationId", one.holder.application_id))
    entity = "NaturalPerson" if one.holder.type == "SSIN" else "Organization"
    return core("CertificateEntity", core("CertificateIdentifier", *identifier), EntityType=entity)


def _details(one: Registration) -> list[etree._Element]:
    certificate = one.certificate
    if certificate is None:
        return []
    return [
        core(
            "AuthenticationCertificateDetails",
            core("SerialNumber", str(certificate.serial_number)),
            core("DN", dn.rfc2253(name_of(certificate.subject))),
            core("IssuerDN", dn.rfc2253(name_of(certificate.issuer))),
            core("ValidNotBefore", instant(certificate.not_valid_before_utc)),
            core("ValidNotAfter", instant(certificate.not_valid_after_utc)),
        )
    ]


def _contact(contact: ContactData) -> etree._Element:
    values = {
        "EmailPrivate": contact.email_private,
        "EmailGeneral": contact.email_general,
        "PhonePrivate": contact.phone_private,
        "PhoneGeneral": contact.phone_general,
    }
    return core("ContactData", *(core(name, value) for name, value in values.items() if value is not None))
