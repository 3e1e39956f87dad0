"""What is wrong with a request, a renewal, or what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.errors.refusals import KNOWN
from agent.errors.tree import AgentError, Retry
from agent.text import N_, _


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
class ValidationExpired(AgentError):
    """Of a person without Belgian residence. `ends` is a day and a minute."""

    ends: str
    title = N_("Nobody logged in at eHealth before {ends}: the request is void.")
    hint = N_("Begin anew, and log in at the new address in time: ehealth-agent request-foreigner --anew")
    retry = Retry.USER


@dataclass(eq=False)
class BisNumberNeeded(AgentError):
    """Only a person without Belgian residence replaces a certificate without an eID."""

    path: str
    title = N_("The certificate in {path} is not that of a person with a BIS number.")
    hint = N_('It is renewed with the eID of the responsible person: ehealth-agent renew "{path}"')
    retry = Retry.NEVER


@dataclass(eq=False)
class RequestRefused(RenewalRefused):
    """eHealth said no to the request of a first certificate: nothing is under way any more.

    Attributes:
        whose: the holder's name.
        code: as eHealth gave it, "" where it gave none.
    """

    whose: str
    code: str
    title = N_("The request for {whose} did not succeed. {problem}")
    hint = N_("Correct what eHealth names and request again. If it is not clear, show this to eHealth support.")

    @property
    def advice(self) -> str:
        known = KNOWN.get(self.code)
        return _(known.next) if known else super().advice


@dataclass(eq=False)
class RequestTurnedDown(RequestRefused):
    """The same, once eHealth had the request: a certificate may still come for its key, so it is still under way."""

    hint = N_(
        "Show this to eHealth support. To put this request aside and make a new one: ehealth-agent request --anew"
    )


@dataclass(eq=False)
class NonResidentTurnedDown(RequestTurnedDown):
    """The same, of a person without Belgian residence."""

    hint = N_(
        "Show this to eHealth support. To put this request aside and make a new one: "
        "ehealth-agent request-foreigner --anew"
    )

    @property
    def advice(self) -> str:
        return super().advice.replace("ehealth-agent request --anew", "ehealth-agent request-foreigner --anew")


@dataclass(eq=False)
class NotReplaceable(AgentError):
    """The certificate's life is over: there is nothing to renew."""

    path: str
    problem: str
    title = N_("{path} cannot be renewed: {problem}.")
    hint = N_(
        "A new certificate has to be requested, with the eID of the responsible person: choose Recover… in the "
        'agent\'s menu (ehealth-agent recover "{path}").'
    )
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
class NothingToRecover(AgentError):
    places: str
    title = N_("Nothing that has to be recovered is known in {places}.")
    hint = N_(
        "If there is something all the same, name its file, also where it is gone: ehealth-agent recover KEYSTORE"
    )
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


@dataclass(eq=False)
class SheetNotWritten(AgentError):
    path: str
    problem: str
    title = N_("The sheet for the safe, {path}, could not be written: {problem}.")
    hint = N_("The keystore is complete. Make room or give write access to that folder, and write the sheet elsewhere.")
