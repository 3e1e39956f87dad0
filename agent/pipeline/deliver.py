"""Deliver: the finished keystore gets its name, eHealth confirms, the token takes over last."""

from __future__ import annotations

from pathlib import Path

from agent.core.checks import check_finished, check_token
from agent.core.keystore import KeyEntry
from agent.core.registration import CertificateStatus, TokenStatus
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Step
from agent.errors import NotYetDelivered, RenewalRefused
from agent.pipeline.depot import served_certificate
from agent.pipeline.files import pending_path, token_path
from agent.pipeline.run import Run, authentication_of, encryption_keys_of, goes_to, signer_of
from agent.protocol import etkra
from agent.text import _


def put_in_place(run: Run, renewal: Renewal) -> Renewal:
    """Prove every key of the finished keystore, then give it its final name. The old one stays beside it.

    A keystore that was begun elsewhere is the only one that is replaced by its finished self, under its own name.
    """
    keystores, pending, final = run.outside.keystores, pending_path(renewal), Path(renewal.new_path)
    run.door.step(renewal.step, _("Proving every key"))
    if keystores.exists(pending):
        finished = run.pending(renewal)
        token_key = keystores.read(token_path(renewal), run.new_password).keys[0].private_key
        check_finished(finished, _earlier_keys(run, renewal), token_key.public_key())
        if renewal.is_adopted:
            keystores.write(final, finished, run.new_password, run.options.profile)
            keystores.remove(pending)
    keystores.put_in_place(pending, final)
    keystores.remove(token_path(renewal))
    run.keep_password(renewal, final, instead_of=pending)
    run.note(renewal, _("The new keystore is {name}.").format(name=file_name(str(final))))
    return goes_to(renewal, Step.CONFIRM)


def _earlier_keys(run: Run, renewal: Renewal) -> tuple[KeyEntry, ...]:
    """The encryption keys that must not be lost: of the old keystore, or of the one that was begun elsewhere."""
    earlier = Path(renewal.path)
    if not run.outside.keystores.exists(earlier):
        return ()
    return encryption_keys_of(run.outside.keystores.read(earlier, run.options.password))


def confirm(run: Run, renewal: Renewal) -> Renewal:
    """eHealth confirms that certificate and token are in force; a token that replaces another waits for `activate`."""
    run.door.step(renewal.step, _("Asking eHealth to confirm"))
    info = run.info_of(_new_authentication(run, renewal))
    if info.status is CertificateStatus.IN_PROGRESS:
        raise NotYetDelivered
    if info.status is not CertificateStatus.VALID_ACTIVE:
        problem = _("eHealth gives its status as {status}.").format(status=info.status.value)
        raise RenewalRefused(renewal.new_path, problem)
    match info.token_status:
        case TokenStatus.VALID_ACTIVE:
            return _done(run, renewal)
        case TokenStatus.WAIT_FOR_ACTIVATION:
            run.note(renewal, _("eHealth confirms the certificate; the old encryption token is still in force."))
            return goes_to(renewal, Step.ACTIVATE)
        case status:
            problem = _("eHealth gives its encryption token's status as {status}.").format(status=status.value)
            raise RenewalRefused(renewal.new_path, problem)


def activate(run: Run, renewal: Renewal) -> Renewal:
    """Let the new token take over from the old one. To be done once every computer has the new keystore."""
    run.door.step(renewal.step, _("Activating the new encryption token"))
    authentication = _new_authentication(run, renewal)
    if run.info_of(authentication).token_status is TokenStatus.WAIT_FOR_ACTIVATION:
        run.platform.ask(etkra.ACTIVATE_ETK, None, signer_of(authentication))
        if run.info_of(authentication).token_status is not TokenStatus.VALID_ACTIVE:
            raise NotYetDelivered
    return _done(run, renewal)


def _new_authentication(run: Run, renewal: Renewal) -> KeyEntry:
    path = Path(renewal.new_path)
    return authentication_of(run.outside.keystores.read(path, run.new_password), path)


def _done(run: Run, renewal: Renewal) -> Renewal:
    """The last check: the public depot serves the new token, so the world encrypts for the new key."""
    keystore = run.outside.keystores.read(Path(renewal.new_path), run.new_password)
    check_token(served_certificate(renewal.holder, run.platform), keystore.keys[-1].certificate)
    in_force = _("Certificate and encryption token are in force.")
    run.note(renewal, _("Renewed: certificate and encryption token are in force.") if renewal.old_path else in_force)
    return goes_to(renewal, Step.DONE)
