"""The error tree.

    AgentError
    ├ ConfigError
    ├ KeystoreError    NotFound · Unreadable · WrongPassword · NotPkcs12 · Damaged · Hostile · WriteFailed · Busy
    │                  PasswordRefused · PasswordNeeded
    ├ VaultError       VaultUnavailable            never a plaintext fallback
    ├ CardError        MiddlewareMissing · MiddlewareUnusable · OfficialMiddlewareNeeded · ReaderMissing · CardMissing
    │  │               CardRemoved · NotAnEid · WrongPerson · SignatureCertificateMissing
    │  │               SignatureCertificateExpired · AuthenticationCertificateMissing · CardFailed
    │  └ PinError      PinCancelled · PinWrong(attempts_left | None) · PinLastTry · PinBlocked
    ├ ServiceError     Unreachable · OutcomeUnknown · Refused · NotYetDelivered
    │  └ BadReply      SoapFault · HttpError · HtmlPage · NotXml · WrongReply
    ├ IssuedCertificateError(check)           the old keystore is untouched
    ├ RenewalBusy · RenewalNotOpen · RenewalRefused · NotReplaceable · ContractDeclined · NothingToActivate
    ├ JournalError
    └ WindowsMissing · DisplayMissing         the terminal's commands work without them

Every error says what happened (`title`) and what the person does next (`hint`): templates over the error's own facts,
so that they can be translated whole. `retry` tells the agent whether trying again makes sense, and who starts it.
Facts never hold a secret. Adapters translate at the edge with ``raise … from``; only `cli` and the windows render.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import ClassVar


class Retry(Enum):
    """Who may try again."""

    LATER = "later"  # the agent, by itself, after a while
    USER = "user"  # the person, once something was put right
    NEVER = "never"  # nobody: the same try gives the same answer


class AgentError(Exception):
    """Something went wrong that a person must be told about in a sentence."""

    title: ClassVar[str]
    hint: ClassVar[str]
    retry: ClassVar[Retry] = Retry.USER

    @property
    def facts(self) -> dict[str, object]:
        """What happened, by name: the values that `title` and `hint` speak of."""
        own = fields(self) if hasattr(self, "__dataclass_fields__") else ()  # type: ignore[arg-type]
        return {field.name: getattr(self, field.name) for field in own}

    def __str__(self) -> str:
        return self.title.format(**self.facts)


@dataclass(eq=False)
class ConfigError(AgentError):
    """The config file or the command line asks for something that cannot be."""

    where: str
    problem: str
    title = "{where}: {problem}"
    hint = "Correct it and try again; nothing was changed."


# ── Keystores ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class KeystoreError(AgentError):
    """A keystore file cannot be used as it is."""

    path: str


class KeystoreNotFound(KeystoreError):
    title = "There is no keystore at {path}."
    hint = "Look whether the file was moved or renamed, then give its place again."


@dataclass(eq=False)
class KeystoreUnreadable(KeystoreError):
    """The system does not give the file's bytes."""

    problem: str
    title = "{path} cannot be read: {problem}."
    hint = "Look whether this user may read it, and whether its disk or share is there."


class WrongPassword(KeystoreError):
    """A wrong password and a damaged integrity code look the same."""

    title = "The password does not open {path}, or the file was changed after it was written."
    hint = "Give the keystore's password again: ehealth-agent password set. If it is surely right, restore the file."


@dataclass(eq=False)
class NotPkcs12(KeystoreError):
    """Another kind of file. `found` says which: ``empty file``, ``JKS``, ``PEM text``, ``truncated``, ``other``."""

    found: str
    title = "{path} is no PKCS#12 keystore: {found}."
    hint = "Look for the right file, or restore it from a copy."


@dataclass(eq=False)
class Damaged(KeystoreError):
    problem: str
    title = "{path} is damaged: {problem}."
    hint = "Restore the file from a copy. The agent changed nothing."


@dataclass(eq=False)
class Hostile(KeystoreError):
    """Refused before any key derivation."""

    problem: str
    title = "{path} was not opened, because it would block this computer: {problem}."
    hint = "No eHealth program writes such a file. Ask where it comes from, then remove it."
    retry = Retry.NEVER


@dataclass(eq=False)
class WriteFailed(KeystoreError):
    problem: str
    title = "{path} could not be written: {problem}."
    hint = "Make room or give write access to the folder, then start again. The old file is as it was."


class KeystoreBusy(KeystoreError):
    title = "{path} is held open by another program."
    hint = "Close the program that uses the keystore, or wait; the agent tries again."
    retry = Retry.LATER


@dataclass(eq=False)
class PasswordRefused(KeystoreError):
    """A new password that other programs could not use."""

    problem: str
    title = "This password cannot protect {path}: {problem}."
    hint = "Choose at least 8 characters with a digit and a symbol, without accented letters."


@dataclass(eq=False)
class PasswordNeeded(KeystoreError):
    title = "The password of {path} is not known here."
    hint = 'Store it once in this computer\'s password vault: ehealth-agent password set "{path}"'


# ── Vault, journal ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class VaultUnavailable(AgentError):
    problem: str
    title = "This computer's password vault cannot be used: {problem}."
    hint = "Unlock it (log in to the desktop), or give the password each time with --password-stdin."


@dataclass(eq=False)
class JournalError(AgentError):
    path: str
    problem: str
    title = "The agent's journal {path} cannot be used: {problem}."
    hint = "Make room or give access to that folder, then start again. No step is taken that cannot be written down."


# ── Desktop ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class WindowsMissing(AgentError):
    """This Python came without Tk."""

    title = "This Python has no windows: its module tkinter is missing."
    hint = "Install it (Debian and Ubuntu: the package python3-tk), or use the command without --window."


@dataclass(eq=False)
class DisplayMissing(AgentError):
    problem: str
    title = "No window can be opened here: {problem}."
    hint = "Use the command without --window, or start it on a desktop."


# ── Card ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class CardError(AgentError):
    """The eID or what leads to it is not as needed."""


@dataclass(eq=False)
class MiddlewareMissing(CardError):
    tried: str
    title = "The eID software was not found on this computer."
    hint = "Install it from eid.belgium.be, then try again. Looked for: {tried}."


@dataclass(eq=False)
class MiddlewareUnusable(CardError):
    """The software is there and cannot be worked with. `module` is its file."""

    module: str
    problem: str
    title = "{module} cannot be used: {problem}."
    hint = "Install the official eID software from eid.belgium.be, then try again."


@dataclass(eq=False)
class OfficialMiddlewareNeeded(CardError):
    """The module `module` (OpenSC) reads eID cards, but their signature key is closed to it."""

    module: str
    title = "{module} cannot sign with the signature key of an eID: only the official eID software can."
    hint = "Install it from eid.belgium.be, then try again. Where the configuration names a module, remove that line."


class ReaderMissing(CardError):
    title = "No card reader was found."
    hint = "Connect the eID reader, then try again."


class CardMissing(CardError):
    title = "There is no card in the reader."
    hint = "Insert the eID with the chip first, then try again."


class CardRemoved(CardError):
    title = "The eID was taken out of the reader too early."
    hint = "Insert it again and leave it in until the agent says that it is no longer needed."


class NotAnEid(CardError):
    title = "The card in the reader is not a Belgian eID."
    hint = "Insert the identity card of the responsible person, chip first."


@dataclass(eq=False)
class WrongPerson(CardError):
    expected: str
    found: str
    title = "The card in the reader is {found}'s; {expected} began this request."
    hint = "Insert the eID of {expected}, or begin again with this card."


class SignatureCertificateMissing(CardError):
    title = "This eID has no signature certificate."
    hint = "Signing was not activated on it, or it is the card of a minor. The municipality can activate it."


@dataclass(eq=False)
class SignatureCertificateExpired(CardError):
    ended: date
    title = "The signature certificate on this eID ended on {ended}."
    hint = "The municipality renews the card. Another responsible person can sign meanwhile."


class AuthenticationCertificateMissing(CardError):
    title = "This eID has no authentication certificate."
    hint = "It is the card of a child, or it was not activated. The municipality can activate it."


@dataclass(eq=False)
class CardFailed(CardError):
    """The middleware gave an error that has no sentence of its own. `step` is what was being done."""

    step: str
    code: str
    title = "The eID did not answer as expected while {step} ({code})."
    hint = "Take the card out, insert it again and retry. If it comes back, restart the computer."


class PinError(CardError):
    """The PIN did not open the card."""


class PinCancelled(PinError):
    title = "The PIN entry was cancelled."
    hint = "Nothing was signed. Start again when the person with the eID is there."


@dataclass(eq=False)
class PinWrong(PinError):
    attempts_left: int | None
    title = "The PIN was wrong."
    hint = "Look it up before trying again: after three wrong PINs the card is blocked."


class PinLastTry(PinError):
    title = "Only one PIN try is left on this card. The agent does not use it by itself."
    hint = "Be sure of the PIN and confirm, or have the municipality set a new one."


class PinBlocked(PinError):
    title = "The PIN of this eID is blocked."
    hint = "The municipality unblocks it. Another responsible person can sign meanwhile."
    retry = Retry.NEVER


# ── Services ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ServiceError(AgentError):
    """A conversation with the eHealth platform did not end well."""

    retry = Retry.LATER


@dataclass(eq=False)
class Unreachable(ServiceError):
    """Nothing was sent."""

    url: str
    problem: str
    title = "The eHealth platform cannot be reached ({problem})."
    hint = "Check this computer's internet connection. Nothing was sent; the agent tries again."


@dataclass(eq=False)
class OutcomeUnknown(ServiceError):
    """Sent, and no answer came: ask what became of it before anything is sent again."""

    request_id: str
    problem: str
    title = "The connection broke after a request was sent ({problem})."
    hint = "The agent first asks what became of it; nothing is sent twice."


@dataclass(eq=False)
class Refused(ServiceError):
    """The service understood and said no. `code` and `message` are shown as they came."""

    operation: str
    code: str
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    title = "eHealth refused: {message} ({code})."
    hint = "Sending the same again gives the same answer. Show this message to eHealth support if it is not clear."
    retry = Retry.NEVER


@dataclass(eq=False)
class NotYetDelivered(ServiceError):
    title = "eHealth is still working on the certificate."
    hint = "Nothing has to be done; the agent asks again by itself."


@dataclass(eq=False)
class BadReply(ServiceError):
    """An answer that is none. `operation` names the call."""

    operation: str


@dataclass(eq=False)
class SoapFault(BadReply):
    code: str
    message: str
    title = "eHealth reported a fault: {message} ({code})."
    hint = "This is on eHealth's side. The agent tries again later."


@dataclass(eq=False)
class HttpError(BadReply):
    status: int
    title = "eHealth's server answered with HTTP status {status}."
    hint = "This is on eHealth's side or at a proxy. The agent tries again later."


@dataclass(eq=False)
class HtmlPage(BadReply):
    status: int
    title = "A web page came back instead of eHealth's answer (HTTP status {status})."
    hint = "A proxy, a firewall or a login page stands between. Open a web page in the browser, then try again."


@dataclass(eq=False)
class NotXml(BadReply):
    """Truncated, malformed, too large or forbidden XML (DTD, entities)."""

    problem: str
    title = "eHealth's answer cannot be read ({problem})."
    hint = "It was cut off or changed on the way. The agent tries again later."


@dataclass(eq=False)
class WrongReply(BadReply):
    """Well-formed, but the answer to something else. `problem` says what does not fit."""

    problem: str
    title = "eHealth's answer does not belong to the question ({problem})."
    hint = "It was not used. The agent asks again later."


# ── Renewal ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class IssuedCertificateError(AgentError):
    """A certificate or token came back that must not be used. `check` is the number in `core.checks`."""

    check: str
    problem: str
    title = "What eHealth sent back did not pass check {check}: {problem}."
    hint = "It was not installed and the old keystore is as it was. Send the history to eHealth support."
    retry = Retry.NEVER


@dataclass(eq=False)
class RenewalBusy(AgentError):
    path: str
    title = "{path} is already being renewed, in another window or on another computer."
    hint = "Go on there, or close it first."
    retry = Retry.LATER


@dataclass(eq=False)
class RenewalNotOpen(AgentError):
    """`opens` is None where the service does not say when it will be."""

    path: str
    opens: date | None
    title = "{path} cannot be renewed yet."
    hint = "eHealth opens the renewal on {opens}. The agent says so when it is time."
    retry = Retry.LATER


@dataclass(eq=False)
class RenewalRefused(AgentError):
    """eHealth said no to a request, or cannot replace this certificate."""

    path: str
    problem: str
    title = "{path} was not renewed: {problem}"
    hint = (
        "Show this to eHealth support. The old keystore is as it was. To put this request aside and make a new one: "
        'ehealth-agent renew --anew "{path}"'
    )
    retry = Retry.NEVER


@dataclass(eq=False)
class NotReplaceable(AgentError):
    """The certificate's life is over: there is nothing to renew."""

    path: str
    problem: str
    title = "{path} cannot be renewed: {problem}."
    hint = "A new certificate has to be requested, by the responsible person with an eID."
    retry = Retry.NEVER


@dataclass(eq=False)
class NothingToActivate(AgentError):
    path: str
    title = "No renewal of {path} waits for its encryption key to take over."
    hint = "Look at what is under way: ehealth-agent status"
    retry = Retry.NEVER


class ContractDeclined(AgentError):
    title = "The contract was not accepted, so nothing was sent."
    hint = "Start again when the responsible person has read and accepts it."
