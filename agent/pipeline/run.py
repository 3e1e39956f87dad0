"""What the steps of one renewal share while they run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.core.dn import Name
from agent.core.glance import Profile
from agent.core.holder import Holder
from agent.core.keystore import KeyEntry, Keystore
from agent.core.registration import CertificateInfo
from agent.core.reminders import file_name
from agent.core.renewal import Renewal, Step, Wanted
from agent.core.x509 import name_of
from agent.errors import (
    Damaged,
    NonResidentTurnedDown,
    RenewalRefused,
    RequestRefused,
    RequestTurnedDown,
    VaultUnavailable,
)
from agent.pipeline.files import pending_path
from agent.pipeline.platform import Platform
from agent.ports import Door, Event, Outside
from agent.protocol import certra
from agent.protocol.xmldsig import KeySigner
from agent.secret import Secret
from agent.text import _


@dataclass(frozen=True)
class Options:
    """What the person or the config decided beforehand.

    Attributes:
        password: of the old keystore, and of the new one unless `new_password` is given.
        keep_password: the vault gets the password of the new file as well.
        wait: stay until the certificate is delivered; else stop with `NotYetDelivered`.
        activate: let the new encryption token take over at the end.
        anew: put a request aside that eHealth has refused, and begin again with a new key.
    """

    password: Secret
    new_password: Secret | None = None
    profile: Profile = Profile.COMPATIBLE
    keep_password: bool = False
    wait: bool = True
    activate: bool = False
    anew: bool = False


@dataclass(frozen=True)
class SignedRequest:
    """A GenerateCertificate request with its signature, ready to leave. Never written anywhere."""

    request_id: str
    request_xml: bytes = field(repr=False)


@dataclass
class Run:
    """One run over a renewal's steps: what was read once and is needed again. Ends with the process.

    Attributes:
        refused_code: eHealth's own, of the refusal that ended it.
    """

    outside: Outside
    door: Door
    options: Options
    platform: Platform
    signed: SignedRequest | None = None
    refused_code: str = ""
    jitter: random.Random = field(default_factory=random.SystemRandom)
    _old: Keystore | None = None
    _info: CertificateInfo | None = None

    @property
    def new_password(self) -> Secret:
        return self.options.new_password or self.options.password

    def old(self, renewal: Renewal) -> Keystore | None:
        """The keystore that is replaced, where there is one. Raises: KeystoreError."""
        if self._old is None and renewal.old_path is not None:
            self._old = self.outside.keystores.read(Path(renewal.old_path), self.options.password)
        return self._old

    def replaced(self, renewal: Renewal) -> KeyEntry | None:
        """The authentication key and certificate that are replaced, where there are any. Raises: KeystoreError."""
        old = self.old(renewal)
        return authentication_of(old, Path(renewal.path)) if old is not None else None

    def pending(self, renewal: Renewal) -> Keystore:
        """The keystore that is being made, as it now is on disk. Raises: KeystoreError."""
        return self.outside.keystores.read(pending_path(renewal), self.new_password)

    def save_pending(self, renewal: Renewal, keystore: Keystore) -> None:
        self.outside.keystores.write(pending_path(renewal), keystore, self.new_password, self.options.profile)

    def wanted(self, renewal: Renewal) -> tuple[Holder, Wanted]:
        """For whom and with what the certificate is requested; of a renewal eHealth knows it, and is asked once a run.

        Other contact data that the person gave goes before that which eHealth has.

        Raises: ServiceError, KeystoreError.
        """
        if renewal.wanted is not None:
            return renewal.holder, renewal.wanted
        if self._info is None:
            replaced = self.replaced(renewal)
            if replaced is None:
                raise RenewalRefused(renewal.path, _("It was requested with another program."))
            self._info = self.info_of(replaced)
        info = self._info
        return info.holder, Wanted(renewal.contact or info.contact, info.first_names, info.base_services)

    def info_of(self, authentication: KeyEntry) -> CertificateInfo:
        """What eHealth knows of the certificate of this key, asked with the key itself."""
        operation = certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE
        return self.platform.ask(operation, None, signer_of(authentication))

    def keep_password(self, renewal: Renewal, path: Path, instead_of: Path | None = None) -> None:
        """Store the new keystore's password for the file at `path`, where it is to be stored; else say why not."""
        if not self.options.keep_password:
            return
        try:
            self.outside.vault.keep(path, self.new_password)
            if instead_of is not None:
                self.outside.vault.forget(instead_of)
        except VaultUnavailable as problem:
            text = _("The password of {name} was not stored: {problem}")
            self.note(renewal, text.format(name=file_name(str(path)), problem=problem))

    def note(self, renewal: Renewal, text: str, **facts: str) -> None:
        """A line in the history."""
        event = Event(
            self.outside.clock.now(), f"renewal.{renewal.step.value}", text, renewal.path, tuple(facts.items())
        )
        self.outside.journal.note(event)


def not_made(renewal: Renewal, problem: str, code: str = "") -> RenewalRefused:
    """What to say of a renewal, or of the request of a first certificate, that eHealth refused.

    Args:
        problem: a sentence.
        code: as eHealth gave it.
    """
    if renewal.wanted is None:
        return RenewalRefused(renewal.path, problem)
    holder = renewal.holder
    whose = holder.name or f"{holder.type} {holder.number}"
    if renewal.step is Step.ENDED:
        return RequestRefused(renewal.path, problem, whose, code)
    kind = NonResidentTurnedDown if renewal.for_foreigner else RequestTurnedDown
    return kind(renewal.path, problem, whose, code)


def goes_to(renewal: Renewal, step: Step) -> Renewal:
    return replace(renewal, step=step)


def signer_of(entry: KeyEntry) -> KeySigner:
    """Signs requests with a keystore's own key."""
    return KeySigner(entry.private_key, entry.chain)


def authentication_of(keystore: Keystore, path: Path) -> KeyEntry:
    """Raises: Damaged where the file has no authentication key."""
    entry = keystore.authentication
    if entry is None:
        raise Damaged(str(path), _("it has no authentication key"))
    return entry


def encryption_keys_of(keystore: Keystore) -> tuple[KeyEntry, ...]:
    """Every key but the one that identifies: all are needed to read old messages."""
    authentication = keystore.authentication
    return tuple(entry for entry in keystore.keys if entry is not authentication)


def subject_of(entry: KeyEntry) -> Name:
    return name_of(entry.certificate.subject)
