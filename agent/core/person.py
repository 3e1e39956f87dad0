"""The person who signs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A person as on the eID.

    Attributes:
        ssin: national register or BIS number, 11 digits. Personal data: not shown, not logged.
        first_names: all given names as one string, exactly as on the eID; None where the card has none.
        surname: exactly as on the eID.
    """

    ssin: str
    first_names: str | None
    surname: str

    @property
    def full_name(self) -> str:
        return f"{self.first_names} {self.surname}" if self.first_names else self.surname

    def __repr__(self) -> str:
        return f"Person({self.full_name})"
