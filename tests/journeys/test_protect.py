"""A keystore gets another password: nothing in it changes, and nothing is lost where it cannot be done."""

from __future__ import annotations

import pytest

from agent.core.glance import Profile
from agent.errors import NotYetDelivered, PasswordRefused, RenewalBusy, VaultUnavailable, WrongPassword
from agent.pipeline.protect import Protected, change_password
from agent.sandbox.scenarios import Scenario, Trouble
from agent.secret import Secret
from agent.watch.look import Look
from tests.journeys.practice import PASSWORD, Practice

NEW = Secret("Nieuwe-sleutel-2026")


def change(practice: Practice, old: Secret = PASSWORD, new: Secret = NEW) -> Protected:
    return change_password(practice.path, old, new, practice.outside, Profile.COMPATIBLE)


def test_the_new_password_opens_the_same_keys(practice: Practice) -> None:
    practice.vault.keep(practice.path, PASSWORD)
    change(practice)
    keystore = practice.keystores.read(practice.path, NEW)
    assert [entry.alias for entry in keystore.keys] == [entry.alias for entry in practice.old.keys]
    assert keystore.certificates == practice.old.certificates
    assert practice.vault.password(practice.path) == NEW
    with pytest.raises(WrongPassword):
        practice.keystores.read(practice.path, PASSWORD)


def test_a_password_that_was_not_stored_is_not_stored_now(practice: Practice) -> None:
    change(practice)
    assert practice.vault.password(practice.path) is None


def test_copies_elsewhere_are_named(practice: Practice) -> None:
    copy = practice.path.with_name("backup.p12")
    copy.write_bytes(practice.path.read_bytes())
    Look(practice.keystores, practice.vault, practice.journal, PASSWORD).in_folders([practice.path.parent], ["*.p12"])
    practice.vault.keep(copy, PASSWORD)
    practice.vault.keep(practice.path, PASSWORD)
    Look(practice.keystores, practice.vault, practice.journal).in_folders([practice.path.parent], ["*.p12"])
    assert change(practice).copies == (str(copy),)


@pytest.mark.parametrize(
    ("old", "new"), [(Secret("wrong-1!"), NEW), (PASSWORD, Secret("short-1")), (PASSWORD, Secret("étésoleil-1"))]
)
def test_what_is_refused_changes_nothing(practice: Practice, old: Secret, new: Secret) -> None:
    before = practice.path.read_bytes()
    with pytest.raises((WrongPassword, PasswordRefused)):
        change(practice, old, new)
    assert practice.path.read_bytes() == before


def test_not_while_a_renewal_is_under_way(practice: Practice) -> None:
    practice.sandbox.state.scenarios.append(Scenario(Trouble.SLOW_DELIVERY, times=1, value=1))
    with pytest.raises(NotYetDelivered):
        practice.renew(wait=False)
    with pytest.raises(RenewalBusy):
        change(practice)


def test_a_vault_that_cannot_be_used_is_told(practice: Practice) -> None:
    practice.vault.problem = VaultUnavailable("it is locked")
    assert change(practice).vault_problem is practice.vault.problem
    assert practice.keystores.read(practice.path, NEW).keys
