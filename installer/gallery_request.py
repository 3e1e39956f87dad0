"""The pages of a new certificate with made-up contents: for pictures, and for tests."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.core.holder import Environment, Holder
from agent.core.kinds import BASE_SERVICES, by_name
from agent.core.registration import ContactData, LocalizedText, Organization, OrganizationType
from agent.core.renewal import Renewal, Step, Wanted, stand_in
from agent.desktop.windows import pages
from agent.desktop.windows import request_pages as asked
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.request_drawn import draw
from agent.desktop.windows.request_form_drawn import Contact, OrganizationDrawn, PasswordDrawn
from agent.desktop.windows.request_pages import Typed
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.errors import ContractDeclined, Refused, SheetNotWritten
from agent.ports import Clock
from agent.sandbox.numbers import ORGANIZATIONS
from agent.text import _

Shown = tuple[str, tk.Tk]

_NAME = 'Groepspraktijk van thuisverpleegkundigen "De Oude Watermolen" & Zonen'


def request_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[Shown]:
    """Each page in each of its forms. `clock` says when."""
    from installer.gallery import HOLDER

    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    nobody = pages.Matter("", None, Environment.PRODUCTION)
    somebody = replace(nobody, holder=HOLDER)
    for name, page in (*_before(clock), *_form(), *_after(clock)):
        is_known = isinstance(page, _WITH_HOLDER)
        matter = somebody if is_known else nobody
        stage.show(replace(matter, environment=Environment.ACCEPTANCE) if "acceptance" in name else matter)
        stage.show(page)
        window.catch_up()
        _type_into(window, name)
        yield f"request-{name}", root


_WITH_HOLDER = (
    asked.ApplicationIdWanted,
    asked.ContactWanted,
    asked.ServicesWanted,
    asked.PasswordChosen,
    asked.Made,
    asked.RequestTrouble,
    pages.Progress,
)


def _before(clock: Clock) -> Iterator[tuple[str, pages.Page]]:
    from installer.gallery import SIGNER

    begun = tuple(_begun(clock, step) for step in (Step.SIGN, Step.COLLECT, Step.INSTALL))
    yield "begun", asked.Begun(begun)
    yield "begun-same", asked.Begun(begun[:1], is_same=True)
    yield "conditions", asked.Conditions()
    yield "conditions-acceptance", asked.Conditions()
    yield "for-whom", asked.ForWhom(SIGNER, asked.Whom.ANOTHER)
    yield "for-whom-listed", asked.ForWhom(SIGNER, asked.Whom.LISTED, is_listed=True)
    pin = pages.PinWanted(
        None, SIGNER, Environment.PRODUCTION, 3, asks_for=_("the list of organizations that you may act for")
    )
    yield "pin", pin
    organizations = tuple(_organization(number) for number in range(12))
    yield "organizations", asked.Organizations(SIGNER, organizations, organizations[1])
    yield "organizations-none", asked.Organizations(SIGNER, (), None)


def _form() -> Iterator[tuple[str, pages.Page]]:
    kinds = tuple(by_name(_kinds()))
    empty = asked.OrganizationGiven()
    yield "organization", asked.OrganizationWanted(kinds, empty)
    given = asked.OrganizationGiven("NIHII-GROUP", Typed("71234523"), Typed(_NAME[:60]), "thuis")
    yield "organization-given", asked.OrganizationWanted(kinds, given)
    wrong = replace(given, number=Typed("71234524"), name=Typed(_NAME))
    yield "organization-wrong", asked.OrganizationWanted(kinds, wrong)
    yield "organization-wrong-acceptance", asked.OrganizationWanted(kinds, wrong)
    yield "organization-listed", asked.OrganizationWanted(kinds, given, _organization(0))
    yield "application-id", asked.ApplicationIdWanted((), Typed())
    yield "application-id-in-use", asked.ApplicationIdWanted((None, "ONTHAAL-2", "MYAPP-01"), Typed("onthaal-2"))
    yield "application-id-none-wrong", asked.ApplicationIdWanted((None,), Typed())
    yield "contact", asked.ContactWanted(asked.ContactGiven())
    contact = asked.ContactGiven(
        Typed("maria@"), Typed("onthaal watermolen@example.be"), Typed("0470 12 3"), Typed("09x")
    )
    yield "contact-wrong", asked.ContactWanted(contact)
    doubt = asked.ContactGiven(Typed("a@b"), Typed("@b.be"), Typed("09 123 45 67"), Typed("+999 12 34 56 78"))
    yield "contact-wrong-doubt", asked.ContactWanted(doubt)
    yield "services", asked.ServicesWanted(tuple(BASE_SERVICES), frozenset({"tsa"}))
    yield "password", asked.PasswordChosen(False, True)
    yield "password-typed", asked.PasswordChosen(False, True, ("Watermolen",))
    yield "password-kept", asked.PasswordChosen(True, False, problem=_("the two are not the same"))


def _after(clock: Clock) -> Iterator[tuple[str, pages.Page]]:
    from installer.gallery import HOLDER

    progress = pages.Progress(Step.SIGN, _("Reading the eID"), is_first=True)
    yield "progress", progress
    yield "progress-wait", replace(progress, step=Step.COLLECT, until=clock.now() + timedelta(minutes=2))
    made = asked.Made(_begun(clock, Step.DONE), HOLDER, clock.now() + timedelta(days=1095), is_stored=True)
    yield "made", made
    yield "made-sheet", replace(made, is_stored=False, sheet=Path("/home/onthaal/Downloads/eHealth sheet.html"))
    problem = SheetNotWritten("/home/onthaal/Downloads/eHealth sheet.html", "no space left on device")
    waiting = asked.Made(_begun(clock, Step.ACTIVATE), HOLDER, made.not_after, is_stored=True, problem=problem)
    yield "made-to-activate", waiting
    yield "trouble-declined", asked.RequestTrouble(ContractDeclined(), can_change=True)
    refused = Refused("GenerateContract", "IDENTIFIER_CHECK_DIGITS", "The check digits of this number are wrong")
    yield "trouble-refused", asked.RequestTrouble(refused, can_change=True)


def _type_into(window: RenewalWindow, name: str) -> None:
    """What is only said once somebody has typed, or pressed the button."""
    drawn = window.drawn
    if "-wrong" in name and isinstance(drawn, OrganizationDrawn | Contact):
        for field in drawn.fields:
            field.ask_for_it()
    elif "-wrong" in name and drawn is not None:
        assert drawn.frame.default is not None, "every page has one"
        drawn.frame.default.invoke()
    if name == "password-typed" and isinstance(drawn, PasswordDrawn):
        drawn.entry.insert(0, "Watermolen-2026")
        drawn.again.insert(0, "Watermolen-")
        drawn.look()


def _kinds() -> list[OrganizationType]:
    return [
        OrganizationType(
            (LocalizedText("nl", one.nl), LocalizedText("fr", one.fr)),
            one.type,
            one.pattern,
            (one.check_digits.value,) if one.check_digits else (),
            one.base_services,
        )
        for one in ORGANIZATIONS
    ]


def _organization(number: int) -> Organization:
    names = LocalizedText("nl", _NAME), LocalizedText("fr", "Cabinet d'infirmières à domicile « Le Vieux Moulin »")
    return Organization(names, "NIHII-GROUP_MIDWIVES" if number % 3 else "CBE-CONSORTIUM", f"7123{number:04}")


def _begun(clock: Clock, step: Step) -> Renewal:
    from installer.gallery import FOLDER, HOLDER

    holder: Holder = HOLDER
    wanted = Wanted(ContactData("maria@example.be", "0032470123456"))
    new = str(FOLDER / "NIHII-GROUP=71234523,ONTHAAL-2 20260302-100000.p12")
    started = clock.now() - timedelta(hours=3)
    return Renewal(
        f"made-up {step}", started, step, Environment.PRODUCTION, holder, None, new, stand_in(step.value), wanted=wanted
    )
