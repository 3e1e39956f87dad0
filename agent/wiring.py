"""Which adapter serves which port: the one module that knows them all. Each is imported when it is asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from agent.ports import Outside

if TYPE_CHECKING:
    from agent.config import Config
    from agent.core.holder import Environment
    from agent.ports import Card, Clock, Journal, Keystores, Lock, Notifier, Services, Vault
    from agent.protocol.wire import HttpReply, Service


def state_folder() -> Path:
    """Where this user's journal and locks are kept."""
    return user_data_path("ehealth-certificate-agent", appauthor=False)


def clock() -> Clock:
    from agent.adapters.clock_system import SystemClock

    return SystemClock()


def keystores() -> Keystores:
    from agent.adapters.keystore_pkcs12 import Pkcs12Keystores

    return Pkcs12Keystores()


def vault() -> Vault:
    from agent.adapters.vault_keyring import KeyringVault

    return KeyringVault()


def journal(folder: Path | None = None) -> Journal:
    from agent.adapters.journal_sqlite import SqliteJournal

    return SqliteJournal((folder or state_folder()) / "journal.sqlite3")


def lock(folder: Path | None = None) -> Lock:
    from agent.adapters.lock_file import FileLocks

    return FileLocks((folder or state_folder()) / "locks")


def card(config: Config) -> Card:
    from agent.adapters.card_process import ProcessCard

    return ProcessCard(config.card_module)


def services(config: Config) -> Services:
    from agent.adapters.services_https import HttpsServices

    return HttpsServices(config.services)


def notifier() -> Notifier:
    from agent.adapters.notify_plyer import PlyerNotifier

    return PlyerNotifier()


def outside(config: Config) -> Outside:
    return Outside(clock(), keystores(), vault(), card(config), services(config), journal(), lock())


def outside_of_a_window(config: Config) -> Outside:
    """The same sooner: what speaks to eHealth is loaded once eHealth is asked. A wrong `ca_file` is told then."""
    return Outside(clock(), keystores(), vault(), card(config), _ServicesLater(config), journal(), lock())


class _ServicesLater:
    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def _own(self) -> Services:
        return services(self._config)

    def exchange(
        self, environment: Environment, service: Service, soap_action: str, envelope_xml: bytes, request_id: str
    ) -> HttpReply:
        return self._own.exchange(environment, service, soap_action, envelope_xml, request_id)


def rehearsal(folder: Path, address: str, card: Card, clock: Clock) -> Outside:
    """The same parts, with the sandbox at `address` as eHealth, a played card, and all that is kept in `folder`.

    The password vault stays out of it: a rehearsal leaves nothing there.
    """
    from agent.adapters.services_https import HttpsServices
    from agent.config import ServicesConfig
    from agent.sandbox.empty_vault import EmptyVault

    services = HttpsServices(ServicesConfig(production=address, acceptance=address))
    return Outside(clock, keystores(), EmptyVault(), card, services, journal(folder), lock(folder))
