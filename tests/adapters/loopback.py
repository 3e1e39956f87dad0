"""Servers on this computer that behave as badly as a test wants, certificates for them, and a proxy."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Received:
    """A request as it came. `head` is its first line and headers, as text."""

    head: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        lines = [line.split(": ", 1) for line in self.head.split("\r\n")[1:]]
        return {name.casefold(): value for name, value in lines}


Behaviour = Callable[[socket.socket, Received], None]


@dataclass
class Loopback:
    """A server on 127.0.0.1. Each connection: TLS where there is one, one request read, then `behaviour`.

    Attributes:
        on_accept: what happens before anything is read; True ends the connection there.
        received: the whole requests that came.
    """

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    on_accept: Callable[[socket.socket], bool] = lambda _: False
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _threads: list[Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self._listener.getsockname()[1]

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = Thread(target=self._serve, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)  # only so that a broken test ends
        with suppress(OSError), connection:
            if self.on_accept(connection):
                return
            if self.tls is None:
                self._talk(connection)
            else:
                with self.tls.wrap_socket(connection, server_side=True) as secured:
                    self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        request = read_request(connection)
        if request is not None:
            self.received.append(request)
            self.behaviour(connection, request)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


@contextmanager
def serving(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None, on_accept: Callable[[socket.socket], bool] | None = None
) -> Iterator[Loopback]:
    server = Loopback(behaviour, tls, on_accept or (lambda _: False))
    accepting = Thread(target=server.accept)
    accepting.start()
    try:
        yield server
    finally:
        server.close()
        accepting.join()


def read_request(connection: socket.socket) -> Received | None:
    """None where the connection ended before the request did."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    received = Received(head.decode("ascii"), body)
    length = int(received.headers.get("content-length", "0"))
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return Received(received.head, body)


# ── Behaviours ───────────────────────────────────────────────────────────────────────────────────────────────────────


def answers(body: bytes = b"<answer/>", *headers: str, status: str = "200 OK", length: int | None = None) -> Behaviour:
    """`length` is what Content-Length says, where that is not the truth."""
    said = len(body) if length is None else length
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {said}", *headers, "", ""])
    return lambda connection, _: connection.sendall(head.encode("ascii") + body)


def hangs_up(_connection: socket.socket, _request: Received) -> None:
    """Closes the connection in place of an answer."""


def waits(connection: socket.socket, _request: Received) -> None:
    """Says nothing until the other side has had enough."""
    connection.recv(1)


def drips(beginning: bytes, pause: float = 0.05) -> Behaviour:
    """Sends `beginning`, then a byte at a time for as long as the other side listens."""

    def drip(connection: socket.socket, _request: Received) -> None:
        connection.sendall(beginning)
        while not Event().wait(pause):
            connection.sendall(b"x")

    return drip


# ── Proxy ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def tunnels_to(port: int) -> Behaviour:
    """A proxy that knows one server, whatever name it is asked for."""

    def tunnel(client: socket.socket, _request: Received) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = Thread(target=_pump, args=(server, client))
            back.start()
            _pump(client, server)
            back.join()

    return tunnel


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


# ── Certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────

_YEARS = (2000, 2100)


class Authority:
    """A CA of the test's own, in `folder` as ``ca.pem``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA of {folder.name}")])
        ca = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None), _YEARS)
        self.file = folder / "ca.pem"
        self.file.write_bytes(ca.public_bytes(Encoding.PEM))

    def server(self, *names: str, years: tuple[int, int] = _YEARS) -> ssl.SSLContext:
        """TLS for a server with these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        kinds = [_general_name(name) for name in names]
        certificate = self._signed(x509.Name([]), key, x509.SubjectAlternativeName(kinds), years)
        pem = self._folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extension: x509.ExtensionType,
        years: tuple[int, int],
    ) -> x509.Certificate:
        start, end = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = x509.CertificateBuilder(
            self._name, subject, key.public_key(), x509.random_serial_number(), start, end
        )
        builder = builder.add_extension(extension, critical=True).add_extension(identifier, critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
