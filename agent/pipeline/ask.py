"""Ask eHealth what it knows of a certificate, with the keystore's own key: no card, no person."""

from __future__ import annotations

from pathlib import Path

from agent.core.finding import Observation
from agent.core.keystore import KeyEntry
from agent.core.registration import CertificateInfo
from agent.core.x509 import fingerprint
from agent.errors import PasswordNeeded
from agent.pipeline.platform import Platform
from agent.pipeline.run import authentication_of, signer_of
from agent.ports import Outside, Word
from agent.protocol import certra
from agent.secret import Secret


def ask_about(observation: Observation, outside: Outside, offered: Secret | None) -> CertificateInfo:
    """Ask, and keep the answer in the journal.

    Args:
        offered: the keystore's password where the vault has none.
    Raises: KeystoreError, VaultUnavailable, ServiceError, JournalError.
    """
    path = Path(observation.path)
    password = offered or outside.vault.password(path)
    if password is None:
        raise PasswordNeeded(observation.path)
    authentication = authentication_of(outside.keystores.read(path, password), path)
    return ask_and_keep(authentication, Platform(outside.services, outside.clock, observation.environment), outside)


def ask_and_keep(authentication: KeyEntry, platform: Platform, outside: Outside) -> CertificateInfo:
    """What eHealth knows of the certificate of this key; the journal keeps it. Raises: ServiceError, JournalError."""
    operation = certra.GET_CERTIFICATE_INFO_FOR_AUTHENTICATION_CERTIFICATE
    info = platform.ask(operation, None, signer_of(authentication))
    word = Word(outside.clock.now(), info.status, info.token_status, info.replacement_opens, info.base_services)
    outside.journal.keep_word(fingerprint(authentication.certificate), word)
    return info
