"""Values as JSON and back, by their type annotations.

Reading is strict: what the type does not know is refused, because a journal that is misread would send a renewal the
wrong way. A field that came later, with a default, may be missing in what an earlier version wrote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

_Value = TypeVar("_Value")


class Unreadable(ValueError):
    """The JSON is not what the type says; `str` tells where."""


def written(value: object) -> str:
    """`value` (a dataclass or named tuple of strings, numbers, instants, enumerations, tuples and such) as JSON text.

    All in ASCII: file names may hold what is no text, and come back only through JSON's escapes.
    """
    return json.dumps(plain(value), separators=(",", ":"))


def read(kind: type[_Value], text: str) -> _Value:
    """The value of type `kind` that `written` wrote. Raises: Unreadable."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"{kind.__name__} is no JSON") from problem
    return typed(kind, data)


def plain(value: object) -> object:
    """`value` in what JSON has."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        parts = [plain(each) for each in value]
        return parts if names is None else dict(zip(names, parts, strict=True))
    return value


def typed(kind: type[_Value], data: object) -> _Value:
    """The value of type `kind` whose `plain` is `data`. Raises: Unreadable."""
    value: _Value = _typed(kind, data, kind.__name__)
    return value


def _typed(kind: Any, data: object, where: str) -> Any:
    if isinstance(kind, NewType):
        return _typed(kind.__supertype__, data, where)
    match get_origin(kind), data:
        case (origin, None) if origin in _UNIONS:
            return None
        case (origin, _) if origin in _UNIONS:
            return _typed(next(each for each in get_args(kind) if each is not NoneType), data, where)  # only X | None
        case origin, list() if origin is tuple:
            return _tuple(get_args(kind), data, where)
        case _:
            return _single(kind, data, where)


_UNIONS = (Union, UnionType)


def _single(kind: Any, data: object, where: str) -> Any:
    if kind in (str, int, bool) and type(data) is kind:  # a bool is no number here
        return data
    if kind is datetime and isinstance(data, str):
        return _instant(data, where)
    if (is_dataclass(kind) or hasattr(kind, "_fields")) and isinstance(data, dict):
        return _record(kind, data, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        for member in kind:
            if member.value == data:
                return member
    raise Unreadable(f"{where} cannot be {data!r}")


def _tuple(kinds: tuple[Any, ...], data: list[object], where: str) -> tuple[Any, ...]:
    if kinds[1:] == (...,):
        kinds = (kinds[0],) * len(data)
    if len(kinds) != len(data):
        raise Unreadable(f"{where} has {len(data)} parts, not {len(kinds)}")
    return tuple(_typed(kind, each, where) for kind, each in zip(kinds, data, strict=True))


def _instant(text: str, where: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Unreadable(f"{where} is no instant: {text!r}")
    return instant


def _record(kind: Any, data: Mapping[str, object], where: str) -> Any:
    known, required = _fields_of(kind)
    for name in data.keys() - known.keys():
        raise Unreadable(f"{where} has no {name}")
    for name in required - data.keys():
        raise Unreadable(f"{where} lacks {name}")
    return kind(**{name: _typed(known[name], each, f"{where}.{name}") for name, each in data.items()})


@lru_cache
def _fields_of(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of the fields of a dataclass or named tuple, and those that must be there."""
    types = get_type_hints(kind)
    if not is_dataclass(kind):
        return types, frozenset(types.keys() - kind._field_defaults)
    optional = {
        each.name for each in fields(kind) if each.default is not MISSING or each.default_factory is not MISSING
    }
    known = {each.name: types[each.name] for each in fields(kind)}
    return known, frozenset(known.keys() - optional)
