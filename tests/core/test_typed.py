"""Every fault of what somebody types has its sentence in every language."""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import Any

import pytest

from agent.core.application_id import ApplicationIdFault
from agent.core.contact import EmailFault, PhoneFault
from agent.core.identifiers import NumberFault
from agent.core.organization_name import NameFault
from agent.core.typed import Mistyped, visible
from agent.text import LANGUAGES, speak

FAULTS: list[Enum] = [*NumberFault, *PhoneFault, *EmailFault, *ApplicationIdFault, *NameFault]
FACTS: dict[str, Any] = {"sign": "×", "count": 70, "digits": 8, "most": 64, "id": "MYAPP-01"}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_fault_has_its_sentence_in_every_language(fault: Enum) -> None:
    problem = Mistyped(fault, **FACTS)
    told = {}
    for language in LANGUAGES:
        speak(language)
        told[language] = str(problem)
        assert not set("{}") & set(str(problem))
    assert len(set(told.values())) == len(LANGUAGES)


def test_no_two_faults_of_a_field_say_the_same() -> None:
    said = defaultdict(list)
    for fault in FAULTS:
        said[type(fault)].append(fault.value)
    assert all(len(set(sentences)) == len(kind) for kind, sentences in said.items())


@pytest.mark.parametrize(
    ("sign", "shown"), [("é", "é"), ("\x00", "U+0000"), ("\u200b", "U+200B"), ("\ud800", "U+D800")]
)
def test_a_sign_that_cannot_be_seen_is_named(sign: str, shown: str) -> None:
    assert visible(sign) == shown
