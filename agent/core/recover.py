"""What went wrong with a keystore, and the way from there to a working one, with as few steps as eHealth allows.

The rule, in this order; the first that fits decides:
    (1) it has a successor                                     nothing to do
    (2) eHealth refused its request                            put that aside, request again with a new key
    (3) a copy of a file that is gone is known                 put it back
    (4) expired, or revoked                                    a new certificate
    (5) gone, or its password forgotten:
        in the replacement period, or its dates not known      a new certificate takes over, without the old file
        before it                                              wait; taking the certificate back is the last resort
    (6) otherwise                                              what its state asks for

Source: issue "The whole life of a certificate", Recover; spec/ra-protocol.md, The order of calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from agent.core.finding import Finding, State
from agent.text import N_, _, written


class Way(Enum):
    """The way to a working keystore."""

    NOTHING = auto()
    ANEW = auto()  # the refused request aside, another one
    PUT_BACK = auto()  # a copy takes the place of a file that is gone
    REQUEST = auto()  # a new certificate: no other is in force
    REPLACE = auto()  # a new certificate while the old one is in force, without its file or password
    WAIT = auto()  # eHealth would refuse a second certificate
    RENEW = auto()
    COMPLETE = auto()
    UNLOCK = auto()  # its password is asked for
    RESTORE = auto()  # from a copy that only people can know of


def way_of(
    finding: Finding,
    now: datetime,
    *,
    is_forgotten: bool = False,
    copies: Sequence[str] = (),
    refused: str | None = None,
) -> Way:
    """The way out for a keystore.

    Args:
        now: aware UTC.
        is_forgotten: nobody knows its password any more.
        copies: where other files with the same certificate are, as far as known.
        refused: what eHealth said of a request for its holder, where it refused one.
    """
    if finding.superseded_by:  # (1)
        return Way.NOTHING
    if refused is not None:  # (2)
        return Way.ANEW
    if finding.state is State.MISSING and copies:  # (3)
        return Way.PUT_BACK
    if finding.state in (State.EXPIRED, State.REVOKED) or _is_over(finding):  # (4)
        return Way.REQUEST
    if finding.state is State.MISSING or (is_forgotten and finding.state in _WHOLE):  # (5)
        opens = finding.renewable_from
        return Way.REPLACE if opens is None or now >= opens else Way.WAIT
    return _BY_STATE[finding.state]  # (6)


_WHOLE = (State.VALID, State.RENEWABLE, State.URGENT, State.PASSWORD_NEEDED)
_BY_STATE = {
    State.VALID: Way.NOTHING,
    State.RENEWABLE: Way.RENEW,
    State.URGENT: Way.RENEW,
    State.PENDING: Way.COMPLETE,
    State.INCOMPLETE: Way.COMPLETE,
    State.PASSWORD_NEEDED: Way.UNLOCK,
    State.UNREADABLE: Way.RESTORE,
}


def _is_over(finding: Finding) -> bool:
    """The certificate has ended, of a keystore that could be opened once."""
    lost = finding.state in (State.MISSING, State.PASSWORD_NEEDED)
    return lost and finding.days_left is not None and finding.days_left < 0


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_ADVICE = {
    Way.NOTHING: N_("Nothing has to be done."),
    Way.ANEW: N_("Put the refused request aside and request it again; the old keystore stays as it is."),
    Way.PUT_BACK: N_("There is a copy of it, which can be put back."),
    Way.REQUEST: N_("A new certificate has to be requested."),
    Way.REPLACE: N_(
        "Put its file back from a copy, or have a new keystore take over: that needs neither the old file nor its "
        "password."
    ),
    Way.RENEW: N_("Renew it, with the eID of the responsible person."),
    Way.COMPLETE: N_("Complete its request."),
    Way.UNLOCK: N_("Store its password, in the settings."),
    Way.RESTORE: N_("Restore it from a copy."),
}
_COMMANDS = {
    Way.ANEW: "recover",
    Way.PUT_BACK: "recover",
    Way.REQUEST: "recover",
    Way.REPLACE: "recover",
    Way.WAIT: "recover",
    Way.RENEW: "renew",
    Way.COMPLETE: "complete",
    Way.UNLOCK: "password set",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """The way out of one trouble.

    Attributes:
        opens: of WAIT: from when eHealth replaces the certificate.
        today: of RENEW: it cannot wait.
    """

    way: Way
    path: str
    opens: datetime | None = None
    today: bool = False

    @property
    def advice(self) -> str:
        """What a person does, in a sentence."""
        if self.today:
            return _("Renew it today.")
        if self.way is not Way.WAIT:
            return _(_ADVICE[self.way])
        if self.opens is None:
            return _("Put its file back from a copy.")
        text = _("Put its file back from a copy, or find its password. From {opens} on a new keystore can take over.")
        return text.format(opens=written(self.opens.date()))

    @property
    def command(self) -> str | None:
        """What to type in a terminal; None where nothing is to be typed."""
        word = _COMMANDS.get(self.way)
        return f'ehealth-agent {word} "{self.path}"' if word else None


def remedy(
    finding: Finding,
    now: datetime,
    *,
    is_forgotten: bool = False,
    copies: Sequence[str] = (),
    refused: str | None = None,
) -> Remedy:
    """As `way_of`, in words."""
    way = way_of(finding, now, is_forgotten=is_forgotten, copies=copies, refused=refused)
    opens = finding.renewable_from if way is Way.WAIT else None
    return Remedy(way, finding.observation.path, opens, way is Way.RENEW and finding.state is State.URGENT)


LEFT_BEHIND = N_("Messages that were encrypted to its key cannot be read without it: keep the old file.")
GONE_WITH_IT = N_("Messages that were encrypted to its key can only be read with its file: if it turns up, keep it.")
"""What a new keystore does not bring back where the old one cannot be opened, or is gone."""

LAST_RESORT = N_(
    "Where work cannot wait: eHealth's support can take the old certificate back, and a new one can be requested "
    "after that. It stops every computer that still works with the old one."
)
"""Said after everything else: a certificate that is taken back does not come back."""
