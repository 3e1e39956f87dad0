"""Readers and cards looked at in a process of their own, as everything that touches a card."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.adapters.card_codes import Doing
from agent.adapters.card_modules import find_module, word_size
from agent.adapters.card_process import ProcessCard
from agent.adapters.card_survey_messages import Survey, Surveyed
from agent.core.survey import Readers, Software
from agent.errors import CardFailed
from agent.text import _


class Surveyor(ProcessCard):
    """Each call starts a child. `cancel` ends it from another thread."""

    def readers(self) -> Readers:
        """Raises: CardError."""
        match self._answer(Survey(None), sys.platform):
            case Surveyed(Readers() as readers):
                return readers
        raise CardFailed(Doing.LOOKING, _("an answer to something else"))

    def software(self) -> tuple[Path, int | None, Software]:
        """The module's file and word size, and what it sees. Raises: CardError."""
        module = find_module(self._module).absolute()
        match self._answer(Survey(str(module)), str(module)):
            case Surveyed(Software() as software):
                return module, word_size(module), software
        raise CardFailed(Doing.READING, _("an answer to something else"))
