"""What the renewal and its card process say to each other: one JSON object a line, each with its `kind`.

    renewal → card process    identify | sign, then pin where it was asked for
    doctor → card process     survey, of the readers or of a module
    card process → either     doing …, pin_needed at most once, then one of identified | signed | surveyed | failed

No pickle: a middleware that went wrong in there must not be able to run anything here.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from agent.adapters.card_codes import Doing
from agent.adapters.card_survey_messages import Survey, Surveyed, survey_message, survey_object
from agent.core.person import Person
from agent.errors import CardError
from agent.ports import CardKey, Eid
from agent.secret import Secret


@dataclass(frozen=True)
class Identify:
    module: str


@dataclass(frozen=True)
class Sign:
    module: str
    eid: Eid
    key: CardKey
    data: bytes
    uses_last_try: bool


@dataclass(frozen=True)
class PinNeeded:
    attempts_left: int | None


@dataclass(frozen=True)
class Pin:
    pin: Secret


@dataclass(frozen=True)
class Identified:
    eid: Eid


@dataclass(frozen=True)
class Signed:
    signature: bytes


@dataclass(frozen=True)
class Failed:
    error: CardError


Message = Identify | Sign | Pin | Doing | PinNeeded | Identified | Signed | Failed | Survey | Surveyed


class NotAMessage(ValueError):
    """The line is none of ours. Its text is not repeated: it may be anything."""


def line(message: Message) -> bytes:
    """The message as a line, with its line feed."""
    return json.dumps(_object(message)).encode("ascii") + b"\n"


def _object(message: Message) -> dict[str, object]:  # noqa: PLR0911  one a kind
    match message:
        case Identify(module):
            return {"kind": "identify", "module": module}
        case Sign(module, eid, key, data, uses_last_try):
            what = {"key": key.value, "data": _text(data), "uses_last_try": uses_last_try}
            return {"kind": "sign", "module": module, "eid": _eid_object(eid), **what}
        case Pin(pin):
            return {"kind": "pin", "pin": pin.reveal()}
        case Doing():
            return {"kind": "doing", "doing": message.value}
        case PinNeeded(attempts_left):
            return {"kind": "pin_needed", "attempts_left": attempts_left}
        case Identified(eid):
            return {"kind": "identified", "eid": _eid_object(eid)}
        case Signed(signature):
            return {"kind": "signed", "signature": _text(signature)}
        case Failed(error):
            return {"kind": "failed", "error": type(error).__name__, "facts": error.facts}
        case Survey() | Surveyed():
            return survey_object(message)


def message(of_line: bytes) -> Message:
    """The message of a line. Raises: NotAMessage."""
    try:
        return _message(json.loads(of_line))
    except (ValueError, KeyError, TypeError) as error:
        raise NotAMessage from error


def _message(given: dict[str, Any]) -> Message:  # noqa: PLR0911  one a kind
    match given["kind"]:
        case "identify":
            return Identify(str(given["module"]))
        case "sign":
            eid, key, data = _eid(given["eid"]), CardKey(given["key"]), b64decode(given["data"])
            return Sign(str(given["module"]), eid, key, data, bool(given["uses_last_try"]))
        case "pin":
            return Pin(Secret(str(given["pin"])))
        case "doing":
            return Doing(given["doing"])
        case "pin_needed":
            left = given["attempts_left"]
            return PinNeeded(None if left is None else int(left))
        case "identified":
            return Identified(_eid(given["eid"]))
        case "signed":
            return Signed(b64decode(given["signature"]))
        case "failed":
            return Failed(_errors()[given["error"]](**given["facts"]))
        case _:
            return survey_message(given)


def _errors(root: type[CardError] = CardError) -> dict[str, type[CardError]]:
    """All classes of card errors by name."""
    found = {root.__name__: root}
    for below in root.__subclasses__():
        found |= _errors(below)
    return found


def _eid_object(eid: Eid) -> dict[str, object]:
    return {
        "person": [eid.person.ssin, eid.person.first_names, eid.person.surname],
        "authentication": [_text(der) for der in eid.authentication_chain_der],
        "signature": [_text(der) for der in eid.signature_chain_der],
    }


def _eid(given: dict[str, Any]) -> Eid:
    ssin, first_names, surname = given["person"]
    return Eid(
        Person(str(ssin), None if first_names is None else str(first_names), str(surname)),
        tuple(map(b64decode, given["authentication"])),
        tuple(map(b64decode, given["signature"])),
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
