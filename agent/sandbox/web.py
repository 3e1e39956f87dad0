"""The sandbox over HTTP: on this computer only, one request at a time, connections kept open.

Source: spec/ra-protocol.md, On the wire; golden/GenerateContract.http.
"""

from __future__ import annotations

import json
import socket
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from agent.sandbox.control import BadOrder, obey, show
from agent.sandbox.services import Sandbox
from agent.sandbox.serving import Delivery, SandboxReply

CONTROL = "/_sandbox"
MAX_BODY = 2 * 1024 * 1024
"""Bytes."""

_IDLE_S = 30
_HOSTS = ("127.0.0.1", "localhost")


class SandboxServer:
    """Serves a sandbox on 127.0.0.1 while entered.

    Attributes:
        address: such as ``http://127.0.0.1:8080``.
    """

    def __init__(self, sandbox: Sandbox, port: int = 0, record: Path | None = None) -> None:
        """`port` 0 is any free one. `record` is a folder for every request and answer.

        Raises: OSError where the port or the folder cannot be had.
        """
        if record is not None:
            record.mkdir(parents=True, exist_ok=True)
        self._server = _Server(sandbox, port, Recorder(record) if record else None)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        sandbox.base_url = self.address
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> SandboxServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()


class Recorder:
    """Keeps requests and answers as numbered files; goes on counting where an earlier one ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        numbers = (path.name[:4] for path in folder.glob("[0-9][0-9][0-9][0-9]-*"))
        self._last = max(map(int, numbers), default=0)

    def keep(self, operation: str, request: bytes, answer: bytes) -> None:
        with self._lock:
            self._last += 1
            stem = self._folder / f"{self._last:04d}-{operation}"
        stem.with_suffix(".request.xml").write_bytes(request)
        stem.with_suffix(".answer.xml").write_bytes(answer)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, sandbox: Sandbox, port: int, recorder: Recorder | None) -> None:
        self.sandbox = sandbox
        self.recorder = recorder
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.discard(connection)

    def close_connections(self) -> None:
        """End what is kept open: a stopped server must not go on answering on old connections."""
        with self._guard:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "eHealth-sandbox"
    sys_version = ""
    timeout = _IDLE_S
    disable_nagle_algorithm: ClassVar[bool] = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def do_GET(self) -> None:
        if not self._is_for_this_computer():
            return
        key = self.path.removeprefix(f"{CONTROL}/validate/")
        if key != self.path:
            found = self.server.sandbox.visit(key)
            self._text(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, "validated" if found else "no such request")
        elif self.path == CONTROL:
            self._json(HTTPStatus.OK, show(self.server.sandbox))
        else:
            self._text(HTTPStatus.METHOD_NOT_ALLOWED, "SOAP requests are POSTed")

    def do_POST(self) -> None:
        if not self._is_for_this_computer():
            return
        body = self._body()
        if body is None:
            return
        if self.path == CONTROL:
            self._control(body)
        elif not (self.headers.get("Content-Type") or "").lower().startswith("text/xml"):
            self._text(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "SOAP 1.1 comes as text/xml")
        else:
            self._soap(body)

    def _soap(self, body: bytes) -> None:
        action = self.headers.get("SOAPAction") or ""
        reply = self.server.sandbox.answer(self.path, action, body)
        if self.server.recorder is not None:
            self.server.recorder.keep(reply.operation, body, reply.body)
        self._send(reply)

    def _control(self, body: bytes) -> None:
        if self.headers.get_content_type() != "application/json":  # a web page cannot send this without asking
            self._text(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "orders come as application/json")
            return
        try:
            self._json(HTTPStatus.OK, obey(self.server.sandbox, body))
        except BadOrder as problem:
            self._json(HTTPStatus.BAD_REQUEST, {"problem": str(problem)})

    def _is_for_this_computer(self) -> bool:
        """A web page that renamed its own host to 127.0.0.1 still says that name here."""
        host = (self.headers.get("Host") or "").rpartition(":")
        if (host[0] or host[2]) in _HOSTS:
            return True
        self.close_connection = True
        self._text(HTTPStatus.MISDIRECTED_REQUEST, "this server is for 127.0.0.1 only")
        return False

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length") or ""
        if not length.isascii() or not length.isdigit():
            status, problem = HTTPStatus.LENGTH_REQUIRED, "Content-Length is needed"
        elif int(length) > MAX_BODY:
            status, problem = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_BODY} bytes"
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                return body
            status, problem = HTTPStatus.BAD_REQUEST, "the body is shorter than announced"
        self.close_connection = True
        self._text(status, problem)
        return None

    def _text(self, status: HTTPStatus, text: str) -> None:
        self._send(SandboxReply(status, "text/plain; charset=utf-8", text.encode()))

    def _json(self, status: HTTPStatus, value: object) -> None:
        self._send(SandboxReply(status, "application/json", json.dumps(value, indent=1).encode()))

    def _send(self, reply: SandboxReply) -> None:
        if reply.delivery is not Delivery.WHOLE:
            self.close_connection = True
        if reply.delivery is Delivery.NOTHING:
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body if reply.delivery is Delivery.WHOLE else reply.body[: len(reply.body) // 2])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: `--record` keeps what there is to see."""
