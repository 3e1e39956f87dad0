"""What is passed on to the person with the eID."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agent.core.finding import Finding, Observation
from agent.core.holder import Environment, Holder
from agent.core.menu import can_be_passed_on
from agent.core.pass_on import Message, message
from agent.core.registration import CertificateStatus, TokenStatus
from agent.core.renewal import Step
from agent.ports import Word
from agent.watch.judge import judge
from tests.calendar_judge import entry_of
from tests.core.test_calendar_file import BRUSSELS
from tests.core.test_menu import DAY, HOLDER, LOCKED, NOW, RENEWAL, keystore

NUMBER = "80010100107"


def finding(days_left: float, holder: Holder = HOLDER) -> Finding:
    return judge([keystore(days_left, holder=holder)], NOW)[0]


def said(found: Finding) -> Message:
    return message(found, "ONTHAAL-2", "Renew now…", NOW, BRUSSELS)


def deadline(passed_on: Message) -> date:
    return entry_of(passed_on.calendar).first_day


def test_it_says_whose_until_when_what_to_bring_where_how_long_and_what_to_click() -> None:
    assert said(finding(45)).text == (
        "Hello,\n\n"
        "The eHealth certificate of GROEP DE BRUG (NIHII-GROUP 71234567) is valid until 16 April 2027. Could you renew "
        "it by 6 April 2027 at the latest? eHealth may need ten days to make the new one. "
        "Without it billing, insurance checks and prescriptions stop.\n\n"
        "What you need: your eID and its PIN.\n"
        "How long it takes: about two minutes.\n"
        "Where: at the computer ONTHAAL-2.\n"
        "What to do: click the icon of the eHealth certificate agent, near the clock, and choose “Renew now…”. "
        "It shows each next step.\n\n"
        "Thank you!"
    )


def test_the_calendar_has_the_last_safe_day_and_the_text_with_the_end() -> None:
    passed_on = said(finding(45))
    entry = entry_of(passed_on.calendar)
    assert entry.first_day == date(2027, 4, 6)
    assert entry.title == "GROEP DE BRUG: renew the eHealth certificate by 6 April 2027"
    assert (entry.text, entry.place) == (passed_on.text, "ONTHAAL-2")
    assert "16 April 2027" in passed_on.text
    assert len(entry.alarms) == 3
    assert passed_on.calendar_name == "eHealth GROEP DE BRUG 2027-04-06.ics"


@pytest.mark.parametrize(
    ("days", "words"),
    [(5, "Could you renew it today?"), (-2, "expired on 28 February 2027. A new one has to be requested.")],
)
def test_past_the_safe_day_the_deadline_is_today(days: int, words: str) -> None:
    passed_on = said(finding(days))
    assert words in passed_on.text
    assert deadline(passed_on) == date(2027, 3, 2)


def test_a_revoked_one_has_to_be_requested_anew() -> None:
    observation = keystore(45)
    assert observation.glance is not None
    word = Word(NOW, CertificateStatus.REVOKED, TokenStatus.VALID_ACTIVE, None)
    (found,) = judge([observation], NOW, {observation.glance.fingerprint: word})
    passed_on = said(found)
    assert "eHealth has revoked the certificate of GROEP DE BRUG" in passed_on.text
    assert "Renew now" not in passed_on.text
    assert deadline(passed_on) == date(2027, 3, 2)


def test_a_test_certificate_stops_nothing() -> None:
    (found,) = judge([keystore(45)._replace(environment=Environment.ACCEPTANCE)], NOW)
    assert "daily work does not depend on it" in said(found).text
    assert "billing" not in said(found).text


def test_no_national_number_and_no_path_is_passed_on() -> None:
    person = Holder("SSIN", NUMBER, None, "MARIA VANDENBROUCKE")
    observation = keystore(45, holder=person)._replace(path=f"/home/maria/SSIN={NUMBER} 20240501-101502.p12")
    passed_on = said(judge([observation], NOW)[0])
    told = passed_on.text + passed_on.calendar.replace(b"\r\n ", b"").decode() + passed_on.calendar_name
    assert "MARIA VANDENBROUCKE" in told
    assert NUMBER not in told
    assert "/home" not in told
    assert ".p12" not in told


@pytest.mark.parametrize("name", ["A/B: C*", "..", "ÉTÉ <2>", "N" * 300])
def test_the_file_s_name_fits_every_file_system(name: str) -> None:
    named = said(finding(45, replace(HOLDER, name=name))).calendar_name
    assert not set(named) & set('/\\:*?"<>|')
    assert len(named) < 100


@pytest.mark.parametrize(
    ("observation", "is_it"),
    [(keystore(45), True), (keystore(5), True), (keystore(-1), True), (keystore(200), False), (LOCKED, False)],
)
def test_it_is_for_those_for_whom_the_eid_is_needed(observation: Observation, is_it: bool) -> None:
    assert can_be_passed_on(judge([observation], NOW)[0]) is is_it


def test_a_renewal_that_waits_for_the_eid_is_passed_on_and_one_that_runs_is_not() -> None:
    found = finding(45)
    assert can_be_passed_on(found, replace(RENEWAL, step=Step.SIGN))
    assert not can_be_passed_on(found, RENEWAL)
    assert not can_be_passed_on(found, replace(RENEWAL, step=Step.ACTIVATE))
    (old, _new) = judge([keystore(45), keystore(900, "cc")], NOW)
    assert not can_be_passed_on(old)


def test_the_day_is_the_practice_s_own() -> None:
    late = NOW + timedelta(hours=14, minutes=30)  # half past midnight in Brussels
    (found,) = judge([keystore(5)], late)
    assert deadline(message(found, "ONTHAAL-2", "Renew now…", late, BRUSSELS)) == (NOW + DAY).date()
