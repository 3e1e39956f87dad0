"""The switchboard at ``/_sandbox``: JSON in, JSON out, so that scenarios and clock can be set while it runs.

GET shows what is on and what is registered. POST takes an object with any of these, done in this order:

    {"clear": true}                                    all scenarios off
    {"scenario": "slow_delivery", "operation": "GetCertificate", "times": 1, "value": 5}
                                                       one on; the last three may be left out
    {"clock": "2026-11-23T12:00:00Z"} · {"shift_days": 30}
    {"polls": 2} · {"test_numbers": true}              how often "not yet"; numbers without right check digits
    {"approve": "<key identifier>" or "all"} · {"refuse": …}    as a person at eHealth who looks at requests
    {"mandates": {"<SSIN>": [{"type": "CBE", "number": "…", "name": "…"}]}}

GET ``/_sandbox/validate/<key>`` is a foreigner's visit to the ValidationUrl.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from agent.sandbox.registry import Mandate
from agent.sandbox.scenarios import Scenario, Trouble
from agent.sandbox.services import Sandbox

T = TypeVar("T")


class BadOrder(ValueError):
    """An order that cannot be followed; nothing was changed. `str` says why."""


def show(sandbox: Sandbox) -> dict[str, Any]:
    """What is on and what is registered."""
    with sandbox.lock:
        return _shown(sandbox)


def _shown(sandbox: Sandbox) -> dict[str, Any]:
    state, now = sandbox.state, sandbox.now()
    return {
        "now": now.isoformat(),
        "polls": state.polls,
        "test_numbers": state.test_numbers,
        "scenarios": [
            {"scenario": one.trouble, "operation": one.operation, "times": one.times, "value": one.value}
            for one in state.scenarios
        ],
        "certificates": [
            {
                "identifier": one.identifier,
                "dn": one.dn,
                "status": one.status(now).value,
                "token": one.token_status(now).value,
                "replaces": one.replaces,
            }
            for one in state.registrations
        ],
    }


def obey(sandbox: Sandbox, order_json: bytes) -> dict[str, Any]:
    """Follow an order and show what came of it. Raises: BadOrder."""
    order = _parsed(order_json)
    details = {"operation", "times", "value"}
    unknown = order.keys() - _ORDERS.keys() - (details if "scenario" in order else set())
    if unknown:
        raise BadOrder(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(_ORDERS)}")
    try:
        actions = [prepare(sandbox, order) for key, prepare in _ORDERS.items() if key in order]
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as problem:
        raise BadOrder(str(problem)) from problem
    with sandbox.lock:
        for act in actions:
            act()
        sandbox.save()
        return _shown(sandbox)


def _parsed(order_json: bytes) -> dict[str, Any]:
    try:
        order = json.loads(order_json)
    except ValueError as problem:
        raise BadOrder(f"not JSON: {problem}") from problem
    if not isinstance(order, dict):
        raise BadOrder("an object is expected")
    return order


Action = Callable[[], object]


def _clear(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    _wanted(order["clear"], bool)
    return sandbox.clear


def _scenario(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    operation, times, value = (order.get(key) for key in ("operation", "times", "value"))
    for number in (times, value):
        if number is not None and (_wanted(number, int) < 0):
            raise BadOrder("times and value are not negative")
    if operation is not None and operation not in sandbox.operations:
        raise BadOrder(f"no operation {operation!r}; there are {', '.join(sandbox.operations)}")
    trouble = _trouble(order["scenario"])
    return lambda: sandbox.trouble(Scenario(trouble, operation, times, value))


def _trouble(word: object) -> Trouble:
    known = {trouble.value: trouble for trouble in Trouble}
    if not isinstance(word, str) or word not in known:
        raise BadOrder(f"no scenario {word!r}; there are {', '.join(known)}")
    return known[word]


def _clock(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    wanted = datetime.fromisoformat(_wanted(order["clock"], str))
    if wanted.tzinfo is None:
        raise BadOrder("an instant has a zone, such as 2026-11-23T12:00:00Z")
    return lambda: sandbox.set_clock(wanted)


def _shift(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    days = order["shift_days"]
    if isinstance(days, bool) or not isinstance(days, int | float):
        raise BadOrder("shift_days is a number")
    by = timedelta(days=days)
    sandbox.now() + by  # still a date
    return lambda: sandbox.set_clock(sandbox.now() + by)


def _polls(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    polls = _wanted(order["polls"], int)
    if polls < 0:
        raise BadOrder("polls is not negative")
    return lambda: setattr(sandbox.state, "polls", polls)


def _test_numbers(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    wanted = _wanted(order["test_numbers"], bool)
    return lambda: setattr(sandbox.state, "test_numbers", wanted)


def _approve(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    identifier = _identifier(order["approve"])
    return lambda: sandbox.approve(identifier)


def _refuse(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    identifier = _identifier(order["refuse"])
    return lambda: sandbox.refuse(identifier)


def _mandates(sandbox: Sandbox, order: dict[str, Any]) -> Action:
    mandates = {
        ssin: [Mandate(*(_wanted(one[key], str) for key in ("type", "number", "name"))) for one in organizations]
        for ssin, organizations in order["mandates"].items()
    }
    return lambda: sandbox.state.mandates.update(mandates)


def _identifier(word: object) -> str | None:
    text = _wanted(word, str)
    return None if text == "all" else text.upper()


def _wanted(value: object, type_: type[T]) -> T:
    if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
        raise BadOrder(f"{value!r} is not what was expected there ({type_.__name__})")
    return value


_ORDERS: dict[str, Callable[[Sandbox, dict[str, Any]], Action]] = {
    "clear": _clear,
    "scenario": _scenario,
    "clock": _clock,
    "shift_days": _shift,
    "polls": _polls,
    "test_numbers": _test_numbers,
    "approve": _approve,
    "refuse": _refuse,
    "mandates": _mandates,
}
