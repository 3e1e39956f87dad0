"""How an inventory is said, in the terminal and in the window alike. No national number is in any of it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.core.inventory import Place, Row
from agent.core.registration import CertificateStatus
from agent.text import N_, _, ngettext

_PLACES = {
    Place.ABSENT: N_("no keystore here"),
    Place.LOCKED: N_("perhaps here"),
    Place.UNWATCHED: N_("here, but not watched"),
    Place.ENDED: N_("no longer in force"),
    Place.UNLISTED: N_("only here"),
    Place.REQUESTED_ELSEWHERE: N_("requested elsewhere"),
    Place.REQUESTED: N_("requested"),
    Place.WATCHED: N_("watched"),
    Place.REPLACED: N_("replaced, nothing to do"),
    Place.OVER: N_("over"),
}
_ADVICE = {
    Place.ABSENT: N_("Nobody is warned here before it ends. Copy its keystore into a watched folder."),
    Place.LOCKED: N_("A file of this name needs its password: store it, and it is watched."),
    Place.UNWATCHED: N_("Add its folder in the settings, and it is watched."),
    Place.UNLISTED: N_("eHealth does not list it for this person: somebody else manages it."),
    Place.REQUESTED_ELSEWHERE: N_("Its keystore is on another computer: it is to be completed there."),
}
_ENDS = {
    CertificateStatus.EXPIRED: N_("eHealth says that it has expired. Request a new one where it is still needed."),
    CertificateStatus.REVOKED: N_("eHealth has revoked it. Request a new one where it is still needed."),
    CertificateStatus.REFUSED: N_("eHealth refused the request."),
}


def heading() -> str:
    """What is about to happen, before the PIN."""
    return _(
        "eHealth is asked for all certificates that the owner of the eID can manage. "
        "That costs one PIN, for identifying; nothing is signed or changed."
    )


def place_name(row: Row) -> str:
    return _(_PLACES[row.place])


def advice(row: Row) -> str:
    """What to do; empty where there is nothing."""
    if row.place is Place.ENDED and row.status in _ENDS:
        return _(_ENDS[row.status])
    if row.place is Place.WATCHED and row.ends_soon:
        return _("It can be renewed.")
    return _(_ADVICE.get(row.place, ""))


def is_only_counted(row: Row) -> bool:
    """Over, and nothing of it is here: a table of what was in ten years would hide what is."""
    return row.place is Place.OVER or (row.place is Place.REPLACED and not row.paths)


def summary(rows: Sequence[Row]) -> list[str]:
    """How many there are of what, in lines for people."""
    if not rows:
        return [_("eHealth lists no certificate for this person, and there is no keystore here.")]
    lines = []
    needy = sum(row.needs_somebody for row in rows)
    if needy:
        text = ngettext("{count} certificate needs attention.", "{count} certificates need attention.", needy)
        lines.append(text.format(count=needy))
    else:
        lines.append(_("Every certificate in force is watched here."))
    old = sum(map(is_only_counted, rows))
    if old:
        text = ngettext(
            "{count} more has ended and has no keystore here.",
            "{count} more have ended and have no keystore here.",
            old,
        )
        lines.append(text.format(count=old))
    return lines
