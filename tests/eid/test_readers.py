"""Cards in readers behind a real PC/SC service, seen by OpenSC's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from agent.sandbox.pki import Pki
from agent.sandbox.software_card import Generation
from tests.adapters.softhsm import BOB, PIN
from tests.eid import pcscd, pkcs15
from tests.eid.pcscd import Pcsc
from tests.eid.people import Kind, make_card
from tests.eid.strangers import BankCard


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("_DRIVER", Path("/no/driver.so"), "vsmartcard-vpcd is not installed"),
        ("inside.PCSCD", "/no/pcscd", "pcscd is not installed"),
        ("_unshare", lambda: ["sh", "-c", "echo not permitted >&2; exit 1"], r"namespaces .* \(not permitted\)"),
    ],
)
def test_where_it_cannot_run_there_is_a_sentence(
    pcsc: Pcsc, monkeypatch: pytest.MonkeyPatch, place: str, value: object, reason: str
) -> None:
    monkeypatch.setattr(f"tests.eid.pcscd.{place}", value)
    with pytest.raises(pcscd.CannotRun, match=reason), pcscd.pcsc_service():
        pass


def said(pcsc: Pcsc, *command: str) -> str:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} (package opensc) is not installed")
    env = {**os.environ, **pcsc.env}
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def readers(pcsc: Pcsc) -> dict[str, str]:
    """Whether there is a card in it, by the reader's name."""
    lines = [line.split(maxsplit=2) for line in said(pcsc, "opensc-tool", "--list-readers").splitlines()]
    return {line[2]: line[1] for line in lines if line[0].isdecimal()}


def test_cards_come_and_go(pcsc: Pcsc, pki: Pki) -> None:
    first, second, third, fourth = (slot.name for slot in pcsc.slots)
    pcsc.slots[0].insert(make_card(pki))
    pcsc.slots[3].insert(BankCard())
    assert readers(pcsc) == {first: "Yes", second: "No", third: "No", fourth: "Yes"}
    pcsc.slots[0].pull()
    assert readers(pcsc) == {first: "No", second: "No", third: "No", fourth: "Yes"}


def test_readers_come_and_go(pcsc: Pcsc) -> None:
    pcsc.restart(readers=1)
    assert len(readers(pcsc)) == 2
    pcsc.restart(readers=0)
    assert readers(pcsc) == {}


@pytest.mark.parametrize("generation", Generation)
def test_opensc_knows_both_generations_by_their_atr(pcsc: Pcsc, pki: Pki, generation: Generation) -> None:
    pcsc.slots[0].insert(make_card(pki, Kind(generation=generation)))
    assert "Belpic cards" in said(pcsc, "opensc-tool", "--name")


def test_opensc_lists_an_rsa_card_only_after_the_pin(pcsc: Pcsc, pki: Pki) -> None:
    card = make_card(pki)
    pcsc.slots[0].insert(card)
    assert "Certificate Object" not in said(pcsc, "pkcs11-tool", "--list-objects")
    listed = said(pcsc, "pkcs11-tool", "--list-objects", "--login", "--pin", PIN)
    assert listed.count("Certificate Object") == 4
    assert listed.count("Private Key Object") == 2
    assert (card.pin.attempts, card.signatures) == (1, [])


def test_pins_are_forgotten_with_the_card_and_tries_are_not(pcsc: Pcsc, pki: Pki) -> None:
    card = make_card(pki, Kind(BOB))
    pcsc.slots[0].insert(card)
    said(pcsc, "pkcs11-tool", "--login", "--pin", "9999", "--list-objects")
    said(pcsc, "pkcs11-tool", "--login", "--pin", "8888", "--list-objects")
    assert (card.pin.tries, card.pin.attempts) == (1, 2)
    pcsc.slots[0].insert(card)
    assert card.pin.tries == 1
    said(pcsc, "pkcs11-tool", "--login", "--pin", PIN, "--list-objects")
    assert card.pin.tries == 3
    pcsc.slots[0].pull()
    pcsc.slots[0].insert(card)
    assert not card.pin.is_open


@pytest.mark.parametrize(
    ("missing", "certificates", "keys", "login_says"),
    [
        ([pkcs15.EF_DIR], 0, 0, "CKR_TOKEN_NOT_RECOGNIZED"),
        ([pkcs15.TOKEN_INFO], 0, 0, "CKR_TOKEN_NOT_RECOGNIZED"),
        ([pkcs15.AODF], 4, 0, "CKR_USER_PIN_NOT_INITIALIZED"),
        ([pkcs15.PRKDF], 4, 0, ""),
        ([pkcs15.CDF], 0, 2, ""),
        ([pkcs15.RRN_CERTIFICATE, pkcs15.IDENTITY, pkcs15.PHOTO], 4, 2, ""),
    ],
    ids=["DIR", "TokenInfo", "AODF", "PrKDF", "CDF", "identity"],
)
def test_opensc_finds_its_way_by_these_files(
    pcsc: Pcsc, pki: Pki, missing: list[bytes], certificates: int, keys: int, login_says: str
) -> None:
    """Source: spec/eid.md, E."""
    whole = make_card(pki, Kind(for_opensc=True))
    files = {path: content for path, content in whole.files.items() if path not in missing}
    pcsc.slots[0].insert(replace(whole, files=files))
    shown = said(pcsc, "pkcs11-tool", "--list-objects")
    logged_in = said(pcsc, "pkcs11-tool", "--login", "--pin", PIN, "--list-objects")
    assert shown.count("Certificate Object") == certificates
    assert logged_in.count("Private Key Object") == keys
    assert login_says in logged_in
