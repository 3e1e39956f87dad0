"""The error tree.

    AgentError
    ├ ConfigError
    ├ KeystoreError    NotFound · Unreadable · WrongPassword · NotPkcs12 · Damaged · Hostile · WriteFailed · Busy
    │                  PasswordRefused · PasswordNeeded
    ├ VaultError       VaultUnavailable            never a plaintext fallback
    ├ CardError        MiddlewareMissing · MiddlewareUnusable · MiddlewareCrashed · OfficialMiddlewareNeeded
    │  │               ReaderMissing · CardMissing · CardRemoved · SeveralCards · NotAnEid · WrongPerson
    │  │               SignatureCertificateMissing · SignatureCertificateExpired · SignatureCertificateEnds
    │  │               AuthenticationCertificateMissing · PinWindowFailed · CardFailed
    │  └ PinError      PinCancelled · PinImpossible · PinWrong(attempts_left | None) · PinLastTry · PinBlocked
    ├ ServiceError     Unreachable · OutcomeUnknown · Refused · NotYetDelivered
    │  └ BadReply      SoapFault · HttpError · HtmlPage · NotXml · WrongReply
    ├ IssuedCertificateError(check)           the old keystore is untouched
    ├ RenewalBusy · RenewalNotOpen · RenewalRefused · NotReplaceable · ContractDeclined
    ├ NothingToActivate · NothingToComplete · NothingBegun · NotRevocable · NothingToPassOn · CalendarNotWritten
    ├ JournalError
    └ WindowsMissing · DisplayMissing         the terminal's commands work without them

Every error says what happened (`title`) and what the person does next (`hint`): templates over the error's own facts,
translated whole when they are shown, by `str` and `advice`. A fact that is a sentence is translated where it is made
or, where that may be another process, marked there. `retry` tells the agent whether trying again makes sense, and who
starts it. Facts never hold a secret. Adapters translate errors at the edge with ``raise … from``; only `cli` and the
windows render.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import ClassVar

from agent.text import N_, _, written


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
        """The title, in the chosen language."""
        return self._told(self.title)

    @property
    def advice(self) -> str:
        """The hint, in the chosen language."""
        return self._told(self.hint)

    def _told(self, text: str) -> str:
        return _(text).format(**{name: _shown(fact) for name, fact in self.facts.items()})


def _shown(fact: object) -> object:
    if isinstance(fact, date):
        return written(fact)
    return _(fact) if isinstance(fact, str) else fact


_OF_THE_SYSTEM = (
    N_("permission denied"),
    N_("operation not permitted"),
    N_("read-only file system"),
    N_("no space left on device"),
    N_("disk quota exceeded"),
    N_("input/output error"),
    N_("file name too long"),
    N_("too many levels of symbolic links"),
    N_("is a directory"),
    N_("not a directory"),
    N_("no such file or directory"),
    N_("stale file handle"),
    N_("host is down"),
)
"""What Linux and macOS say of a file that cannot be used, in small letters: facts that adapters hand on."""


@dataclass(eq=False)
class ConfigError(AgentError):
    """The config file or the command line asks for something that cannot be."""

    where: str
    problem: str
    title = N_("{where}: {problem}")
    hint = N_("Correct it and try again; nothing was changed.")


# ── Keystores ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class KeystoreError(AgentError):
    """A keystore file cannot be used as it is."""

    path: str


class KeystoreNotFound(KeystoreError):
    title = N_("There is no keystore at {path}.")
    hint = N_("Look whether the file was moved or renamed, then give its place again.")


@dataclass(eq=False)
class KeystoreUnreadable(KeystoreError):
    """The system does not give the file's bytes."""

    problem: str
    title = N_("{path} cannot be read: {problem}.")
    hint = N_("Look whether this user may read it, and whether its disk or share is there.")


class WrongPassword(KeystoreError):
    """A wrong password and a damaged integrity code look the same."""

    title = N_("The password does not open {path}, or the file was changed after it was written.")
    hint = N_(
        "Give the keystore's password again: ehealth-agent password set. If it is surely right, restore the file."
    )


@dataclass(eq=False)
class NotPkcs12(KeystoreError):
    """Another kind of file. `found` says which: ``empty file``, ``JKS``, ``PEM text``, ``truncated``, ``other``."""

    found: str
    title = N_("{path} is no PKCS#12 keystore: {found}.")
    hint = N_("Look for the right file, or restore it from a copy.")


@dataclass(eq=False)
class Damaged(KeystoreError):
    problem: str
    title = N_("{path} is damaged: {problem}.")
    hint = N_("Restore the file from a copy. The agent changed nothing.")


@dataclass(eq=False)
class Hostile(KeystoreError):
    """Refused before any key derivation."""

    problem: str
    title = N_("{path} was not opened, because it would block this computer: {problem}.")
    hint = N_("No eHealth program writes such a file. Ask where it comes from, then remove it.")
    retry = Retry.NEVER


@dataclass(eq=False)
class WriteFailed(KeystoreError):
    problem: str
    title = N_("{path} could not be written: {problem}.")
    hint = N_("Make room or give write access to the folder, then start again. The old file is as it was.")


class KeystoreBusy(KeystoreError):
    title = N_("{path} is held open by another program.")
    hint = N_("Close the program that uses the keystore, or wait; the agent tries again.")
    retry = Retry.LATER


@dataclass(eq=False)
class PasswordRefused(KeystoreError):
    """A new password that other programs could not use."""

    problem: str
    title = N_("This password cannot protect {path}: {problem}.")
    hint = N_("Choose at least 8 characters with a digit and a symbol, without accented letters.")


@dataclass(eq=False)
class PasswordNeeded(KeystoreError):
    title = N_("The password of {path} is not known here.")
    hint = N_('Store it once in this computer\'s password vault: ehealth-agent password set "{path}"')


# ── Vault, journal ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class VaultUnavailable(AgentError):
    problem: str
    title = N_("This computer's password vault cannot be used: {problem}.")
    hint = N_(
        "It is unlocked when you log in to the desktop. Without it nothing is stored, and the password has to be given "
        "each time; commands take it with --password-stdin."
    )


@dataclass(eq=False)
class JournalError(AgentError):
    path: str
    problem: str
    title = N_("The agent's journal {path} cannot be used: {problem}.")
    hint = N_(
        "Make room or give access to that folder, then start again. No step is taken that cannot be written down."
    )


# ── Desktop ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class WindowsMissing(AgentError):
    """This Python came without Tk."""

    title = N_("This Python has no windows: its module tkinter is missing.")
    hint = N_("Install it (Debian and Ubuntu: the package python3-tk), or use the command without --window.")


@dataclass(eq=False)
class DisplayMissing(AgentError):
    problem: str
    title = N_("No window can be opened here: {problem}.")
    hint = N_("Start it on a desktop. In a terminal, leave --window out; the settings are in the config file.")


# ── Card ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


class CardError(AgentError):
    """The eID or what leads to it is not as needed."""


@dataclass(eq=False)
class MiddlewareMissing(CardError):
    tried: str
    title = N_("The eID software was not found on this computer.")
    hint = N_("Install it from eid.belgium.be, then try again. Looked for: {tried}.")


@dataclass(eq=False)
class MiddlewareUnusable(CardError):
    """The software is there and cannot be worked with. `module` is its file."""

    module: str
    problem: str
    title = N_("{module} cannot be used: {problem}.")
    hint = N_("Install the official eID software from eid.belgium.be, then try again.")


@dataclass(eq=False)
class MiddlewareCrashed(CardError):
    """It took its process down. `step` is what was being done, `how` the system's word for the end."""

    step: str
    how: str
    title = N_("The eID software crashed while {step} ({how}).")
    hint = N_(
        "Nothing was signed, and nothing else was harmed: try again. If it comes back, install the newest eID software "
        "from eid.belgium.be."
    )


@dataclass(eq=False)
class OfficialMiddlewareNeeded(CardError):
    """The module `module` (OpenSC) reads eID cards, but their signature key is closed to it."""

    module: str
    title = N_("{module} cannot sign with the signature key of an eID: only the official eID software can.")
    hint = N_(
        "Install it from eid.belgium.be, then try again. Where the configuration names a module, remove that line."
    )


class ReaderMissing(CardError):
    title = N_("No card reader was found.")
    hint = N_("Connect the eID reader, then try again.")


class CardMissing(CardError):
    title = N_("There is no card in the reader.")
    hint = N_("Insert the eID with the chip first, then try again.")


class CardRemoved(CardError):
    title = N_("The eID was taken out of the reader too early.")
    hint = N_("Insert it again and leave it in until the agent says that it is no longer needed.")


@dataclass(eq=False)
class SeveralCards(CardError):
    """Cards of several people; `names` are theirs."""

    names: str
    title = N_("There are eID cards of several people in the readers: {names}.")
    hint = N_("Leave in only the card of the person who signs.")


class NotAnEid(CardError):
    title = N_("The card in the reader is not a Belgian eID.")
    hint = N_("Insert the identity card of the responsible person, chip first.")


@dataclass(eq=False)
class WrongPerson(CardError):
    expected: str
    found: str
    title = N_("The card in the reader is {found}'s; {expected} began this request.")
    hint = N_("Insert the eID of {expected}, or begin again with this card.")


class SignatureCertificateMissing(CardError):
    title = N_("This eID has no signature certificate.")
    hint = N_("Signing was not activated on it, or it is the card of a minor. The municipality can activate it.")


@dataclass(eq=False)
class SignatureCertificateExpired(CardError):
    ended: date
    title = N_("The signature certificate on this eID ended on {ended}.")
    hint = N_("The municipality renews the card. Another responsible person can sign meanwhile.")


@dataclass(eq=False)
class SignatureCertificateEnds(CardError):
    """It is valid now, and will not be on the day that it is needed for."""

    ends: date
    planned: date
    title = N_("The signature certificate on this eID ends on {ends}, before it is needed on {planned}.")
    hint = N_("Have the municipality renew the card before that day, or let another responsible person sign.")


class AuthenticationCertificateMissing(CardError):
    title = N_("This eID has no authentication certificate.")
    hint = N_("It is the card of a child, or it was not activated. The municipality can activate it.")


@dataclass(eq=False)
class PinWindowFailed(CardError):
    """The official middleware gave a general error where it asks for the PIN: mostly its window could not open."""

    code: str
    title = N_("The eID software could not ask for the PIN in its own window ({code}).")
    hint = N_(
        "Nothing was signed. Start again on the desktop of this computer itself, not from a service or over a remote "
        "connection; on Linux the program pinentry must be installed. If it comes back, install the eID software anew."
    )


@dataclass(eq=False)
class CardFailed(CardError):
    """The middleware gave an error that has no sentence of its own. `step` is what was being done."""

    step: str
    code: str
    title = N_("The eID did not answer as expected while {step} ({code}).")
    hint = N_("Take the card out, insert it again and retry. If it comes back, restart the computer.")


class PinError(CardError):
    """The PIN did not open the card."""


class PinCancelled(PinError):
    title = N_("The PIN entry was cancelled.")
    hint = N_("Nothing was signed. Start again when the person with the eID is there.")


class PinImpossible(PinError):
    """Not 4 to 12 digits. The card was not asked."""

    title = N_("What was typed cannot be a PIN: a PIN has 4 to 12 digits.")
    hint = N_("No try was used. Type the PIN again, digits only.")


@dataclass(eq=False)
class PinWrong(PinError):
    attempts_left: int | None
    title = N_("The PIN was wrong.")
    hint = N_("Look it up before trying again: after three wrong PINs the card is blocked.")


class PinLastTry(PinError):
    title = N_("Only one PIN try is left on this card. The agent does not use it by itself.")
    hint = N_("Be sure of the PIN and confirm, or have the municipality set a new one.")


class PinBlocked(PinError):
    title = N_("The PIN of this eID is blocked.")
    hint = N_("The municipality unblocks it. Another responsible person can sign meanwhile.")
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
    title = N_("The eHealth platform cannot be reached ({problem}).")
    hint = N_("Check this computer's internet connection. Nothing was sent; the agent tries again.")


@dataclass(eq=False)
class OutcomeUnknown(ServiceError):
    """Sent, and no answer came: ask what became of it before anything is sent again."""

    request_id: str
    problem: str
    title = N_("The connection broke after a request was sent ({problem}).")
    hint = N_("The agent first asks what became of it; nothing is sent twice.")


@dataclass(eq=False)
class Refused(ServiceError):
    """The service understood and said no. `code` and `message` are shown as they came."""

    operation: str
    code: str
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    title = N_("eHealth refused: {message} ({code}).")
    hint = N_("Sending the same again gives the same answer. Show this message to eHealth support if it is not clear.")
    retry = Retry.NEVER


@dataclass(eq=False)
class NotYetDelivered(ServiceError):
    title = N_("eHealth is still working on the certificate.")
    hint = N_("Nothing has to be done; the agent asks again by itself.")


@dataclass(eq=False)
class BadReply(ServiceError):
    """An answer that is none. `operation` names the call."""

    operation: str


@dataclass(eq=False)
class SoapFault(BadReply):
    code: str
    message: str
    title = N_("eHealth reported a fault: {message} ({code}).")
    hint = N_("This is on eHealth's side. The agent tries again later.")


@dataclass(eq=False)
class HttpError(BadReply):
    status: int
    title = N_("eHealth's server answered with HTTP status {status}.")
    hint = N_("This is on eHealth's side or at a proxy. The agent tries again later.")


@dataclass(eq=False)
class HtmlPage(BadReply):
    status: int
    title = N_("A web page came back instead of eHealth's answer (HTTP status {status}).")
    hint = N_("A proxy, a firewall or a login page stands between. Open a web page in the browser, then try again.")


@dataclass(eq=False)
class NotXml(BadReply):
    """Truncated, malformed, too large or forbidden XML (DTD, entities)."""

    problem: str
    title = N_("eHealth's answer cannot be read ({problem}).")
    hint = N_("It was cut off or changed on the way. The agent tries again later.")


@dataclass(eq=False)
class WrongReply(BadReply):
    """Well-formed, but the answer to something else. `problem` says what does not fit."""

    problem: str
    title = N_("eHealth's answer does not belong to the question ({problem}).")
    hint = N_("It was not used. The agent asks again later.")


# ── Renewal ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False)
class IssuedCertificateError(AgentError):
    """A certificate or token came back that must not be used. `check` is the number in `core.checks`."""

    check: str
    problem: str
    title = N_("What eHealth sent back did not pass check {check}: {problem}.")
    hint = N_("It was not installed and the old keystore is as it was. Send the history to eHealth support.")
    retry = Retry.NEVER


@dataclass(eq=False)
class RenewalBusy(AgentError):
    path: str
    title = N_("{path} is already being renewed, in another window or on another computer.")
    hint = N_("Go on there, or close it first.")
    retry = Retry.LATER


@dataclass(eq=False)
class RenewalNotOpen(AgentError):
    """`opens` is None where the service does not say when it will be."""

    path: str
    opens: date | None
    title = N_("{path} cannot be renewed yet.")
    hint = N_("eHealth opens the renewal on {opens}. The agent says so when it is time.")
    retry = Retry.LATER

    @property
    def advice(self) -> str:
        if self.opens is None:
            return _("eHealth does not say when it opens the renewal. The agent says so when it is time.")
        return super().advice


@dataclass(eq=False)
class RenewalRefused(AgentError):
    """eHealth said no to a request, or cannot replace this certificate."""

    path: str
    problem: str
    title = N_("{path} was not renewed: {problem}")
    hint = N_(
        "Show this to eHealth support. The old keystore is as it was. To put this request aside and make a new one: "
        'ehealth-agent renew --anew "{path}"'
    )
    retry = Retry.NEVER


@dataclass(eq=False)
class NotReplaceable(AgentError):
    """The certificate's life is over: there is nothing to renew."""

    path: str
    problem: str
    title = N_("{path} cannot be renewed: {problem}.")
    hint = N_("A new certificate has to be requested, by the responsible person with an eID.")
    retry = Retry.NEVER


@dataclass(eq=False)
class NothingToActivate(AgentError):
    path: str
    title = N_("No renewal of {path} waits for its encryption key to take over.")
    hint = N_("Look at what is under way: ehealth-agent status")
    retry = Retry.NEVER


@dataclass(eq=False)
class NothingToComplete(AgentError):
    path: str
    title = N_("{path} is complete: it has its certificate and its encryption key.")
    hint = N_("Look at what is under way: ehealth-agent status")
    retry = Retry.NEVER


@dataclass(eq=False)
class NothingBegun(AgentError):
    places: str
    title = N_("No request that waits to be completed was found in {places}.")
    hint = N_("If there is one all the same, name its file: ehealth-agent complete KEYSTORE")
    retry = Retry.NEVER


@dataclass(eq=False)
class NotRevocable(AgentError):
    path: str
    status: str
    title = N_("The certificate of {path} cannot be revoked: eHealth gives its status as {status}.")
    hint = N_("A certificate that is not in force needs no revoking.")
    retry = Retry.NEVER


@dataclass(eq=False)
class NothingToPassOn(AgentError):
    """`problem` is a sentence."""

    problem: str
    title = N_("There is nothing to pass on. {problem}")
    hint = N_("See how your certificates are: ehealth-agent status")
    retry = Retry.NEVER


@dataclass(eq=False)
class CalendarNotWritten(AgentError):
    path: str
    problem: str
    title = N_("The calendar file {path} could not be written: {problem}.")
    hint = N_("Make room or give write access to that folder, or name another: ehealth-agent pass-on --calendar FILE")


@dataclass(eq=False)
class AutostartFailed(AgentError):
    problem: str
    title = N_("Starting at login could not be changed: {problem}.")
    hint = N_("Look whether this user may write there, then try again. The agent can also be started by hand.")


class ContractDeclined(AgentError):
    title = N_("The contract was not accepted, so nothing was sent.")
    hint = N_("Start again when the responsible person has read and accepts it.")
