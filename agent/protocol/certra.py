"""CertRA v2: certificates. A query that is one value is that value; one that is nothing is None.

Source: spec/ra-protocol.md, Services · The order of calls; the schema of certra protocol v2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import (
    CertificateInfo,
    ContactData,
    Contract,
    Organization,
    OrganizationType,
    PublicKeyIdentifier,
    RevocationContract,
    RevocationReason,
)
from agent.protocol.certra_types import (
    contact_elements,
    contract_elements,
    identifier_elements,
    person_elements,
    read_certificate_info,
    read_contract,
    read_organization,
    read_organization_type,
    read_public_key_identifier,
    read_revocation_contract,
    revocation_contract_elements,
)
from agent.protocol.elements import (
    Element,
    Unexpected,
    base64_text,
    boolean,
    child,
    children,
    instant,
    octets,
    optional,
    text,
    token,
)
from agent.protocol.namespaces import CERTRA, CERTRA_CORE
from agent.protocol.operation import Operation, SignedWith, nothing
from agent.protocol.status import no_failure
from agent.protocol.wire import Service
from agent.text import _

_ACTION = "urn:be:fgov:ehealth:certra:protocol:v2:"
_ETEE_ACTION = "urn:be:fgov:ehealth:etee:certra:protocol:v2:"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_tag = CERTRA.tag


# ── What a person may do, what kinds of organizations there are ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ActorQualities:
    """Whether a person may have a certificate for themselves, and for which organizations they may manage them."""

    natural_person: bool
    organizations: tuple[Organization, ...]


def _write_ssin(ssin: str) -> Sequence[Element]:
    return (CERTRA("SSIN", ssin, Type="SSIN"),)


def _read_actor_qualities(response: Element) -> ActorQualities:
    return ActorQualities(
        boolean(child(response, _tag("NaturalPersonAuthorization"))),
        tuple(map(read_organization, children(response, _tag("OrganizationAuthorization")))),
    )


def _read_organization_types(response: Element) -> tuple[OrganizationType, ...]:
    return tuple(map(read_organization_type, children(response, _tag("OrganizationType"))))


def _write_organization(organization: Holder) -> Sequence[Element]:
    return (CERTRA("OrganizationIdentifier", organization.number, Type=organization.type),)


def _read_application_ids(response: Element) -> tuple[str | None, ...]:
    found = children(response, _tag("ApplicationId"))
    return tuple(None if each.get(_NIL) in ("true", "1") else text(each) for each in found)


GET_ACTOR_QUALITIES = Operation[str, ActorQualities](
    "GetActorQualities",
    Service.CERTRA,
    _ACTION + "getActorQualities",
    SignedWith.EID_AUTHENTICATION,
    _write_ssin,
    _read_actor_qualities,
)
"""Asked with the signer's own SSIN."""

GET_GENERIC_ORGANIZATION_TYPES = Operation[None, tuple[OrganizationType, ...]](
    "GetGenericOrganizationTypes",
    Service.CERTRA,
    _ACTION + "getGenericOrganizationTypes",
    SignedWith.NOBODY,
    nothing,
    _read_organization_types,
)

GET_EXISTING_APPLICATION_IDS = Operation[Holder, tuple[str | None, ...]](
    "GetExistingApplicationIds",
    Service.CERTRA,
    _ETEE_ACTION + "getexistingapplicationids",
    SignedWith.NOBODY,
    _write_organization,
    _read_application_ids,
    failure=no_failure,
)
"""The application ids of an organization's active certificates; None stands for one without."""


# ── A new certificate ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class GenerateContract:
    """`first_names` are the holder's, where the service has some for it."""

    contact: ContactData
    signer: Person
    holder: Holder
    first_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GenerateCertificate:
    """`contract` is the one that was shown, as it came; `csr_der` is PKCS#10 with the contract's DN."""

    contact: ContactData
    csr_der: bytes
    contract: Contract
    base_services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateRequested:
    """The service has the request. Not `automatically_validated`: a person at eHealth must look first."""

    public_key_identifier: PublicKeyIdentifier
    automatically_validated: bool
    replaces: PublicKeyIdentifier | None


@dataclass(frozen=True, slots=True)
class SubmitCsrForForeigner:
    """`person` has a SSIN-BIS number."""

    person: Person
    contact: ContactData
    csr_der: bytes


@dataclass(frozen=True, slots=True)
class ForeignerValidation:
    """The address that the person must visit and log in to before `expires` (aware UTC)."""

    url: str
    expires: datetime


def _write_generate_contract(query: GenerateContract) -> Sequence[Element]:
    return (
        CERTRA("ContactData", *contact_elements(query.contact)),
        CERTRA("Signer", *person_elements(query.signer)),
        CERTRA("CertificateIdentifier", *identifier_elements(query.holder, query.first_names)),
    )


def _write_generate_certificate(query: GenerateCertificate) -> Sequence[Element]:
    request = CERTRA(
        "EHealthCSR",
        CERTRA_CORE("ContactData", *contact_elements(query.contact)),
        CERTRA_CORE("CSR", base64_text(query.csr_der)),
        CERTRA_CORE("Contract", *contract_elements(query.contract)),
        *(CERTRA_CORE("BaseServiceUsage", service) for service in query.base_services),
    )
    return (request,)


def _read_certificate_requested(response: Element) -> CertificateRequested:
    replaces = optional(response, _tag("ReplacesCertificate"))
    return CertificateRequested(
        read_public_key_identifier(child(response, _tag("PublicKeyIdentifier"))),
        boolean(child(response, _tag("AutomaticallyValidated"))),
        read_public_key_identifier(replaces) if replaces is not None else None,
    )


def _write_identifier(identifier: PublicKeyIdentifier) -> Sequence[Element]:
    return (CERTRA("PublicKeyIdentifier", identifier),)


def _read_chain_der(response: Element) -> tuple[bytes, ...]:
    found = tuple(map(octets, children(response, _tag("X509Certificate"))))
    if not found:
        raise Unexpected(_("it has no certificate"))
    return found


def _write_foreigner(query: SubmitCsrForForeigner) -> Sequence[Element]:
    return (
        CERTRA("ForeignPerson", *person_elements(query.person)),
        CERTRA("ContactData", *contact_elements(query.contact)),
        CERTRA("CSR", base64_text(query.csr_der)),
    )


def _read_validation(response: Element) -> ForeignerValidation:
    return ForeignerValidation(
        token(child(response, _tag("ValidationUrl"))), instant(child(response, _tag("ExpirationDate")))
    )


GENERATE_CONTRACT = Operation[GenerateContract, Contract](
    "GenerateContract",
    Service.CERTRA,
    _ACTION + "generateContract",
    SignedWith.NOBODY,
    _write_generate_contract,
    lambda response: read_contract(child(response, _tag("Contract"))),
)

GENERATE_CERTIFICATE = Operation[GenerateCertificate, CertificateRequested](
    "GenerateCertificate",
    Service.CERTRA,
    _ETEE_ACTION + "generatecertificate",
    SignedWith.EID_SIGNATURE,
    _write_generate_certificate,
    _read_certificate_requested,
)

GET_CERTIFICATE = Operation[PublicKeyIdentifier, tuple[bytes, ...]](
    "GetCertificate",
    Service.CERTRA,
    _ETEE_ACTION + "getcertificate",
    SignedWith.NOBODY,
    _write_identifier,
    _read_chain_der,
    pending_code="CERT_NOT_YET_DELIVERED",
)
"""The certificate, then its issuing CAs in order, without the root; each DER."""

SUBMIT_CSR_FOR_FOREIGNER = Operation[SubmitCsrForForeigner, ForeignerValidation](
    "SubmitCSRForForeigner",
    Service.CERTRA,
    _ACTION + "submitCSRForForeigner",
    SignedWith.NOBODY,
    _write_foreigner,
    _read_validation,
)


# ── What the service knows of certificates ───────────────────────────────────────────────────────────────────────────

GET_CERTIFICATE_INFO_FOR_CITIZEN = Operation[None, tuple[CertificateInfo, ...]](
    "GetCertificateInfoForCitizen",
    Service.CERTRA,
    _ACTION + "getCertificateInfoForCitizen",
    SignedWith.EID_AUTHENTICATION,
    nothing,
    lambda response: tuple(map(read_certificate_info, children(response, _tag("CertificateInfo")))),
)

GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE = Operation[None, CertificateInfo](
    "GetCertificateInfoForAuthenticationCertificate",
    Service.CERTRA,
    _ETEE_ACTION + "getCertificateInfoForAuthenticationCertificate",
    SignedWith.KEYSTORE,
    nothing,
    lambda response: read_certificate_info(child(response, _tag("CertificateInfo"))),
)


# ── Taking a certificate back ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class GenerateRevocationContract:
    public_key_identifier: PublicKeyIdentifier
    signer: Person
    reason: RevocationReason


@dataclass(frozen=True, slots=True)
class Revoke:
    """`contract` is the one that was shown, as it came."""

    public_key_identifier: PublicKeyIdentifier
    contract: RevocationContract


def _write_generate_revocation_contract(query: GenerateRevocationContract) -> Sequence[Element]:
    return (
        *_write_identifier(query.public_key_identifier),
        CERTRA("Signer", *person_elements(query.signer)),
        CERTRA("RevocationReason", query.reason.value),
    )


def _write_revoke(query: Revoke) -> Sequence[Element]:
    return (
        *_write_identifier(query.public_key_identifier),
        CERTRA("Contract", *revocation_contract_elements(query.contract)),
    )


GENERATE_REVOCATION_CONTRACT = Operation[GenerateRevocationContract, RevocationContract](
    "GenerateRevocationContract",
    Service.CERTRA,
    _ACTION + "generateRevocationContract",
    SignedWith.NOBODY,
    _write_generate_revocation_contract,
    lambda response: read_revocation_contract(child(response, _tag("Contract"))),
)

REVOKE = Operation[Revoke, None](
    "Revoke",
    Service.CERTRA,
    _ETEE_ACTION + "revoke",
    SignedWith.EID_SIGNATURE,
    _write_revoke,
    lambda _: None,
)
"""The encryption token of the certificate is revoked with it."""
