"""Where a renewal keeps its files.

They lie beside the keystore that they will become, on the same disk, and end in what no other program picks up:

    <TYPE>=<number>[,<APPLICATION ID>] yyyyMMdd-HHmmss.p12          the finished keystore
    ….p12.pending      key and dummy certificate, later the certificate and the encryption keys: the official form
    ….p12.token        the new encryption key, until it has a certificate
    ….p12.refused      a pending keystore whose request eHealth refused; kept, because no key is ever thrown away

Source: spec/keystore.md, Where and how they are named.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent.core.holder import Environment, Holder
from agent.core.renewal import Renewal
from agent.errors import WriteFailed

ENDINGS = {Environment.PRODUCTION: ".p12", Environment.ACCEPTANCE: ".acc-p12"}


def finished_path(folder: Path, holder: Holder, environment: Environment, requested: datetime) -> Path:
    """The name that the official program would give, in local time as there."""
    application = f",{holder.application_id}" if holder.application_id else ""
    stamp = requested.astimezone().strftime("%Y%m%d-%H%M%S")
    return folder / f"{holder.type}={holder.number}{application} {stamp}{ENDINGS[environment]}"


def pending_path(renewal: Renewal) -> Path:
    return Path(f"{renewal.new_path}.pending")


def token_path(renewal: Renewal) -> Path:
    return Path(f"{renewal.new_path}.token")


def refused_path(renewal: Renewal) -> Path:
    return Path(f"{renewal.new_path}.refused")


def make_folder(folder: Path) -> None:
    """A practice's first keystore may be the first thing in its folder. Raises: WriteFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise WriteFailed(str(folder), str(problem.strerror).lower()) from problem
