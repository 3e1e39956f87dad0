"""Which adapter serves which port: the one module that knows them all. Each is imported when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from agent.ports import Outside

if TYPE_CHECKING:
    from agent.config import Config
    from agent.core.holder import Environment
    from agent.errors import ConfigError
    from agent.ports import Card, Clock, Journal, Keystores, Lock, Notifier, Services, Vault
    from agent.protocol.wire import HttpReply, Service
    from agent.watch.doctor import Ground


JOURNAL = "journal.sqlite3"

_QUICK = (("connect_timeout", 4.0), ("read_timeout", 4.0), ("total_timeout", 6.0))
_STEP_S = 6.0
"""For a look that somebody waits for, in seconds: less patience than a renewal has."""


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

    return SqliteJournal((folder or state_folder()) / JOURNAL)


def lock(folder: Path | None = None) -> Lock:
    from agent.adapters.lock_file import FileLocks

    return FileLocks((folder or state_folder()) / "locks")


def card(config: Config) -> Card:
    from agent.adapters.card_process import ProcessCard

    return ProcessCard(config.card_module)


def services(config: Config) -> Services:
    from agent.adapters.services_https import HttpsServices

    return HttpsServices(config.services)


def ground(config: Config, config_problem: ConfigError | None, config_path: Path) -> Ground:
    """What `doctor` looks at."""
    from agent.adapters.card_surveyor import Surveyor
    from agent.adapters.folder_look import folder_look
    from agent.adapters.notify_server import notification_server
    from agent.adapters.services_https import HttpsServices
    from agent.desktop.autostart import autostart
    from agent.desktop.hints import is_share
    from agent.desktop.instance import is_running
    from agent.desktop.look import desktop_seen
    from agent.watch.doctor import Ground

    state = state_folder()
    quick = replace(config.services, **{name: min(getattr(config.services, name), most) for name, most in _QUICK})
    surveyors = [Surveyor(config.card_module, time_out_s=_STEP_S) for _each in ("readers", "software")]

    def stop_looking() -> None:
        for surveyor in surveyors:
            surveyor.cancel()

    return Ground(
        clock=clock(),
        config=config,
        config_problem=config_problem,
        config_path=config_path,
        keystores=keystores(),
        vault=vault(),
        journal=journal() if (state / JOURNAL).exists() else None,
        readers=surveyors[0].readers,
        software=surveyors[1].software,
        stop_looking=stop_looking,
        greet=lambda environment: HttpsServices(quick).greet(environment),
        folder=lambda folder: folder_look(folder, is_share),
        desktop=desktop_seen,
        notifications=notification_server,
        is_running=lambda: is_running(state / "resident.lock"),
        starts_at_login=lambda: autostart().is_enabled(),
    )


def places() -> list[Path]:
    """Where a copy of a keystore may be."""
    from agent.adapters.usual_places import usual_places

    return usual_places()


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
