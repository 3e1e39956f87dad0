"""Request: may this certificate be renewed, and a new key on disk before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core.dn import Name, holder_of
from agent.core.dummy import dummy_certificate, is_dummy
from agent.core.glance import Fingerprint
from agent.core.holder import Environment, Holder, holder_by_name
from agent.core.keystore import AUTHENTICATION, KeyEntry, Keystore
from agent.core.registration import CertificateInfo, CertificateStatus
from agent.core.renewal import Renewal, Step, Wanted, stand_in
from agent.core.x509 import fingerprint, public_key_identifier
from agent.errors import Damaged, NothingToComplete, NotReplaceable, RenewalNotOpen
from agent.pipeline.ask import ask_and_keep
from agent.pipeline.earlier import note_carried
from agent.pipeline.files import finished_path, pending_path, refused_path
from agent.pipeline.run import Run, authentication_of, encryption_keys_of, goes_to, subject_of
from agent.ports import Event, Keystores, Outside
from agent.text import _


@dataclass(frozen=True)
class First:
    """The first certificate of a holder: for whom, with what, and where its keystore will be.

    Attributes:
        keys_of: an old keystore, whose encryption keys go into the new one so that old messages stay readable.
    """

    holder: Holder
    wanted: Wanted
    environment: Environment
    folder: Path
    keys_of: Path | None = None

    @classmethod
    def of(cls, begun: Renewal) -> First:
        """The request that was begun here, to go on with."""
        assert begun.wanted is not None, "it was begun here"
        keys_of = Path(begun.keys_of) if begun.keys_of else None
        return cls(begun.holder, begun.wanted, begun.environment, Path(begun.new_path).parent, keys_of)

    @property
    def mark(self) -> Fingerprint:
        """Two requests for one holder are one too many."""
        holder = self.holder
        return stand_in(self.environment.value, holder.type, holder.number, holder.application_id or "")


def first(run: Run, asked: First) -> Renewal:
    """The making of a first certificate. Nothing is written yet."""
    holder, environment = asked.holder, asked.environment
    started = _free_instant(run.outside.keystores, asked.folder, holder, environment, run.outside.clock.now())
    return Renewal(
        id=str(uuid4()),
        started=started,
        step=Step.MAKE_KEY,
        environment=environment,
        holder=holder,
        old_path=None,
        new_path=str(finished_path(asked.folder, holder, environment, started)),
        fingerprint=asked.mark,
        wanted=asked.wanted,
        keys_of=str(asked.keys_of) if asked.keys_of else None,
    )


def adopted(run: Run, path: Path, environment: Environment) -> Renewal:
    """What another program began in the keystore at `path`; it goes on in a copy beside it.

    A working file of this agent, begun on another computer, is gone on with as it is and gets its final name.
    Raises: NothingToComplete, KeystoreError.
    """
    keystore = run.outside.keystores.read(path, run.options.password)
    authentication = authentication_of(keystore, path)
    waits = is_dummy(authentication.certificate)
    if not waits and encryption_keys_of(keystore):
        raise NothingToComplete(str(path))
    renewal = Renewal(
        id=str(uuid4()),
        started=run.outside.clock.now(),
        step=Step.COLLECT if waits else Step.MAKE_TOKEN_KEY,
        environment=environment,
        # Before there is a certificate, the file's name is all that tells whose it will be.
        holder=holder_by_name(path) or Holder("", "", None, path.name)
        if waits
        else _holder(subject_of(authentication), path),
        old_path=None,
        new_path=str(_final_path(run.outside.keystores, path)),
        fingerprint=mark_of_key(authentication),
        public_key_identifier=public_key_identifier(authentication.private_key.public_key()),
    )
    run.save_pending(renewal, keystore)
    return renewal


def _final_path(keystores: Keystores, path: Path) -> Path:
    """Without the ending of a working file, where that name is free."""
    final = path.with_suffix("") if path.suffix == ".pending" else path
    return path if keystores.exists(final) else final


def mark_of_key(authentication: KeyEntry) -> Fingerprint:
    """Stands for the certificate that was requested elsewhere for this key."""
    return stand_in(public_key_identifier(authentication.private_key.public_key()))


def begin(run: Run, path: Path, environment: Environment) -> Renewal:
    """A renewal of the keystore at `path`, when eHealth says that it can be replaced. Nothing is written yet.

    Raises: RenewalNotOpen, NotReplaceable, KeystoreError, ServiceError.
    """
    keystore = run.outside.keystores.read(path, run.options.password)
    authentication = authentication_of(keystore, path)
    if is_dummy(authentication.certificate):
        raise NotReplaceable(str(path), _("it has no certificate yet, only a request that was begun elsewhere"))
    now = run.outside.clock.now()
    _check_replaceable(ask_and_keep(authentication, run.platform, run.outside), path)
    holder = _holder(subject_of(authentication), path)
    started = _free_instant(run.outside.keystores, path.parent, holder, environment, now)
    return Renewal(
        id=str(uuid4()),
        started=started,
        step=Step.MAKE_KEY,
        environment=environment,
        holder=holder,
        old_path=str(path),
        new_path=str(finished_path(path.parent, holder, environment, started)),
        fingerprint=fingerprint(authentication.certificate),
    )


def _check_replaceable(info: CertificateInfo, path: Path) -> None:
    if info.status is CertificateStatus.REVOKED:
        raise NotReplaceable(str(path), _("eHealth has revoked its certificate"))
    if info.status is CertificateStatus.EXPIRED:
        raise NotReplaceable(str(path), _("its certificate has expired"))
    if not info.replaceable:
        raise RenewalNotOpen(str(path), info.replacement_opens.date() if info.replacement_opens else None)


def _holder(subject: Name, path: Path) -> Holder:
    holder = holder_of(subject)
    if holder is None:
        raise Damaged(str(path), _("its certificate is not one of the eHealth platform"))
    return holder


def _free_instant(
    keystores: Keystores, folder: Path, holder: Holder, environment: Environment, now: datetime
) -> datetime:
    """The first second from `now` whose file name is not taken: the official program names files by the second."""
    instant = now.replace(microsecond=0)
    while True:
        path = finished_path(folder, holder, environment, instant)
        if not any(keystores.exists(Path(f"{path}{ending}")) for ending in ("", ".pending", ".refused")):
            return instant
        instant += timedelta(seconds=1)


def make_key(run: Run, renewal: Renewal) -> Renewal:
    """The new key, in a pending keystore. One that is already there from an earlier run is used."""
    if not run.outside.keystores.exists(pending_path(renewal)):
        run.door.step(renewal.step, _("Making a new key"))
        private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        dummy = dummy_certificate(private_key, run.outside.clock.now())
        run.save_pending(renewal, Keystore((KeyEntry(AUTHENTICATION, private_key, (dummy,)), *_carried(run, renewal))))
        run.keep_password(renewal, pending_path(renewal))
    authentication = authentication_of(run.pending(renewal), pending_path(renewal))
    identifier = public_key_identifier(authentication.private_key.public_key())
    run.note(renewal, _("A new key is saved."), key=identifier)
    after = Step.SUBMIT if renewal.for_foreigner else Step.SIGN
    return replace(goes_to(renewal, after), public_key_identifier=identifier)


def as_asked(begun: Renewal, asked: First) -> Renewal:
    """An earlier request for the same holder; as long as eHealth does not have it, what is asked now counts."""
    if begun.step not in (Step.MAKE_KEY, Step.SIGN):
        return begun
    return replace(begun, holder=asked.holder, wanted=asked.wanted)


def _carried(run: Run, renewal: Renewal) -> tuple[KeyEntry, ...]:
    """Encryption keys that go along from the beginning, so that nothing after it needs the old keystore's password."""
    if renewal.keys_of is None:
        return ()
    path = Path(renewal.keys_of)
    keys = encryption_keys_of(run.outside.keystores.read(path, run.options.password))
    note_carried(run, renewal, len(keys), path)
    return keys


def ended(run: Run, renewal: Renewal, reason: str, code: str = "") -> Renewal:
    """eHealth said no for good, with this `code`: the key is put aside, and the next renewal begins anew."""
    run.outside.keystores.put_in_place(pending_path(renewal), refused_path(renewal))
    run.refused_code = code
    run.note(renewal, _("Ended: {reason}").format(reason=reason), **({"code": code} if code else {}))
    return replace(goes_to(renewal, Step.ENDED), ended_because=reason)


def given_up(outside: Outside, renewal: Renewal) -> Renewal:
    """A person gives up what `can_be_put_aside`. Its key, where there is one already, is kept as of one refused."""
    if outside.keystores.exists(pending_path(renewal)):
        outside.keystores.put_in_place(pending_path(renewal), refused_path(renewal))
    text = _("Put aside by a person.")
    outside.journal.note(Event(outside.clock.now(), "request.put_aside", text, renewal.path))
    return replace(goes_to(renewal, Step.ENDED), ended_because=renewal.ended_because or text)
