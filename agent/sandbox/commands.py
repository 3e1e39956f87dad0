"""`ehealth-agent sandbox serve | set | clock | show`. Imports nothing heavy before it runs."""

from __future__ import annotations

import json
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import ConfigError, KeystoreError, Unreachable

if TYPE_CHECKING:
    from cryptography import x509

    from agent.sandbox.services import Sandbox

_TIMEOUT_S = 10
_TICK_S = 0.5


def add_arguments(sandbox: ArgumentParser, parser_class: type[ArgumentParser]) -> None:
    """Add the sandbox's own commands; each sets `run`, which takes the arguments and returns an exit code."""
    actions = sandbox.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=parser_class)
    serving = actions.add_parser("serve", help="serve it on 127.0.0.1 until interrupted")
    serving.add_argument("--port", type=int, default=0, metavar="N", help="0 (default): any free one")
    serving.add_argument("--state", type=Path, required=True, metavar="DIR", help="what it remembers, and its keys")
    serving.add_argument(
        "--trust-eid", type=Path, action="append", default=[], metavar="CA.pem", help="authorities of eIDs to trust"
    )
    serving.add_argument("--record", type=Path, metavar="DIR", help="keep every request and answer as files there")
    serving.add_argument(
        "--adopt",
        type=Path,
        action="append",
        default=[],
        metavar="KEYSTORE",
        help="know a keystore made elsewhere",
    )
    serving.add_argument("--password-stdin", action="store_true", help="the password of the keystores to adopt")
    serving.add_argument("--test-numbers", action="store_true", help="take numbers without right check digits")
    serving.set_defaults(run=serve)
    _switches(actions)


def _switches(actions: Any) -> None:
    changing = actions.add_parser("set", help="switch scenarios, polls, numbers; approve and refuse requests")
    changing.add_argument("scenario", nargs="?", metavar="SCENARIO", help="such as slow_delivery, cut_after, dtd")
    changing.add_argument("--operation", metavar="NAME", help="only this operation")
    changing.add_argument("--times", type=int, metavar="N", help="only the next N answers")
    changing.add_argument("--value", type=int, metavar="N", help="a number that the scenario needs")
    changing.add_argument("--clear", action="store_true", help="first switch all scenarios off")
    changing.add_argument("--polls", type=int, metavar="N", help='how often "not yet" is answered')
    changing.add_argument("--test-numbers", choices=("on", "off"), help="numbers without right check digits")
    changing.add_argument("--approve", metavar="KEY|all", help="let a request go on that waits for a person")
    changing.add_argument("--refuse", metavar="KEY|all", help="refuse a request that waits")
    changing.set_defaults(run=change)
    clock = actions.add_parser("clock", help="set its clock, or move it")
    when = clock.add_mutually_exclusive_group(required=True)
    when.add_argument("instant", nargs="?", metavar="INSTANT", help="such as 2026-12-31T09:00:00Z")
    when.add_argument("--days", type=float, metavar="N", help="forward, or back where negative")
    clock.set_defaults(run=set_clock)
    shown = actions.add_parser("show", help="what is on, and what is registered")
    shown.set_defaults(run=show)
    for parser in (changing, clock, shown):
        parser.add_argument("--address", required=True, metavar="URL", help="as `sandbox serve` printed it")


def run(arguments: Namespace) -> int:
    """Carry out whichever command was parsed."""
    return int(arguments.run(arguments))


def serve(arguments: Namespace) -> int:
    """Serve until SIGINT or SIGTERM; prints the address when ready. Raises: ConfigError."""
    from agent.sandbox.services import Sandbox
    from agent.sandbox.web import SandboxServer

    if not 0 <= arguments.port <= 65535:
        raise ConfigError("--port", f"{arguments.port} is no port")
    if arguments.adopt and not arguments.password_stdin:
        raise ConfigError("--adopt", "a keystore is opened with its password: --password-stdin")
    trusted = [one for path in arguments.trust_eid for one in _authorities(path)]
    password = sys.stdin.readline().rstrip("\r\n") if arguments.password_stdin else ""
    try:
        sandbox = Sandbox(arguments.state, lambda: datetime.now(UTC), trusted)
    except (OSError, ValueError) as problem:
        raise ConfigError("--state", f"{arguments.state} cannot be used: {problem}") from problem
    if arguments.test_numbers:
        sandbox.state.test_numbers = True
    for path in arguments.adopt:
        _adopt(sandbox, path, password)
    sandbox.save()
    try:
        server = SandboxServer(sandbox, arguments.port, arguments.record)
    except OSError as problem:
        raise ConfigError("sandbox serve", f"it cannot be served: {problem}") from problem
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        print(f"eHealth sandbox at {server.address}", flush=True)
        while not stop.wait(_TICK_S):  # in pieces: Windows delivers no signal to a wait without end
            pass
    return 0


def _adopt(sandbox: Sandbox, path: Path, password: str) -> None:
    """Register the certificates of a keystore made elsewhere. Raises: ConfigError, KeystoreError."""
    from agent.pkcs12.read import read

    try:
        keystore = read(path.read_bytes(), password)
        authentication = keystore.authentication
        if authentication is None:
            raise ConfigError("--adopt", f"{path} has no authentication key")
        tokens = [entry.certificate for entry in keystore.keys if entry is not authentication]
        sandbox.adopt(authentication.certificate, authentication.chain, tokens)
    except KeystoreError as problem:
        problem.path = str(path)
        raise
    except (OSError, ValueError) as problem:
        raise ConfigError("--adopt", f"{path}: {problem}") from problem


def _authorities(path: Path) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise ConfigError("--trust-eid", f"{path} cannot be read: {problem}") from problem


def change(arguments: Namespace) -> int:
    order: dict[str, Any] = {}
    if arguments.clear:
        order["clear"] = True
    for key in ("scenario", "operation", "times", "value", "polls", "approve", "refuse"):
        if getattr(arguments, key) is not None:
            order[key] = getattr(arguments, key)
    if arguments.test_numbers:
        order["test_numbers"] = arguments.test_numbers == "on"
    if not order:
        raise ConfigError("sandbox set", "nothing to set is given")
    return _ordered(arguments.address, order)


def set_clock(arguments: Namespace) -> int:
    order = {"clock": arguments.instant} if arguments.instant else {"shift_days": arguments.days}
    return _ordered(arguments.address, order)


def show(arguments: Namespace) -> int:
    return _ordered(arguments.address, None)


def _ordered(address: str, order: dict[str, Any] | None) -> int:
    """Send an order to the running sandbox and print what it shows. Raises: ConfigError, Unreachable."""
    from urllib import error, request

    url = f"{address.rstrip('/')}/_sandbox"
    if not url.startswith(("http://127.0.0.1:", "http://localhost:")):
        raise ConfigError("--address", f"{address} is not a sandbox on this computer")
    body = None if order is None else json.dumps(order).encode()
    asked = request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback only, see above
    try:
        with request.build_opener(request.ProxyHandler({})).open(asked, timeout=_TIMEOUT_S) as reply:
            print(reply.read().decode())
    except error.HTTPError as problem:
        with problem:
            raise ConfigError("sandbox", _problem(problem.read())) from problem
    except (error.URLError, OSError, ValueError) as problem:
        raise Unreachable(url, str(problem)) from problem
    return 0


def _problem(body: bytes) -> str:
    try:
        return str(json.loads(body)["problem"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace")
