"""What a person typed and cannot be used as it is: why, and whether typing on or insisting may help.

The rules of one field each are in `identifiers`, `contact`, `application_id` and `organization_name`. Each takes any
text, gives back the value as the services want it, and raises nothing but its own `Mistyped`.
"""

from __future__ import annotations

from enum import Enum

from agent.text import _


class Mistyped(ValueError):
    """Says in one sentence, in the chosen language, what is wrong with what was typed.

    Attributes:
        fault: which of the module's faults it is; its value is the sentence, with places for `facts`.
        unfinished: typing on may put it right, so a window says it quietly while that lasts; otherwise something has to
            be changed. Nobody gets past the field with either.
        doubtful: the value, where there is only a doubt: the person may insist, and eHealth judges. Else None.
    """

    def __init__(
        self, fault: Enum, *, unfinished: bool = False, doubtful: str | None = None, **facts: str | int
    ) -> None:
        super().__init__(fault.name)
        self.fault = fault
        self.unfinished = unfinished
        self.doubtful = doubtful
        self.facts = facts

    def __str__(self) -> str:
        return _(str(self.fault.value)).format(**self.facts)


def visible(sign: str) -> str:
    """One sign as a sentence can show it, whatever it is."""
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"
