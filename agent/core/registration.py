"""What the eHealth platform asks and knows: contact data, contracts, what became of a certificate.

Source: spec/ra-protocol.md and the services' schemas (certra core v2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import NewType, TypeAlias

from agent.core.holder import Holder
from agent.core.person import Person
from agent.text import spoken

PublicKeyIdentifier = NewType("PublicKeyIdentifier", str)
"""Upper-case hex of 20 bytes: SHA-1 over the content of the subjectPublicKey BIT STRING (RFC 5280 4.2.1.2 method 1)."""


@dataclass(frozen=True, slots=True)
class ContactData:
    """How eHealth reaches the people responsible. Phone numbers are written ``0032…``."""

    email_private: str
    phone_private: str
    email_general: str | None = None
    phone_general: str | None = None


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in one language (an ``xml:lang`` value, such as ``nl``)."""

    language: str
    text: str


def in_language(texts: Sequence[LocalizedText]) -> str:
    """The text in the chosen language, else the first there is."""
    return next((each.text for each in texts if each.language[:2] == spoken()), texts[0].text if texts else "")


@dataclass(frozen=True, slots=True)
class Contract:
    """The terms that the signer must be shown before signing; goes back to the service unchanged.

    Attributes:
        dn: as the service wrote it, for the CSR (RFC 2253 order, escaped or not).
        text: an HTML5 document per language.
    """

    dn: str
    signer: Person
    text: tuple[LocalizedText, ...]


class RevocationReason(Enum):
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"


@dataclass(frozen=True, slots=True)
class RevocationContract:
    """As `Contract`, for taking a certificate back."""

    dn: str
    signer: Person
    reason: RevocationReason
    text: tuple[LocalizedText, ...]


AnyContract: TypeAlias = Contract | RevocationContract


class Verdict(Enum):
    """What a person says to a contract."""

    ACCEPTED = auto()
    DECLINED = auto()
    OTHER_CONTACT = auto()  # eHealth is to have other contact data: another contract, then


class CertificateStatus(Enum):
    IN_PROGRESS = "IN_PROGRESS"
    VALID_ACTIVE = "VALID_ACTIVE"
    REFUSED = "REFUSED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class TokenStatus(Enum):
    """The state of a certificate's encryption token (ETK)."""

    NOT_REQUESTED = "NOT_REQUESTED"
    IN_REQUEST = "IN_REQUEST"
    WAIT_FOR_ACTIVATION = "WAIT_FOR_ACTIVATION"
    VALID_ACTIVE = "VALID_ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class CertificateDetails:
    """The delivered certificate as the service knows it. Serial number and names as written there."""

    serial_number: str
    dn: str
    issuer_dn: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """What the service knows of one certificate. Instants are aware UTC.

    Attributes:
        holder: `name` is the actor's name as registered (accents and case kept).
        first_names: of the actor, in order; the service sends them for persons.
        entity: ``NaturalPerson`` or ``Organization``; None where the service left it out.
        details: None until the certificate is delivered.
        replacement_opens: ReplacementPeriodStartDate, or None where the service does not say.
    """

    requested: datetime
    public_key_identifier: PublicKeyIdentifier
    holder: Holder
    first_names: tuple[str, ...]
    entity: str | None
    status: CertificateStatus
    token_status: TokenStatus
    automatically_validated: bool
    details: CertificateDetails | None
    revocable: bool
    replaceable: bool
    replacement_opens: datetime | None
    contact: ContactData
    base_services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganizationType:
    """A kind of organization that can have certificates.

    Attributes:
        identifier_type: as in the DN, such as ``NIHII-GROUP``.
        pattern: a regular expression in Java's syntax for the number, or None.
        check_digit_algorithms: names as the service gives them; empty: any value will do.
        base_services: those that this type may ask for.
    """

    name: tuple[LocalizedText, ...]
    identifier_type: str
    pattern: str | None
    check_digit_algorithms: tuple[str, ...]
    base_services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization that a person may act for."""

    name: tuple[LocalizedText, ...]
    type: str
    number: str
