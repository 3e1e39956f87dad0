"""What is wrong with the eID, its reader or its software, by what the person can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.errors.tree import AgentError, Retry
from agent.text import N_


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


@dataclass(eq=False)
class OwnEidNeeded(CardError):
    """A person's own certificate is requested by that person."""

    expected: str
    found: str
    title = N_("The certificate is for {expected} in person; the card in the reader is {found}'s.")
    hint = N_("Insert the eID of {expected}: nobody else can request it.")


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
class AuthenticationCertificateExpired(CardError):
    ended: date
    title = N_("The authentication certificate on this eID ended on {ended}.")
    hint = N_("The municipality renews the card.")


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
