"""Validate: collect the certificate, check it, and register the encryption token."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.core.checks import check_certificate, check_token, is_issued_by, is_same_key
from agent.core.dn import holder_of, rfc2253
from agent.core.dummy import dummy_certificate, is_dummy
from agent.core.keystore import CertificateEntry, KeyEntry, Keystore
from agent.core.registration import TokenStatus
from agent.core.renewal import Renewal, Step, next_poll_delay
from agent.core.x509 import certificate_of, name_of
from agent.errors import (
    BadReply,
    Damaged,
    IssuedCertificateError,
    NotYetDelivered,
    OutcomeUnknown,
    Refused,
)
from agent.pipeline import foreigner
from agent.pipeline.earlier import with_earlier_keys
from agent.pipeline.files import pending_path, token_path
from agent.pipeline.request import ended
from agent.pipeline.run import (
    Run,
    authentication_of,
    encryption_keys_of,
    goes_to,
    not_made,
    signer_of,
    subject_of,
)
from agent.protocol import certra, etk, etkra
from agent.text import _, written

_TOKEN_ALIAS = "encryption"


def collect(run: Run, renewal: Renewal) -> Renewal:
    """Ask for the certificate until it is there; each "not yet" is journaled, so that a restart goes on counting.

    A refusal leaves the renewal here: its code may mean anything, and a certificate may still come for the key. Only
    the person decides to put the request aside (`Options.anew`).
    Raises: NotYetDelivered where this run is not to wait; RenewalRefused; ValidationExpired.
    """
    now = run.outside.clock.now()
    is_refused = renewal.ended_because is not None
    is_put_aside = run.options.anew and (is_refused or foreigner.may_begin_anew(run, renewal))
    if renewal.next_poll is not None and now < renewal.next_poll and not is_put_aside:
        if not run.options.wait:
            raise NotYetDelivered
        run.door.waiting(renewal.next_poll, renewal.by_hand)
        run.outside.clock.wait((renewal.next_poll - now).total_seconds())
    run.door.step(renewal.step, _("Asking for the certificate"))
    try:
        _delivered(run, renewal)
    except NotYetDelivered:
        delay = next_poll_delay(renewal.polls, renewal.by_hand, run.jitter.uniform(-1, 1))
        waits = replace(renewal, polls=renewal.polls + 1, next_poll=run.outside.clock.now() + delay)
        return foreigner.still_open(run, waits)
    except Refused as problem:
        if run.options.anew:
            return ended(run, renewal, str(problem), problem.code)
        run.note(renewal, str(problem), code=problem.code)
        run.outside.journal.save(replace(renewal, ended_because=str(problem)))
        raise foreigner.too_late(run, renewal) or not_made(renewal, str(problem), problem.code) from problem
    return replace(goes_to(renewal, Step.INSTALL), next_poll=None, ended_because=None)


def _delivered(run: Run, renewal: Renewal) -> tuple[x509.Certificate, ...]:
    identifier = renewal.public_key_identifier
    if identifier is None:
        raise Damaged(str(pending_path(renewal)), _("the journal does not say which key it holds"))
    ders = run.platform.ask(certra.GET_CERTIFICATE, identifier)
    try:
        return tuple(map(certificate_of, ders))
    except ValueError as problem:
        raise IssuedCertificateError("1", _("it is not a certificate")) from problem


def install(run: Run, renewal: Renewal) -> Renewal:
    """Check the certificate, then put it and the old encryption keys into the pending keystore."""
    pending = run.pending(renewal)
    authentication = authentication_of(pending, pending_path(renewal))
    if not is_dummy(authentication.certificate):  # an earlier run did it
        return goes_to(renewal, Step.MAKE_TOKEN_KEY)
    run.door.step(renewal.step, _("Checking the certificate"))
    chain = _delivered(run, renewal)
    old = run.old(renewal)
    replaced = run.replaced(renewal)
    check_certificate(
        chain,
        authentication.private_key.public_key(),
        renewal.holder if renewal.wanted else None,
        replaced.certificate if replaced else None,
        run.outside.clock.now(),
    )
    installed = replace(authentication, chain=_with_root(chain, old or pending))
    holder = holder_of(subject_of(installed))
    encryption = encryption_keys_of(old or pending)
    run.save_pending(
        renewal, _keystore(installed, encryption if old else with_earlier_keys(run, renewal, holder, encryption))
    )
    text = _("The certificate is installed, valid until {day}.")
    run.note(renewal, text.format(day=written(chain[0].not_valid_after_utc)))
    return replace(goes_to(renewal, Step.MAKE_TOKEN_KEY), holder=holder or renewal.holder)


def _with_root(chain: tuple[x509.Certificate, ...], old: Keystore) -> tuple[x509.Certificate, ...]:
    """The service leaves out the root; the old keystore may know it."""
    top = chain[-1]
    known = {entry.certificate for entry in old.certificates}
    known.update(certificate for entry in old.keys for certificate in entry.chain)
    roots = (each for each in known if each.subject == each.issuer and each != top and is_issued_by(top, each))
    root = next(roots, None)
    return (*chain, root) if root is not None else chain


def _keystore(authentication: KeyEntry, encryption: tuple[KeyEntry, ...]) -> Keystore:
    """The official form: the identifying key first, every certificate of its chain, the newest encryption key last."""
    entries = tuple(CertificateEntry(rfc2253(name_of(each.subject)), each) for each in authentication.chain)
    return Keystore((authentication, *encryption), entries)


def make_token_key(run: Run, renewal: Renewal) -> Renewal:
    """The new encryption key, on disk; one that is there from an earlier run is used."""
    path = token_path(renewal)
    if not run.outside.keystores.exists(path):
        run.door.step(renewal.step, _("Making a new encryption key"))
        private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        dummy = dummy_certificate(private_key, run.outside.clock.now())
        token = Keystore((KeyEntry(_TOKEN_ALIAS, private_key, (dummy,)),))
        run.outside.keystores.write(path, token, run.new_password, run.options.profile)
    return goes_to(renewal, Step.REGISTER_TOKEN)


def register_token(run: Run, renewal: Renewal) -> Renewal:
    """Register the encryption key; its certificate is in the keystore before eHealth learns of it.

    Raises: ServiceError, IssuedCertificateError.
    """
    run.door.step(renewal.step, _("Registering the encryption token"))
    pending = run.pending(renewal)
    authentication = authentication_of(pending, pending_path(renewal))
    token_key = run.outside.keystores.read(token_path(renewal), run.new_password).keys[0].private_key
    begun = any(is_same_key(entry.private_key.public_key(), token_key.public_key()) for entry in pending.keys)
    status = run.info_of(authentication).token_status if begun else TokenStatus.NOT_REQUESTED
    if not _is_registered(status):
        try:
            status = _registered(run, renewal, pending, token_key)
        except (OutcomeUnknown, BadReply, Refused):
            status = run.info_of(authentication).token_status
            if not _is_registered(status):
                raise
    waits = status is TokenStatus.WAIT_FOR_ACTIVATION
    text = _("The encryption token is registered and waits for activation.")
    run.note(renewal, text if waits else _("The encryption token is registered."))
    return replace(goes_to(renewal, Step.PUT_IN_PLACE), token_to_activate=waits)


def _is_registered(status: TokenStatus) -> bool:
    return status in (TokenStatus.WAIT_FOR_ACTIVATION, TokenStatus.VALID_ACTIVE)


def _registered(run: Run, renewal: Renewal, pending: Keystore, token_key: object) -> TokenStatus:
    authentication = authentication_of(pending, pending_path(renewal))
    if not isinstance(token_key, rsa.RSAPrivateKey):
        raise Damaged(str(token_path(renewal)), _("its key is not an RSA key"))
    signer = signer_of(authentication)
    spki_der = token_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    challenge = run.platform.ask(etkra.START_ETK_REGISTRATION, spki_der, signer)
    serial = etk.serial_number_of(challenge, token_key)
    certificate_der = etk.encryption_certificate_der(
        token_key.public_key(), serial, authentication.certificate, authentication.private_key
    )
    certificate = certificate_of(certificate_der)
    others = tuple(
        entry
        for entry in encryption_keys_of(pending)
        if not is_same_key(entry.private_key.public_key(), token_key.public_key())
    )
    entry = KeyEntry(str(serial), token_key, (certificate,))
    run.save_pending(renewal, _keystore(authentication, (*others, entry)))
    completed = run.platform.ask(etkra.COMPLETE_ETK_REGISTRATION, certificate_der, signer)
    check_token(etk.read_etk(completed.etk_der).encryption_certificate, certificate)
    return TokenStatus.WAIT_FOR_ACTIVATION if completed.to_be_activated else TokenStatus.VALID_ACTIVE
