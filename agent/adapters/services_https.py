"""The way to the eHealth platform: HTTPS with the operating system's trusted certificates and proxy settings.

One connection per exchange, nothing kept from one to the next, no redirect followed. What is told apart is whether
anything of the request may have left: until then `Unreachable`, afterwards `OutcomeUnknown`.
Source: spec/ra-protocol.md, Requests and responses; design/product.md, Promises.
"""

from __future__ import annotations

import socket
import ssl
import threading
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import truststore

from agent import __version__
from agent.config import ServicesConfig, is_loopback
from agent.core.holder import Environment
from agent.errors import ConfigError, OutcomeUnknown, Unreachable
from agent.ports import Services
from agent.protocol.wire import HttpReply, Service
from agent.text import N_, _

LARGEST_ANSWER = 5 * 1024 * 1024
"""Bytes, packed or unpacked. Real answers have some tens of thousands."""


class HttpsServices(Services):
    def __init__(self, config: ServicesConfig) -> None:
        """Raises: ConfigError where the file with more trusted certificates cannot be used."""
        self._config = config
        self._tls = _tls(config)

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        base = self._config.production if environment is Environment.PRODUCTION else self._config.acceptance
        headers = {
            "User-Agent": f"ehealth-certificate-agent/{__version__}",
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{soap_action}"',
            "Accept": "text/xml",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        request = httpx.Request("POST", f"{base.rstrip('/')}{service.value}", headers=headers, content=envelope_xml)
        conversation = _Conversation(request, self._config, self._tls)
        try:
            return conversation.reply()
        except _Broken as broken:
            if conversation.is_sent:
                raise OutcomeUnknown(request_id, broken.problem) from broken.__cause__
            raise Unreachable(str(request.url), broken.problem) from broken.__cause__

    def greet(self, environment: Environment) -> HttpReply:
        """What the server says to a plain question that asks for nothing. Raises: Unreachable."""
        base = self._config.production if environment is Environment.PRODUCTION else self._config.acceptance
        headers = {"User-Agent": f"ehealth-certificate-agent/{__version__}", "Connection": "close"}
        request = httpx.Request("GET", f"{base.rstrip('/')}{Service.CERTRA.value}", headers=headers)
        try:
            return _Conversation(request, self._config, self._tls).reply()
        except _Broken as broken:
            raise Unreachable(str(request.url), broken.problem) from broken.__cause__


def _tls(config: ServicesConfig) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.ca_file is not None:
        try:
            context.load_verify_locations(cafile=config.ca_file)
        except OSError as problem:  # ssl.SSLError is one
            raise ConfigError(
                "services.ca_file", _("no certificates can be read from {file}").format(file=config.ca_file)
            ) from problem
    return context


class _Broken(Exception):
    """The conversation did not end with a whole answer."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class _GivenUp(Exception):
    """Nobody waits for the answer any more: nothing may be sent now."""


@dataclass
class _Conversation:
    """A request and its answer, in a thread of its own: some waits, such as a name look-up, cannot be ended.

    Attributes:
        is_sent: something of the request may have left this computer.
        proxy: what it goes through, as ``host:port``; `at_proxy` until that has taken it further.
    """

    request: httpx.Request
    config: ServicesConfig
    tls: ssl.SSLContext
    is_sent: bool = False
    proxy: str | None = None
    at_proxy: bool = True
    _is_given_up: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _socket: socket.socket | None = None
    _result: Future[HttpReply] = field(default_factory=Future)

    def reply(self) -> HttpReply:
        """Raises: _Broken."""
        threading.Thread(target=self._run, name="exchange", daemon=True).start()
        try:
            return self._result.result(self.config.total_timeout)
        except TimeoutError:
            text = _("no whole answer within {seconds:g} seconds")
            raise _Broken(text.format(seconds=self.config.total_timeout)) from None
        finally:
            self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            self._is_given_up = True
            if self._socket is not None:
                with suppress(OSError):  # it is closed already
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            self._result.set_result(self._talk())
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            broken = _Broken(self._sentence(problem))
            broken.__cause__ = problem
            self._result.set_exception(broken)
        except Exception as problem:  # noqa: BLE001 - raised again by the thread that waits
            self._result.set_exception(problem)

    def _talk(self) -> HttpReply:
        config = self.config
        timeout = httpx.Timeout(config.read_timeout, connect=config.connect_timeout)
        self.request.extensions = {"timeout": timeout.as_dict(), "trace": self._on_event}
        with httpx.HTTPTransport(verify=self.tls, trust_env=False, proxy=self._proxy()) as transport:
            response = transport.handle_request(self.request)
            try:
                body = b"".join(_unpacked(response))
            finally:
                response.close()
        said = response.headers
        return HttpReply(response.status_code, said.get("Content-Type", ""), body, said.get("Date", ""))

    def _proxy(self) -> httpx.Proxy | None:
        """The proxy that the environment or the operating system names for this address."""
        host, settings = self.request.url.host, getproxies()
        address = settings.get(self.request.url.scheme) or settings.get("all")
        if not address or is_loopback(host) or proxy_bypass(host):
            return None
        try:
            proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
            if proxy.url.scheme == "https":
                proxy.ssl_context = self.tls
            elif proxy.url.scheme != "http":
                raise ValueError(proxy.url.scheme)
        except (httpx.InvalidURL, ValueError) as problem:
            raise _Broken(_("this computer's proxy setting cannot be used")) from problem
        self.proxy = f"{proxy.url.host}:{proxy.url.port}" if proxy.url.port else proxy.url.host
        return proxy

    def _on_event(self, event: str, details: Mapping[str, Any]) -> None:
        """Told by httpx about each thing that it does."""
        connected = event.endswith((".connect_tcp.complete", ".start_tls.complete"))
        with self._lock:
            if self._is_given_up:
                if connected:
                    details["return_value"].close()  # httpx does not know of it yet
                raise _GivenUp
            if connected:
                self._socket = details["return_value"].get_extra_info("socket")
            elif event.endswith(".send_request_headers.started"):
                self.at_proxy = False
                self.is_sent = details["request"].method != b"CONNECT"  # that is for the proxy

    def _sentence(self, problem: Exception) -> str:
        if self.is_sent:
            if isinstance(problem, httpx.TimeoutException):
                return _("no answer for {seconds:g} seconds").format(seconds=self.config.read_timeout)
            return _("it was cut off before the whole answer was there")
        host = self.request.url.host
        if self.proxy is None:
            return _why_not_connected(problem, host, self.config.connect_timeout)
        if isinstance(problem, httpx.ProxyError):
            asks = str(problem).startswith("407")
            text = (
                _("the proxy {proxy} wants a user name and password")
                if asks
                else _("the proxy {proxy} refuses: {problem}")
            )
            return text.format(proxy=self.proxy, problem=problem)
        text = _("the proxy {proxy}: {problem}") if self.at_proxy else _("through the proxy {proxy}: {problem}")
        if self.at_proxy:
            host = urlsplit(f"//{self.proxy}").hostname or self.proxy
        return text.format(proxy=self.proxy, problem=_why_not_connected(problem, host, self.config.connect_timeout))


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The answer's body, unpacked where it came packed unasked. Raises: _Broken where it is more than fits."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().casefold()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise _Broken(_("the answer is packed in a way that is not known here"))
    unpacker = None if encoding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as it says
    room = LARGEST_ANSWER
    try:
        for raw in response.iter_raw():
            chunk = raw if unpacker is None else unpacker.decompress(raw, room + 1)
            room -= len(chunk)
            if room < 0:
                raise _Broken(_("the answer is larger than {count} MiB").format(count=LARGEST_ANSWER // 2**20))
            yield chunk
    except zlib.error as problem:
        raise _Broken(_("the answer cannot be unpacked")) from problem
    if unpacker is not None and not unpacker.eof:
        raise _Broken(_("it was cut off before the whole answer was there"))


_CUT_OFF = N_("the connection was cut off")
_NOT_TODAY = N_("the server's certificate is not valid today; is this computer's date right?")
_OTHER_NAME = N_("the server's certificate belongs to another name")
_UNTRUSTED = N_("the server's certificate is not trusted by this computer")
_CERTIFICATE_PROBLEMS = {
    9: _NOT_TODAY,  # OpenSSL: X509_V_ERR_CERT_NOT_YET_VALID
    10: _NOT_TODAY,  # X509_V_ERR_CERT_HAS_EXPIRED
    62: _OTHER_NAME,  # X509_V_ERR_HOSTNAME_MISMATCH
    64: _OTHER_NAME,  # X509_V_ERR_IP_ADDRESS_MISMATCH
    0x800B0101: _NOT_TODAY,  # Windows: CERT_E_EXPIRED
    0x800B010F: _OTHER_NAME,  # CERT_E_CN_NO_MATCH
    -67818: _NOT_TODAY,  # macOS: errSecCertificateExpired
    -67602: _OTHER_NAME,  # errSecHostNameMismatch
}


_SYSTEM_PROBLEMS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    # Which of these a cut in the middle of TLS is, depends on how far the two sides had come.
    ((ssl.SSLEOFError, ssl.SSLSyscallError, ssl.SSLZeroReturnError), _CUT_OFF),
    ((ConnectionResetError, ConnectionAbortedError, BrokenPipeError), _CUT_OFF),
    (ssl.SSLError, N_("no secure connection could be made")),
    (socket.gaierror, N_("the name {host} is not known on this network")),
    (ConnectionRefusedError, N_("{host} does not take connections")),
    (OSError, N_("there is no way to {host} from this computer")),
)
"""The first that fits."""


def _why_not_connected(problem: Exception, host: str, connect_timeout: float) -> str:
    if isinstance(problem, httpx.TimeoutException):
        return _("no answer within {seconds:g} seconds").format(seconds=connect_timeout)
    for cause in _causes(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _(_CERTIFICATE_PROBLEMS.get(cause.verify_code, _UNTRUSTED))
        for kinds, sentence in _SYSTEM_PROBLEMS:
            if isinstance(cause, kinds):
                return _(sentence).format(host=host)
    return _(_CUT_OFF)


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """What lies under httpx' error, outermost first; httpcore cuts `__cause__` on the way."""
    cause = problem.__cause__ or problem.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
