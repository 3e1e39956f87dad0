"""The operations as they are called: path, SOAPAction, request element, who must sign.

Source: spec/ra-protocol.md, Services (the mixed case is the services').
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from agent.sandbox import shapes
from agent.sandbox.shapes import CERTRA, ETKDEPOT, ETKRA, Part, Shape


class SignedBy(Enum):
    """The key whose signature an operation demands."""

    NOBODY = "nobody"
    EID_AUTHENTICATION = "the eID's Authentication key"
    EID_SIGNATURE = "the eID's Signature key"
    SOFTWARE = "the eHealth authentication key"


@dataclass(frozen=True)
class Operation:
    """One operation. Its request and answer are elements ``<name>Request`` and ``<name>Response`` in `namespace`.

    `soap_action` None: not known for this service, any is taken.
    """

    name: str
    path: str
    soap_action: str | None
    namespace: str
    signed_by: SignedBy
    shape: Shape

    @property
    def request_tag(self) -> str:
        return f"{{{self.namespace}}}{self.name}Request"

    @property
    def response_tag(self) -> str:
        return f"{{{self.namespace}}}{self.name}Response"


def _certra(name: str, action: str, signed_by: SignedBy, *parts: Part) -> Operation:
    shape = parts if signed_by is SignedBy.NOBODY else (*parts, shapes.SIGNATURE)
    return Operation(name, "/CertRa/v2", action, CERTRA, signed_by, shape)


def _etkra(name: str, action: str, *parts: Part) -> Operation:
    return Operation(name, "/EtkRa/v2", action, ETKRA, SignedBy.SOFTWARE, (*parts, shapes.SIGNATURE))


_IN_CERTRA = "urn:be:fgov:ehealth:certra:protocol:v2:"
_IN_ETEE_CERTRA = "urn:be:fgov:ehealth:etee:certra:protocol:v2:"
_IN_ETEE_ETKRA = "urn:be:fgov:ehealth:etee:etkra:protocol:v2:"
_KEY_IDENTIFIER = Part(f"{{{CERTRA}}}PublicKeyIdentifier", shapes.KEY_IDENTIFIER)
_SIGNER = Part(f"{{{CERTRA}}}Signer", shapes.ACTOR)
_CONTACT_DATA = Part(f"{{{CERTRA}}}ContactData", shapes.CONTACT_DATA)

OPERATIONS = (
    _certra(
        "GetActorQualities",
        _IN_CERTRA + "getActorQualities",
        SignedBy.EID_AUTHENTICATION,
        Part(f"{{{CERTRA}}}SSIN", shapes.ID),
    ),
    _certra("GetGenericOrganizationTypes", _IN_CERTRA + "getGenericOrganizationTypes", SignedBy.NOBODY),
    _certra(
        "GetExistingApplicationIds",
        _IN_ETEE_CERTRA + "getexistingapplicationids",
        SignedBy.NOBODY,
        Part(f"{{{CERTRA}}}OrganizationIdentifier", shapes.ID),
    ),
    _certra(
        "GenerateContract",
        _IN_CERTRA + "generateContract",
        SignedBy.NOBODY,
        _CONTACT_DATA,
        _SIGNER,
        Part(f"{{{CERTRA}}}CertificateIdentifier", shapes.CERTIFICATE_IDENTIFIER),
    ),
    _certra(
        "GenerateCertificate",
        _IN_ETEE_CERTRA + "generatecertificate",
        SignedBy.EID_SIGNATURE,
        Part(f"{{{CERTRA}}}EHealthCSR", shapes.EHEALTH_CSR),
    ),
    _certra("GetCertificate", _IN_ETEE_CERTRA + "getcertificate", SignedBy.NOBODY, _KEY_IDENTIFIER),
    _certra("GetCertificateInfoForCitizen", _IN_CERTRA + "getCertificateInfoForCitizen", SignedBy.EID_AUTHENTICATION),
    _certra(
        "GetCertificateInfoForAuthenticationCertificate",
        _IN_ETEE_CERTRA + "getCertificateInfoForAuthenticationCertificate",
        SignedBy.SOFTWARE,
    ),
    _certra(
        "GenerateRevocationContract",
        _IN_CERTRA + "generateRevocationContract",
        SignedBy.NOBODY,
        _KEY_IDENTIFIER,
        _SIGNER,
        Part(f"{{{CERTRA}}}RevocationReason", shapes.REVOCATION_REASON),
    ),
    _certra(
        "Revoke",
        _IN_ETEE_CERTRA + "revoke",
        SignedBy.EID_SIGNATURE,
        _KEY_IDENTIFIER,
        Part(f"{{{CERTRA}}}Contract", shapes.REVOCATION_CONTRACT),
    ),
    _certra(
        "SubmitCSRForForeigner",
        _IN_CERTRA + "submitCSRForForeigner",
        SignedBy.NOBODY,
        Part(f"{{{CERTRA}}}ForeignPerson", shapes.ACTOR),
        _CONTACT_DATA,
        Part(f"{{{CERTRA}}}CSR", shapes.BASE64),
    ),
    _etkra(
        "StartETKRegistration",
        _IN_ETEE_ETKRA + "startETKRegistration",
        Part(f"{{{ETKRA}}}PublicEncryptionKey", shapes.BASE64),
    ),
    _etkra(
        "CompleteETKRegistration",
        _IN_ETEE_ETKRA + "completeETKregistration",
        Part(f"{{{ETKRA}}}ToBeRegistered", shapes.BASE64),
    ),
    _etkra("ActivateETK", _IN_ETEE_ETKRA + "activateETK"),
    Operation(
        "GetEtk",
        "/EtkDepot/v1",
        None,
        ETKDEPOT,
        SignedBy.NOBODY,
        (Part(f"{{{ETKDEPOT}}}SearchCriteria", shapes.SEARCH_CRITERIA),),
    ),
)
