"""What is wrong with a request, a renewal, or what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
class NotReplaceable(AgentError):
    """The certificate's life is over: there is nothing to renew."""

    path: str
    problem: str
    title = N_("{path} cannot be renewed: {problem}.")
    hint = N_(
        'A new certificate has to be requested, with the eID of the responsible person: ehealth-agent recover "{path}"'
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
