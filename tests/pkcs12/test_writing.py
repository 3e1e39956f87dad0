"""What is written reads back the same, and what cannot be read elsewhere is not written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asn1crypto import pkcs12 as asn1
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.core.glance import Profile
from agent.core.keystore import CertificateEntry, KeyEntry, Keystore
from agent.errors import Damaged, PasswordRefused, WriteFailed, WrongPassword
from agent.pkcs12.glance import glance_of
from agent.pkcs12.proof import prove
from agent.pkcs12.read import read
from agent.pkcs12.write import write
from tests.pkcs12.made import END, HOLDER, PASSWORD, certificate, chain, is_same, key, keystore
from tests.pkcs12.samples import data_of, needs_samples, samples

_LETTERS = st.characters(codec="utf-16-be", exclude_characters="\0")
_ALIASES = st.lists(
    st.text(_LETTERS, min_size=1, max_size=12), min_size=4, max_size=4, unique_by=lambda alias: alias.casefold()
)


@pytest.mark.parametrize("profile", Profile)
def test_every_entry_comes_back(profile: Profile) -> None:
    assert is_same(read(write(keystore(), PASSWORD, profile), PASSWORD), keystore())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    aliases=_ALIASES,
    password=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40),
    order=st.permutations(range(3)),
    shortest=st.integers(1, 3),
)
def test_any_alias_order_chain_and_ascii_password_comes_back(
    aliases: list[str], password: str, order: list[int], shortest: int
) -> None:
    known = keystore()
    keys = [replace(known.keys[at], alias=aliases[at]) for at in order]
    keys = [replace(entry, chain=entry.chain[:shortest]) for entry in keys]
    whole = Keystore(tuple(keys), (CertificateEntry(aliases[3], chain()[-1]),))
    again = read(write(whole, password, Profile.COMPATIBLE), password)
    assert [entry.alias for entry in again.keys] == [entry.alias for entry in whole.keys]
    assert [entry.certificate for entry in again.keys] == [entry.certificate for entry in whole.keys]
    assert again.certificates == whole.certificates


@pytest.mark.parametrize("profile", Profile)
def test_a_glance_at_what_was_written_says_the_same(profile: Profile) -> None:
    glance = glance_of(write(keystore(), PASSWORD, profile), PASSWORD)
    assert glance.not_after == END
    assert glance.encryption_keys == 2
    assert glance.holder is not None
    assert (glance.holder.number, glance.holder.name) == ("71234567", "PRAKTIJK ÉÉN")


@needs_samples
@pytest.mark.parametrize("entry", samples("readable"))
def test_a_sample_written_again_keeps_everything(entry: dict[str, str]) -> None:
    whole = read(data_of(entry), entry["password"])
    assert is_same(read(write(whole, entry["password"]), entry["password"]), whole)


@pytest.mark.parametrize(
    ("profile", "encryption", "digest"),
    [
        (Profile.COMPATIBLE, "pkcs12_sha1_tripledes_3key", "sha1"),
        (Profile.MODERN, "pbes2", "sha256"),
    ],
)
def test_a_profile_is_of_one_piece(profile: Profile, encryption: str, digest: str) -> None:
    """Another reader's view: asn1crypto."""
    pfx = asn1.Pfx.load(write(keystore(), PASSWORD, profile), strict=True)
    keys, certificates = pfx.authenticated_safe
    bags = asn1.SafeContents.load(keys["content"].native)
    algorithms = [bag["bag_value"]["encryption_algorithm"] for bag in bags]
    algorithms.append(certificates["content"]["encrypted_content_info"]["content_encryption_algorithm"])
    assert {found["algorithm"].native for found in algorithms} == {encryption}
    assert len({found.dump() for found in algorithms}) == len(algorithms), "salts and IVs are never used twice"
    assert pfx["mac_data"]["mac"]["digest_algorithm"]["algorithm"].native == digest
    for bag, entry in zip(bags, keystore().keys, strict=True):
        names = {found["type"].native: found["values"].native[0] for found in bag["bag_attributes"]}
        assert names["friendly_name"] == entry.alias
        assert "local_key_id" in names


@pytest.mark.parametrize("password", ["", "wachtwoord€", "Ångström"])
def test_a_password_that_java_cannot_type_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused) as caught:
        write(keystore(), password)
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize("alias", ["authentication", "Authentication", ""])
def test_two_entries_under_one_alias_are_refused(alias: str) -> None:
    first, second, *_ = keystore().keys
    with pytest.raises(WriteFailed):
        write(Keystore((first, replace(second, alias=alias))), PASSWORD)


def test_a_certificate_entry_may_not_take_a_keys_alias() -> None:
    with pytest.raises(WriteFailed):
        write(Keystore(keystore().keys[:1], (CertificateEntry("AUTHENTICATION", chain()[1]),)), PASSWORD)


def test_a_key_under_anothers_certificate_is_not_read() -> None:
    swapped = KeyEntry("authentication", key("other"), chain())
    with pytest.raises(Damaged, match="no certificate that belongs to it"):
        read(write(Keystore((swapped,)), PASSWORD), PASSWORD)


def test_a_key_that_does_not_fit_is_not_proved() -> None:
    with pytest.raises(Damaged, match="does not fit"):
        prove(Keystore((KeyEntry("authentication", key("other"), chain()),)))


def test_a_renewed_certificate_for_the_same_key_keeps_each_chain_with_its_alias() -> None:
    """Pending and answered, for a moment: two certificates, one key pair."""
    own = key("authentication")
    dummy = certificate(HOLDER, own, HOLDER, own, serial=7)
    both = Keystore((KeyEntry("old", own, (dummy,)), KeyEntry("authentication", own, chain())))
    assert is_same(read(write(both, PASSWORD), PASSWORD), both)


def test_a_wrong_password_opens_nothing() -> None:
    with pytest.raises(WrongPassword):
        read(write(keystore(), PASSWORD), "Azerty124")
