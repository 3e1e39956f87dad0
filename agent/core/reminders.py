"""What a reminder says.

Source: design/product.md, Promises 1 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.core.finding import Finding, State


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notification: a title of a few words, and what to do."""

    title: str
    text: str


def reminder(finding: Finding) -> Reminder | None:
    """What the practice is told of this keystore; None where there is nothing to say."""
    glance = finding.observation.glance
    if glance is None or glance.holder is None or finding.superseded_by or finding.days_left is None:
        return None
    name = glance.holder.name or f"{glance.holder.type} {glance.holder.number}"
    match finding.state:
        case State.RENEWABLE:
            return Reminder(
                f"eHealth certificate: {finding.days_left} days left",
                f"{name}: renew before {finding.last_safe_day}, with the eID of the responsible person.",
            )
        case State.URGENT:
            return Reminder(
                f"eHealth certificate: only {finding.days_left} days left",
                f"{name}: renew it today. eHealth may need ten days, and after that nothing can be billed.",
            )
        case State.EXPIRED:
            return Reminder(
                "eHealth certificate expired",
                f"{name}: billing, insurance checks and prescriptions stop. A new one has to be requested.",
            )
        case State.REVOKED:
            return Reminder("eHealth certificate revoked", f"{name}: a new one has to be requested.")
        case _:
            return None
