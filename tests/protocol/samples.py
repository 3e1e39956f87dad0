"""A question for every operation, and for every answer a message as a service might write it.

The answers are written by hand, with other prefixes than ours, so that reading is not proved on our own writing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

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
from agent.protocol import certra, etkdepot, etkra
from agent.protocol.operation import Operation

REQUEST_ID = "_41c6d947-868d-4204-990c-6114f8efbeb5"
KEY_ID = PublicKeyIdentifier("90B57429DBB86CCEE34F65B1D26117C6DA043703")
OTHER_KEY_ID = PublicKeyIdentifier("0123456789ABCDEF0123456789ABCDEF01234567")
PERSON = Person("80010100164", "Zoë Agnès", "D'Haese & Peeters")
CONTACT = ContactData("zoe@example.org", "0032470123456", "info@example.org", "003221234567")
GROUP = Holder("NIHII-GROUP", "71234567", "MYAPP-01", "Groepspraktijk De Brug")
CONTRACT = Contract(
    'CN=NIHII-GROUP\\=71234567,OU=Größe \\, "Éé" <x>,C=BE',
    PERSON,
    (
        LocalizedText("nl", "<!DOCTYPE html>\r\n<p>Vóór &amp; ná — €</p>\n"),
        LocalizedText("fr", " <p>Contrat d'essai</p> "),
    ),
)
REVOCATION = RevocationContract(CONTRACT.dn, PERSON, RevocationReason.SUPERSEDED, CONTRACT.text)

QUESTIONS: list[tuple[Operation[Any, Any], Any]] = [
    (certra.GET_ACTOR_QUALITIES, PERSON.ssin),
    (certra.GET_GENERIC_ORGANIZATION_TYPES, None),
    (certra.GET_EXISTING_APPLICATION_IDS, GROUP),
    (certra.GENERATE_CONTRACT, certra.GenerateContract(CONTACT, PERSON, GROUP, ("Zoë", "Agnès"))),
    (certra.GENERATE_CERTIFICATE, certra.GenerateCertificate(CONTACT, b"\x30\x00", CONTRACT, ("tsa", "codage"))),
    (certra.GET_CERTIFICATE, KEY_ID),
    (certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, None),
    (certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE, None),
    (
        certra.GENERATE_REVOCATION_CONTRACT,
        certra.GenerateRevocationContract(KEY_ID, PERSON, RevocationReason.KEY_COMPROMISE),
    ),
    (certra.REVOKE, certra.Revoke(KEY_ID, REVOCATION)),
    (
        certra.SUBMIT_CSR_FOR_FOREIGNER,
        certra.SubmitCsrForForeigner(PERSON, ContactData("a@example.org", "003221"), b"\x30\x00"),
    ),
    (etkra.START_ETK_REGISTRATION, b"\x30\x01"),
    (etkra.COMPLETE_ETK_REGISTRATION, b"\x30\x02"),
    (etkra.ACTIVATE_ETK, None),
    (etkdepot.GET_ETK, etkdepot.GetEtk(GROUP)),
]
"""Every operation with a question to it."""

ACTIONS = {
    "GetActorQualities": "urn:be:fgov:ehealth:certra:protocol:v2:getActorQualities",
    "GetGenericOrganizationTypes": "urn:be:fgov:ehealth:certra:protocol:v2:getGenericOrganizationTypes",
    "GetExistingApplicationIds": "urn:be:fgov:ehealth:etee:certra:protocol:v2:getexistingapplicationids",
    "GenerateContract": "urn:be:fgov:ehealth:certra:protocol:v2:generateContract",
    "GenerateCertificate": "urn:be:fgov:ehealth:etee:certra:protocol:v2:generatecertificate",
    "GetCertificate": "urn:be:fgov:ehealth:etee:certra:protocol:v2:getcertificate",
    "GetCertificateInfoForCitizen": "urn:be:fgov:ehealth:certra:protocol:v2:getCertificateInfoForCitizen",
    "GetCertificateInfoForAuthenticationCertificate": (
        "urn:be:fgov:ehealth:etee:certra:protocol:v2:getCertificateInfoForAuthenticationCertificate"
    ),
    "GenerateRevocationContract": "urn:be:fgov:ehealth:certra:protocol:v2:generateRevocationContract",
    "Revoke": "urn:be:fgov:ehealth:etee:certra:protocol:v2:revoke",
    "SubmitCSRForForeigner": "urn:be:fgov:ehealth:certra:protocol:v2:submitCSRForForeigner",
    "StartETKRegistration": "urn:be:fgov:ehealth:etee:etkra:protocol:v2:startETKRegistration",
    "CompleteETKRegistration": "urn:be:fgov:ehealth:etee:etkra:protocol:v2:completeETKregistration",
    "ActivateETK": "urn:be:fgov:ehealth:etee:etkra:protocol:v2:activateETK",
    "GetEtk": "",
}
"""As spec/ra-protocol.md has them."""

SUCCESS = '<c:Status><c:StatusCode Value="urn:be:fgov:ehealth:2.0:status:Success"/></c:Status>'


def response_xml(operation: Operation[Any, Any], content: str, answers: str | None = REQUEST_ID) -> bytes:
    """The response element of `operation` around `content`."""
    namespace, _, tag = operation.response_tag[1:].partition("}")
    attributes = ""
    if operation.has_id:
        reference = f' InResponseTo="{answers}"' if answers is not None else ""
        attributes = f' Id="_answer"{reference} IssueInstant="2030-05-06T09:08:10.5+02:00"'
    return (
        f'<p:{tag} xmlns:p="{namespace}" xmlns:c="urn:be:fgov:ehealth:commons:core:v2"'
        f' xmlns:k="urn:be:fgov:ehealth:certra:core:v2" xmlns:e="urn:be:fgov:ehealth:etee:commons:core:v2"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:old="urn:be:fgov:ehealth:commons:1_0:core"'
        f"{attributes}>{content}</p:{tag}>"
    ).encode()


def enveloped(payload: bytes, soap: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<S:Envelope xmlns:S="%s"><S:Body>%s</S:Body></S:Envelope>' % (
        soap.encode(),
        payload,
    )


@dataclass(frozen=True)
class Sample:
    """A response element's content, and what it means."""

    operation: Operation[Any, Any]
    content: str
    answer: object


_SIGNER = (
    '<k:Signer><c:Id Type="SSIN">80010100164</c:Id><c:FirstName>Zoë Agnès</c:FirstName>'
    "<c:Name>D'Haese &amp; Peeters</c:Name></k:Signer>"
)
_TEXT = (
    '<k:Text><k:Value xml:lang="nl">&lt;!DOCTYPE html>&#13;\n&lt;p>Vóór &amp;amp; ná — €&lt;/p>\n</k:Value>'
    '<k:Value xml:lang="fr"><![CDATA[ <p>Contrat d\'essai</p> ]]></k:Value></k:Text>'
)
_DN = '<k:DN>CN=NIHII-GROUP\\=71234567,OU=Größe \\, "Éé" &lt;x>,C=BE</k:DN>'
_INFO = """
  <p:CertificateInfo>
    <k:RequestedDate>2027-04-05T23:30:00+02:00</k:RequestedDate>
    <k:PublicKeyIdentifier>90b57429dbb86ccee34f65b1d26117c6da043703</k:PublicKeyIdentifier>
    <k:CertificateEntity EntityType="Organization"><k:CertificateIdentifier>
      <k:Actor><c:Id Type="NIHII-GROUP">71234567</c:Id><c:FirstName>Zoë</c:FirstName><c:FirstName>A.</c:FirstName>
        <c:Name>Groepspraktijk De Brug</c:Name></k:Actor>
      <k:ApplicationId>MYAPP-01</k:ApplicationId>
    </k:CertificateIdentifier></k:CertificateEntity>
    <k:AuthenticationCertificateStatus>VALID_ACTIVE</k:AuthenticationCertificateStatus>
    <k:ETKStatus>WAIT_FOR_ACTIVATION</k:ETKStatus>
    <k:AutomaticallyValidated>1</k:AutomaticallyValidated>
    <k:AuthenticationCertificateDetails>
      <k:SerialNumber>1234</k:SerialNumber><k:DN>CN=a</k:DN><k:IssuerDN>CN=b</k:IssuerDN>
      <k:ValidNotBefore>2027-04-06T00:00:00.123456789Z</k:ValidNotBefore>
      <k:ValidNotAfter>2030-04-06T00:00:00Z</k:ValidNotAfter>
    </k:AuthenticationCertificateDetails>
    <k:Revocable>true</k:Revocable><k:Replaceable>false</k:Replaceable>
    <k:ReplacementPeriodStartDate>2030-01-06T00:00:00+01:00</k:ReplacementPeriodStartDate>
    <k:ContactData><k:EmailPrivate>zoe@example.org</k:EmailPrivate><k:PhonePrivate>0032470123456</k:PhonePrivate>
    </k:ContactData>
    <k:BaseServiceUsage>tsa</k:BaseServiceUsage><k:BaseServiceUsage>other</k:BaseServiceUsage>
  </p:CertificateInfo>"""
INFO = CertificateInfo(
    requested=datetime(2027, 4, 5, 21, 30, tzinfo=UTC),
    public_key_identifier=KEY_ID,
    holder=GROUP,
    first_names=("Zoë", "A."),
    entity="Organization",
    status=CertificateStatus.VALID_ACTIVE,
    token_status=TokenStatus.WAIT_FOR_ACTIVATION,
    automatically_validated=True,
    details=CertificateDetails(
        "1234",
        "CN=a",
        "CN=b",
        datetime(2027, 4, 6, 0, 0, 0, 123456, tzinfo=UTC),
        datetime(2030, 4, 6, tzinfo=UTC),
    ),
    revocable=True,
    replaceable=False,
    replacement_opens=datetime(2030, 1, 5, 23, tzinfo=UTC),
    contact=ContactData("zoe@example.org", "0032470123456"),
    base_services=("tsa", "other"),
)
_NEW_INFO = """
  <p:CertificateInfo>
    <k:RequestedDate>2030-05-06T07:00:00</k:RequestedDate>
    <k:PublicKeyIdentifier>0123456789ABCDEF0123456789ABCDEF01234567</k:PublicKeyIdentifier>
    <k:CertificateEntity><k:CertificateIdentifier>
      <k:Actor><c:Id Type="SSIN">80010100164</c:Id><c:Name>Haese</c:Name></k:Actor>
    </k:CertificateIdentifier></k:CertificateEntity>
    <k:AuthenticationCertificateStatus>IN_PROGRESS</k:AuthenticationCertificateStatus>
    <k:ETKStatus>NOT_REQUESTED</k:ETKStatus>
    <k:AutomaticallyValidated>false</k:AutomaticallyValidated>
    <k:Revocable>0</k:Revocable><k:Replaceable>false</k:Replaceable>
    <k:ContactData><k:EmailPrivate/><k:EmailGeneral>i@example.org</k:EmailGeneral><k:PhonePrivate>1</k:PhonePrivate>
      <k:PhoneGeneral>2</k:PhoneGeneral></k:ContactData>
  </p:CertificateInfo>"""
NEW_INFO = CertificateInfo(
    requested=datetime(2030, 5, 6, 7, tzinfo=UTC),
    public_key_identifier=OTHER_KEY_ID,
    holder=Holder("SSIN", "80010100164", None, "Haese"),
    first_names=(),
    entity=None,
    status=CertificateStatus.IN_PROGRESS,
    token_status=TokenStatus.NOT_REQUESTED,
    automatically_validated=False,
    details=None,
    revocable=False,
    replaceable=False,
    replacement_opens=None,
    contact=ContactData("", "1", "i@example.org", "2"),
    base_services=(),
)

ANSWERS = [
    Sample(
        certra.GET_ACTOR_QUALITIES,
        SUCCESS
        + "<p:NaturalPersonAuthorization>true</p:NaturalPersonAuthorization><p:OrganizationAuthorization><k:Name>"
        '<k:Value xml:lang="nl">Groep</k:Value><k:Value xml:lang="fr">Groupe</k:Value></k:Name>'
        '<k:Identifier Type="NIHII-GROUP">71234567</k:Identifier></p:OrganizationAuthorization>',
        certra.ActorQualities(
            True,
            (Organization((LocalizedText("nl", "Groep"), LocalizedText("fr", "Groupe")), "NIHII-GROUP", "71234567"),),
        ),
    ),
    Sample(
        certra.GET_GENERIC_ORGANIZATION_TYPES,
        SUCCESS + '<p:OrganizationType><k:Name><k:Value xml:lang="nl">KBO</k:Value></k:Name>'
        "<k:IdentifierType>CBE</k:IdentifierType><k:ValidationRegEx>[0-9]{10}</k:ValidationRegEx>"
        "<k:CheckDigitAlgorithm>CBE</k:CheckDigitAlgorithm><k:AvailableBaseService>tsa</k:AvailableBaseService>"
        "<k:AvailableBaseService>codage</k:AvailableBaseService></p:OrganizationType>"
        "<p:OrganizationType><k:Name><k:Value xml:lang='fr'>Nouveau</k:Value></k:Name>"
        "<k:IdentifierType>NEW-TYPE</k:IdentifierType></p:OrganizationType>",
        (
            OrganizationType((LocalizedText("nl", "KBO"),), "CBE", "[0-9]{10}", ("CBE",), ("tsa", "codage")),
            OrganizationType((LocalizedText("fr", "Nouveau"),), "NEW-TYPE", None, (), ()),
        ),
    ),
    Sample(
        certra.GET_EXISTING_APPLICATION_IDS,
        '<p:ApplicationId>MYAPP-01</p:ApplicationId><p:ApplicationId xsi:nil="true"/>',
        ("MYAPP-01", None),
    ),
    Sample(certra.GET_EXISTING_APPLICATION_IDS, "", ()),
    Sample(certra.GENERATE_CONTRACT, f"{SUCCESS}<p:Contract>{_DN}{_SIGNER}{_TEXT}</p:Contract>", CONTRACT),
    Sample(
        certra.GENERATE_CERTIFICATE,
        f"{SUCCESS}<p:PublicKeyIdentifier>{KEY_ID}</p:PublicKeyIdentifier><p:AutomaticallyValidated>false"
        f"</p:AutomaticallyValidated><p:ReplacesCertificate>{OTHER_KEY_ID.lower()}</p:ReplacesCertificate>",
        certra.CertificateRequested(KEY_ID, False, OTHER_KEY_ID),
    ),
    Sample(
        certra.GET_CERTIFICATE,
        SUCCESS + "<p:X509Certificate>MAA=&#13;\n</p:X509Certificate><p:X509Certificate>MAE=</p:X509Certificate>",
        (b"\x30\x00", b"\x30\x01"),
    ),
    Sample(certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, SUCCESS + _INFO + _NEW_INFO, (INFO, NEW_INFO)),
    Sample(certra.GET_CERTIFICATE_INFO_FOR_CITIZEN, SUCCESS, ()),
    Sample(certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE, SUCCESS + _INFO, INFO),
    Sample(
        certra.GENERATE_REVOCATION_CONTRACT,
        f"{SUCCESS}<p:Contract>{_DN}{_SIGNER}<k:RevocationReason>superseded</k:RevocationReason>{_TEXT}</p:Contract>",
        REVOCATION,
    ),
    Sample(certra.REVOKE, SUCCESS, None),
    Sample(
        certra.SUBMIT_CSR_FOR_FOREIGNER,
        SUCCESS + "<p:ValidationUrl>https://validation.example/x?a=1&amp;b=2</p:ValidationUrl>"
        "<p:ExpirationDate>2030-06-01T00:00:00+02:00</p:ExpirationDate>",
        certra.ForeignerValidation("https://validation.example/x?a=1&b=2", datetime(2030, 5, 31, 22, tzinfo=UTC)),
    ),
    Sample(etkra.START_ETK_REGISTRATION, SUCCESS + "<p:Challenge>AAEC</p:Challenge>", b"\x00\x01\x02"),
    Sample(
        etkra.COMPLETE_ETK_REGISTRATION,
        SUCCESS + "<p:ETK>AAEC</p:ETK><p:ToBeActivated>true</p:ToBeActivated>",
        etkra.TokenRegistered(b"\x00\x01\x02", True),
    ),
    Sample(etkra.ACTIVATE_ETK, SUCCESS, None),
    Sample(
        etkdepot.GET_ETK,
        '<old:Status><Code>200</Code><Message Lang="EN">Success</Message></old:Status><p:GivenSearchCriteria>'
        "<p:Identifier><p:Type>CBE</p:Type><p:Value>0</p:Value></p:Identifier></p:GivenSearchCriteria><p:ETK>AAEC</p:ETK>",
        b"\x00\x01\x02",
    ),
]
"""At least one answer of every operation."""


def failed(*errors: str, value: str = "urn:be:fgov:ehealth:2.0:status:Requester", message: str = "No.") -> str:
    """The status of a failure with these errors (`Code|Message` or `Code|Message|Name=Value`)."""
    listed = ""
    for error in errors:
        code, text, *parameters = error.split("|")
        pairs = "".join(
            "<Parameters><Name>{}</Name><Value>{}</Value></Parameters>".format(*pair.split("=")) for pair in parameters
        )
        listed += f"<Errors><Code>{code}</Code><Message>{text}</Message>{pairs}</Errors>"
    detail = f"<c:StatusDetail><e:EteeStatusDetail>{listed}</e:EteeStatusDetail></c:StatusDetail>" if errors else ""
    return f'<c:Status><c:StatusCode Value="{value}"/><c:StatusMessage>{message}</c:StatusMessage>{detail}</c:Status>'
