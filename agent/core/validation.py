"""A person without Belgian residence validates a request by logging in at an address of eHealth's, before it ends.

Source: spec/ra-protocol.md, A person without Belgian residence; the schema of certra protocol v2 (after the expiration
date the request can no longer be validated, and a new one has to be submitted).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from agent.core.renewal import Renewal, Step
from agent.text import _, moment

_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Validation:
    """Where somebody has to log in, and until when. None: the answer that said it was lost."""

    url: str | None
    ends: datetime | None

    def is_over(self, now: datetime) -> bool:
        return self.ends is not None and now >= self.ends


def validation_of(renewal: Renewal) -> Validation | None:
    """What is still awaited of the person; None where nothing is."""
    if not renewal.for_foreigner or renewal.step is not Step.COLLECT:
        return None
    return Validation(renewal.validation_url, renewal.validation_ends)


def is_safe(url: str) -> bool:
    """Whether `url` may be shown and opened: https, with nothing in it that hides where it leads.

    The one exception is this computer itself, where only the sandbox can be.
    """
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(sign in url for sign in ' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_computer(host))


def _is_this_computer(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def what_to_do(validation: Validation, now: datetime) -> str:
    """One sentence or two for people."""
    if validation.url is None or validation.ends is None:
        return _(
            "eHealth has the request, but its answer with the address to log in at was lost. "
            "Ask eHealth support for it, or begin anew."
        )
    if validation.is_over(now):
        text = _("Nobody logged in at eHealth before {moment}, so the request is void. Begin anew.")
    else:
        text = _("Log in at {address} before {moment}: eHealth makes the certificate only after that.")
    return text.format(address=validation.url, moment=moment(validation.ends))
