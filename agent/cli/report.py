"""Findings as lines, JSON and a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from rich.table import Table
from rich.text import Text

from agent.core.finding import Finding, State
from agent.core.holder import Environment, Holder, holder_by_name
from agent.core.recover import Way, remedy
from agent.core.reminders import file_name
from agent.text import N_, _, in_digits, ngettext
from agent.watch.judge import replaced_by


class ExitCode(IntEnum):
    """Of `check`, as monitoring plugins have it. Source: design/product.md, Numbers."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_CODES = {
    State.VALID: ExitCode.OK,
    State.RENEWABLE: ExitCode.WARNING,
    State.PENDING: ExitCode.WARNING,
    State.INCOMPLETE: ExitCode.WARNING,
    State.URGENT: ExitCode.CRITICAL,
    State.EXPIRED: ExitCode.CRITICAL,
    State.REVOKED: ExitCode.CRITICAL,
    State.MISSING: ExitCode.CRITICAL,
    State.PASSWORD_NEEDED: ExitCode.UNKNOWN,
    State.UNREADABLE: ExitCode.UNKNOWN,
}
_WORST_FIRST = (ExitCode.CRITICAL, ExitCode.WARNING, ExitCode.UNKNOWN, ExitCode.OK)

_SIGNS = {
    State.VALID: ("✓", "green", ""),
    State.RENEWABLE: ("!", "yellow", N_("renew it")),
    State.URGENT: ("!!", "red", N_("renew it today")),
    State.EXPIRED: ("✗", "red", N_("request a new one")),
    State.PENDING: ("…", "yellow", N_("go on with its request")),
    State.INCOMPLETE: ("!", "yellow", N_("complete its request")),
    State.REVOKED: ("✗", "red", N_("request a new one")),
    State.MISSING: ("✗", "red", N_("bring it back")),
    State.PASSWORD_NEEDED: ("?", "yellow", N_("store its password")),
    State.UNREADABLE: ("?", "yellow", N_("restore it from a copy")),
}
_NAMES = {
    State.VALID: N_("valid"),
    State.RENEWABLE: N_("can be renewed"),
    State.URGENT: N_("urgent"),
    State.EXPIRED: N_("expired"),
    State.PENDING: N_("requested"),
    State.INCOMPLETE: N_("not complete"),
    State.REVOKED: N_("revoked"),
    State.MISSING: N_("gone"),
    State.PASSWORD_NEEDED: N_("password needed"),
    State.UNREADABLE: N_("cannot be read"),
}


def code_of(finding: Finding) -> ExitCode:
    """A keystore that has a successor is no longer anybody's worry."""
    return ExitCode.OK if finding.superseded_by else _CODES[finding.state]


def worst(findings: Sequence[Finding]) -> ExitCode:
    """One code for all; UNKNOWN where there is nothing to judge."""
    codes = {code_of(finding) for finding in findings} or {ExitCode.UNKNOWN}
    return next(code for code in _WORST_FIRST if code in codes)


def lines(findings: Sequence[Finding], now: datetime) -> list[str]:
    """One line a keystore, the worst first: monitoring shows the first line.

    Args:
        now: aware UTC.
    """
    by_weight = sorted(findings, key=lambda finding: _WORST_FIRST.index(code_of(finding)))
    return [_line(finding, now) for finding in by_weight]


def _line(finding: Finding, now: datetime) -> str:
    left = "" if finding.days_left is None else f" ({_days(finding.days_left)})"
    acceptance = f" [{_('acceptance')}]" if finding.observation.environment is Environment.ACCEPTANCE else ""
    path = finding.observation.path
    successor = replaced_by(finding.superseded_by) if finding.superseded_by else ""
    about = "" if path in finding.reason.removesuffix(successor) else f"{path}{acceptance}: "
    advice = f" {remedy(finding, now).advice}" if finding.state in _OVER and not finding.superseded_by else ""
    return f"{code_of(finding).name} {about}{finding.reason}{advice}{left}"


_OVER = (State.EXPIRED, State.REVOKED, State.MISSING)
"""Nothing works any more: what to do is said at once."""


def _days(count: int) -> str:
    if count < 0:
        return ngettext("{days} day ago", "{days} days ago", -count).format(days=-count)
    return ngettext("{days} day left", "{days} days left", count).format(days=count)


def as_json(finding: Finding, now: datetime) -> dict[str, object]:
    """The object that ``check --json`` prints for a keystore. Instants are UTC, days are ISO dates."""
    observation, glance = finding.observation, finding.observation.glance
    holder = holder_of(finding)
    return {
        "path": observation.path,
        "state": finding.state.value,
        "reason": finding.reason,
        "holder": None
        if holder is None
        else {
            "type": holder.type,
            "number": holder.number,
            "application_id": holder.application_id,
            "name": holder.name,
        },
        "environment": observation.environment.value,
        "not_before": _instant(glance.not_before) if glance else None,
        "not_after": _instant(glance.not_after) if glance else None,
        "renewable_from": _instant(finding.renewable_from) if finding.renewable_from else None,
        "last_safe_day": finding.last_safe_day.isoformat() if finding.last_safe_day else None,
        "days_left": finding.days_left,
        "encryption_keys": glance.encryption_keys if glance else None,
        "fingerprint": glance.fingerprint if glance else None,
        "superseded_by": finding.superseded_by,
        "log_in_at": finding.validation.url if finding.validation else None,
        "log_in_before": _instant(finding.validation.ends) if finding.validation and finding.validation.ends else None,
        "next": remedy(finding, now).command,
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def holder_of(finding: Finding) -> Holder | None:
    """Whose it is by its certificate; while that is not known, by the file's name, which is only a hint."""
    glance = finding.observation.glance
    if glance is not None and not glance.pending:
        return glance.holder
    return holder_by_name(Path(finding.observation.path))


def table(findings: Sequence[Finding]) -> Table:
    """For people, on eighty columns. Copies of one certificate are one row, with the number of files."""
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    grid.add_column("")
    grid.add_column(_("Whose"), overflow="fold")
    for title in (_("Valid until"), _("Safe until"), _("State, what to do")):
        grid.add_column(title, no_wrap=True)
    for group in _by_certificate(findings):
        finding = group[0]
        sign, colour, advice = _SIGNS[finding.state]
        words = f"{_(_NAMES[finding.state])}\n{_(advice)}".strip()
        if finding.validation is not None:
            words = f"{words.splitlines()[0]}\n{_('log in at eHealth')}"
        if finding.superseded_by:
            sign, colour, words = "✓", "dim", _("replaced, nothing to do")
        glance = finding.observation.glance
        until = "" if glance is None or glance.pending else f"{in_digits(glance.not_after)}\n"
        grid.add_row(
            Text(sign, style=colour),
            Text(_whose(finding, len(group) - 1)),
            until + ("" if finding.days_left is None else _days(finding.days_left)),
            _safe_until(finding),
            Text(words, style=colour),
        )
    return grid


def _safe_until(finding: Finding) -> str:
    if finding.validation is not None and finding.validation.ends is not None:
        return in_digits(finding.validation.ends)
    return in_digits(finding.last_safe_day) if finding.last_safe_day else ""


def next_steps(findings: Sequence[Finding], now: datetime, can_store: bool = True) -> list[str]:
    """What to type next, for the keystores that ask for something.

    Args:
        now: aware UTC.
        can_store: there is a vault to store a password in.
    """
    steps = []
    for each in (remedy(finding, now) for finding in findings if finding.validation is None):  # that has its own line
        if each.command is None or (each.way is Way.UNLOCK and not can_store):
            continue
        steps.append(_("Next: {command}").format(command=each.command))
        if each.way is Way.UNLOCK:
            steps.append(_("If it is forgotten: {command}").format(command=f'ehealth-agent recover "{each.path}"'))
    return steps


def _by_certificate(findings: Sequence[Finding]) -> list[list[Finding]]:
    groups: dict[tuple[str, State], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((_identity(finding), finding.state), []).append(finding)
    return list(groups.values())


def _identity(finding: Finding) -> str:
    glance = finding.observation.glance
    return finding.observation.path if glance is None or glance.pending else glance.fingerprint


def _whose(finding: Finding, copies: int) -> str:
    holder = holder_of(finding)
    name = file_name(finding.observation.path)
    lines = [_("{name} and {count} more").format(name=name, count=copies) if copies else name]
    if finding.observation.environment is Environment.ACCEPTANCE:
        lines.insert(0, _("acceptance, not production"))
    if holder is not None:
        application = f", {holder.application_id}" if holder.application_id else ""
        number = f"{holder.type} {holder.number}" if holder.type != "SSIN" else _("a person")
        lines[:0] = [holder.name or "", number + application]
    return "\n".join(line for line in lines if line)
