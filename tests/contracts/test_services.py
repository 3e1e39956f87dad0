from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest

from agent.adapters.services_https import HttpsServices
from agent.config import ServicesConfig
from agent.core.holder import Environment
from agent.errors import OutcomeUnknown, Unreachable
from agent.ports import Services
from agent.protocol.wire import HttpReply, Service
from tests.adapters.loopback import Behaviour, Loopback, answers, hangs_up, serving
from tests.fakes import Exchange, FakeServices

ANSWER = HttpReply(200, "text/xml; charset=utf-8", "<réponse/>".encode())


@dataclass
class Platform:
    """A platform behind `services`: it has `reply`, or breaks off where that is None, or is not there at all.

    Attributes:
        taken: environment, path, SOAP action and envelope of each request.
    """

    reply: HttpReply | None = ANSWER
    is_there: bool = True
    taken: list[tuple[Environment, str, str, bytes]] = field(default_factory=list)


def _in_memory(platform: Platform) -> Services:
    def answer(exchange: Exchange) -> HttpReply:
        if not platform.is_there:
            raise Unreachable(exchange.service.value, "not there")
        platform.taken.append(
            (exchange.environment, exchange.service.value, exchange.soap_action, exchange.envelope_xml)
        )
        if platform.reply is None:
            raise OutcomeUnknown(exchange.request_id, "cut off")
        return platform.reply

    return FakeServices(answer)


@dataclass
class _OverHttp(Services):
    """Servers for both environments, up while the platform is there."""

    platform: Platform

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        with ExitStack() as open_servers:
            servers = {each: open_servers.enter_context(serving(self._behaviour())) for each in Environment}
            if not self.platform.is_there:
                open_servers.close()
            addresses = {each.value: f"http://127.0.0.1:{server.port}" for each, server in servers.items()}
            services = HttpsServices(replace(ServicesConfig(), **addresses))  # type: ignore[arg-type]
            try:
                return services.exchange(environment, service, soap_action, envelope_xml, request_id)
            finally:
                for each, server in servers.items():
                    self._take(each, server)

    def _behaviour(self) -> Behaviour:
        reply = self.platform.reply
        if reply is None:
            return hangs_up
        return answers(reply.body, f"Content-Type: {reply.content_type}", status=f"{reply.status} Status")

    def _take(self, environment: Environment, server: Loopback) -> None:
        for request in server.received:
            path = request.head.split(" ")[1]
            action = request.headers["soapaction"].strip('"')
            self.platform.taken.append((environment, path, action, request.body))


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture(params=[_in_memory, _OverHttp], ids=["memory", "HTTP"])
def services(request: pytest.FixtureRequest, platform: Platform) -> Services:
    make: Callable[[Platform], Services] = request.param
    return make(platform)


@pytest.mark.parametrize("environment", Environment)
@pytest.mark.parametrize("service", Service)
def test_a_message_reaches_the_service_of_its_environment(
    services: Services, platform: Platform, environment: Environment, service: Service
) -> None:
    envelope_xml = "<enveloppe>é</enveloppe>".encode()
    assert services.exchange(environment, service, "urn:be:action", envelope_xml, "_1") == ANSWER
    assert platform.taken == [(environment, service.value, "urn:be:action", envelope_xml)]


@pytest.mark.parametrize(
    "reply",
    [
        HttpReply(500, "text/xml", b"<Fault/>"),
        HttpReply(404, "text/html", b"<html>"),
        HttpReply(302, "text/plain", b""),
        HttpReply(200, "application/octet-stream", bytes(range(256))),
    ],
    ids=lambda reply: str(reply.status),
)
def test_whatever_comes_back_is_handed_on_as_it_came(services: Services, platform: Platform, reply: HttpReply) -> None:
    platform.reply = reply
    assert services.exchange(Environment.PRODUCTION, Service.CERTRA, "urn:x", b"<a/>", "_1") == reply


def test_a_platform_that_is_not_there_got_nothing(services: Services, platform: Platform) -> None:
    platform.is_there = False
    with pytest.raises(Unreachable):
        services.exchange(Environment.PRODUCTION, Service.CERTRA, "urn:x", b"<a/>", "_1")
    assert platform.taken == []


def test_a_platform_that_took_the_message_and_broke_off_leaves_the_outcome_unknown(
    services: Services, platform: Platform
) -> None:
    platform.reply = None
    with pytest.raises(OutcomeUnknown) as unknown:
        services.exchange(Environment.ACCEPTANCE, Service.ETKRA, "urn:x", b"<a/>", "_request")
    assert unknown.value.request_id == "_request"
    assert len(platform.taken) == 1
