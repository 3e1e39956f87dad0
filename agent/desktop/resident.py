"""The resident: looks in time, shows what it means, reminds, and goes on with what needs nobody.

It opens no keystore. A child (`check`) does, and leaves what it found in the journal; windows and renewals are children
too. All that is done here is done in the timetable's thread, one after the other.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from agent.config import Config
from agent.core import inventory_offer
from agent.core.early_reminders import due_quietly, early_subject, told_quietly
from agent.core.finding import Finding
from agent.core.finding import State as Kind
from agent.core.glance import Fingerprint
from agent.core.menu import Act, Choice, certificates, line, menu, sign, tooltip
from agent.core.readiness import Need, Readiness, is_early, is_time_to_look, missing_needs, sentence
from agent.core.reminders import (
    NOTHING_TOLD,
    Reminded,
    Reminder,
    Told,
    due,
    in_one,
    name_of,
    snoozed,
    subject_of,
    told_now,
)
from agent.core.renewal import Renewal
from agent.desktop.around import Around
from agent.desktop.going_on import GoingOn
from agent.desktop.opening import Opening
from agent.desktop.tray import Face
from agent.errors import AgentError
from agent.text import _, speak
from agent.watch.judge import remembered
from agent.watch.remind import is_time_to_ask, renewing

LOOK_EACH_S, LOOK_ON_SHARES_EACH_S = 3600.0, 600.0
AFTER_A_CHANGE = timedelta(seconds=3)
"""Programs write a keystore in several steps; one look for all of them."""

_ASK_AGAIN = timedelta(hours=6)
_NO_TRAY = "no tray"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """The journal at an instant, judged."""

    now: datetime
    findings: Sequence[Finding] = ()
    renewals: Sequence[Renewal] = ()
    reminded: Mapping[str, Reminded] = field(default_factory=dict)
    readiness: Mapping[Fingerprint, Readiness] = field(default_factory=dict)


class Resident:
    def __init__(self, around: Around) -> None:
        self._around = around
        self._config = Config()
        self._state = State(around.clock.now())
        self._look_again = self._answer = False
        self._config_problem = ""
        self._asked: datetime | None = None
        self._made_ready: datetime | None = None
        self._going_on = GoingOn(around, self.look, self._show)
        self._opening = Opening(around, self.look, self._show)

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Show what the last look found, then look; what is out of date is not acted upon."""
        if not self._around.has_screen:
            _log.warning("This session has no screen: there is no icon and no window. The agent watches all the same.")
        self._load_config()
        self._show_state()
        self.look()

    def look(self) -> None:
        """Let a child look at the keystores; once it has ended, judge what it found."""
        self._load_config()
        arguments = ["check"]
        now = self._around.clock.now()
        if self._is_time_to_ask(now):
            self._asked = now
            arguments.append("--ask")
        if self._is_time_to_make_ready(now):
            self._made_ready = now
            arguments.append("--ready")
        if not self._around.children.start("check", arguments, self._looked):
            self._look_again = True

    def changed(self) -> None:
        """A file or the config has changed, perhaps. From any thread."""
        self._around.timetable.at("changed", self._around.clock.now() + AFTER_A_CHANGE, self.look)

    def jumped(self) -> None:
        """The computer slept, or its clock was set."""
        self._going_on.begin_anew()
        self._asked = self._made_ready = None
        self.look()

    def _looked(self, code: int, said: str) -> None:
        # The check's exit codes up to 3 are its judgement, which is made anew here; what it could not do, it said.
        if said:
            _log.warning("The check says: %s", " ".join(said.split()))
        if code not in range(4):
            _log.error("The check ended with exit code %s.", code)
        self._around.timetable.soon(self._after_look)

    def _after_look(self) -> None:
        self.judge()
        if self._look_again:
            self._look_again = False
            self.look()
        elif self._answer:
            self._answer = False
            lines = [line(finding) for finding in certificates(self._state.findings)]
            self._show(Reminder(_("eHealth certificates"), "\n".join(lines) or tooltip(())))
        self._around.rest()

    def _load_config(self) -> None:
        try:
            config = self._around.load()
            self._config_problem = ""
        except AgentError as problem:  # go on with the one before
            config = self._config
            if self._config_problem != str(problem):
                self._config_problem = str(problem)
                _log.error("%s", problem)
                self._show(Reminder(_("The settings cannot be used"), str(problem)))
        if config != self._config:
            _log.info("Watching %s", ", ".join(map(str, config.folders)))
        if config.language != self._config.language:
            speak(config.language)
        self._config = config
        on_shares = any(self._around.is_share(folder) for folder in config.folders)
        self._around.timetable.every("look", LOOK_ON_SHARES_EACH_S if on_shares else LOOK_EACH_S, self.look)
        self._around.follow(config.folders)

    def _is_time_to_ask(self, now: datetime) -> bool:
        if self._asked is not None and timedelta(0) <= now - self._asked < _ASK_AGAIN:
            return False
        try:
            return is_time_to_ask(self._state.findings, self._around.journal.words(), now)
        except AgentError:
            return False

    def _is_time_to_make_ready(self, now: datetime) -> bool:
        """Not sooner than a while after the last try, which may have left nothing in the journal."""
        if self._made_ready is not None and timedelta(0) <= now - self._made_ready < _ASK_AGAIN:
            return False
        try:
            known = self._around.journal.readiness()
        except AgentError:
            return False
        return any(
            is_time_to_look(each, known.get(Fingerprint(subject_of(each))), now) for each in self._state.findings
        )

    # ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self) -> None:
        """Read the journal, show what it means today, and do what it asks for."""
        before = self._state
        if self._show_state():
            self._going_on.tell_endings(before.renewals, self._state.renewals)
            self._remind()
            self._going_on.plan(self._state.renewals)

    def _show_state(self) -> bool:
        before = self._state
        try:
            state = self._state = self._read()
        except AgentError as problem:
            _log.error("%s", problem)
            return False
        unready = {each.observation.path for each in state.findings if self._needs(each)}
        items = menu(state.findings, state.renewals, state.now, unready=unready)
        self._around.tray.show(Face(sign(state.findings, state.renewals), tooltip(state.findings), items))
        if _meaning(state) != _meaning(before):
            _log.info("%s", "; ".join(_meaning(state)) or "No keystore is found.")
        return True

    def _read(self) -> State:
        now, journal = self._around.clock.now(), self._around.journal
        findings = remembered(journal, self._config.folders, now)
        return State(now, findings, journal.unfinished(), journal.reminded(), journal.readiness())

    # ── Reminding ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _remind(self) -> None:
        state = self._state
        busy = renewing(state.renewals, state.now) | {
            subject_of(each) for each in state.findings if self._opening.is_renewing(each.observation.path)
        }
        chosen = due(state.findings, state.reminded, busy, state.now, quiet=self._config.quiet)
        if not chosen:
            if not self._remind_quietly(busy):
                self._offer_inventory()
            return
        told = {
            subject_of(each): told_now(state.reminded.get(subject_of(each), NOTHING_TOLD), each, state.now)
            for each in chosen
        }
        if self._keep(told):
            self._show(in_one(chosen))

    def _offer_inventory(self) -> None:
        """Once a year, on a day that has nothing else to say."""
        state, subject = self._state, inventory_offer.SUBJECT
        if not self._config.inventory_offered or not inventory_offer.is_in_use(state.findings):
            return
        begins = inventory_offer.counted(state.reminded.get(subject), state.now)
        if begins is not None:
            self._keep({subject: begins})
        elif inventory_offer.is_due(state.reminded, state.now, quiet=self._config.quiet) and self._keep(
            {subject: inventory_offer.offered(state.now)}
        ):
            self._show(inventory_offer.offer())

    def _remind_quietly(self, busy: Collection[str]) -> bool:
        """Of what stands in the way of a renewal that is still far off: a notification, and never a window.

        False where there is nothing to say.
        """
        state = self._state
        needs = {early_subject(each): self._needs(each) for each in state.findings}
        lacking = [each for each in state.findings if needs[early_subject(each)]]
        chosen = due_quietly(lacking, state.findings, state.reminded, busy, state.now, quiet=self._config.quiet)
        subjects = {early_subject(each): each for each in chosen}
        told = {
            subject: told_quietly(state.reminded.get(subject, NOTHING_TOLD), each, state.now)
            for subject, each in subjects.items()
        }
        if not chosen or not self._keep(told):
            return bool(chosen)
        texts = [sentence(name_of(each), each, needs[early_subject(each)]) for each in chosen]
        self._show(Reminder(_("Before the next renewal"), "\n".join(texts)), opens_a_window=False)
        return True

    def _needs(self, finding: Finding) -> tuple[Need, ...]:
        known = self._state.readiness.get(Fingerprint(subject_of(finding)))
        return missing_needs(finding, known) if known is not None and is_early(finding, self._state.now) else ()

    def _keep(self, reminded: Mapping[str, Reminded]) -> bool:
        """A reminder that cannot be remembered is not shown: it would come again with each look."""
        try:
            self._around.journal.keep_reminded(reminded)
        except AgentError as problem:
            _log.error("%s", problem)
            return False
        self._state = replace(self._state, reminded={**self._state.reminded, **reminded})
        return True

    def _show(self, reminder: Reminder, opens_a_window: bool = True) -> None:
        """As the desktop does; else as the tray does; else in a window. The log has it in any case."""
        _log.info("Told: %s – %s", reminder.title, " ".join(reminder.text.split()))

        def when_it_failed() -> None:
            if self._around.tray.notify(reminder) or not opens_a_window:
                return
            if self._around.has_screen:
                self._around.timetable.soon(self._opening.open_status)
            else:
                _log.warning("That could be shown nowhere: this session has no notifications either. It is only here.")

        self._around.notifier.show(reminder, when_it_failed)

    def no_tray(self) -> None:
        """There is none, and that is said once. From any thread."""
        self._around.timetable.soon(self._say_no_tray)

    def _say_no_tray(self) -> None:
        _log.warning("This desktop shows no tray icon. The agent watches and reminds all the same.")
        if not self._state.reminded.get(_NO_TRAY, NOTHING_TOLD).told and self._keep(
            {_NO_TRAY: Reminded((Told(self._around.clock.now(), 0),))}
        ):
            text = _("The agent watches and reminds all the same. Start it again to see how your certificates are.")
            self._show(Reminder(_("This desktop shows no tray icon"), text))

    # ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, choice: Choice) -> None:
        """A line of the menu was chosen. From any thread."""
        if choice.act is Act.QUIT:
            self._around.stop()
        else:
            self._around.timetable.soon(lambda: self._do(choice))

    def _do(self, choice: Choice) -> None:
        match choice:
            case Choice(Act.LATER, subject=str(subject), later=timedelta() as later):
                self._later(subject, later)
            case Choice(Act.CHECK):
                self._answer = True
                self.look()
            case Choice(Act.FOLDER):
                own = certificates(self._state.findings)
                self._opening.open_folder(Path(own[0].observation.path).parent if own else self._config.folders[0])
            case _:
                self._opening.open_window(choice)

    def _later(self, subject: str, later: timedelta) -> None:
        now = self._around.clock.now()
        for finding in certificates(self._state.findings):
            if subject_of(finding) == subject:
                reminded = self._state.reminded.get(subject, NOTHING_TOLD)
                self._keep({subject: snoozed(reminded, finding, later, now, None)})
                _log.info("%s – later was asked for.", line(finding))
        self.judge()


def _meaning(state: State) -> list[str]:
    """For the log: what there is to say of each certificate, and why one cannot be looked into."""
    unknown = (Kind.PASSWORD_NEEDED, Kind.UNREADABLE)
    return [each.reason if each.state in unknown else line(each) for each in certificates(state.findings)]
