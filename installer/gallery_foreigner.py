"""The pages of a person without Belgian residence with made-up contents: for pictures, and for tests."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from datetime import timedelta

from agent.core.holder import Environment, Holder
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Step, Wanted, stand_in
from agent.core.validation import Validation, what_to_do
from agent.desktop.windows import foreigner_pages as asked
from agent.desktop.windows import pages
from agent.desktop.windows.foreigner_drawn import LogInDrawn, PersonDrawn
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.request_drawn import draw
from agent.desktop.windows.request_pages import Begun, Typed
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.errors import Refused, ValidationExpired
from agent.ports import Clock
from agent.text import _, moment

Shown = tuple[str, tk.Tk]

_HOLDER = Holder("SSIN", "80210100150", None, "Jean-Baptiste Grandjean-Étranger")
_URL = "https://www.ehealth.fgov.be/validation/certificate?key=7b1c5f0e-6b0d-4ad1-9b3e-2f0f7f0d6a11"


def foreigner_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[Shown]:
    """Each page in each of its forms. `clock` says when."""
    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    for name, page in _pages(clock):
        is_known = not isinstance(page, Begun | asked.PersonWanted)
        stage.show(pages.Matter("", _HOLDER if is_known else None, Environment.PRODUCTION))
        stage.show(page)
        window.catch_up()
        drawn = window.drawn
        if name == "person-wrong" and isinstance(drawn, PersonDrawn):
            for field in drawn.fields:
                field.ask_for_it()
        if name == "log-in-no-browser" and isinstance(drawn, LogInDrawn):
            drawn.tell_opened(False)
        yield f"foreigner-{name}", root


def _pages(clock: Clock) -> Iterator[tuple[str, pages.Page]]:
    now = clock.now()
    yield "begun", Begun(tuple(_begun(clock, step) for step in (Step.COLLECT, Step.SUBMIT, Step.INSTALL)))
    yield "person", asked.PersonWanted(asked.ForeignerGiven())
    contact = Typed("jean.grandjean@example.org"), Typed("+33 6 12 34 56 78")
    given = asked.ForeignerGiven(Typed("Grandjean-Étranger"), Typed("Jean-Baptiste"), Typed("80210100150"), *contact)
    yield "person-given", asked.PersonWanted(given, can_go_back=True)
    yield "person-renews", asked.PersonWanted(given, renews=True, can_go_back=True)
    wrong = asked.ForeignerGiven(
        Typed("Grand<jean"), Typed(""), Typed("80010100107"), Typed("a@b"), Typed("09 123 45 67")
    )
    yield "person-wrong", asked.PersonWanted(wrong, can_go_back=True)
    sending = pages.Progress(Step.SUBMIT, _("Sending the request"), is_first=True, by_login=True, goes_on_alone=True)
    yield "sending", sending
    page = asked.LogInWanted(_HOLDER.name or "", _URL, now + timedelta(days=2), now + timedelta(minutes=5), True)
    yield "log-in", page
    yield "log-in-asking", asked.LogInWanted(page.whose, _URL, page.ends)
    yield "log-in-no-browser", page
    yield "installing", pages.Progress(Step.INSTALL, _("Checking the certificate"), is_first=True, by_login=True)
    yield "anew-lost", asked.AnewWanted(what_to_do(Validation(None, None), now))
    yield "anew-expired", asked.AnewWanted(str(ValidationExpired(moment(now))))
    refused = Refused("SubmitCSRForForeigner", "IDENTIFIER_FORMAT", "Only SSIN-BIS numbers are taken here")
    yield "trouble", asked.ForeignerTrouble(refused, can_change=True)


def _begun(clock: Clock, step: Step) -> Renewal:
    from installer.gallery import FOLDER

    wanted = Wanted(ContactData("jean@example.org", "0033612345678"), ("Jean-Baptiste",), for_foreigner=True)
    holder = Holder("SSIN", "80210100150", None, "Grandjean-Étranger")
    new, mark = str(FOLDER / "SSIN=80210100150 20260302-100000.p12"), stand_in(step.value)
    started = clock.now() - timedelta(hours=3)
    return Renewal(f"made-up {step}", started, step, Environment.PRODUCTION, holder, None, new, mark, wanted=wanted)
