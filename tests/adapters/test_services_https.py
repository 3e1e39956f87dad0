from __future__ import annotations

import base64
import gzip
import logging
import socket
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent import __version__
from agent.adapters import services_https
from agent.adapters.services_https import HttpsServices
from agent.config import ServicesConfig
from agent.core.holder import Environment
from agent.errors import ConfigError, OutcomeUnknown, Unreachable
from agent.protocol.wire import HttpReply, Service
from tests.adapters.loopback import (
    Authority,
    Behaviour,
    Loopback,
    answers,
    drips,
    hangs_up,
    serving,
    tunnels_to,
    waits,
)

ENVELOPE = b"<Envelope>Canary-in-envelope</Envelope>"
PATIENT = ServicesConfig(connect_timeout=20, read_timeout=20, total_timeout=20)
"""For tests in which nobody may wait until the end: they fail slowly, but never by chance."""


@pytest.fixture(autouse=True)
def no_proxy_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def localhost_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A root made with debootstrap has no hosts file."""
    ask = socket.getaddrinfo

    def found(host: str | None, *rest: Any, **named: Any) -> Any:
        return ask("127.0.0.1" if host == "localhost" else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def exchange(address: str, config: ServicesConfig = PATIENT, envelope_xml: bytes = ENVELOPE) -> HttpReply:
    services = HttpsServices(replace(config, production=address, acceptance="https://acceptance.invalid"))
    return services.exchange(Environment.PRODUCTION, Service.CERTRA, "urn:be:action", envelope_xml, "_1")


def plain(server: Loopback) -> str:
    return f"http://127.0.0.1:{server.port}"


# ── A plain question ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plain_question_sends_nothing_and_tells_the_servers_time() -> None:
    date = "Mon, 02 Mar 2026 09:00:00 GMT"
    with serving(answers(b"", f"Date: {date}", status="405 Method Not Allowed")) as server:
        services = HttpsServices(replace(PATIENT, acceptance=plain(server), production="https://production.invalid"))
        reply = services.greet(Environment.ACCEPTANCE)
    assert (reply.status, reply.date) == (405, date)
    (request,) = server.received
    assert request.head.startswith("GET /CertRa/v2 HTTP/1.1\r\n")
    assert request.body == b""


@pytest.mark.parametrize("behaviour", [hangs_up, waits], ids=["hangs up", "waits"])
def test_a_plain_question_without_an_answer_is_no_way_there(behaviour: Behaviour) -> None:
    with serving(behaviour) as server:
        services = HttpsServices(replace(PATIENT, production=plain(server), read_timeout=0.2))
        with pytest.raises(Unreachable):
            services.greet(Environment.PRODUCTION)


# ── What is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_looks_as_the_services_expect_it() -> None:
    with serving(answers(b"<answer/>", "Content-Type: text/xml; charset=utf-8")) as server:
        reply = exchange(plain(server))
    assert reply == HttpReply(200, "text/xml; charset=utf-8", b"<answer/>")
    (request,) = server.received
    assert request.head.startswith("POST /CertRa/v2 HTTP/1.1\r\n")
    assert request.body == ENVELOPE
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": f"ehealth-certificate-agent/{__version__}",
        "content-type": "text/xml; charset=utf-8",
        "soapaction": '"urn:be:action"',
        "accept": "text/xml",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": str(len(ENVELOPE)),
    }


def test_a_base_address_may_have_a_path_of_its_own() -> None:
    with serving(answers()) as server:
        exchange(f"{plain(server)}/ehealth/")
    assert server.received[0].head.startswith("POST /ehealth/CertRa/v2 ")


def test_no_cookie_goes_from_one_exchange_to_the_next() -> None:
    with serving(answers(b"", "Set-Cookie: session=1; Path=/")) as server:
        services = HttpsServices(replace(PATIENT, production=plain(server)))
        for number in range(2):
            services.exchange(Environment.PRODUCTION, Service.CERTRA, "urn:x", ENVELOPE, f"_{number}")
    assert all("cookie" not in request.headers for request in server.received)


def test_a_password_from_netrc_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password Canary-1!\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(answers()) as server:
        exchange(plain(server))
    assert "authorization" not in server.received[0].headers


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with serving(answers()) as elsewhere:
        with serving(answers(b"", f"Location: {plain(elsewhere)}/", status="307 Temporary Redirect")) as server:
            assert exchange(plain(server)).status == 307
        assert elsewhere.connections == 0


# ── Nothing was sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def unreachable(address: str, config: ServicesConfig = PATIENT) -> str:
    with pytest.raises(Unreachable) as problem:
        exchange(address, config)
    assert problem.value.url == f"{address}/CertRa/v2"
    return problem.value.problem


def test_a_server_whose_ca_was_added_is_trusted(authority: Authority) -> None:
    with serving(answers(), authority.server("localhost")) as server:
        assert exchange(f"https://localhost:{server.port}", replace(PATIENT, ca_file=authority.file)).status == 200


@pytest.mark.parametrize(
    ("names", "years", "is_added", "told"),
    [
        (["localhost"], (2000, 2100), False, "the server's certificate is not trusted by this computer"),
        (["ehealth.example"], (2000, 2100), True, "the server's certificate belongs to another name"),
        (
            ["localhost"],
            (2000, 2001),
            True,
            "the server's certificate is not valid today; is this computer's date right?",
        ),
        (
            ["localhost"],
            (2099, 2100),
            True,
            "the server's certificate is not valid today; is this computer's date right?",
        ),
    ],
)
def test_a_certificate_that_does_not_hold_gets_nothing(
    authority: Authority, names: list[str], years: tuple[int, int], is_added: bool, told: str
) -> None:
    with serving(answers(), authority.server(*names, years=years)) as server:
        config = replace(PATIENT, ca_file=authority.file if is_added else None)
        assert unreachable(f"https://localhost:{server.port}", config) == told
    assert server.received == []


def test_a_certificate_for_another_address_gets_nothing(authority: Authority) -> None:
    with serving(answers(), authority.server("localhost", "127.0.0.2")) as server:
        told = unreachable(f"https://127.0.0.1:{server.port}", replace(PATIENT, ca_file=authority.file))
    assert told == "the server's certificate belongs to another name"


def greets_like_a_mail_server(connection: socket.socket) -> bool:
    connection.sendall(b"220 mail.example\r\n")
    return False


def test_a_server_without_tls_gets_nothing() -> None:
    with serving(answers(), on_accept=greets_like_a_mail_server) as server:
        assert unreachable(f"https://localhost:{server.port}") == "no secure connection could be made"
    assert server.received == []


def test_a_connection_that_is_cut_before_the_request_is_told_so(authority: Authority) -> None:
    with serving(answers(), authority.server("localhost"), on_accept=lambda _: True) as server:
        assert unreachable(f"https://localhost:{server.port}") == "the connection was cut off"


def test_nobody_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert unreachable(f"http://127.0.0.1:{port}") == "127.0.0.1 does not take connections"


def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    told = unreachable("https://services.ehealth.example")
    assert told == "the name services.ehealth.example is not known on this network"


def test_a_server_that_does_not_finish_the_handshake(authority: Authority) -> None:
    with serving(answers(), on_accept=waits_for_end) as server:
        told = unreachable(f"https://localhost:{server.port}", replace(PATIENT, connect_timeout=0.2))
    assert told == "no answer within 0.2 seconds"


def waits_for_end(connection: socket.socket) -> bool:
    while connection.recv(65536):
        pass
    return True


def test_a_name_look_up_that_never_ends_is_not_waited_for_and_sends_nothing_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look_up, gave_up, ended = socket.getaddrinfo, threading.Event(), threading.Event()

    def slow(*arguments: object, **named: object) -> object:
        gave_up.wait()
        return look_up(*arguments, **named)  # type: ignore[arg-type]

    run = services_https._Conversation._run

    def run_and_tell(conversation: services_https._Conversation) -> None:
        run(conversation)
        ended.set()

    monkeypatch.setattr(services_https._Conversation, "_run", run_and_tell)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with serving(answers()) as server:
        told = unreachable(f"http://localhost:{server.port}", replace(PATIENT, total_timeout=0.2))
        gave_up.set()
        assert ended.wait(20)
    assert told == "no whole answer within 0.2 seconds"
    assert server.received == []


# ── Something was sent ───────────────────────────────────────────────────────────────────────────────────────────────


def outcome_unknown(behaviour: Behaviour, config: ServicesConfig = PATIENT) -> str:
    with serving(behaviour) as server, pytest.raises(OutcomeUnknown) as problem:
        exchange(plain(server), config)
    assert len(server.received) == 1
    assert problem.value.request_id == "_1"
    return problem.value.problem


CUT = "it was cut off before the whole answer was there"


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs_up,
        answers(b"<answer>", length=1000),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-"),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<a"),
        lambda connection, _: connection.sendall(b"Good morning\r\n\r\n"),
        answers(gzip.compress(b"<answer/>" * 100)[:-9], "Content-Encoding: gzip"),
    ],
    ids=["no answer", "half a body", "half a head", "half a chunk", "no HTTP", "half a gzip"],
)
def test_an_answer_that_is_cut_off_leaves_the_outcome_unknown(behaviour: Behaviour) -> None:
    assert outcome_unknown(behaviour) == CUT


def test_a_connection_that_is_cut_while_the_request_leaves() -> None:
    with serving(answers(), on_accept=lambda connection: bool(connection.recv(10))) as server:
        with pytest.raises(OutcomeUnknown):
            exchange(plain(server), envelope_xml=b"x" * 20_000_000)
        assert server.received == []


def test_a_silent_server_is_waited_for_no_longer_than_the_read_time_out() -> None:
    assert outcome_unknown(waits, replace(PATIENT, read_timeout=0.2)) == "no answer for 0.2 seconds"


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"],
    ids=["head", "body"],
)
def test_an_answer_that_drips_in_ends_at_the_total_time_out(beginning: bytes) -> None:
    told = outcome_unknown(drips(beginning), replace(PATIENT, total_timeout=0.5))
    assert told == "no whole answer within 0.5 seconds"


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(b"x" * (services_https.LARGEST_ANSWER + 1)),
        answers(gzip.compress(bytes(200_000_000), 1), "Content-Encoding: gzip"),
        answers(zlib.compress(bytes(200_000_000), 1), "Content-Encoding: deflate"),
    ],
    ids=["plain", "gzip bomb", "deflate bomb"],
)
def test_an_answer_that_is_too_large_is_not_taken_in(behaviour: Behaviour) -> None:
    assert outcome_unknown(behaviour) == "the answer is larger than 5 MiB"


def test_the_largest_answer_is_taken_in() -> None:
    with serving(answers(b"x" * services_https.LARGEST_ANSWER)) as server:
        assert len(exchange(plain(server)).body) == services_https.LARGEST_ANSWER


@pytest.mark.parametrize(
    ("packed", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (gzip.compress, "X-GZIP")]
)
def test_an_answer_that_came_packed_unasked_is_unpacked(packed: Callable[[bytes], bytes], encoding: str) -> None:
    with serving(answers(packed(b"<answer/>"), f"Content-Encoding: {encoding}")) as server:
        assert exchange(plain(server)).body == b"<answer/>"


def test_an_answer_packed_in_another_way_is_refused() -> None:
    assert (
        outcome_unknown(answers(b"?", "Content-Encoding: br")) == "the answer is packed in a way that is not known here"
    )
    assert outcome_unknown(answers(b"This is no gzip.", "Content-Encoding: gzip")) == "the answer cannot be unpacked"


# ── Proxies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_systems_proxy_is_used_with_its_credentials(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answers(), authority.server("ehealth.example")) as server, serving(tunnels_to(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://practice:p%40ss@127.0.0.1:{proxy.port}")
        assert exchange("https://ehealth.example", replace(PATIENT, ca_file=authority.file)).body == b"<answer/>"
    (asked,) = proxy.received
    assert asked.head.startswith("CONNECT ehealth.example:443 ")
    assert asked.headers["proxy-authorization"] == f"Basic {base64.b64encode(b'practice:p@ss').decode()}"
    (request,) = server.received
    assert "proxy-authorization" not in request.headers
    assert request.body == ENVELOPE


def test_a_proxy_that_inspects_needs_its_ca(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answers(), authority.server("ehealth.example")) as server, serving(tunnels_to(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        told = unreachable("https://ehealth.example")
    assert told == (
        f"through the proxy 127.0.0.1:{proxy.port}: the server's certificate is not trusted by this computer"
    )
    assert server.received == []


def test_a_connection_that_breaks_behind_the_proxy_leaves_the_outcome_unknown(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(hangs_up, authority.server("ehealth.example")) as server, serving(tunnels_to(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(OutcomeUnknown, match="cut off"):
            exchange("https://ehealth.example", replace(PATIENT, ca_file=authority.file))
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [("407 Proxy Authentication Required", "wants a user name and password"), ("403 No", "refuses: 403 No")],
)
def test_a_proxy_that_refuses_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, status: str, told: str
) -> None:
    with serving(answers(b"<html>", status=status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://practice:Canary-1!@127.0.0.1:{proxy.port}")
        assert unreachable("https://ehealth.example") == f"the proxy 127.0.0.1:{proxy.port} {told}"


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("ALL_PROXY", f"http://practice:Canary-1!@127.0.0.1:{port}")
    told = unreachable("https://ehealth.example")
    assert told == f"the proxy 127.0.0.1:{port}: 127.0.0.1 does not take connections"


@pytest.mark.parametrize("setting", ["socks5://127.0.0.1:1080", "http://[::1", "http://proxy:port"])
def test_a_proxy_setting_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", setting)
    assert unreachable("https://ehealth.example") == "this computer's proxy setting cannot be used"


def test_no_proxy_stands_before_this_computer_itself_or_the_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(hangs_up) as proxy, serving(answers()) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "ehealth.invalid")
        assert exchange(plain(server)).status == 200
        assert "ehealth.invalid is not known" in unreachable("https://services.ehealth.invalid")
    assert proxy.connections == 0


# ── Config, secrets ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    for file in ("empty.pem", "missing.pem"):
        with pytest.raises(ConfigError, match=r"services\.ca_file: no certificates can be read"):
            HttpsServices(ServicesConfig(ca_file=tmp_path / file))


def test_neither_request_nor_credentials_are_logged(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    behaviour = answers(b"Canary-in-answer")
    with serving(behaviour, authority.server("ehealth.example")) as server, serving(tunnels_to(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://practice:Canary-1!@127.0.0.1:{proxy.port}")
        exchange("https://ehealth.example", replace(PATIENT, ca_file=authority.file))
    assert "send_request_body" in caplog.text  # the libraries do log
    for secret in ("Canary", base64.b64encode(b"practice:Canary-1!").decode()):
        assert secret not in caplog.text
