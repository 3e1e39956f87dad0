"""Every window and page of the agent with made-up contents, one after the other: for pictures, and for tests."""

from __future__ import annotations

import threading
import tkinter as tk
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from agent.config import Config
from agent.core import doctor_computer as computer
from agent.core.doctor import Check, Mark, Topic, gave_no_answer
from agent.core.doctor_eid import readers_checks
from agent.core.finding import Finding, Observation, State
from agent.core.glance import Fingerprint, Glance
from agent.core.holder import Environment, Holder
from agent.core.menu import Act
from agent.core.pass_on import message
from agent.core.password import password_problem
from agent.core.person import Person
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step
from agent.core.survey import Reader, Readers
from agent.desktop.windows import doctor, notice, pages
from agent.desktop.windows.history import HistoryWindow
from agent.desktop.windows.pass_on import Passing, PassOnWindow
from agent.desktop.windows.passwords import Passwords
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.request_form import contact_given
from agent.desktop.windows.request_pages import ContactChange
from agent.desktop.windows.settings import AtLogin, Behind, SettingsWindow
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.status import Deeds, Known, StatusWindow, Watcher
from agent.desktop.windows.theme import Look, new_window
from agent.errors import (
    AgentError,
    CardError,
    MiddlewareMissing,
    PasswordNeeded,
    PinWrong,
    Refused,
    SignatureCertificateMissing,
    Unreachable,
    VaultUnavailable,
    WrongPassword,
)
from agent.ports import Clock, Event
from agent.sandbox.contracts import contract_text
from agent.text import _
from agent.watch.judge import judge

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOLDER = Holder("NIHII-GROUP", "71234523", "ONTHAAL-2", "GROEPSPRAKTIJK VAN THUISVERPLEEGKUNDIGEN DE OUDE WATERMOLEN")
SIGNER = Person("80010100107", "Maria Johanna Elisabeth", "Vandenbroucke-Delacroix")
CONTACT = ContactData(
    "maria.vandenbroucke-delacroix@groepspraktijk-de-oude-watermolen.be", "0032470123456", "info@example.be"
)
FOLDER = Path("/home/onthaal/ehealth/keystore")
KEYSTORE = FOLDER / "NIHII-GROUP=71234523,ONTHAAL-2 20230415-101502.p12"

Shown = tuple[str, tk.Tk]
"""The page's name, and the window that shows it."""


@dataclass(frozen=True)
class _Standstill(Clock):
    def now(self) -> datetime:
        return NOW

    def wait(self, seconds: float) -> None:
        raise NotImplementedError


def gallery(scale: float, is_dark: bool = False) -> Iterator[Shown]:
    """All windows in the language that is spoken. A page stands while its turn lasts.

    Raises: DisplayMissing.
    """
    for windows in _WINDOWS:
        root, look = new_window(scale, is_dark)
        failures = failures_of(root)
        try:
            for shown in windows(root, look):
                yield shown
                if failures:
                    raise failures[0]
        finally:
            root.destroy()


def failures_of(root: tk.Tk) -> list[BaseException]:
    """What goes wrong in a window's own calls, which Tk would print and forget."""
    failures: list[BaseException] = []
    root.report_callback_exception = lambda _type, failure, _trace: failures.append(failure)
    return failures


# ── The renewal ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _renewal(root: tk.Tk, look: Look) -> Iterator[Shown]:
    stage = Stage()
    window = RenewalWindow(root, look, stage, _Standstill(), lambda: True)
    matter = pages.Matter(str(KEYSTORE), HOLDER, Environment.PRODUCTION, NOW + timedelta(days=45))
    acceptance = replace(matter, environment=Environment.ACCEPTANCE)
    for name, page in renewal_pages(matter):
        is_acceptance = isinstance(page, pages.Introduction) and page.matter.environment is Environment.ACCEPTANCE
        stage.show(acceptance if is_acceptance else matter)
        stage.show(page)
        window.catch_up()
        yield f"renewal-{name}", root


def renewal_pages(matter: pages.Matter) -> Iterator[tuple[str, pages.Page]]:
    """Each page in each of its forms."""
    path = str(KEYSTORE)
    for why in (PasswordNeeded(path), WrongPassword(path), VaultUnavailable("it is locked")):
        yield f"password-{type(why).__name__}", pages.PasswordWanted(path, why)
    yield "new-password", pages.NewPasswordWanted(was_chosen=False, problem=password_problem("Azerty123"))
    yield "new-password-again", pages.NewPasswordWanted(was_chosen=True)
    yield "introduction", pages.Introduction(matter)
    yield "introduction-bis", pages.Introduction(matter, may_have_no_eid=True)
    acceptance = replace(matter, environment=Environment.ACCEPTANCE)
    yield "introduction-acceptance", pages.Introduction(acceptance)
    for problem in samples(CardError):
        assert isinstance(problem, CardError)
        yield f"card-{type(problem).__name__}", pages.CardWanted(problem)
    texts = contract_text(HOLDER, SIGNER, "CN=NIHII-GROUP\\=71234523,O=Federal Government,C=BE", NOW)
    contract = pages.ContractShown(texts, HOLDER, SIGNER, Environment.PRODUCTION)
    yield "contract", contract
    yield "contract-contact", replace(contract, contact=CONTACT)
    yield "contact", ContactChange(contact_given(CONTACT))
    yield "contact-doubted", ContactChange(contact_given(CONTACT), is_doubted=True)
    pin = pages.PinWanted(HOLDER, SIGNER, Environment.PRODUCTION, None)
    yield "pin", pin
    yield "pin-wrong", replace(pin, attempts_left=2, problem=PinWrong(2))
    yield "pin-last", replace(pin, attempts_left=1, problem=PinWrong(1))
    yield "progress-sign", pages.Progress(Step.SIGN, _("Signing with the eID: type the PIN where it is asked for"))
    until = NOW + timedelta(minutes=20)
    yield "progress-wait", pages.Progress(Step.COLLECT, "", until, goes_on_alone=True)
    yield "progress-by-hand", pages.Progress(Step.COLLECT, "", until + timedelta(hours=6), by_hand=True)
    yield "progress-confirm", pages.Progress(Step.CONFIRM, _("Asking eHealth to confirm"))
    not_after = NOW + timedelta(days=1095)
    yield "finish", pages.Finish(renewed(Step.ACTIVATE), not_after)
    yield "finish-ready", pages.Finish(renewed(Step.DONE), not_after, has_new_password=True)
    for trouble in samples(AgentError):
        yield f"trouble-{type(trouble).__name__}", pages.Trouble(trouble)
    not_taken = Refused("GenerateContract", "CONTACT_DATA_INVALID", "PhonePrivate is not valid")
    yield "trouble-contact", pages.RenewalTrouble(not_taken)


def _request(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_request import request_pages  # it shows what is made up here

    yield from request_pages(root, look, _Standstill())


def _foreigner(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_foreigner import foreigner_pages

    yield from foreigner_pages(root, look, _Standstill())


def _inventory(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_inventory import inventory_pages

    yield from inventory_pages(root, look, _Standstill())


def _ready(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_ready import ready_pages

    yield from ready_pages(root, look, _Standstill())


def _rest(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_rest import rest_pages  # it shows what is made up here

    yield from rest_pages(root, look, _Standstill())


def _recover(root: tk.Tk, look: Look) -> Iterator[Shown]:
    from installer.gallery_recover import recover_pages

    yield from recover_pages(root, look, _Standstill())


def renewed(step: Step) -> Renewal:
    new = str(FOLDER / "NIHII-GROUP=71234523,ONTHAAL-2 20260302-100000.p12")
    mark = Fingerprint("00" * 32)
    return Renewal("made-up", NOW, step, Environment.PRODUCTION, HOLDER, str(KEYSTORE), new, mark)


def samples(root: type[AgentError]) -> Iterator[AgentError]:
    """One of each error that is shown, with made-up facts."""
    for kind in root.__subclasses__():
        if "title" in vars(kind):
            yield kind(*_facts(kind))
        yield from samples(kind)


def _facts(kind: type[AgentError]) -> list[object]:
    return [_fact(each.name, str(each.type)) for each in fields(kind)] if is_dataclass(kind) else []


def _fact(name: str, type_: str) -> object:
    made_up: dict[str, object] = {
        "path": str(KEYSTORE),
        "url": "https://services.ehealth.fgov.be",
        "expected": SIGNER.full_name,
        "found": "Jean-Baptiste Grandjean",
        "module": "/usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0",
        "tried": "/usr/lib/libbeidpkcs11.so.0, /usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0",
        "problem": "no space left on device",
        "step": "reading the card",
        "code": "CKR_DEVICE_ERROR 0x30",
        "how": "SIGSEGV",
        "names": f"{SIGNER.full_name}, Jean-Baptiste Grandjean",
        "parameters": (),
    }
    if name in made_up:
        return made_up[name]
    return 2 if type_.startswith("int") else date(2026, 5, 16) if type_.startswith("date") else name


# ── The others ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _status(root: tk.Tk, look: Look) -> Iterator[Shown]:
    known = Known(findings(), [])
    acts = frozenset(Act) - {Act.QUIT}
    is_watched = True
    watcher = Watcher(lambda: is_watched, lambda: None, lambda: None)
    deeds = Deeds(lambda: known, lambda _choice: None, lambda: False, acts, watcher)
    window = StatusWindow(root, look, deeds, _Standstill())
    for row, finding in enumerate(known.findings):
        window.table.choose(row)
        yield f"status-{finding.state.value}", root
    is_watched = False
    window.table.choose(0)
    window.refresh()
    yield "status-nobody-watches", root


def findings() -> Sequence[Finding]:
    observations = []
    for number, days in enumerate((45, 5, -3, 400)):
        mark = Fingerprint(f"{number:064}")
        holder = replace(HOLDER, application_id=None, number=f"7123452{number}")
        until = NOW + timedelta(days=days)
        glance = Glance("", holder, until - timedelta(days=1095), until, mark, pending=False, encryption_keys=1)
        observations.append(Observation(str(KEYSTORE), Environment.PRODUCTION, glance))
    path = str(FOLDER / "backup.p12")
    needed = Observation(path, Environment.ACCEPTANCE, None, str(PasswordNeeded(path)), password_needed=True)
    own, gone = replace(HOLDER, application_id=None, number="71234529"), NOW + timedelta(days=60)
    glance = Glance("", own, gone - timedelta(days=1095), gone, Fingerprint("9" * 64), pending=False, encryption_keys=1)
    lost = Observation(str(FOLDER / "lost.p12"), Environment.PRODUCTION, glance)
    return judge([*observations, needed], NOW, {}, [lost])


def _pass_on(root: tk.Tk, look: Look) -> Iterator[Shown]:
    for name, finding in zip(("renewable", "urgent", "expired"), findings(), strict=False):
        said = message(finding, "ONTHAAL-2", _("Renew now…"), NOW)
        saved = Path("/home/onthaal/Downloads") / said.calendar_name
        window = PassOnWindow(root, look, Passing(said.text, lambda path=saved: path, lambda _path: True))  # type: ignore[misc]
        yield f"pass-on-{name}", root
        if finding.state is State.RENEWABLE:
            window.save()
            yield f"pass-on-{name}-saved", root
        window.frame.destroy()


def _history(root: tk.Tk, look: Look) -> Iterator[Shown]:
    texts = _("The encryption token is registered and waits for activation."), _("eHealth has the request.")
    facts = (("request", "_3f1b9e0c-5c4c-4a0e-9a51-6f0f7f0d6a11"),)
    events = [Event(NOW - timedelta(hours=n), "renewal.send", texts[n % 2], str(KEYSTORE), facts) for n in range(30)]
    HistoryWindow(root, look, events)
    yield "history", root


class _NoAutostart:
    def enable(self, command: Sequence[str]) -> None: ...

    def disable(self) -> None: ...

    def is_enabled(self) -> bool:
        return True


def _settings(root: tk.Tk, look: Look) -> Iterator[Shown]:
    passwords = Passwords(
        lambda: [(KEYSTORE, True), (FOLDER / "backup.p12", False)], lambda _path, _password: None, lambda _path: True
    )
    config = Config(folders=(FOLDER, Path("//server/praktijk/ehealth/keystore")))
    behind = Behind(Path("config.toml"), config, passwords, AtLogin(_NoAutostart(), ()))
    window = SettingsWindow(root, look, behind)
    for number, name in enumerate(("keystores", "passwords", "reminders", "general")):
        window.tabs.select(number)  # type: ignore[no-untyped-call]
        yield f"settings-{name}", root


def _doctor(root: tk.Tk, look: Look) -> Iterator[Shown]:
    checks = _checks()
    goes_on = threading.Event()

    def examine(begun: doctor.Begun, tell: doctor.Tell) -> None:
        begun([check.topic for check in checks])
        for position, check in enumerate(checks):
            if position == len(checks) // 2:
                goes_on.wait()
            tell(position, [check])

    window = doctor.DoctorWindow(root, look, doctor.Behind(examine, lambda _checks: "", lambda _path, _checks: None))
    yield "doctor-looking", root
    goes_on.set()
    yield "doctor", root
    window.text.yview_moveto(1.0)
    yield "doctor-end", root


def _checks() -> list[Check]:
    """One of each, some good and some bad."""
    greeting = computer.Greeting(
        Environment.PRODUCTION, "services.ehealth.fgov.be", 200, "Mon, 02 Mar 2026 08:56:40 GMT", NOW
    )
    away = Unreachable(
        "https://services-acpt.ehealth.fgov.be", _("no answer within {seconds:g} seconds").format(seconds=4)
    )
    closed = VaultUnavailable("it is locked")
    return [
        *readers_checks(
            Readers(None, (Reader("ACS ACR38U-CCID 00 00", b""), Reader("Windows Hello for Business 1", None)))
        ),
        Check(
            Topic.SOFTWARE,
            Mark.STOPS,
            str(MiddlewareMissing("")),
            MiddlewareMissing("/usr/lib/libbeidpkcs11.so.0").advice,
        ),
        Check(Topic.SIGNATURE, Mark.STOPS, str(SignatureCertificateMissing()), SignatureCertificateMissing().advice),
        computer.service_check(greeting),
        Check(Topic.ACCEPTANCE, Mark.STOPS, str(away), away.advice),
        computer.clock_check([greeting]),
        computer.folder_check(computer.FolderSeen(str(FOLDER), True, is_share=True, free_bytes=87_300_000_000)),
        computer.found_check(3),
        *computer.password_checks(2, [], [str(KEYSTORE)]),
        Check(Topic.VAULT, Mark.TODO, str(closed), closed.advice),
        computer.tray_check(computer.DesktopSeen("AppIndicator", "8.6.13")),
        computer.notifications_check(None),
        computer.windows_check(computer.DesktopSeen("AppIndicator", "8.6.13")),
        computer.config_check("/home/onthaal/.config/ehealth-certificate-agent/config.toml", True),
        computer.journal_check(True, NOW - timedelta(hours=2), 0),
        computer.running_check(True),
        computer.autostart_check(False),
        gave_no_answer(Topic.CARD, 8),
    ]


def _notice(root: tk.Tk, look: Look) -> Iterator[Shown]:
    notice.draw(root, look, PasswordNeeded(str(KEYSTORE)))
    yield "notice", root


_WINDOWS = (
    _renewal,
    _request,
    _foreigner,
    _rest,
    _recover,
    _inventory,
    _ready,
    _status,
    _pass_on,
    _history,
    _settings,
    _doctor,
    _notice,
)
