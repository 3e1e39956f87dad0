"""What was remembered is remembered after a restart."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core import dn
from agent.core.x509 import signing_request_der
from agent.errors import NotYetDelivered
from agent.protocol import certra, etk, etkdepot, etkra
from agent.sandbox.registry import Mandate, Registry, State
from agent.sandbox.scenarios import Scenario, Trouble
from agent.sandbox.services import Sandbox
from tests.sandbox.client import GROUP, NOW, PERSON, Client, Clock, identifier_of, rsa_key


def test_the_whole_way_with_a_restart_before_each_step(folder: Path, clock: Clock) -> None:
    def again() -> Client:
        return Client(Sandbox(folder, clock), clock)

    old = again().old()
    contract = again().contract()
    csr_der = signing_request_der(rsa_key(0), dn.parse(contract.dn))
    assert again().request(rsa_key(0), contract, csr_der=csr_der).replaces
    for _ in range(2):
        with pytest.raises(NotYetDelivered):
            again().ask(certra.GET_CERTIFICATE, identifier_of(rsa_key(0)))
    new = again().collect(rsa_key(0), polls=1)
    assert again().collect(rsa_key(0), polls=1).chain == new.chain, "delivered once, the same for ever"
    serial = again().start_token(new, rsa_key(1))
    der = etk.encryption_certificate_der(rsa_key(1).public_key(), serial, new.chain[0], new.private_key)
    registered = again().complete_token(new, der)
    assert registered.to_be_activated
    again().ask(etkra.ACTIVATE_ETK, None, new)
    assert again().ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP)) == registered.etk_der
    assert again().info(old)


def test_state_comes_back_as_it_was(folder: Path, clock: Clock) -> None:
    sandbox = Sandbox(folder, clock)
    client = Client(sandbox, clock)
    client.token(client.certificate(0), 1)
    client.contract()
    sandbox.trouble(Scenario(Trouble.CUT_AFTER, "Revoke", 3), Scenario(Trouble.HTML_PAGE, value=502))
    sandbox.mandate(PERSON.ssin, [Mandate("CBE", "0123456749", "Andere")])
    sandbox.set_clock(NOW + timedelta(days=3))
    found = Sandbox(folder, clock)
    assert found.state == sandbox.state
    assert found.state is not sandbox.state
    assert found.now() == NOW + timedelta(days=3)
    assert found.pki.ehealth_root.certificate == sandbox.pki.ehealth_root.certificate


def test_interrupted_write_leaves_the_last_whole_state(folder: Path, clock: Clock) -> None:
    sandbox = Sandbox(folder, clock)
    sandbox.set_clock(NOW + timedelta(days=3))
    (folder / "state.new").write_text("{ half")
    assert Sandbox(folder, clock).now() == NOW + timedelta(days=3)


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    registry = Registry(path)
    registry.save()
    first = path.stat().st_mtime_ns
    registry.save()
    assert path.stat().st_mtime_ns == first
    assert Registry(path).state == State()
    assert json.loads(path.read_text())["polls"] == 2


def test_state_that_is_none_is_refused(folder: Path, clock: Clock) -> None:
    (folder / "state.json").write_text('{"registrations": 3}')
    with pytest.raises(ValueError, match="not a sandbox's"):
        Sandbox(folder, clock)
