"""What facts about this computer mean, and how it is said."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from agent.core import doctor_computer as computer
from agent.core.doctor import Check, Mark, Topic, as_json, exit_code, fine, lines
from agent.core.doctor_computer import FolderSeen, Greeting
from agent.core.doctor_eid import readers_checks
from agent.core.holder import Environment
from agent.core.survey import Reader, Readers
from tests.fakes import NOW

TODO = Check(Topic.AUTOSTART, Mark.TODO, "off", "Switch it on")
STOPS = Check(Topic.SOFTWARE, Mark.STOPS, "missing", "Install it")


def test_the_exit_code_says_how_bad_it_is() -> None:
    good = fine(Topic.CLOCK, "right")
    assert [exit_code(checks) for checks in ([], [good], [good, TODO], [TODO, STOPS, good])] == [0, 0, 1, 2]


def test_lines_stand_in_groups_with_what_to_do_below() -> None:
    assert lines([TODO, STOPS, fine(Topic.CLOCK, "right")]) == [
        "The eID",
        "  ✗ stops  Software for the eID: missing",
        "           → Install it",
        "",
        "eHealth",
        "  ✓ fine   Clock: right",
        "",
        "The agent itself",
        "  ! to do  Start at login: off",
        "           → Switch it on",
        "",
        "1 thing stops a renewal. 1 thing should be seen to.",
    ]
    assert lines([fine(Topic.CLOCK, "right")])[-1] == "All is well."


def test_json_has_stable_names() -> None:
    assert as_json([TODO, STOPS]) == {
        "worst": "stops",
        "checks": [
            {"topic": "eid.software", "mark": "stops", "found": "missing", "todo": "Install it"},
            {"topic": "agent.autostart", "mark": "to do", "found": "off", "todo": "Switch it on"},
        ],
    }


def greeting(status: int = 200, date: str = "", ahead: timedelta = timedelta(0)) -> Greeting:
    return Greeting(Environment.PRODUCTION, "services.example", status, date, NOW + ahead)


@pytest.mark.parametrize(
    ("ahead", "mark", "found"),
    [
        (timedelta(0), Mark.FINE, "agrees"),
        (timedelta(seconds=-60), Mark.FINE, "agrees"),
        (timedelta(seconds=61), Mark.TODO, "it is 1 min 1 s fast"),
        (timedelta(minutes=-5), Mark.TODO, "it is 5 min 0 s slow"),
        (timedelta(minutes=5, seconds=1), Mark.STOPS, "fast"),
        (timedelta(days=-365), Mark.STOPS, "8760 h 0 min slow"),
    ],
)
def test_the_clock_against_the_servers(ahead: timedelta, mark: Mark, found: str) -> None:
    date = format_datetime(NOW, usegmt=True)
    check = computer.clock_check([greeting(date="nonsense"), greeting(date=date, ahead=ahead)])
    assert check.mark is mark
    assert found in check.found
    assert bool(check.todo) == (mark is not Mark.FINE)


@pytest.mark.parametrize("date", ["", "nonsense", "Mon, 99 Nov 2026 99:00:00 GMT"])
def test_a_server_that_tells_no_time(date: str) -> None:
    assert computer.clock_check([greeting(date=date)]).mark is Mark.TODO


@pytest.mark.parametrize(
    ("status", "mark"),
    [(200, Mark.FINE), (404, Mark.FINE), (405, Mark.FINE), (500, Mark.FINE), (503, Mark.TODO), (407, Mark.STOPS)],
)
def test_any_answer_of_the_server_itself_is_a_way_there(status: int, mark: Mark) -> None:
    assert computer.service_check(greeting(status)).mark is mark


GOOD = FolderSeen("/k", is_there=True, free_bytes=10**10)


@pytest.mark.parametrize(
    ("seen", "mark", "found"),
    [
        (GOOD, Mark.FINE, "/k: can be read and written, 10.0 GB free"),
        (FolderSeen("/k", True, is_share=True), Mark.FINE, "/k: on a share, can be read and written"),
        (FolderSeen("/k", False), Mark.TODO, "/k: it is not there"),
        (FolderSeen("/k", True, can_read=False), Mark.STOPS, "/k: it cannot be read"),
        (FolderSeen("/k", True, can_write=False), Mark.STOPS, "/k: it cannot be written"),
        (FolderSeen("/k", True, free_bytes=40 * 2**20), Mark.TODO, "/k: the disk is full, or nearly"),
        (FolderSeen("/k", True, free_bytes=0), Mark.STOPS, "/k: the disk is full, or nearly"),
    ],
)
def test_a_folder(seen: FolderSeen, mark: Mark, found: str) -> None:
    check = computer.folder_check(seen)
    assert (check.mark, check.found) == (mark, found)
    assert bool(check.todo) == (mark is not Mark.FINE)


def test_readers_with_and_without_cards() -> None:
    eid = bytes.fromhex("3B7F96000080318065B085040120120FFF829000")
    service, readers = readers_checks(Readers(None, (Reader("A", None), Reader("B", eid), Reader("C", b"\x3b\x00"))))
    assert (service.mark, readers.found) == (Mark.FINE, "A (empty), B (with an eID), C (with a card)")
    assert [check.mark for check in readers_checks(Readers(None))] == [Mark.FINE, Mark.STOPS]
    (absent,) = readers_checks(Readers("the card service is not running"))
    assert (absent.topic, absent.mark) == (Topic.SERVICE, Mark.STOPS)
