"""`revoke`: take a certificate back."""

from __future__ import annotations

from argparse import Namespace

from agent import wiring
from agent.cli.renewing import keystore_password
from agent.cli.terminal import TerminalDoor, choose, confirm, console, secret_from_stdin
from agent.config import load
from agent.core.holder_words import environment_name, holder_number
from agent.core.registration import CertificateStatus
from agent.core.revocation import ALREADY, DONE, KEEP_IT, NO_WAY_BACK, REASONS, RENEW_INSTEAD, WHAT_STOPS
from agent.errors import ContractDeclined
from agent.pipeline.revoke import Revocation
from agent.text import _
from agent.watch.look import environment_of


def revoke(arguments: Namespace) -> int:
    """Say what stops working; then the reason, the contract, the PIN."""
    config = load(arguments.config)
    outside = wiring.outside(config)
    path = arguments.keystore.absolute()
    password, _is_kept = keystore_password(arguments, outside, path)
    pin = secret_from_stdin(_("the eID's PIN")) if arguments.pin_stdin else None
    revocation = Revocation(path, password, environment_of(path), outside)
    out = console()
    if revocation.info.status is CertificateStatus.REVOKED:
        out.print(_(ALREADY))
        return 0
    holder = revocation.info.holder
    whose = [*([holder.name] if holder.name else []), holder_number(holder), environment_name(revocation.environment)]
    out.print(" · ".join(whose), markup=False)
    out.print(_(NO_WAY_BACK))
    for line in WHAT_STOPS:
        out.print("  ·", _(line))
    out.print(_(KEEP_IT))
    if revocation.info.replaceable:
        out.print(_(RENEW_INSTEAD))
        out.print(f'  ehealth-agent renew "{path}"', markup=False, soft_wrap=True)
    reason = arguments.reason or list(REASONS)[choose(_("Why?"), [_(text) for text in REASONS.values()])]
    if not arguments.yes and not confirm(_("Revoke this certificate?")):
        raise ContractDeclined
    revocation.carry_out(reason, TerminalDoor(arguments.accept_contract, pin))
    out.print(_(DONE), style="bold")
    return 0
