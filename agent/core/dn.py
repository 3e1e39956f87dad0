"""Distinguished names of eHealth certificates: text, comparison, and whose name it is.

A `Name` is pure text; `core.x509` turns it into ASN.1 and back.
Source: spec/ra-protocol.md, Names and numbers; spec/keystore.md, aliases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.core.holder import APPLICATION_ID_PATTERN, TYPE_PATTERN, Holder
from agent.core.organization_name import in_certificate


@dataclass(frozen=True, slots=True)
class Name:
    """Attributes, most significant first (``C=BE`` before ``CN=…``): short type or dotted OID, and value."""

    attributes: tuple[tuple[str, str], ...]

    def values(self, type_: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.attributes if key == type_)

    def is_same(self, other: Name) -> bool:
        """The same name, however it is written: order of attributes, case and doubled spaces do not matter."""
        return sorted(map(_normal, self.attributes)) == sorted(map(_normal, other.attributes))


def _normal(attribute: tuple[str, str]) -> tuple[str, str]:
    return attribute[0].upper(), " ".join(attribute[1].split()).casefold()


_SPECIAL = re.compile(r'([,+"\\<>;=])')


def rfc2253(name: Name) -> str:
    """As Java's aliases have it: least significant first, no spaces, ``, + " \\ < > ; =`` inside values escaped."""
    return ",".join(f"{key}={_escaped(value)}" for key, value in reversed(name.attributes))


def _escaped(value: str) -> str:
    text = _SPECIAL.sub(r"\\\1", value)
    if text[:1] in ("#", " "):
        text = "\\" + text
    if len(value) > 1 and value.endswith(" "):
        text = text[:-1] + "\\ "
    return text


class NotADistinguishedName(ValueError):
    """The text is no RFC 2253 name; `str` says where."""


def parse(text: str) -> Name:
    """Read a name in RFC 2253 order (least significant first), as forgiving as the services need.

    ``TYPE=number`` may be escaped (``\\=``) or not; spaces may follow the separating commas; ``;`` separates as well.

    Raises: NotADistinguishedName.
    """
    attributes = []
    for part in _split(text):
        key, sign, value = part.partition("=")
        key = key.strip()
        if not sign or not key:
            raise NotADistinguishedName(f"no attribute in {part!r}")
        value = value.lstrip(" ") if value.endswith("\\ ") else value.strip(" ")
        attributes.append((key.upper().removeprefix("OID."), _unescaped(value)))
    if not attributes:
        raise NotADistinguishedName("it is empty")
    return Name(tuple(reversed(attributes)))


_ATTRIBUTE_FOLLOWS = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]*|(?:OID\.)?[0-9]+(?:\.[0-9]+)+)\s*=")


def _split(text: str) -> list[str]:
    """Cut at separators that are neither escaped nor quoted and have an attribute after them.

    The last condition is for the services' unescaped CNs: ``CN=NIHII-GROUP=71234567, MYAPP-01,OU=…``.
    """
    parts, current, quoted, position = [], "", False, 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            current += text[position : position + 2]
            position += 2
            continue
        if character == '"':
            quoted = not quoted
        elif character in ",;+" and not quoted and _ATTRIBUTE_FOLLOWS.match(text, position + 1):
            parts.append(current)
            current, position = "", position + 1
            continue
        current += character
        position += 1
    if quoted:
        raise NotADistinguishedName("a quotation mark is not closed")
    return [*parts, current] if current.strip() else parts


def _unescaped(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    out = bytearray()
    position = 0
    while position < len(value):
        if value[position] == "\\":
            pair = value[position + 1 : position + 3]
            if re.fullmatch("[0-9A-Fa-f]{2}", pair):
                out += bytes.fromhex(pair)
                position += 3
                continue
            position += 1
        out += value[position : position + 1].encode()
        position += 1
    return out.decode(errors="replace")


_PLATFORM = "eHealth-platform Belgium"
_COMMON_NAME = rf"({TYPE_PATTERN})=([0-9]+)(?:,\s*({APPLICATION_ID_PATTERN}))?"


def holder_of(name: Name) -> Holder | None:
    """Whose eHealth certificate has this subject; None where it is no eHealth name.

    The CN says type, number and application id; the remaining OU is the organization's or person's name.
    """
    for common_name in name.values("CN"):
        matched = re.fullmatch(_COMMON_NAME, common_name.strip())
        if matched is None:
            continue
        type_, number, application_id = matched.groups()
        units = list(name.values("OU"))
        for known in (_PLATFORM, f"{type_}={number}", application_id):  # each once: a name may equal one of them
            units = _without_last(units, known)
        return Holder(type_, number, application_id, units[0] if units else None)
    return None


def name_for_person(ssin: str, surname: str, first_names: tuple[str, ...]) -> Name:
    """The name of a person's certificate, for a request that no contract with a name comes before.

    Source: spec/ra-protocol.md, Names and numbers; keystores/manifest.json (surname first).
    """
    number = f"SSIN={ssin}"
    units = (("OU", _PLATFORM), ("OU", in_certificate(" ".join((surname, *first_names)))), ("OU", number))
    return Name((("C", "BE"), ("O", "Federal Government"), *units, ("CN", number)))


def is_name_of(name: Name, holder: Holder) -> bool:
    """Whether it names `holder` by type, number and application id; how its name is written does not matter."""
    named = holder_of(name)
    return named is not None and replace(named, name=None) == replace(holder, name=None)


def _without_last(units: list[str], known: str | None) -> list[str]:
    """Without the last unit that is `known`, to the letter where there is one: a name is in capitals."""
    if known is None:
        return units
    same = [place for place, unit in enumerate(units) if unit == known]
    same = same or [place for place, unit in enumerate(units) if unit.casefold() == known.casefold()]
    return units[: same[-1]] + units[same[-1] + 1 :] if same else units
