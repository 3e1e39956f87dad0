"""What is there while a scene is played: readers with their cards, the person, and what was done."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.middleware.chip import LiveChip, Word
from tests.middleware.values import (
    Action,
    Cancels,
    Event,
    Insert,
    Plug,
    Pull,
    Reader,
    Scene,
    Told,
    Types,
    Unplug,
)


@dataclass(eq=False)
class LiveReader:
    """A reader as it now is. `insertions` counts cards: a session is about one of them."""

    reader: Reader
    chip: LiveChip | None = None
    insertions: int = 0
    last: LiveChip | None = None

    def put_in(self, chip: LiveChip) -> None:
        self.chip = self.last = chip
        self.insertions += 1

    def take_out(self) -> None:
        if self.chip:
            self.chip.reset()
        self.chip = None


class World:
    """One scene, for all programs that load the module while it is played."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.calls: list[str] = []
        self.begun: set[str] = set()
        self.read: list[str] = []
        self.mechanisms: list[int] = []
        self._verified: list[str] = []
        self._signed: list[str] = []
        self._windows = self._unexpected = self._typed = 0
        self._person = list(scene.person)
        self._before, self._after = dict(scene.before), dict(scene.after)
        self._guard = threading.RLock()
        self.readers: list[LiveReader] = []
        for reader in scene.readers:
            self.happen(Plug(reader))

    def _live(self, reader: Reader) -> LiveReader:
        live = LiveReader(reader)
        if reader.chip:
            live.put_in(LiveChip(reader.chip, self._note, self._signed.append))
        return live

    def _note(self, word: Word) -> None:
        self._verified.append(word.value)

    # ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────────

    def happen(self, event: Event) -> None:
        with self._guard:
            match event:
                case Pull(number):
                    self.readers[number].take_out()
                case Insert(None, number):
                    chip = self.readers[number].last
                    assert chip, "no card was ever in this reader"
                    self.readers[number].put_in(chip)
                case Insert(chip, number):
                    assert chip
                    self.readers[number].take_out()
                    self.readers[number].put_in(LiveChip(chip, self._note, self._signed.append))
                case Unplug(number):
                    self.readers.pop(number).take_out()
                case Plug(reader):
                    self.readers.append(self._live(reader))

    def before(self, function: str) -> None:
        if event := self._before.pop(function, None):
            self.happen(event)

    def after(self, function: str) -> None:
        if event := self._after.pop(function, None):
            self.happen(event)

    # ── The person ───────────────────────────────────────────────────────────────────────────────────────────────────

    def window_opens(self) -> Action:
        """What the person does there."""
        with self._guard:
            self._windows += 1
            if not self._person:
                self._unexpected += 1
                return Cancels()
            action = self._person.pop(0)
        if isinstance(action, Types) and action.meanwhile:
            self.happen(action.meanwhile)
        return action

    def person_comes(self, *actions: Action) -> None:
        with self._guard:
            self._person += actions

    def typed(self) -> None:
        with self._guard:
            self._typed += 1

    # ── What was done ────────────────────────────────────────────────────────────────────────────────────────────────

    def told(self) -> Told:
        with self._guard:
            return Told(
                calls=tuple(self.calls),
                begun=frozenset(self.begun),
                read=tuple(self.read),
                windows=self._windows,
                unexpected_windows=self._unexpected,
                typed=self._typed,
                verified=tuple(self._verified),
                signed=tuple(self._signed),
                tries_left=tuple(reader.chip.tries_left if reader.chip else None for reader in self.readers),
                mechanisms=tuple(self.mechanisms),
            )
