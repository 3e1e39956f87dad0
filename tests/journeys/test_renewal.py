"""The main job: a keystore in its window is renewed, and nothing of the old one is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from agent.cli.rehearsal import sealed, unsealed
from agent.core.checks import is_same_key
from agent.core.dn import rfc2253
from agent.core.holder import Environment, Holder
from agent.core.renewal import Step
from agent.core.x509 import name_of
from agent.pipeline.platform import Platform
from agent.protocol import etk, etkdepot
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from tests.journeys.practice import GROUP, PASSWORD, PIN, Practice

LETTER = b"Written before the renewal."


def test_a_keystore_in_its_window_is_renewed_with_one_pin(practice: Practice) -> None:
    renewal = practice.renew()

    new = practice.opened(renewal)
    assert renewal.step is Step.DONE
    assert practice.card.pin_entries == 1
    assert len(practice.door.contracts) == 1
    authentication = new.authentication
    assert authentication is not None
    assert authentication.certificate.not_valid_after_utc > practice.clock.now() + timedelta(days=1000)
    assert len(authentication.chain) == 3, "the root of the old chain is carried over"


def test_the_old_keystore_stays_as_it_was_beside_the_new_one(practice: Practice) -> None:
    before = practice.path.read_bytes()
    renewal = practice.renew()
    assert practice.path.read_bytes() == before
    assert practice.files() == sorted([practice.path.name, Path(renewal.new_path).name])


def test_the_new_keystore_has_the_official_form(practice: Practice) -> None:
    new = practice.opened(practice.renew())
    authentication, *encryption = new.keys
    assert authentication.alias == "authentication"
    assert [entry.alias for entry in encryption] == [str(e.certificate.serial_number) for e in encryption]
    assert [entry.alias for entry in new.certificates] == [
        rfc2253(name_of(certificate.subject)) for certificate in authentication.chain
    ]


def test_an_old_message_still_opens_and_a_new_one_opens_with_the_last_key(practice: Practice) -> None:
    old_letter = sealed(LETTER, practice.old.keys[-1].certificate)
    new = practice.opened(practice.renew())
    old_key, new_key = new.keys[1:]
    assert unsealed(old_letter, old_key) == LETTER
    token_der = Platform(practice.services, practice.clock, practice.environment).ask(
        etkdepot.GET_ETK, etkdepot.GetEtk(GROUP)
    )
    assert unsealed(sealed(LETTER, etk.read_etk(token_der).encryption_certificate), new_key) == LETTER


def test_two_renewals_later_every_encryption_key_is_still_there(practice: Practice) -> None:
    practice.door.pins.append(PIN)
    first = practice.renew()
    practice.clock.instant += timedelta(days=1060)
    second = practice.renew(Path(first.new_path))
    assert len(practice.opened(second).keys) == 4


def test_the_old_token_stays_in_force_until_somebody_says_so(practice: Practice) -> None:
    renewal = practice.renew(activate=False)
    assert renewal.step is Step.ACTIVATE
    assert "activateETK" not in practice.services.actions
    depot = Platform(practice.services, practice.clock, practice.environment)
    served = etk.read_etk(depot.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP))).encryption_certificate
    assert served == practice.old.keys[-1].certificate

    done = practice.renew(Path(renewal.new_path))
    assert done.step is Step.DONE
    served = etk.read_etk(depot.ask(etkdepot.GET_ETK, etkdepot.GetEtk(GROUP))).encryption_certificate
    assert served == practice.opened(done).keys[-1].certificate
    assert practice.card.pin_entries == 1


@pytest.mark.parametrize(
    ("holder", "environment"),
    [
        (Holder("CBE", "0403170701", None, "MAISON MEDICALE NOEL"), Environment.PRODUCTION),
        (Holder("CBE", "0403170701", "MYAPP-01", 'D\'AOUT & ZONEN, "DE BRUG" + CIE'), Environment.PRODUCTION),
        (Holder("SSIN", "80010100107", None, "PERSOON TEST"), Environment.PRODUCTION),
        (GROUP, Environment.ACCEPTANCE),
    ],
    ids=["enterprise", "application id and every sign", "person", "acceptance"],
)
def test_whoever_the_holder_is(tmp_path: Path, holder: Holder, environment: Environment) -> None:
    practice = Practice(tmp_path, holder=holder, environment=environment)
    renewal = practice.renew()
    assert renewal.step is Step.DONE
    name = Path(renewal.new_path).name
    assert name.startswith(f"{holder.type}={holder.number}")
    assert name.endswith(".acc-p12" if environment is Environment.ACCEPTANCE else ".p12")
    assert (f",{holder.application_id} " in name) == (holder.application_id is not None)


def test_a_check_by_hand_is_waited_for_without_the_card(practice: Practice) -> None:
    practice.sandbox.trouble(Scenario(Trouble.MANUAL_VALIDATION))
    approve_after = practice.clock.now() + timedelta(days=2)
    wait = practice.clock.wait

    def wait_and_approve(seconds: float) -> None:
        wait(seconds)
        if practice.clock.now() > approve_after:
            practice.sandbox.approve()

    practice.clock.wait = wait_and_approve  # type: ignore[method-assign]
    assert practice.renew().step is Step.DONE
    assert all(by_hand for _, by_hand in practice.door.waits)
    assert max(practice.clock.waited) <= 6.6 * 3600
    assert practice.card.pin_entries == 1


def test_the_password_goes_along_where_the_vault_had_it(practice: Practice) -> None:
    renewal = practice.renew(keep_password=True)
    assert practice.vault.password(Path(renewal.new_path)) == PASSWORD
    assert not [path for path in practice.vault.passwords if path.name.endswith(".pending")]


def test_a_new_password_can_be_given_to_the_new_keystore(practice: Practice) -> None:
    renewal = practice.renew(new_password=Secret("Brand-new-9"))
    new = practice.keystores.read(Path(renewal.new_path), Secret("Brand-new-9"))
    assert len(new.keys) == 3
    for entry in new.keys:
        assert isinstance(entry.private_key, rsa.RSAPrivateKey)
        assert is_same_key(entry.private_key.public_key(), entry.certificate.public_key())
