"""What the resident makes of the journal: what runs by itself, when to go on with it, when to ask eHealth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from agent.core.finding import Finding, State
from agent.core.glance import Fingerprint
from agent.core.renewal import Renewal, next_poll_delay
from agent.ports import Word

_A_PERSONS_TIME = timedelta(days=1)
_ASK_EACH, _ASK_EACH_IN_THE_WINDOW = timedelta(days=7), timedelta(days=1)
_STEPS_OF_SECONDS = 6
_LIVE = (State.VALID, State.RENEWABLE, State.URGENT)


def renewing(renewals: Iterable[Renewal], now: datetime) -> set[str]:
    """Fingerprints of the certificates whose renewal runs, so that nobody has to be reminded.

    One that waits for a person for more than a day does not run any more.
    """
    return {
        renewal.fingerprint
        for renewal in renewals
        if not renewal.needs_a_person
        or (renewal.ended_because is None and abs(now - renewal.started) < _A_PERSONS_TIME)
    }


def goes_on_at(renewal: Renewal, tried: datetime | None, fruitless: int) -> datetime | None:
    """When to go on with a renewal that needs nobody; None where it needs somebody.

    Args:
        tried: when it was last gone on with from here, or None.
        fruitless: how many tries in a row have not moved it, for want of a network or a password.
    """
    if renewal.needs_a_person:
        return None
    at = renewal.next_poll or renewal.started
    if tried is None or not fruitless:
        return at
    return max(at, tried + next_poll_delay(_STEPS_OF_SECONDS + fruitless - 1, by_hand=False, jitter=0))


def is_time_to_ask(findings: Iterable[Finding], words: Mapping[Fingerprint, Word], now: datetime) -> bool:
    """Whether eHealth should be asked what it knows: weekly, and daily while a certificate can be renewed.

    An answer from a day that is still to come was noted while the clock ran ahead.
    """
    for finding in findings:
        glance = finding.observation.glance
        if glance is None or finding.superseded_by or finding.state not in _LIVE:
            continue
        word = words.get(glance.fingerprint)
        each = _ASK_EACH if finding.state is State.VALID else _ASK_EACH_IN_THE_WINDOW
        if word is None or not timedelta(0) <= now - word.asked < each:
            return True
    return False
