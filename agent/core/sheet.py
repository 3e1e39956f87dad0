"""The sheet for the safe: what a practice has to know of a keystore when nobody remembers, as an HTML page to print.

The password is written on it by hand: this program writes no secret anywhere. A person's national number is left out,
of the name of the file as well.
Source: the manual of the official program (what a lost password means); design/product.md, Numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import PurePath

from agent.core.expiry import last_safe_day, renewable_from
from agent.core.holder import Environment, Holder
from agent.core.reminders import file_name
from agent.text import _, spoken, written


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed.

    Attributes:
        whose: the organization's name as in the Belgian Official Gazette, or the person's names.
        path: of the keystore.
        not_after: end of the certificate's validity, aware UTC.
        printed: the day on which the sheet was made.
    """

    whose: str
    holder: Holder
    environment: Environment
    path: PurePath
    not_after: datetime
    printed: date


def sheet_html(sheet: Sheet) -> str:
    """The page, in the chosen language; to be written as UTF-8. It needs nothing from anywhere else."""
    title = _("eHealth keystore: sheet for the safe")
    body = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_('Print this page, write the password on it by hand, and put it in the safe.'))}</p>",
        _table(_facts(sheet)),
        _by_hand(),
        _section(_("When the password is lost"), _password_lost(sheet)),
        _section(_("When the file is lost"), _file_lost()),
        _section(_("When to renew"), _renewal(sheet)),
        f'<p class="made">{escape(_("Made on {day}.").format(day=written(sheet.printed)))}</p>',
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{spoken()}">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


_STYLE = """
@page { size: A4; margin: 18mm; }
body { font: 11pt/1.4 "Segoe UI", "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff;
  max-width: 174mm; margin: 6mm auto; padding: 0 4mm; }
h1 { font-size: 17pt; margin: 0 0 4mm; }
h2 { font-size: 12pt; margin: 6mm 0 1mm; break-after: avoid; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 1.2mm 4mm 1.2mm 0; border-bottom: 0.2mm solid #999; }
th { font-weight: normal; width: 44mm; }
td { font-weight: bold; overflow-wrap: anywhere; }
.hand { margin: 6mm 0; padding: 2mm 4mm 6mm; border: 0.5mm solid #000; break-inside: avoid; }
.hand p { display: flex; gap: 3mm; margin: 8mm 0 0; }
.hand p span { flex: 1; border-bottom: 0.3mm solid #000; }
ul { margin: 0; padding-left: 6mm; }
.made { margin-top: 6mm; font-size: 9pt; }
"""


def _facts(sheet: Sheet) -> Iterable[tuple[str, str]]:
    holder = sheet.holder
    yield _("Whose"), sheet.whose
    if holder.type != "SSIN":
        yield _("Number"), f"{holder.type} {holder.number}"
    if holder.application_id:
        yield _("Application id"), holder.application_id
    if sheet.environment is Environment.ACCEPTANCE:
        yield _("Environment"), _("acceptance: for tests, not for real")
    yield _("File"), file_name(str(sheet.path))
    yield _("Folder"), str(sheet.path.parent)
    yield _("Valid until"), written(sheet.not_after)


def _table(facts: Iterable[tuple[str, str]]) -> str:
    rows = (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts)
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _by_hand() -> str:
    """Empty lines, for a pen."""
    labels = (_("Password"), "", _("Copies of the file are on"), _("Written down by, on"))
    return '<div class="hand">\n' + "\n".join(f"<p>{escape(each)}<span></span></p>" for each in labels) + "\n</div>"


def _section(title: str, lines: Sequence[str]) -> str:
    items = "\n".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h2>{escape(title)}</h2>\n<ul>\n{items}\n</ul>"


def _password_lost(sheet: Sheet) -> Sequence[str]:
    opens = written(renewable_from(sheet.not_after))
    return (
        _("Nobody can look it up: neither eHealth nor the supplier of your software has it."),
        _("Look whether this computer's password vault still has it, and who else wrote it down."),
        _("If it stays lost, the person with the eID has to request a new certificate."),
        _("Before {opens} this one has to be revoked first; from that day on it need not.").format(opens=opens),
        _("Keep the file: should the password come back, the old messages can be read again."),
    )


def _file_lost() -> Sequence[str]:
    return (
        _("Look on the other computers that use it, and in the backups: any copy will do."),
        _("If there is none, a new certificate has to be requested; messages for the old key can no longer be read."),
        _("If it may have been stolen, have the certificate revoked at once."),
    )


def _renewal(sheet: Sheet) -> Sequence[str]:
    opens, safe = renewable_from(sheet.not_after), last_safe_day(sheet.not_after)
    return (
        _("From {opens}, and by {safe_day} at the latest: eHealth may need ten days.").format(
            opens=written(opens), safe_day=written(safe)
        ),
        _("Without a valid certificate billing, insurance checks and prescriptions stop."),
        _("It takes the eID of the responsible person and its PIN. The agent on the computer says when it is time."),
    )
