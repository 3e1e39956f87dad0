"""The settings that the window changes, as values: what it begins with, and which keys of the file that changes."""

from __future__ import annotations

from dataclasses import dataclass, fields

from agent.config import Config
from agent.desktop.windows.config_file import Value

KEYS = {
    "folders": "watch.folders",
    "language": "language",
    "quiet_from": "reminders.quiet_from",
    "quiet_until": "reminders.quiet_until",
    "card_module": "card.module",
    "inventory": "inventory.offer",
}
"""The key in ``config.toml`` of each setting."""


@dataclass(frozen=True)
class Settings:
    """As a person sees and types them; whether a value can be is for `agent.config` to say."""

    folders: tuple[str, ...]
    language: str
    quiet_from: str
    quiet_until: str
    card_module: str
    inventory: str


def settings_of(config: Config) -> Settings:
    return Settings(
        folders=tuple(map(str, config.folders)),
        language=config.language,
        quiet_from=f"{config.quiet.start:%H:%M}",
        quiet_until=f"{config.quiet.end:%H:%M}",
        card_module=str(config.card_module or ""),
        inventory=inventory_offer(config.inventory_offered),
    )


def inventory_offer(is_offered: bool) -> str:
    return "yearly" if is_offered else "never"


def changes(before: Settings, after: Settings) -> dict[str, Value]:
    """What has to be written: only what is different, so that the file keeps its own form of all else."""
    changed: dict[str, Value] = {}
    for field in fields(Settings):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            changed[KEYS[field.name]] = list(new) if isinstance(new, tuple) else new
    return changed
