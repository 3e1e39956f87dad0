"""`revoke`: take a certificate back."""

from __future__ import annotations

from argparse import Namespace

from agent import wiring
from agent.cli.renewing import keystore_password
from agent.cli.terminal import TerminalDoor, choose, confirm, console, environment_name, secret_from_stdin
from agent.config import load
from agent.core.registration import CertificateStatus, RevocationReason
from agent.errors import ContractDeclined
from agent.pipeline.revoke import Revocation
from agent.text import N_, _
from agent.watch.look import environment_of

REASONS = {
    RevocationReason.KEY_COMPROMISE: N_("somebody else may have the keystore or its password"),
    RevocationReason.AFFILIATION_CHANGED: N_("the organization changed its number or its name"),
    RevocationReason.SUPERSEDED: N_("another certificate has taken its place"),
    RevocationReason.CESSATION_OF_OPERATION: N_("the organization or the software stops"),
}


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
        out.print(_("It was revoked already."))
        return 0
    holder = revocation.info.holder
    whose = f"{holder.name or ''} {holder.type}={holder.number}".strip()
    out.print(f"{whose} · {environment_name(revocation.environment)}", markup=False)
    out.print(_("Revoking cannot be undone. From that moment on, with this certificate:"))
    out.print("  ·", _("billing, insurance checks and prescriptions stop on every computer that uses it;"))
    out.print("  ·", _("nobody can send this organization encrypted messages for its key any more."))
    out.print(_("Keep the keystore: old messages can only be read with it."))
    if revocation.info.replaceable:
        out.print(_("If it only has to be replaced, renew it instead; that leaves no gap:"))
        out.print(f'  ehealth-agent renew "{path}"', markup=False, soft_wrap=True)
    reason = arguments.reason or list(REASONS)[choose(_("Why?"), [_(text) for text in REASONS.values()])]
    if not arguments.yes and not confirm(_("Revoke this certificate?")):
        raise ContractDeclined
    revocation.carry_out(reason, TerminalDoor(arguments.accept_contract, pin))
    out.print(_("The certificate is revoked, and its encryption key with it."), style="bold")
    return 0
