"""What is wrong between here and eHealth, and what eHealth refuses."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors.refusals import KNOWN
from agent.errors.tree import AgentError, Retry
from agent.text import N_, _


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
    """The service understood and said no. `code` and `message` are shown as they came, after what is known of them."""

    operation: str
    code: str
    message: str
    parameters: tuple[tuple[str, str], ...] = ()
    title = N_("eHealth refused: {message} ({code}).")
    hint = N_("Sending the same again gives the same answer. Show this message to eHealth support if it is not clear.")
    retry = Retry.NEVER

    def __str__(self) -> str:
        known = KNOWN.get(self.code)
        return f"{_(known.what)} {super().__str__()}" if known else super().__str__()

    @property
    def advice(self) -> str:
        known = KNOWN.get(self.code)
        return _(known.next) if known else super().advice


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
