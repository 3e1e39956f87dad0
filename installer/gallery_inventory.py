"""The pages of the inventory with made-up contents: for pictures, and for tests."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from agent.core.holder import Environment, Holder
from agent.core.inventory import Place, Row
from agent.core.registration import CertificateStatus
from agent.desktop.windows import pages
from agent.desktop.windows.inventory_drawn import InventoryShownDrawn, draw
from agent.desktop.windows.inventory_pages import InventoryAsked, InventoryShown
from agent.desktop.windows.renewal import RenewalWindow
from agent.desktop.windows.stage import Stage
from agent.desktop.windows.theme import Look
from agent.ports import Clock
from agent.text import _

Shown = tuple[str, tk.Tk]


def inventory_pages(root: tk.Tk, look: Look, clock: Clock) -> Iterator[Shown]:
    """Each page in each of its forms; the table with each of its rows chosen."""
    from installer.gallery import SIGNER

    stage = Stage()
    window = RenewalWindow(root, look, stage, clock, lambda: True, draw=draw)
    stage.show(pages.Matter(_("Inventory"), None, Environment.PRODUCTION))
    asks_for = _("the list of all certificates that you manage")
    rows = tuple(_rows(clock))
    shown: tuple[tuple[str, pages.Page], ...] = (
        ("asked", InventoryAsked()),
        ("pin", pages.PinWanted(None, SIGNER, Environment.PRODUCTION, 3, asks_for=asks_for)),
        ("shown", InventoryShown(SIGNER.full_name, rows)),
        ("fine", InventoryShown(SIGNER.full_name, rows[7:8])),
        ("nothing", InventoryShown(SIGNER.full_name, ())),
    )
    for name, page in shown:
        stage.show(page)
        window.catch_up()
        yield f"inventory-{name}", root
        if name == "shown" and isinstance(window.drawn, InventoryShownDrawn):
            for number in range(1, len(rows) - 1):
                window.drawn.table.choose(number)
                yield f"inventory-{name}-{rows[number].place.value}", root


def _rows(clock: Clock) -> Iterator[Row]:
    from installer.gallery import FOLDER, HOLDER

    in_force, over = CertificateStatus.VALID_ACTIVE, CertificateStatus.EXPIRED
    person = Holder("SSIN", "80010100107", None, "Vandenbroucke-Delacroix")
    pharmacy = Holder("NIHII-PHARMACY", "99999922", None, "Apotheek Voorbeeld")
    for place, status, holder, name, days in (
        (Place.ABSENT, in_force, pharmacy, "Apotheek Voorbeeld", 400),
        (Place.LOCKED, in_force, person, "Maria Johanna Elisabeth Vandenbroucke-Delacroix", 500),
        (Place.UNWATCHED, in_force, HOLDER, "Groepspraktijk van thuisverpleegkundigen De Oude Watermolen", 600),
        (Place.ENDED, CertificateStatus.REVOKED, pharmacy, "Apotheek Voorbeeld", 30),
        (Place.UNLISTED, None, HOLDER, "LABO DE MEIBOOM", 700),
        (Place.REQUESTED_ELSEWHERE, CertificateStatus.IN_PROGRESS, HOLDER, "Groepspraktijk De Oude Watermolen", None),
        (Place.REQUESTED, CertificateStatus.IN_PROGRESS, HOLDER, "Groepspraktijk De Oude Watermolen", None),
        (Place.WATCHED, in_force, HOLDER, "Groepspraktijk van thuisverpleegkundigen De Oude Watermolen", 800),
        (Place.OVER, over, pharmacy, "Apotheek Voorbeeld", -500),
    ):
        ends = clock.now() + timedelta(days=days) if days is not None else None
        name_of_file = f"{holder.type}={holder.number} 20230415-101502.p12"
        has_file = place not in (Place.ABSENT, Place.OVER, Place.REQUESTED_ELSEWHERE)
        paths = (str(Path(FOLDER) / name_of_file),) if has_file else ()
        yield Row(holder, name, place, status, ends, days, paths)
