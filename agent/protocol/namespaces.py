"""The namespaces of the services' messages.

Source: spec/ra-protocol.md, Services; the services' schemas.
"""

from __future__ import annotations

from agent.protocol.elements import Namespace
from agent.protocol.wire import Service

COMMONS = Namespace("urn:be:fgov:ehealth:commons:core:v2")
CERTRA = Namespace("urn:be:fgov:ehealth:certra:protocol:v2")
CERTRA_CORE = Namespace("urn:be:fgov:ehealth:certra:core:v2")
ETKRA = Namespace("urn:be:fgov:ehealth:etkra:protocol:v2")
ETEE = Namespace("urn:be:fgov:ehealth:etee:commons:core:v2")
ETKDEPOT = Namespace("urn:be:fgov:ehealth:etkdepot:1_0:protocol")
COMMONS_1_0 = Namespace("urn:be:fgov:ehealth:commons:1_0:core")

PROTOCOL = {Service.CERTRA: CERTRA, Service.ETKRA: ETKRA, Service.ETKDEPOT: ETKDEPOT}
"""The namespace of a service's request and response elements."""

PREFIXES: dict[Service, dict[str | None, str]] = {
    Service.CERTRA: {None: CERTRA_CORE.uri, "ns2": CERTRA.uri, "ns3": COMMONS.uri},
    Service.ETKRA: {None: ETKRA.uri},
    Service.ETKDEPOT: {None: ETKDEPOT.uri},
}
"""What a request declares: the prefixes that the official client uses."""
