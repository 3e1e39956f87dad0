"""The error tree.

    AgentError
    ├ ConfigError
    ├ KeystoreError    NotFound · FolderAway · Unreadable · WrongPassword · NotPkcs12 · Damaged · Hostile
    │                  WriteFailed · Busy · PasswordRefused · PasswordNeeded
    ├ VaultError       VaultUnavailable            never a plaintext fallback
    ├ CardError        MiddlewareMissing · MiddlewareUnusable · MiddlewareCrashed · OfficialMiddlewareNeeded
    │  │               ReaderMissing · CardMissing · CardRemoved · SeveralCards · NotAnEid · WrongPerson
    │  │               OwnEidNeeded
    │  │               SignatureCertificateMissing · SignatureCertificateExpired · SignatureCertificateEnds
    │  │               AuthenticationCertificateMissing · AuthenticationCertificateExpired
    │  │               PinWindowFailed · CardFailed
    │  └ PinError      PinCancelled · PinImpossible · PinWrong(attempts_left | None) · PinLastTry · PinBlocked
    ├ ServiceError     Unreachable · OutcomeUnknown · Refused · NotYetDelivered
    │  └ BadReply      SoapFault · HttpError · HtmlPage · NotXml · WrongReply
    ├ IssuedCertificateError(check)           the old keystore is untouched
    ├ RenewalBusy · RenewalNotOpen · NotReplaceable · ContractDeclined · ValidationExpired
    ├ BisNumberNeeded
    ├ RenewalRefused   RequestRefused · RequestTurnedDown · NonResidentTurnedDown      of a first certificate
    ├ NothingToActivate · NothingToComplete · NothingBegun · NothingToRecover · NotRevocable · NothingToPassOn
    ├ CalendarNotWritten · SheetNotWritten
    ├ JournalError
    └ WindowsMissing · DisplayMissing         the terminal's commands work without them

Every error says what happened (`title`) and what the person does next (`hint`): templates over the error's own facts,
translated whole when they are shown, by `str` and `advice`. A fact that is a sentence is translated where it is made
or, where that may be another process, marked there. `retry` tells the agent whether trying again makes sense, and who
starts it. Facts never hold a secret. Adapters translate errors at the edge with ``raise … from``; only `cli` and the
windows render.
"""

from __future__ import annotations

from agent.errors.card import (
    AuthenticationCertificateExpired,
    AuthenticationCertificateMissing,
    CardError,
    CardFailed,
    CardMissing,
    CardRemoved,
    MiddlewareCrashed,
    MiddlewareMissing,
    MiddlewareUnusable,
    NotAnEid,
    OfficialMiddlewareNeeded,
    OwnEidNeeded,
    PinBlocked,
    PinCancelled,
    PinError,
    PinImpossible,
    PinLastTry,
    PinWindowFailed,
    PinWrong,
    ReaderMissing,
    SeveralCards,
    SignatureCertificateEnds,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
    WrongPerson,
)
from agent.errors.desktop import DisplayMissing, WindowsMissing
from agent.errors.keystores import (
    Damaged,
    FolderAway,
    Hostile,
    KeystoreBusy,
    KeystoreError,
    KeystoreNotFound,
    KeystoreUnreadable,
    NotPkcs12,
    PasswordNeeded,
    PasswordRefused,
    WriteFailed,
    WrongPassword,
)
from agent.errors.requests import (
    AutostartFailed,
    BisNumberNeeded,
    CalendarNotWritten,
    ContractDeclined,
    IssuedCertificateError,
    NonResidentTurnedDown,
    NothingBegun,
    NothingToActivate,
    NothingToComplete,
    NothingToPassOn,
    NothingToRecover,
    NotReplaceable,
    NotRevocable,
    RenewalBusy,
    RenewalNotOpen,
    RenewalRefused,
    RequestRefused,
    RequestTurnedDown,
    SheetNotWritten,
    ValidationExpired,
)
from agent.errors.services import (
    BadReply,
    HtmlPage,
    HttpError,
    NotXml,
    NotYetDelivered,
    OutcomeUnknown,
    Refused,
    ServiceError,
    SoapFault,
    Unreachable,
    WrongReply,
)
from agent.errors.storage import JournalError, VaultUnavailable
from agent.errors.tree import AgentError, ConfigError, Retry

__all__ = (
    "AgentError",
    "AuthenticationCertificateExpired",
    "AuthenticationCertificateMissing",
    "AutostartFailed",
    "BadReply",
    "BisNumberNeeded",
    "CalendarNotWritten",
    "CardError",
    "CardFailed",
    "CardMissing",
    "CardRemoved",
    "ConfigError",
    "ContractDeclined",
    "Damaged",
    "DisplayMissing",
    "FolderAway",
    "Hostile",
    "HtmlPage",
    "HttpError",
    "IssuedCertificateError",
    "JournalError",
    "KeystoreBusy",
    "KeystoreError",
    "KeystoreNotFound",
    "KeystoreUnreadable",
    "MiddlewareCrashed",
    "MiddlewareMissing",
    "MiddlewareUnusable",
    "NonResidentTurnedDown",
    "NotAnEid",
    "NotPkcs12",
    "NotReplaceable",
    "NotRevocable",
    "NotXml",
    "NotYetDelivered",
    "NothingBegun",
    "NothingToActivate",
    "NothingToComplete",
    "NothingToPassOn",
    "NothingToRecover",
    "OfficialMiddlewareNeeded",
    "OutcomeUnknown",
    "OwnEidNeeded",
    "PasswordNeeded",
    "PasswordRefused",
    "PinBlocked",
    "PinCancelled",
    "PinError",
    "PinImpossible",
    "PinLastTry",
    "PinWindowFailed",
    "PinWrong",
    "ReaderMissing",
    "Refused",
    "RenewalBusy",
    "RenewalNotOpen",
    "RenewalRefused",
    "RequestRefused",
    "RequestTurnedDown",
    "Retry",
    "ServiceError",
    "SeveralCards",
    "SheetNotWritten",
    "SignatureCertificateEnds",
    "SignatureCertificateExpired",
    "SignatureCertificateMissing",
    "SoapFault",
    "Unreachable",
    "ValidationExpired",
    "VaultUnavailable",
    "WindowsMissing",
    "WriteFailed",
    "WrongPassword",
    "WrongPerson",
    "WrongReply",
)
