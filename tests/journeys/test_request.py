"""A new certificate, as a person requests it at a real terminal: the manual's two cases, in its own Dutch words.

The program itself, HTTP to the sandbox, PKCS#11 to an eID. Then the same as a script does it.
Source: the vendor's manual (../shared/seed), 2.2 and 2.3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from agent.adapters.keystore_pkcs12 import Pkcs12Keystores
from agent.core.checks import is_encryption
from agent.core.dn import rfc2253
from agent.core.x509 import name_of
from agent.sandbox.software_card import Generation
from agent.secret import Secret
from tests.adapters.softhsm import ALICE
from tests.journeys.pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal
from tests.journeys.test_terminal import AGENT, Desk

PASSWORD = "Vlinder-op-de-Brug-7"
READY = "Uw computer is nu klaar om eHealth toepassingen te gebruiken"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, Generation.P_384)
    yield desk
    desk.close()


def sit_down(desk: Desk, language: str = "nl", *arguments: str | Path) -> PseudoTerminal:
    config = desk.config.read_text()
    desk.config.write_text(f"language = '{language}'\n{config[config.index('[') :]}")
    env = {
        "HOME": str(desk.folder / "home"),
        "XDG_DATA_HOME": str(desk.folder / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        **desk.card.env,
    }
    return PseudoTerminal([*AGENT, "--config", desk.config, "request", *arguments], env)


def fill_in(person: PseudoTerminal, kind: str, question: str, number: str, name: str, application: str) -> str:
    """As the manual says, screen after screen. Returns: what was shown on the way."""
    shown = [
        person.answer("Aanvaardt u deze voorwaarden? [j/N]", "j"),
        person.answer("Voor wie? [3]", "3"),
        person.answer("Type organisatie", kind),
        person.answer("Welk type? [1]", "1"),
        person.answer(question, number),
        person.answer("Naam van de organisatie", name),
        person.answer("Applicatie-id", application),
        person.answer("E-mailadres van de verantwoordelijke", "anna@voorbeeld.be"),
        person.answer("Telefoonnummer van de verantwoordelijke", "0470/12.34.56"),
        person.answer("Algemeen e-mailadres", ""),
        person.answer("Algemeen telefoonnummer", ""),
        person.answer("Welke?", "1"),
        person.answer("Nieuw wachtwoord:", PASSWORD),
        person.answer("Nogmaals hetzelfde:", PASSWORD),
        person.answer("Klopt dit allemaal? [1]", "1"),
        person.answer("Aanvaardt u dit contract? [j/N]", "j"),
    ]
    return "".join(shown)


def made(desk: Desk) -> Path:
    (path,) = (each for each in desk.keystore.parent.iterdir() if each != desk.keystore)
    return path


CASES = [
    pytest.param(
        ("thuisverpleeg", "RIZIV-nummer (eerste 8 cijfers)", "7/65432/92/401", "Groep Vlinder & Zoë", ""),
        "NIHII-GROUP=76543292 ",
        "GROEP VLINDER & ZOE",
        id="GROUP",
    ),
    pytest.param(
        ("kbo", "Ondernemingsnummer (KBO)", "BE 0417.497.106", 'd\'Août & Zonen, "De Brug" + Cie', "myapp-01"),
        "CBE=0417497106,MYAPP-01 ",
        'D\'AOUT & ZONEN, "DE BRUG" + CIE',
        id="KBO",
    ),
]


@pytest.mark.parametrize(("answers", "file", "subject"), CASES)
def test_the_manuals_case_word_for_word(desk: Desk, answers: Sequence[str], file: str, subject: str) -> None:
    person = sit_down(desk)
    shown = fill_in(person, *answers)
    for words in (
        "Een eHealth certificaat blijft 36 maanden geldig",
        "lokale beheerder op CSAM",
        "Plaats uw eID kaart in de kaartlezer.",
        "Het certificaat wordt toegekend aan",
        "een andere organisatie waarvoor ik certificaten mag beheren",
        "De naam van de organisatie moet identiek zijn aan deze die in het Belgische Staatsblad vermeld wordt.",
        "uw wachtwoord bevat minimum 8 karakters, met een cijfer en een symbool",
        "(karakters met een accent worden niet toegelaten)",
        "Bewaar zorgvuldig dit wachtwoord dat meermaals zal worden aangevraagd.",
        "Als u het wachtwoord verliest, zal u niet langer kunnen inloggen",
        "zal het huidige certificaat moeten worden afgesloten en een nieuw worden opgevraagd.",
        "0032470123456",
    ):
        assert words in " ".join(shown.split())
    person.answer("Pincode van de eID:", desk.card.pin)
    person.answer("Een blad voor de brandkast schrijven, om af te drukken? [j/N]", "j")
    person.answer("Bestand [", str(desk.folder / "blad.html"))
    assert person.end() == 0, person.shown
    assert READY in person.shown
    assert not any(secret in person.shown for secret in (PASSWORD, desk.card.pin, ALICE.ssin))

    path = made(desk)
    assert path.name.startswith(file)
    keystore = Pkcs12Keystores().read(path, Secret(PASSWORD))
    authentication, encryption = keystore.keys
    assert (authentication.alias, encryption.alias) == ("authentication", str(encryption.certificate.serial_number))
    assert is_encryption(encryption.certificate)
    assert subject in name_of(authentication.certificate.subject).values("OU")
    assert [(entry.alias, entry.certificate) for entry in keystore.certificates] == [
        (rfc2253(name_of(each.subject)), each) for each in authentication.chain
    ]
    sheet = (desk.folder / "blad.html").read_text(encoding="utf-8")
    assert path.name in sheet
    assert PASSWORD not in sheet


@pytest.mark.parametrize("keys", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_keys_that_stop_are_one_sentence(desk: Desk, keys: str) -> None:
    person = sit_down(desk)
    person.answer("Aanvaardt u deze voorwaarden?", "j")
    person.answer("Voor wie? [3]", keys)
    assert person.end() == 130
    assert person.shown.rstrip().endswith("Gestopt. Er is niets aangevraagd en niets geschreven.")
    assert "Traceback" not in person.shown
    assert list(desk.keystore.parent.iterdir()) == [desk.keystore]


def test_stopped_at_the_pin_it_goes_on_at_the_next_start(desk: Desk) -> None:
    answers: tuple[str, str, str, str, str] = CASES[0].values[0]  # type: ignore[assignment]
    person = sit_down(desk)
    fill_in(person, *answers)
    person.answer("Pincode van de eID:", CTRL_C)
    assert person.end() == 130
    assert "Traceback" not in person.shown
    assert made(desk).suffix == ".pending"

    again = sit_down(desk, "nl")
    assert "Een aanvraag voor Groep Vlinder & Zoë werd begonnen op" in again.answer("Wat nu? [1]", "1")
    again.answer("Wachtwoord van NIHII-GROUP=76543292 ", PASSWORD)
    again.answer("Aanvaardt u dit contract? [j/N]", "j")
    again.answer("Pincode van de eID:", desk.card.pin)
    again.answer("Een blad voor de brandkast", "n")
    assert again.end() == 0, again.shown
    assert READY in again.shown
    assert made(desk).suffix == ".p12"


def test_whom_ehealth_knows_costs_a_pin_that_was_said_beforehand(desk: Desk) -> None:
    """The group's own certificate is in its last 90 days, so another one is possible."""
    person = sit_down(desk, "en")
    person.answer("Do you accept these conditions?", "y")
    before = person.answer("For whom?", "2")
    assert "asking eHealth costs one PIN" in before
    assert "that costs one PIN now, the request another." in person.answer("Ask eHealth?", "y")
    person.answer("PIN of the eID:", desk.card.pin)
    assert "1  GROEP DE BRUG (NIHII-GROUP 71234523)" in person.answer("Which organization?", "1")
    assert "in use for this organization: (none)" in person.answer("Application id, only", "SECOND")
    person.answer("E-mail address of the responsible person", CTRL_C)
    assert person.end() == 130, person.shown
    assert len(list((desk.folder / "record").glob("*GetActorQualities.request.xml"))) == 1


# ── As a script ──────────────────────────────────────────────────────────────────────────────────────────────────────

ALL = {
    "--type": "NIHII-GROUP",
    "--number": "7-65432-92",
    "--name": "Groep Vlinder & Zoë",
    "--email": "anna@voorbeeld.be",
    "--phone": "0470 12 34 56",
}
SWITCHES = ("--yes", "--accept-contract", "--pin-stdin", "--password-stdin")


def options(**changed: str) -> list[str]:
    return [word for pair in (ALL | {f"--{name}": value for name, value in changed.items()}).items() for word in pair]


def test_a_script_says_all_of_it_and_the_same_command_goes_on(desk: Desk) -> None:
    desk.run("sandbox", "set", "slow_delivery", "--value", "1", "--address", desk.address)
    more = ("--service", "other", "--service", "tsa", "--email-general", "info@voorbeeld.be", "--application-id", "a-1")
    told = f"{PASSWORD}\n{desk.card.pin}\n"
    waits = desk.run("request", *options(), *more, *SWITCHES, "--no-wait", told=told)
    assert waits.returncode == 75, waits.stdout + waits.stderr
    assert not [path for path in desk.keystore.parent.glob("*p12") if path != desk.keystore]
    sheet = desk.folder / "sheet.html"
    ready = desk.run("request", *options(), *more, *SWITCHES, "--sheet", sheet, told=told)
    assert ready.returncode == 0, ready.stdout + ready.stderr
    assert "Your computer is now ready to use eHealth applications." in ready.stdout
    assert sheet.exists()
    sent = list((desk.folder / "record").glob("*GenerateCertificate.request.xml"))
    assert len(sent) == 1
    for element in ("EmailGeneral>info@voorbeeld.be", "BaseServiceUsage>tsa", "BaseServiceUsage>other"):
        assert element in sent[0].read_text()
    assert made(desk).name.startswith("NIHII-GROUP=76543292,A-1 ")
    found = json.loads(desk.run("check", "--json", "--password-stdin", made(desk), told=told).stdout)
    assert [each["state"] for each in found] == ["valid"]
    for secret in (PASSWORD, ALICE.ssin):
        assert secret not in waits.stdout + waits.stderr + ready.stdout + ready.stderr + desk.run("history").stdout


TESTS = ("--environment", "acceptance")
WRONG = [
    pytest.param(
        [], "--type, --number, --name, --email, --phone, --yes, --accept-contract, --password-stdin: ", id="0"
    ),
    pytest.param(["--type", "SSIN", *SWITCHES], "--email, --phone: nobody can be asked here", id="person"),
    pytest.param([*options(type="NIHII-GRUOP"), *SWITCHES], "--type: NIHII-GRUOP is none that eHealth", id="type"),
    pytest.param([*options(number="7-65432"), *SWITCHES], "--number: So far 6 of 8 digits.", id="number"),
    pytest.param([*options(name=" "), *SWITCHES], "--name: The name is missing.", id="name"),
    pytest.param([*options(email="anna@"), *SWITCHES], "--email: What follows the @", id="e-mail"),
    pytest.param([*options(phone="047"), *SWITCHES], "--phone: The phone number is not complete", id="phone"),
    pytest.param([*options(), "--application-id", "é", *SWITCHES], "--application-id: “é” cannot be", id="app id"),
    pytest.param([*options(), "--service", "tsb", *SWITCHES], "--service: tsb: this kind", id="service"),
    pytest.param([*options(), "--environment", "both", *SWITCHES], "invalid choice: 'both'", id="environment"),
    pytest.param(
        [*options(), "--environment", "acceptance", "--folder", "KEYSTORES", *SWITCHES], "other env", id="mix"
    ),
    pytest.param([*options(), "--sheet", "/nowhere/s.html", *SWITCHES], "--sheet: there is no folder", id="sheet"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_requested(
    desk: Desk, arguments: Sequence[str], sentence: str
) -> None:
    words = [str(desk.keystore.parent) if word == "KEYSTORES" else word for word in arguments]
    refused = desk.run("request", *words, told=f"{PASSWORD}\n{desk.card.pin}\n")
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert sentence in refused.stderr
    assert list(desk.keystore.parent.iterdir()) == [desk.keystore]
    assert not list((desk.folder / "record").glob("*Generate*"))


@pytest.mark.parametrize(
    ("password", "why"), [("short-1", "shorter than 8"), ("Vlinder-op", "no digit"), ("", "short")]
)
def test_a_password_that_will_not_do_is_refused(desk: Desk, password: str, why: str) -> None:
    refused = desk.run("request", *options(), *SWITCHES, told=f"{password}\n{desk.card.pin}\n")
    assert refused.returncode == 1
    assert why in refused.stderr
    assert list(desk.keystore.parent.iterdir()) == [desk.keystore]


def test_acceptance_keeps_to_a_folder_of_its_own(desk: Desk) -> None:
    desk.config.write_text(desk.config.read_text().replace("production =", "acceptance ="))
    told = f"{PASSWORD}\n{desk.card.pin}\n"
    ready = desk.run("request", *options(), *SWITCHES, *TESTS, told=told)
    assert ready.returncode == 0, ready.stdout + ready.stderr
    assert "This folder is not watched" in ready.stdout
    (path,) = (desk.folder / "keystore-acceptance").iterdir()
    assert path.suffix == ".acc-p12"
