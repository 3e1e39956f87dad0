"""A person without Belgian residence replaces their certificate: no eID, a log-in, and old messages stay readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.cli.rehearsal import sealed, unsealed
from agent.core.holder import Holder
from agent.core.identifiers import has_bis_number
from agent.core.keystore import KeyEntry
from agent.core.person import Person
from agent.core.registration import CertificateStatus
from agent.core.renewal import Renewal, Step
from agent.pkcs12.write import write
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from tests.journeys.asked import Asked
from tests.journeys.practice import PASSWORD, PIN, Accented, Practice
from tests.journeys.test_official_keystores import LETTER

NUMBER = "80210100150"


def practice_of(folder: Path, days_left: int = 45, number: str = NUMBER) -> Practice:
    practice = Practice(folder, holder=Holder("SSIN", number, None, "ETRANGER JEAN ZOE"), days_left=days_left)
    (registered,) = practice.sandbox.state.registrations
    registered.holder = replace(registered.holder, name="Étranger")
    registered.first_names = ("Jean Zoë",)
    practice.vault.passwords[practice.path] = PASSWORD
    return practice


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    return practice_of(tmp_path)


def under_way(practice: Practice) -> Renewal:
    (request,) = practice.journal.unfinished()
    return request


def log_in(practice: Practice) -> None:
    for registration in practice.sandbox.state.registrations:
        registration.polls_left = 0
    assert practice.sandbox.visit(str(under_way(practice).validation_url).rpartition("/")[2])
    practice.clock.instant += timedelta(hours=1)


def old_key(practice: Practice, request: Renewal) -> KeyEntry:
    """The old encryption key in the new keystore."""
    keys = practice.keystores.read(Path(request.new_path), PASSWORD).keys
    return next(key for key in keys if key.certificate == practice.old.keys[-1].certificate)


@pytest.mark.parametrize(
    ("type_", "number", "is_one"),
    [("SSIN", NUMBER, True), ("SSIN", "80010100107", False), ("CBE", "0417497106", False), ("SSIN", "8021", False)],
)
def test_who_has_a_bis_number(type_: str, number: str, is_one: bool) -> None:
    assert has_bis_number(Holder(type_, number, None, "Somebody")) is is_one


def test_an_old_letter_is_read_with_the_new_keystore(practice: Practice, asked: Asked) -> None:
    letter = sealed(LETTER, practice.old.keys[-1].certificate)
    renew = ("request-foreigner", "--renew", practice.path, "--no-wait", "--no-browser")
    code, said = asked.run(*renew, script=[("Renew this keystore?", "y")])
    assert code == 75, said
    assert "Jean Zoë Étranger" in said
    assert "verantwoordelijke@example.org" in said
    assert NUMBER not in said
    begun = under_way(practice)
    assert begun.keys_of == str(practice.path)
    assert [name for name in practice.files() if name.endswith("p12")] == [practice.path.name]
    contact = practice.sandbox.state.registrations[-1].contact
    assert contact == practice.sandbox.state.registrations[0].contact

    log_in(practice)
    code, said = asked.run("request-foreigner", "--renew", practice.path, script=[])
    assert code == 0, said
    made = practice.journal.renewal_of(begun.fingerprint) or replace(begun, step=Step.DONE)
    new = practice.keystores.read(Path(begun.new_path), PASSWORD)
    assert len(new.keys) == 3, "the new authentication key, the old encryption key and the new one"
    assert unsealed(letter, old_key(practice, begun)) == LETTER
    assert made.step in (Step.ACTIVATE, Step.DONE)
    assert practice.path.exists()
    assert practice.vault.passwords[Path(begun.new_path)] == PASSWORD
    assert practice.card.pin_entries == 0


def test_a_password_with_accents_does_not_go_along_but_the_keys_do(practice: Practice, asked: Asked) -> None:
    accented = "Clé-2026-été"
    practice.path.write_bytes(write(practice.old, Accented(accented)))
    practice.vault.passwords[practice.path] = Secret(accented)
    before = practice.path.read_bytes()
    renew = ("request-foreigner", "--renew", practice.path, "--no-browser")
    new = PASSWORD.reveal()
    script = [("Renew this keystore?", "y"), ("New password", "été-1234"), ("New password", new), ("again", new)]
    code, said = asked.run(*renew, "--no-wait", script=script)
    assert code == 75, said
    assert "The new file needs another one" in said
    begun = under_way(practice)
    log_in(practice)
    practice.vault.passwords[Path(begun.new_path)] = PASSWORD
    code, said = asked.run(*renew, script=[])
    assert code == 0, said
    assert old_key(practice, begun)
    assert practice.path.read_bytes() == before


def test_what_an_option_says_goes_before_what_ehealth_knows(practice: Practice, asked: Asked) -> None:
    renew = ("request-foreigner", "--renew", practice.path, "--no-wait", "--no-browser", "--yes")
    code, said = asked.told(*renew, "--email", "jean@example.org", told="")
    assert code == 75, said
    contact = practice.sandbox.state.registrations[-1].contact
    assert (contact.email_private, contact.phone_private) == ("jean@example.org", "0032470123456")


def test_too_early_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    practice = practice_of(tmp_path, days_left=400)
    asked = Asked(practice, monkeypatch, capsys)
    code, said = asked.told("request-foreigner", "--renew", practice.path, "--yes", told="")
    assert code != 0
    assert "cannot be renewed yet" in said
    assert practice.journal.unfinished() == []


def test_another_s_certificate_is_renewed_with_the_eid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = practice_of(tmp_path, number="80010100107")
    asked = Asked(practice, monkeypatch, capsys)
    code, said = asked.told("request-foreigner", "--renew", practice.path, "--yes", told="")
    assert code != 0
    assert "is not that of a person with a BIS number" in said
    assert "ehealth-agent renew" in said


def test_the_eid_for_foreigners_still_renews_it(practice: Practice) -> None:
    """A person with a BIS number may have one: nothing stands in the way."""
    practice.sandbox.state.polls = 0
    begun, pki = practice.clock.now() - timedelta(days=365), practice.sandbox.pki
    person, ends = Person(NUMBER, "Jean Zoë", "Étranger"), begun + timedelta(days=3650)
    practice.card = SoftwareCard(lambda key, public: pki.eid_chain(person, key, public, begun, ends), PIN)
    assert practice.renew().step is Step.DONE


def test_after_its_end_it_is_requested_anew_with_its_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = practice_of(tmp_path, days_left=-3)
    letter = sealed(LETTER, practice.old.keys[-1].certificate)
    asked = Asked(practice, monkeypatch, capsys)
    code, said = asked.run(
        *("request-foreigner", "--renew", practice.path, "--no-wait", "--no-browser"),
        script=[
            ("Surname", "Étranger"),
            ("First name(s)", "Jean Zoë"),
            ("E-mail address of this person", "jean@example.org"),
            ("Phone number of this person", "+33 6 12 34 56 78"),
            ("Renew this keystore?", "y"),
        ],
    )
    assert code == 75, said
    begun = under_way(practice)
    log_in(practice)
    assert asked.run("request-foreigner", script=[])[0] == 0
    assert unsealed(letter, old_key(practice, begun)) == LETTER
    assert practice.sandbox.state.registrations[0].status(practice.clock.now()) is CertificateStatus.EXPIRED
