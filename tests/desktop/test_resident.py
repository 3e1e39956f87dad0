"""The resident's day, without a desktop: what it starts, shows and says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from agent.config import Config
from agent.core.finding import Observation
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.menu import Act, Choice, Mark
from agent.core.readiness import Need, Readiness
from agent.core.registration import CertificateStatus, ContactData, TokenStatus
from agent.core.reminders import LATER, QuietHours, Reminder
from agent.core.renewal import Renewal, Step, Wanted
from agent.desktop.around import Around
from agent.desktop.processes import NOT_STARTED, Ended
from agent.desktop.resident import LOOK_EACH_S, LOOK_ON_SHARES_EACH_S, Resident
from agent.desktop.tray import Face, first_face
from agent.errors import ConfigError, JournalError
from agent.ports import FileStamp, Notifier, Word
from tests.fakes import NOW, FakeClock, MemoryJournal

FOLDER = Path("/practice/keystore")
HOLDER = Holder("NIHII-GROUP", "71234567", None, "GROEP DE BRUG")
MARK = Fingerprint("aa")
DAY = timedelta(days=1)


@dataclass
class Times:
    """A timetable that a test turns by hand."""

    soon_: list[Callable[[], None]] = field(default_factory=list)
    at_: dict[str, tuple[datetime, Callable[[], None]]] = field(default_factory=dict)
    every_: dict[str, tuple[float, Callable[[], None]]] = field(default_factory=dict)

    def every(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        self.every_[name] = (seconds, act)

    def at(self, name: str, instant: datetime, act: Callable[[], None]) -> None:
        self.at_[name] = (instant, act)

    def soon(self, act: Callable[[], None]) -> None:
        self.soon_.append(act)

    def forget(self, name: str) -> None:
        self.at_.pop(name, None)

    def settle(self) -> None:
        while self.soon_:
            self.soon_.pop(0)()


@dataclass
class Children:
    """`started` are the command lines; each runs until the test ends it."""

    started: list[str] = field(default_factory=list)
    running: dict[str, Ended] = field(default_factory=dict)

    def start(self, name: str, arguments: Sequence[str], ended: Ended, window: bool = False) -> bool:
        if name in self.running:
            return False
        self.started.append(" ".join(arguments))
        self.running[name] = ended
        return True

    def is_running(self, name: str) -> bool:
        return name in self.running


@dataclass
class Desktop(Notifier):
    """What the person sees. `notifies`: the desktop shows notifications; `tray_notifies`: the tray does."""

    notifies: bool = True
    tray_notifies: bool = False
    shown: list[Reminder] = field(default_factory=list)
    by_tray: list[Reminder] = field(default_factory=list)
    face: Face = field(default_factory=first_face)
    opened: list[Path] = field(default_factory=list)

    def show(self, reminder: Reminder | Face, when_it_failed: Callable[[], None] | None = None) -> None:
        if isinstance(reminder, Face):
            self.face = reminder
        elif self.notifies:
            self.shown.append(reminder)
        elif when_it_failed is not None:
            when_it_failed()

    def notify(self, reminder: Reminder) -> bool:
        if self.tray_notifies:
            self.by_tray.append(reminder)
        return self.tray_notifies

    def tell(self, choose: Callable[[Choice], None], missing: Callable[[], None]) -> None: ...
    def run(self, begin: Callable[[], None]) -> None: ...
    def stop(self) -> None: ...

    def open_folder(self, folder: Path) -> bool:
        self.opened.append(folder)
        return True


@dataclass
class Practice:
    clock: FakeClock = field(default_factory=FakeClock)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    desktop: Desktop = field(default_factory=Desktop)
    children: Children = field(default_factory=Children)
    times: Times = field(default_factory=Times)
    config: Config = field(default_factory=lambda: Config(folders=(FOLDER,), quiet=QuietHours(time(), time())))
    config_problem: ConfigError | None = None
    shares: bool = False
    followed: list[Path] = field(default_factory=list)
    stopped: bool = False

    def __post_init__(self) -> None:
        self.resident = Resident(
            Around(
                clock=self.clock,
                journal=self.journal,
                notifier=self.desktop,
                children=self.children,
                timetable=self.times,
                tray=self.desktop,
                load=self._load,
                follow=lambda folders: self.followed.__setitem__(slice(None), folders),
                is_share=lambda _: self.shares,
                open_folder=self.desktop.open_folder,
                rest=lambda: None,
                stop=lambda: setattr(self, "stopped", True),
            )
        )

    def _load(self) -> Config:
        if self.config_problem is not None:
            raise self.config_problem
        return self.config

    def keystore(self, days_left: float, name: str = "a.p12", mark: str = MARK) -> None:
        """A keystore as a check has left it in the journal."""
        end = NOW + days_left * DAY
        glance = Glance(
            subject="CN=a",
            holder=HOLDER,
            not_before=end - 1096 * DAY,
            not_after=end,
            fingerprint=Fingerprint(mark),
            pending=False,
            encryption_keys=1,
        )
        path = str(FOLDER / name)
        self.journal.keep_observations([(FileStamp(path, 1, 1, 1), Observation(path, Environment.PRODUCTION, glance))])
        word = Word(self.clock.now(), CertificateStatus.VALID_ACTIVE, TokenStatus.VALID_ACTIVE, None)
        self.journal.keep_word(Fingerprint(mark), word)

    def begin(self) -> None:
        self.resident.begin()
        self.end("check")

    def end(self, name: str, code: int = 0, said: str = "") -> None:
        """The child of this name ends."""
        self.children.running.pop(name)(code, said)
        self.times.settle()

    def look(self, after: timedelta = timedelta()) -> None:
        """The hourly look."""
        self.clock.instant += after
        self.times.every_["look"][1]()
        self.end("check")

    def choose(self, act: Act, path: str | None = None) -> None:
        self.resident.choose(Choice(act, path))
        self.times.settle()

    @property
    def titles(self) -> list[str]:
        return [reminder.title for reminder in self.desktop.shown]


RENEWAL = Renewal(
    "id", NOW, Step.COLLECT, Environment.PRODUCTION, HOLDER, str(FOLDER / "a.p12"), str(FOLDER / "new.p12"), MARK
)


@pytest.fixture
def practice() -> Practice:
    return Practice()


def test_a_start_shows_what_was_known_looks_and_reminds(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.resident.begin()
    assert practice.desktop.face.sign.days == 45
    assert practice.desktop.face.tooltip == "GROEP DE BRUG: 45 days left"
    assert practice.desktop.shown == [], "what was known may be out of date"
    practice.end("check")
    assert practice.children.started == ["check"]
    assert practice.titles == ["eHealth certificate: 45 days left"]


def test_it_looks_each_hour_and_on_a_share_each_ten_minutes(practice: Practice) -> None:
    practice.begin()
    assert practice.times.every_["look"][0] == LOOK_EACH_S
    practice.shares = True
    practice.look()
    assert practice.times.every_["look"][0] == LOOK_ON_SHARES_EACH_S


def test_a_changed_file_is_looked_at_within_seconds_and_once(practice: Practice) -> None:
    practice.begin()
    for _ in range(20):
        practice.resident.changed()
    instant, look = practice.times.at_.pop("changed")
    assert instant - practice.clock.now() <= timedelta(seconds=10)
    look()
    assert practice.children.started == ["check", "check"]


def test_a_change_during_a_look_leads_to_another(practice: Practice) -> None:
    practice.resident.begin()
    practice.resident.look()
    practice.resident.look()
    practice.end("check")
    assert practice.children.started == ["check", "check"]
    practice.end("check")
    assert practice.children.started == ["check", "check"]


def test_after_sleep_it_looks(practice: Practice) -> None:
    practice.begin()
    practice.clock.instant += 3 * DAY
    practice.resident.jumped()
    assert practice.children.started == ["check", "check"]


def test_reminders_come_once_a_day_at_most_and_are_remembered(practice: Practice) -> None:
    practice.keystore(9.5)
    practice.begin()
    days = {practice.clock.now().astimezone().date()}
    for _ in range(47):
        practice.look(timedelta(hours=1))
        days.add(practice.clock.now().astimezone().date())
    assert len(practice.titles) == len(days)
    again = Practice(clock=practice.clock, journal=practice.journal)
    again.begin()
    assert again.titles == []


def test_without_notifications_the_tray_speaks_and_without_it_a_window(practice: Practice) -> None:
    practice.desktop.notifies = False
    practice.desktop.tray_notifies = True
    practice.keystore(9.5)
    practice.begin()
    assert len(practice.desktop.by_tray) == 1
    practice.desktop.tray_notifies = False
    practice.look(DAY)
    assert practice.children.started[-1] == "status --window"


def test_other_folders_are_nobodys_business(practice: Practice) -> None:
    practice.keystore(45.5, "../elsewhere/a.p12")
    practice.begin()
    assert practice.desktop.face.sign.mark is Mark.UNKNOWN


def test_ehealth_is_asked_daily_in_the_window_but_not_again_and_again_without_network(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.begin()
    practice.look(2 * DAY)
    practice.look(timedelta(hours=1))
    practice.look(timedelta(hours=6))
    assert practice.children.started == ["check", "check --ask", "check", "check --ask"]


def test_what_the_check_could_not_do_is_in_the_log(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    practice.resident.begin()
    practice.end("check", 3, "The vault is locked.\n  Unlock it.")
    assert "The check says: The vault is locked. Unlock it." in caplog.text
    practice.look()
    practice.resident.look()
    practice.end("check", NOT_STARTED)
    assert "The check ended with exit code -1." in caplog.text


def test_a_broken_config_is_said_once_and_the_one_before_holds(practice: Practice) -> None:
    practice.keystore(200)
    practice.begin()
    practice.config_problem = ConfigError("config.toml", "folder is not known")
    practice.look()
    practice.look()
    assert practice.titles == ["The settings cannot be used"]
    assert practice.followed == [FOLDER]


def test_a_journal_that_cannot_be_read_is_no_end(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    practice.begin()

    def broken() -> None:
        raise JournalError("/j", "the disk cannot be read")

    monkeypatch.setattr(practice.journal, "unfinished", broken)
    practice.look()
    assert "the disk cannot be read" in caplog.text
    monkeypatch.undo()
    practice.keystore(45.5)
    practice.look()
    assert practice.desktop.face.sign.days == 45


# ── The menu ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (Act.HISTORY, "history --window"),
        (Act.SETTINGS, "settings"),
        (Act.HELP, "doctor --window"),
        (Act.STATUS, "status --window"),
    ],
)
def test_windows_are_processes_and_each_is_opened_once(practice: Practice, act: Act, command: str) -> None:
    practice.begin()
    practice.choose(act)
    practice.choose(act)
    assert practice.children.started == ["check", command]


def test_renew_now_opens_the_window_and_looks_afterwards(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.begin()
    path = str(FOLDER / "a.p12")
    practice.choose(Act.RENEW, path)
    assert practice.children.started[-1] == f"renew --window {path}"
    practice.end(f"renew {path}")
    assert practice.children.started[-1] == "check"


def test_passing_on_opens_its_window(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.begin()
    path = str(FOLDER / "a.p12")
    practice.choose(Act.PASS_ON, path)
    assert practice.children.started[-1] == f"pass-on --window {path}"


def test_a_window_that_does_not_open_says_how_else(practice: Practice) -> None:
    practice.keystore(200)
    practice.begin()
    path = str(FOLDER / "a b.p12")
    practice.choose(Act.RENEW, path)
    practice.end(f"renew {path}", NOT_STARTED)
    (said,) = practice.desktop.shown
    assert said.title == "The window could not be opened"
    assert said.text == f'The same works in a terminal: ehealth-agent renew "{path}"'


def test_while_its_window_is_open_a_certificate_reminds_of_nothing(practice: Practice) -> None:
    practice.begin()
    practice.keystore(9.5)
    practice.choose(Act.RENEW, str(FOLDER / "a.p12"))
    practice.look()
    assert practice.titles == []


def test_later_is_kept_and_honoured(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.begin()
    (later,) = [item for item in practice.desktop.face.menu if item.items]
    assert len(later.items) == len(LATER)
    choice = later.items[1].choice
    assert choice is not None
    practice.resident.choose(choice)
    practice.times.settle()
    practice.look(6 * DAY)
    assert len(practice.titles) == 1
    practice.look(DAY)
    assert len(practice.titles) == 2


def test_check_now_answers(practice: Practice) -> None:
    practice.keystore(200.5)
    practice.begin()
    practice.choose(Act.CHECK)
    practice.end("check")
    (said,) = practice.desktop.shown
    assert said.text == "GROEP DE BRUG: 200 days left"


def test_the_folder_is_opened_and_quitting_ends(practice: Practice) -> None:
    practice.keystore(200)
    practice.begin()
    practice.choose(Act.FOLDER)
    assert practice.desktop.opened == [FOLDER]
    practice.choose(Act.QUIT)
    assert practice.stopped


def test_a_missing_tray_is_said_once_and_for_all(practice: Practice) -> None:
    practice.begin()
    practice.resident.no_tray()
    practice.times.settle()
    assert practice.titles == ["This desktop shows no tray icon"]
    again = Practice(clock=practice.clock, journal=practice.journal)
    again.begin()
    again.resident.no_tray()
    again.times.settle()
    assert again.titles == []


# ── Renewals under way ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_renewal_that_waits_for_delivery_is_gone_on_with_when_it_is_time(practice: Practice) -> None:
    practice.keystore(45.5)
    next_poll = NOW + timedelta(minutes=20)
    practice.journal.save(replace(RENEWAL, next_poll=next_poll))
    practice.begin()
    assert practice.titles == [], "nobody is reminded while it runs"
    assert practice.desktop.face.sign.mark is Mark.BUSY
    assert practice.times.at_["resume"][0] == next_poll


def test_one_that_does_not_move_is_tried_less_and_less_often(practice: Practice) -> None:
    practice.journal.save(RENEWAL)
    practice.begin()
    waits = []
    for _ in range(5):
        instant, resume = practice.times.at_.pop("resume")
        waits.append((instant - practice.clock.now()).total_seconds())
        practice.clock.instant = max(practice.clock.now(), instant)
        resume()
        practice.end("resume", 0, "no network")
        practice.end("check")
    assert waits == [0, 60, 120, 300, 600]
    practice.journal.save(replace(RENEWAL, step=Step.INSTALL))
    practice.look()
    assert practice.times.at_["resume"][0] <= practice.clock.now(), "it moved"


@pytest.mark.parametrize("step", [Step.MAKE_KEY, Step.SIGN, Step.ACTIVATE])
def test_what_needs_a_person_is_left_to_one(practice: Practice, step: Step) -> None:
    practice.journal.save(replace(RENEWAL, step=step))
    practice.begin()
    assert "resume" not in practice.times.at_


def test_while_its_window_is_open_it_is_left_alone(practice: Practice) -> None:
    practice.begin()
    practice.choose(Act.RENEW, RENEWAL.old_path)
    practice.journal.save(RENEWAL)
    practice.look()
    assert "resume" not in practice.times.at_


def test_what_a_person_left_behind_is_reminded_of_again(practice: Practice) -> None:
    practice.keystore(45.5)
    practice.journal.save(replace(RENEWAL, step=Step.SIGN))
    practice.begin()
    assert practice.titles == []
    practice.look(DAY)
    assert practice.titles == ["eHealth certificate: 44 days left"]


def test_the_end_of_a_renewal_is_told(practice: Practice, tmp_path: Path) -> None:
    new = tmp_path / "new.p12"
    renewal = replace(RENEWAL, new_path=str(new))
    practice.journal.save(renewal)
    practice.begin()
    new.write_bytes(b"")
    practice.journal.save(replace(renewal, step=Step.ACTIVATE))
    practice.look()
    practice.look()
    (said,) = practice.desktop.shown
    assert said.title == "The new eHealth certificate is ready"
    assert "new.p12" in said.text


def test_a_refusal_is_told(practice: Practice) -> None:
    practice.journal.save(RENEWAL)
    practice.begin()
    practice.journal.save(replace(RENEWAL, ended_because="eHealth refused: No."))
    practice.look()
    practice.look()
    (said,) = practice.desktop.shown
    assert said.text == "GROEP DE BRUG: eHealth refused: No. The old keystore is as it was."


@pytest.fixture(autouse=True)
def _log_is_heard(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "agent"):
        yield


# ── First requests ───────────────────────────────────────────────────────────────────────────────────────────────────

REQUEST = replace(RENEWAL, old_path=None, fingerprint=Fingerprint("rr"), wanted=Wanted(ContactData("", "", "", "")))


def test_a_first_request_is_gone_on_with(practice: Practice) -> None:
    next_poll = NOW + timedelta(minutes=20)
    practice.journal.save(replace(REQUEST, next_poll=next_poll))
    practice.begin()
    assert practice.times.at_["resume"][0] == next_poll


@pytest.mark.parametrize(("act", "name"), [(Act.REQUEST, "request"), (Act.COMPLETE, f"renew {REQUEST.new_path}")])
def test_a_first_request_that_is_in_a_window_is_left_alone(practice: Practice, act: Act, name: str) -> None:
    practice.begin()
    practice.choose(act, REQUEST.new_path)
    practice.journal.save(REQUEST)
    practice.look()
    assert "resume" not in practice.times.at_
    practice.end(name)
    practice.end("check")
    assert "resume" in practice.times.at_


@pytest.mark.parametrize(
    ("ending", "title", "text"),
    [
        ("", "The new eHealth certificate is ready", "GROEP DE BRUG: point your software to new.p12, on"),
        (".refused", "eHealth refused the certificate", "GROEP DE BRUG: What it said is in the history."),
    ],
)
def test_the_end_of_a_first_request_is_told(
    practice: Practice, tmp_path: Path, ending: str, title: str, text: str
) -> None:
    request = replace(REQUEST, new_path=str(tmp_path / "new.p12"))
    practice.journal.save(request)
    practice.begin()
    (tmp_path / f"new.p12{ending}").write_bytes(b"")
    practice.journal.save(replace(request, step=Step.ENDED if ending else Step.DONE))
    practice.look()
    practice.look()
    (said,) = practice.desktop.shown
    assert said.title == title
    assert said.text.startswith(text)


def test_once_a_year_and_on_a_quiet_day_the_inventory_is_offered(practice: Practice) -> None:
    practice.keystore(1000)
    practice.begin()
    for _ in range(800):
        practice.look(DAY)
    offers = [title for title in practice.titles if "accounted for" in title]
    assert len(offers) == 3, "after a month, and a year after that, and another"
    assert practice.titles == offers

    silent = Practice(config=Config(folders=(FOLDER,), inventory_offered=False))
    silent.keystore(1000)
    silent.begin()
    for _ in range(400):
        silent.look(DAY)
    assert silent.titles == []


def test_without_a_keystore_no_inventory_is_offered(practice: Practice) -> None:
    practice.begin()
    for _ in range(100):
        practice.look(DAY)
    assert practice.titles == []
    assert practice.journal.reminded() == {}


# ── Before the next renewal ──────────────────────────────────────────────────────────────────────────────────────────


def lacking(practice: Practice, *needs: Need) -> None:
    """As the child has left it in the journal."""
    practice.journal.keep_readiness(MARK, Readiness(practice.clock.now(), needs))


def test_half_a_year_before_the_end_the_child_looks_at_what_a_renewal_needs_each_week(practice: Practice) -> None:
    practice.keystore(200)
    practice.begin()
    practice.look()
    practice.look(21 * DAY)
    assert practice.children.started[-1] == "check --ask --ready"
    lacking(practice)
    practice.look(6 * DAY)
    assert "--ready" not in practice.children.started[-1]
    practice.look(2 * DAY)
    assert practice.children.started[-1].endswith("--ready")


def test_a_look_that_leaves_nothing_is_not_repeated_each_hour(practice: Practice) -> None:
    practice.keystore(150)
    practice.begin()
    practice.look()
    practice.look(timedelta(hours=1))
    assert [line for line in practice.children.started if "--ready" in line] == ["check --ready"]
    practice.look(timedelta(hours=6))
    assert practice.children.started[-1] == "check --ready"


def test_in_the_window_the_ordinary_reminders_speak(practice: Practice) -> None:
    practice.keystore(45)
    lacking(practice, Need.SOFTWARE)
    practice.begin()
    practice.look(timedelta(hours=7))
    assert all("--ready" not in line for line in practice.children.started)
    assert practice.titles == ["eHealth certificate: 45 days left"]


def test_what_stands_in_the_way_is_told_in_one_quiet_reminder_with_the_next_step(practice: Practice) -> None:
    practice.keystore(150)
    lacking(practice, Need.SOFTWARE, Need.READER)
    practice.begin()
    (told,) = practice.desktop.shown
    assert told.title == "Before the next renewal"
    assert told.text == (
        "GROEP DE BRUG can be renewed from 1 May 2026. Until then there is something to see to: the software for the "
        "eID is missing on this computer; no card reader is connected. Next: “Ready for the next "
        "renewal?” in the agent's menu, or in its window under “More”."
    )
    for _hour in range(30):
        practice.look(timedelta(hours=1))
    assert len(practice.desktop.shown) == 1


def test_a_quiet_reminder_opens_no_window_where_nothing_shows_it(practice: Practice) -> None:
    practice.desktop.notifies = False
    practice.keystore(150)
    lacking(practice, Need.SOFTWARE)
    practice.begin()
    assert all("--window" not in line for line in practice.children.started)


def test_a_keystore_that_is_gone_is_told_once_and_in_the_tray(practice: Practice) -> None:
    practice.keystore(200)
    practice.begin()
    seen = practice.journal.observations()
    practice.journal.keep_lost(seen.values())
    practice.journal.keep_observations([], [each.path for each in seen])
    practice.look()
    practice.look(timedelta(days=1))
    assert practice.titles == ["An eHealth keystore is gone"]
    assert practice.desktop.face.tooltip == "GROEP DE BRUG: the file is gone"
    assert practice.desktop.face.sign.mark is Mark.OVER
