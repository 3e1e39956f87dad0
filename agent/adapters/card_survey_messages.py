"""The look at readers and cards, as `card_messages` carries it: JSON and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from agent.core.survey import CardSeen, Reader, Readers, SlotSeen, Software


@dataclass(frozen=True)
class Survey:
    """Asks for `Software` through `module`, or without one for `Readers`."""

    module: str | None


@dataclass(frozen=True)
class Surveyed:
    found: Readers | Software


def survey_object(message: Survey | Surveyed) -> dict[str, object]:
    match message:
        case Survey(module):
            return {"kind": "survey", "module": module}
        case Surveyed(Readers(problem, readers)):
            listed = [[reader.name, _text(reader.atr)] for reader in readers]
            return {"kind": "readers", "problem": problem, "readers": listed}
        case Surveyed(Software() as software):
            about = [software.manufacturer, software.description, software.version]
            slots = [[slot.reader, slot.problem, _card_object(slot.card)] for slot in software.slots]
            return {"kind": "software", "about": about, "slots": slots}
    raise AssertionError(message)


def survey_message(given: dict[str, Any]) -> Survey | Surveyed:
    """Raises: ValueError, KeyError, TypeError where it is none."""
    match given["kind"]:
        case "survey":
            return Survey(_text_or_none(given["module"]))
        case "readers":
            readers = tuple(Reader(str(name), _bytes(atr)) for name, atr in given["readers"])
            return Surveyed(Readers(_text_or_none(given["problem"]), readers))
        case "software":
            manufacturer, description, version = map(str, given["about"])
            slots = tuple(
                SlotSeen(str(reader), _card(card), _text_or_none(problem)) for reader, problem, card in given["slots"]
            )
            return Surveyed(Software(manufacturer, description, version, slots))
    raise KeyError("kind")


def _card_object(card: CardSeen | None) -> dict[str, object] | None:
    if card is None:
        return None
    return vars(card) | {"certificates": [[label, _text(der)] for label, der in card.certificates]}


def _card(given: dict[str, Any] | None) -> CardSeen | None:
    if given is None:
        return None
    left = given["tries_left"]
    return CardSeen(
        label=str(given["label"]),
        applet=int(given["applet"]),
        tries_left=None if left is None else int(left),
        is_blocked=bool(given["is_blocked"]),
        is_last_try=bool(given["is_last_try"]),
        has_pinpad=bool(given["has_pinpad"]),
        certificates=tuple((str(label), b64decode(der)) for label, der in given["certificates"]),
    )


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)


def _text_or_none(given: object) -> str | None:
    return None if given is None else str(given)
